"""What lists, single volumes and the report say: who stands on what, in how many queries, under which ids."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from domains.models import Template, TemplateVersion
from hosts.models import Host
from hypervisor.data import VolumeSeen
from jobs.models import Job
from storage.inventory import record_volumes
from storage.models import Pool, Volume
from tests.unit.access.people import client_of, give, person
from tests.unit.domains.conftest import two_hosts
from tests.unit.storage.volumes import GIB, MIB, domain, pool, volume

__all__ = ["two_hosts"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]
URL = "/api/v1/volumes/"


@pytest.fixture
def home(two_hosts: tuple[Host, Host]) -> Pool:
    return pool(two_hosts[0])


@pytest.fixture
def client(db: None) -> APIClient:
    return client_of(person("ada", "administrator"))


def post(client: APIClient, path: str, body: Any = None, *, plan: bool = False) -> Any:
    return client.post(f"/api/v1/{path}{'?plan=1' if plan else ''}", body or {}, format="json")


def test_lists_name_users_in_a_constant_number_of_queries(
    client: APIClient, home: Pool, two_hosts: tuple[Host, Host]
) -> None:
    other = pool(two_hosts[1], "other")

    def fill(first: int, number: int) -> None:
        for each in range(first, first + number):
            for of in (home, other):
                made = volume(of, f"disk-{each}")
                if each % 2:
                    domain(of.host, f"{of.name}-{each}", made.path)

    def asked(query: str = "") -> tuple[int, Any]:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            reply = client.get(f"{URL}{query}")
        assert reply.status_code == 200
        return len(queries), reply.json()

    fill(0, 2)
    asked()
    few, listed = asked("?ordering=-name")
    assert [[user["name"] for user in one["used_by"]] for one in listed["results"]].count([]) == 2
    assert {one["used_by_words"] for one in listed["results"]} == {"vm-1", "other-1", ""}
    fill(2, 20)
    many, listed = asked("?ordering=-name&limit=100")
    assert len(listed["results"]) == 44
    assert many == few
    _, unused = asked("?unused=true&limit=100")
    assert unused["count"] == 22
    assert all(one["used_by"] == [] for one in unused["results"])
    assert asked("?unused=false")[1]["count"] == 22


def test_one_volume_with_its_chain(client: APIClient, home: Pool) -> None:
    base, middle = volume(home, "base", format="raw"), volume(home, "middle", backing="/srv/vm/base")
    top = volume(home, "top", backing="/srv/vm/middle")
    shown = client.get(f"{URL}{middle.pk}/").json()
    assert [layer["id"] for layer in shown["chain"]] == [str(base.pk)]
    assert [layer["id"] for layer in shown["layers"]] == [str(top.pk)]
    assert (shown["host"]["name"], shown["job"], shown["encryption"]) == ("alpha", None, "")
    assert shown["actions"] == ["resize", "clone", "convert", "sparsify", "download"]
    assert "delete" in client.get(f"{URL}{top.pk}/").json()["actions"]
    lost = volume(home, "lost", backing="/elsewhere/file", backing_format="raw")
    assert client.get(f"{URL}{lost.pk}/").json()["chain"] == [
        {"id": None, "name": None, "pool": None, "path": "/elsewhere/file", "format": "raw"}
    ]
    viewer = client_of(person("vic", "viewer"))
    assert viewer.get(f"{URL}{top.pk}/").json()["actions"] == []
    assert viewer.get(f"/api/v1/pools/{home.pk}/volumes/").json()["count"] == 4


def test_the_report(client: APIClient, home: Pool) -> None:
    used, kernel = volume(home, "used"), volume(home, "kernel")
    volume(home, "orphan", allocation_bytes=5 * MIB)
    volume(home, "folder", type="dir")
    volume(home, "headless", backing="/srv/vm/gone-base")
    stopped = pool(home.host, "stopped", state="inactive")
    volume(stopped, "unknown")
    web = domain(
        home.host, "web", used.path, "/srv/vm/gone", "/srv/stopped/gone", "/nowhere/gone",
        more=f"<kernel>{kernel.path}</kernel>",
    )  # fmt: skip
    template = Template.objects.create(name="small", host=home.host)
    TemplateVersion.objects.create(
        template=template,
        number=1,
        xml="",
        disks=[{"path": "/srv/vm/gone-too"}],
        ready_at="2026-01-01T00:00:00Z",
    )
    for query in ("", f"?host={home.host_id}"):
        said = client.get(f"/api/v1/storage-report/{query}").json()
        assert [one["name"] for one in said["orphans"]] == ["orphan", "headless"]
        assert (said["orphans_count"], said["orphans_bytes"]) == (2, 6 * MIB)
        assert [(one["object"]["kind"], one["object"]["name"], one["path"]) for one in said["dangling"]] == [
            ("domain", "web", "/srv/vm/gone"),
            ("template", "small", "/srv/vm/gone-too"),
            ("volume", "headless", "/srv/vm/gone-base"),
        ]
        assert said["dangling"][0]["object"]["id"] == str(web.pk)
        assert "vdb" in said["dangling"][0]["reason"]
    eve = person("eve")
    give(eve, "operator", kind="pool", at=stopped.pk)
    assert client_of(eve).get("/api/v1/storage-report/").json()["orphans"] == []
    assert client_of(person("nobody")).get("/api/v1/storage-report/").status_code == 403
    assert client.get(f"/api/v1/storage-report/?host={uuid4()}").status_code == 404
    for query in ("?host=x", "?unknown=1"):
        assert client.get(f"/api/v1/storage-report/{query}").status_code == 400
    assert not Volume.objects.filter(name="gone").exists()


def test_a_volume_is_recorded_under_the_id_that_its_job_promised(client: APIClient, home: Pool) -> None:
    def look(*names: str) -> dict[str, UUID]:
        """As nodewatch does, when these are there."""
        seen = [
            VolumeSeen(f"/srv/vm/{name}", name, f"/srv/vm/{name}", "file", "qcow2", GIB, MIB, "")
            for name in names
        ]
        record_volumes(home.host_id, home.uuid, seen)
        return dict(home.volumes.values_list("name", "pk"))

    job = post(client, "volumes/", {"pool": str(home.pk), "name": "new", "capacity_bytes": GIB}).json()
    assert look("new", "other")["new"] == UUID(job["object"]["id"])
    assert look("new", "other")["new"] == UUID(job["object"]["id"])
    Job.objects.update(state="succeeded")
    new = look("new", "other")["new"]
    assert post(client, f"volumes/{new}/sparsify/").status_code == 202
    assert "new" not in look("other", "new.sparse-1"), "for a moment it is not there"
    assert look("other", "new")["new"] == new
