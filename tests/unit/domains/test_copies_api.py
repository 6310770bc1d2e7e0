"""Clones, names, deletion, the recycle bin and templates over the API: who may, what is refused, what a plan says."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from access.models import AuditEntry, User
from domains.models import Definition, DeletedDomain, Domain, Template, TemplateVersion
from hosts.models import Host, HostState
from jobs.models import Job
from storage.models import Pool, Volume
from tests.unit.access.people import client_of, give, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]
DOMAINS, BIN, TEMPLATES = "/api/v1/domains/", "/api/v1/deleted-domains/", "/api/v1/templates/"
_DISK = "<disk type='file'><source file='/pool/{name}'/><target dev='vda'/></disk>"
_XML = "<domain type='qemu'><name>{name}</name><os><type>hvm</type></os><devices>{disks}</devices></domain>"


@pytest.fixture
def admin(db: None) -> User:
    return person("ada", "administrator")


@pytest.fixture
def client(admin: User) -> APIClient:
    return client_of(admin)


@pytest.fixture
def pool(two_hosts: tuple[Host, Host]) -> Pool:
    Host.objects.update(arch="x86_64", seen_at=timezone.now())
    made: Pool = Pool.objects.create(
        host=two_hosts[0], uuid=uuid4(), name="default", type="dir", state="running", target="/pool",
        available_bytes=2**30,
    )  # fmt: skip
    return made


def domain(pool: Pool, name: str = "web", **other: Any) -> Domain:
    """Off, with one disk of its own in the pool."""
    row: Domain = Domain.objects.create(
        id=uuid4(), host=pool.host, name=name, **({"state": "shutoff", "os_type": "hvm"} | other)
    )
    xml = _XML.format(name=name, disks=_DISK.format(name=name))
    disks = [{"target": "vda", "source": f"/pool/{name}", "type": "file", "readonly": False}]
    Definition.objects.create(domain=row, inactive=xml, disks=disks, fetched_at=timezone.now())
    volume(pool, name)
    return row


def volume(pool: Pool, name: str, **other: Any) -> Volume:
    made: Volume = Volume.objects.create(
        pool=pool, key=f"/pool/{name}", name=name, path=f"/pool/{name}", type="file", format="raw",
        **({"capacity_bytes": 2**20} | other),
    )  # fmt: skip
    return made


def deleted(host: Host, name: str = "gone", **other: Any) -> DeletedDomain:
    made: DeletedDomain = DeletedDomain.objects.create(
        domain_id=uuid4(), host=host, name=name, xml=_XML.format(name=name, disks=""),
        purge_at=timezone.now() + timedelta(days=1), **other,
    )  # fmt: skip
    return made


def template(pool: Pool, name: str = "small", *, ready: bool = True) -> Template:
    made: Template = Template.objects.create(name=name, host=pool.host)
    path = f"/pool/{name}-v1-vda.raw"
    TemplateVersion.objects.create(
        template=made, number=1, xml=_XML.format(name=name, disks=""), source_name="web",
        disks=[{"target": "vda", "pool": str(pool.pk), "volume": path[6:], "path": path, "format": "raw",
                "capacity_bytes": 2**20}],
        ready_at=timezone.now() if ready else None,
    )  # fmt: skip
    return made


def post(client: APIClient, path: str, body: Any = None) -> Any:
    return client.post(path, body if body is not None else {}, format="json")


def test_a_clone_is_a_job_with_its_audit_row(client: APIClient, pool: Pool) -> None:
    one = domain(pool)
    plan = post(client, f"{DOMAINS}{one.pk}/clone/?plan=1", {"name": "copy", "linked": True})
    assert plan.status_code == 200, plan.json()
    assert plan.json()["allowed"] is True
    assert plan.json()["changes"][1]["after"] == "copy-vda.qcow2 (a layer over it)"
    assert not Job.objects.exists()
    reply = post(client, f"{DOMAINS}{one.pk}/clone/", {"name": "copy"})
    assert reply.status_code == 202
    job = Job.objects.get()
    assert reply["Location"].endswith(f"/jobs/{job.pk}/")
    assert [copy["name"] for copy in job.option("copies")] == ["copy-vda.raw"]
    assert AuditEntry.objects.get(action="domain.clone").detail["clone"]["name"] == "copy"
    assert post(client, f"{DOMAINS}{one.pk}/clone/", {"name": "more"}).json()["code"] == "busy"


@pytest.mark.parametrize("name", ["", "a/b", ".hidden", "-rf", " space", "line\nbreak", "x" * 201, "ü" * 101])
def test_names_that_something_would_choke_on(client: APIClient, pool: Pool, name: str) -> None:
    one = domain(pool)
    for path in (f"{DOMAINS}{one.pk}/clone/", f"{DOMAINS}{one.pk}/rename/"):
        reply = post(client, path, {"name": name})
        assert reply.status_code == 400
        assert list(reply.json()["errors"]) == ["name"]
    assert not Job.objects.exists()


def test_what_is_known_already_refuses_a_clone(
    client: APIClient, pool: Pool, two_hosts: tuple[Host, Host]
) -> None:
    one, taken = domain(pool), domain(pool, "taken")
    path = f"{DOMAINS}{one.pk}/clone/"

    def refused(body: dict[str, Any], status: int, code: str, word: str) -> None:
        reply = post(client, path, {"name": "copy"} | body)
        assert (reply.status_code, reply.json()["code"]) == (status, code), reply.json()
        assert word in str(reply.json())

    refused({"name": taken.name}, 409, "name_taken", "taken")
    refused({"pool": str(uuid4())}, 400, "invalid", "no such pool")
    refused({"host": str(uuid4())}, 400, "invalid", "no such host")
    refused({"host": str(two_hosts[1].pk)}, 409, "cannot_copy", "does not share")
    refused({"linked": "yes"}, 400, "invalid", "true or false")
    Volume.objects.update(allocation_bytes=2**40)
    refused({}, 409, "cannot_copy", "no room")
    Pool.objects.update(state="inactive")
    refused({}, 409, "cannot_copy", "inactive")
    Pool.objects.update(state="running", type="iscsi-direct")
    refused({}, 409, "cannot_copy", "iscsi-direct")
    Domain.objects.filter(pk=one.pk).update(os_type="exe")
    refused({}, 409, "cannot_copy", "container")
    Definition.objects.all().delete()
    Domain.objects.filter(pk=one.pk).update(os_type="hvm")
    refused({}, 409, "conflict", "not been read")
    Domain.objects.filter(pk=one.pk).update(state="running")
    refused({}, 409, "operation_invalid", "running")
    assert post(client, f"{path}?plan=1", {"name": "copy"}).json()["allowed"] is False
    assert not Job.objects.exists()


def test_a_clone_elsewhere_needs_its_disks_there(
    client: APIClient, pool: Pool, two_hosts: tuple[Host, Host]
) -> None:
    one = domain(pool)
    Pool.objects.update(type="netfs", source="nas:/export")
    body = {"name": "copy", "host": str(two_hosts[1].pk)}
    assert post(client, f"{DOMAINS}{one.pk}/clone/", body).status_code == 409
    Pool.objects.create(
        host=two_hosts[1], uuid=uuid4(), name="nas", type="netfs", state="running", target="/pool",
        source="nas:/export",
    )  # fmt: skip
    assert post(client, f"{DOMAINS}{one.pk}/clone/", body).status_code == 202
    # The other host's domains count when this one's disk is to go.
    Job.objects.all().delete()
    other = Domain.objects.create(id=uuid4(), host=two_hosts[1], name="other", state="shutoff")
    xml = _XML.format(name="other", disks=_DISK.format(name="web"))
    Definition.objects.create(domain=other, inactive=xml, fetched_at=timezone.now())
    reply = client.delete(f"{DOMAINS}{one.pk}/?volumes=vda")
    assert (reply.status_code, reply.json()["code"]) == (409, "in_use")
    assert reply.json()["users"] == [{"kind": "domain", "id": str(other.pk), "name": "other"}]


def test_deleting_says_what_goes(client: APIClient, pool: Pool) -> None:
    one = domain(pool)
    path = f"{DOMAINS}{one.pk}/"
    plan = client.delete(f"{path}?plan=1&volumes=true").json()
    assert (plan["allowed"], [change["before"] for change in plan["changes"]]) == (True, ["web", "/pool/web"])
    wrong = client.delete(f"{path}?volumes=vda,vdz")
    assert (wrong.status_code, wrong.json()["errors"]["volumes"]) == (400, ["vdz: there is no such disk"])
    assert client.delete(f"{path}?permanent=maybe").status_code == 400
    for body in ({"volumes": "vda"}, {"volumes": [1]}, {"permanent": 1}, {"disks": True}):
        assert post(client, f"{path}undefine/", body).status_code == 400
    assert not Job.objects.exists()
    assert post(client, f"{path}undefine/", {"volumes": ["vda"], "permanent": True}).status_code == 202
    assert Job.objects.get().options["permanent"] is True
    assert [gone["path"] for gone in Job.objects.get().options["volumes"]] == ["/pool/web"]


def test_protection(client: APIClient, pool: Pool) -> None:
    one = domain(pool, protected=True)
    for reply in (client.delete(f"{DOMAINS}{one.pk}/"), post(client, f"{DOMAINS}{one.pk}/undefine/")):
        assert (reply.status_code, reply.json()["code"]) == (409, "protected")


def test_a_base_does_not_start(client: APIClient, pool: Pool) -> None:
    base, layer = domain(pool, "base"), domain(pool, "layer")
    assert post(client, f"{DOMAINS}{base.pk}/start/?plan=1").json()["allowed"] is True
    Volume.objects.filter(name="layer").update(backing="/pool/base")
    reply = post(client, f"{DOMAINS}{base.pk}/start/")
    assert (reply.status_code, reply.json()["code"]) == (409, "in_use")
    assert reply.json()["users"][0]["name"] == layer.name
    assert post(client, f"{DOMAINS}{layer.pk}/start/").status_code == 202


def test_the_bin(client: APIClient, two_hosts: tuple[Host, Host]) -> None:
    volumes = [{"target": "vda", "pool": str(uuid4()), "name": "x", "path": "/pool/x"}]
    entry = deleted(two_hosts[0], volumes=volumes, tags=["shop"])
    (shown,) = client.get(BIN).json()["results"]
    assert (shown["name"], shown["volumes"][0]["path"], shown["actions"]) == (
        "gone",
        "/pool/x",
        ["restore", "purge"],
    )
    assert client.get(f"{BIN}{entry.pk}/").json() == shown
    assert post(client, f"{BIN}{entry.pk}/restore/?plan=1").json()["allowed"] is True
    assert client.delete(f"{BIN}{entry.pk}/?plan=1").json()["changes"][0]["before"] == "/pool/x"
    assert not Job.objects.exists()
    assert post(client, f"{BIN}{entry.pk}/restore/").status_code == 202
    assert client.delete(f"{BIN}{entry.pk}/").json()["code"] == "busy"
    assert client.get(f"{BIN}{entry.pk}/").json()["job"]["kind"] == "domain.undelete"
    Job.objects.all().delete()
    assert client.delete(f"{BIN}{entry.pk}/").status_code == 202
    assert Job.objects.get().kind == "domain.purge"


def test_templates(client: APIClient, pool: Pool) -> None:
    one, known = domain(pool), template(pool)
    body = {"name": "new", "domain": str(one.pk), "notes": "first"}
    assert post(client, f"{TEMPLATES}?plan=1", body).json()["allowed"] is True
    assert post(client, TEMPLATES, body | {"name": "small"}).json()["errors"] == {"name": ["is taken"]}
    assert post(client, TEMPLATES, body | {"domain": str(uuid4())}).json()["errors"].keys() == {"domain"}
    assert post(client, TEMPLATES, body).status_code == 202
    twice = post(client, TEMPLATES, body | {"domain": str(domain(pool, "other").pk)})
    assert twice.json()["code"] == "name_taken"
    listed = {shown["name"]: shown for shown in client.get(TEMPLATES).json()["results"]}
    assert list(listed) == ["small"]  # the other is its job's to make
    assert (listed["small"]["latest"], listed["small"]["actions"]) == (1, ["edit", "delete", "create"])
    path = f"{TEMPLATES}{known.pk}/"
    etag = client.get(path)["ETag"]
    edited = client.patch(path, {"description": "for tests"}, format="json", HTTP_IF_MATCH=etag)
    assert (edited.status_code, edited.json()["description"]) == (200, "for tests")
    assert client.patch(path, {"name": "x"}, format="json", HTTP_IF_MATCH=etag).status_code == 412
    assert client.patch(path, {"host": "x"}, format="json").status_code == 400
    assert client.delete(f"{path}versions/7/").status_code == 404
    volume(pool, "child", backing="/pool/small-v1-vda.raw")
    for wish in (path, f"{path}versions/1/"):
        assert client.delete(wish).json()["code"] == "in_use"
        assert client.delete(f"{wish}?plan=1").json()["allowed"] is False
    Volume.objects.filter(name="child").delete()
    assert client.delete(f"{path}versions/1/").status_code == 202
    assert post(client, f"{path}versions/", {"domain": str(one.pk)}).json()["code"] == "busy"


def test_who_may(pool: Pool) -> None:
    one, entry, known = domain(pool), deleted(pool.host), template(pool)
    wishes: list[tuple[str, str, dict[str, Any]]] = [
        ("post", f"{DOMAINS}{one.pk}/clone/", {"name": "copy"}),
        ("post", f"{DOMAINS}{one.pk}/rename/", {"name": "other"}),
        ("post", f"{DOMAINS}{one.pk}/undefine/", {}),
        ("delete", f"{DOMAINS}{one.pk}/", {}),
        ("post", f"{BIN}{entry.pk}/restore/", {}),
        ("delete", f"{BIN}{entry.pk}/", {}),
        ("patch", f"{TEMPLATES}{known.pk}/", {"name": "other"}),
        ("delete", f"{TEMPLATES}{known.pk}/", {}),
        ("post", f"{TEMPLATES}{known.pk}/versions/", {"domain": str(one.pk)}),
    ]
    stranger = client_of(person("stranger"))
    viewer = client_of(person("viewer", "viewer", kind="host", at=pool.host.pk))
    for client, status in ((stranger, 404), (viewer, 403)):
        for verb, path, body in wishes:
            for plan in ("", "?plan=1"):
                reply = getattr(client, verb)(path + plan, body, format="json")
                assert reply.status_code == status, f"{verb} {path}{plan}: {reply.status_code}"
    assert viewer.get(BIN).json()["results"][0]["actions"] == []
    assert viewer.get(TEMPLATES).json()["results"][0]["actions"] == []
    # Whoever may copy this one domain may not for that make domains on its host.
    cloner = person("cloner")
    give(cloner, "operator", kind="domain", at=one.pk)
    assert post(client_of(cloner), f"{DOMAINS}{one.pk}/clone/", {"name": "copy"}).status_code == 403
    assert not Job.objects.exists()


def test_a_silent_host_is_not_asked(client: APIClient, pool: Pool) -> None:
    one, entry, known = domain(pool), deleted(pool.host), template(pool)
    Host.objects.update(state=HostState.UNREACHABLE)
    for reply in (
        post(client, f"{DOMAINS}{one.pk}/clone/", {"name": "copy"}),
        client.delete(f"{DOMAINS}{one.pk}/"),
        post(client, f"{BIN}{entry.pk}/restore/"),
        client.delete(f"{TEMPLATES}{known.pk}/"),
    ):
        assert (reply.status_code, reply.json()["code"]) == (409, "host_not_up")


@pytest.mark.parametrize("path", [BIN, TEMPLATES])
def test_lists_cost_the_same_however_long(client: APIClient, pool: Pool, path: str) -> None:
    asked = []
    for number in (1, 20):
        for index in range(number):
            template(pool, f"t{number}-{index}")
            deleted(pool.host, f"d{number}-{index}")
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"{path}?limit=100").json()["results"]
        asked.append(len(captured))
    assert asked[0] == asked[1] <= 8
