"""Volumes over the API: who may, what is refused and in which words, who stands on what."""

from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from access.models import AuditEntry
from domains.models import Template, TemplateVersion
from hosts.models import Host, HostState
from jobs.models import Job
from storage.models import Pool
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


def refused(reply: Any, status: int, code: str, *words: str) -> Any:
    said = reply.json()
    assert (reply.status_code, said["code"]) == (status, code), said
    for word in words:
        assert word in said["detail"] + str(said.get("errors", "")), said
    assert not Job.objects.exists()
    return said


def test_a_grant_on_one_pool_makes_no_volume_in_another(home: Pool) -> None:
    other = pool(home.host, "other")
    eve = person("eve")
    give(eve, "operator", kind="pool", at=home.pk)
    at = volume(home, "own.qcow2")
    reply = post(client_of(eve), f"volumes/{at.pk}/clone/", {"name": "copy", "pool": str(other.pk)})
    refused(reply, 404, "not_found")
    job = post(client_of(eve), f"volumes/{at.pk}/clone/", {"name": "copy"}).json()
    assert client_of(eve).get(f"/api/v1/jobs/{job['id']}/").status_code == 200, "whoever asked can follow it"


NAMES = [
    "",
    "a/b",
    "..",
    "../up",
    ".hidden",
    "-rf",
    " space",
    "new\nline",
    "a\\b",
    "x" * 201,
    "ü" * 101,
    "\x00",
]


def test_names_that_something_would_choke_on(client: APIClient, home: Pool) -> None:
    at = volume(home, "disk.qcow2")
    for name in NAMES:
        for reply in (
            post(client, "volumes/", {"pool": str(home.pk), "name": name, "capacity_bytes": MIB}),
            post(client, f"pools/{home.pk}/volumes/", {"name": name, "capacity_bytes": MIB}),
            post(client, f"volumes/{at.pk}/clone/", {"name": name}),
            post(client, f"volumes/{at.pk}/convert/", {"name": name, "format": "raw"}),
            client.patch(f"{URL}{at.pk}/", {"name": name}, format="json"),
        ):
            assert reply.status_code == 400
            assert list(reply.json()["errors"]) == ["name"]
    assert not Job.objects.exists()


def test_what_cannot_be_made(client: APIClient, home: Pool, two_hosts: tuple[Host, Host]) -> None:
    there = volume(home, "there.qcow2")
    abroad = volume(pool(two_hosts[1]), "abroad.qcow2")
    lvm = pool(two_hosts[0], "vg", type="logical", target="/dev/vg")
    good = {"pool": str(home.pk), "name": "new", "capacity_bytes": MIB}

    def fields(more: dict[str, Any], *names: str) -> None:
        reply = post(client, "volumes/", {**good, **more})
        assert (reply.status_code, sorted(reply.json()["errors"])) == (400, sorted(names)), reply.json()

    for size in (0, -1, 2**63, 2**53, "1", 1.5, None, True):
        fields({"capacity_bytes": size}, "capacity_bytes")
    for format in ("vmdk", "qcow3", "iso", ""):
        fields({"format": format}, "format")
    fields({"backing": str(abroad.pk)}, "backing")
    fields({"backing": str(uuid4())}, "backing")
    fields({"backing": str(there.pk), "format": "raw"}, "format", "capacity_bytes")
    fields({"backing": str(there.pk)}, "capacity_bytes")  # smaller than what it lies over
    fields({"backing": str(there.pk), "capacity_bytes": GIB, "preallocation": "full"}, "preallocation")
    fields({"format": "raw", "preallocation": "metadata"}, "preallocation")
    fields({"encryption": {"passphrase": "short"}}, "encryption.passphrase")
    fields({"encryption": {"passphrase": "long enough"}, "pool": str(lvm.pk)}, "encryption")
    fields({"pool": str(lvm.pk), "format": "qcow2"}, "format")
    fields({"pool": str(lvm.pk), "name": "with space"}, "name")
    fields({"owner": "root"}, "owner")
    said = refused(
        post(client, "volumes/", {**good, "name": "there.qcow2"}), 409, "name_taken", "There is a volume"
    )
    assert said["errors"] == {"name": ["is taken"]}
    for more in ({"preallocation": "full"}, {"pool": str(lvm.pk)}):
        body = {**good, "capacity_bytes": 11 * GIB, **more}
        assert refused(post(client, "volumes/", body), 409, "no_capacity")["available_bytes"] == 10 * GIB
    plan = post(client, "volumes/", {**good, "capacity_bytes": 11 * GIB}, plan=True).json()
    assert plan["allowed"]
    assert "less free" in plan["checks"][0]["detail"]
    refused(
        post(client, f"volumes/{there.pk}/clone/", {"name": "copy", "pool": str(abroad.pool_id)}),
        409, "other_host", "library",
    )  # fmt: skip
    Pool.objects.filter(pk=home.pk).update(state="inactive")
    refused(post(client, "volumes/", good), 409, "operation_invalid", "Start it first")
    Host.objects.update(state=HostState.UNREACHABLE)
    refused(post(client, f"volumes/{there.pk}/wipe/"), 409, "host_not_up")


def test_a_name_is_taken_as_soon_as_it_is_asked_for(client: APIClient, home: Pool) -> None:
    body = {"pool": str(home.pk), "name": "new", "capacity_bytes": MIB}
    job = post(client, "volumes/", body).json()
    assert (job["kind"], job["object"]["kind"], job["object"]["name"]) == ("volume.create", "volume", "new")
    assert post(client, "volumes/", body).json()["code"] == "name_taken"
    assert post(client, "volumes/", {**body, "name": "other"}).status_code == 202
    entries = AuditEntry.objects.filter(action="volume.create", result="accepted")
    assert {entry.detail["volume"] for entry in entries} == {"new", "other"}


def test_a_passphrase_is_told_to_nobody(client: APIClient, home: Pool) -> None:
    secret = "correct horse battery"
    reply = post(
        client, "volumes/",
        {"pool": str(home.pk), "name": "vault", "capacity_bytes": MIB, "encryption": {"passphrase": secret}},
    )  # fmt: skip
    assert reply.status_code == 202
    job = Job.objects.get()
    rows = f"{job.options} {list(AuditEntry.objects.values_list('detail', flat=True))} {reply.content!r}"
    assert secret not in rows
    assert job.option("sealed")


def test_who_stands_on_it_is_named_to_those_who_may_know(client: APIClient, home: Pool) -> None:
    base, layer, free = (
        volume(home, "base"),
        volume(home, "layer", backing="/srv/vm/base"),
        volume(home, "free"),
    )
    running = domain(home.host, "web", layer.path, state="running")
    template = Template.objects.create(name="small", host=home.host)
    TemplateVersion.objects.create(template=template, number=1, xml="", disks=[{"path": free.path}])
    for at, word in ((base, "web"), (layer, "web"), (free, "template small")):
        for method, path in (("delete", ""), ("post", "wipe/"), ("patch", "")):
            reply = getattr(client, method)(
                f"{URL}{at.pk}/{path}", {"name": "x"} if method == "patch" else {}, format="json"
            )
            said = refused(reply, 409, "in_use", word)
            assert [user["name"] for user in said["users"]] == [word.removeprefix("template ")]
    eve = person("eve")
    give(eve, "operator", kind="pool", at=home.pk)
    said = refused(client_of(eve).delete(f"{URL}{layer.pk}/"), 409, "in_use", "another object")
    assert said["users"] == []
    assert "web" not in str(said)
    listed = client_of(eve).get(URL).json()["results"]
    assert {one["name"]: one["used_by_words"] for one in listed} == dict.fromkeys(
        ("base", "layer", "free"), "another object"
    )
    refused(
        post(client, f"volumes/{layer.pk}/resize/", {"capacity_bytes": MIB, "force": True}),
        409,
        "in_use",
        "web",
    )
    refused(post(client, f"volumes/{layer.pk}/sparsify/"), 409, "in_use", "web")
    refused(post(client, f"volumes/{layer.pk}/clone/", {"name": "copy"}), 409, "in_use", "written to")
    refused(post(client, f"volumes/{base.pk}/resize/", {"capacity_bytes": 2 * GIB}), 409, "in_use", "web")
    refused(
        client_of(eve).post(f"{URL}{layer.pk}/resize/", {"capacity_bytes": 2 * GIB}, format="json"),
        409,
        "in_use",
    )
    job = post(client, f"volumes/{layer.pk}/resize/", {"capacity_bytes": 2 * GIB}).json()
    assert job["object"] == {"kind": "domain", "id": str(running.pk), "name": "web"}
    shown = client.get(f"{URL}{layer.pk}/").json()
    assert (shown["job"]["id"], shown["actions"]) == (job["id"], [])
    assert post(client, f"volumes/{layer.pk}/resize/", {"capacity_bytes": 3 * GIB}).json()["code"] == "busy"


def test_smaller_only_when_it_is_meant(client: APIClient, home: Pool) -> None:
    at = volume(home, "disk")
    for size, force in ((MIB, False), (GIB - 1, False)):
        refused(
            post(client, f"volumes/{at.pk}/resize/", {"capacity_bytes": size, "force": force}),
            409,
            "shrink",
            "force",
        )
    plan = post(client, f"volumes/{at.pk}/resize/", {"capacity_bytes": MIB, "force": True}, plan=True).json()
    assert plan["allowed"]
    assert "lost" in plan["checks"][0]["detail"]
    assert post(client, f"volumes/{at.pk}/resize/", {"capacity_bytes": MIB, "force": True}).status_code == 202
    for path, body in (("clone/", {"name": "copy"}), ("wipe/", {}), ("convert/", {"format": "raw"})):
        assert post(client, f"volumes/{at.pk}/{path}", body).json()["code"] == "busy"


def test_content_that_claims_to_be_something_else_is_not_read(client: APIClient, home: Pool) -> None:
    lying = volume(home, "raw-disk", format="qcow2", backing="/etc/shadow")
    domain(home.host, "guest", lying.path, format="raw")
    for path, body in (("clone/", {"name": "copy"}), ("convert/", {"format": "raw"}), ("sparsify/", {})):
        refused(post(client, f"volumes/{lying.pk}/{path}", body), 409, "disguised", "claims to be qcow2")
    outside = volume(home, "outside", backing="/etc/shadow")
    operator = client_of(person("olga", "operator"))
    for path, body in (("clone/", {"name": "copy"}), ("convert/", {"format": "raw"})):
        refused(post(operator, f"volumes/{outside.pk}/{path}", body), 409, "outside", "/etc/shadow")
    new = {"pool": str(home.pk), "name": "new", "backing": str(outside.pk)}
    refused(post(operator, "volumes/", new), 409, "outside")
    assert post(client, f"volumes/{outside.pk}/clone/", {"name": "copy"}).status_code == 202


def test_an_encrypted_volume_is_used_itself_or_not_at_all(client: APIClient, home: Pool) -> None:
    """A copy of it by the host, or a disk without its passphrase, would be noise."""
    vault = volume(home, "vault", encryption="luks", format="raw")
    web = domain(home.host, "web")
    for path, body in (("clone/", {"name": "copy"}), ("convert/", {"format": "qcow2"}), ("sparsify/", {})):
        refused(post(client, f"volumes/{vault.pk}/{path}", body), 409, "encrypted")
    layer = {"pool": str(home.pk), "name": "layer", "backing": str(vault.pk)}
    assert "encrypted" in str(post(client, "volumes/", layer).json()["errors"]["backing"])
    reply = post(client, f"domains/{web.pk}/disks/", {"volume": str(vault.pk)})
    assert (reply.status_code, list(reply.json()["errors"])) == (400, ["volume"])
    actions = client.get(f"{URL}{vault.pk}/").json()["actions"]
    assert not {"clone", "convert", "rename", "sparsify"} & set(actions)
    assert {"resize", "wipe", "delete"} <= set(actions)
