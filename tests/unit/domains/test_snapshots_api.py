"""Snapshots over the API: what nodewatch writes is shown, wishes are checked, planned, permitted and audited."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from access.models import AuditEntry
from domains.models import Definition, Domain, Snapshot
from domains.snapshots.carry import wish_of
from domains.snapshots.inventory import record_snapshots
from hosts.models import Host
from hypervisor.snapshots import Kept, SnapshotDisk, SnapshotSeen
from jobs.models import Job
from live.doorbell import client as redis
from live.notices import STREAM, Notice
from storage.models import Pool
from tests.unit.access.people import client_of, give, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]
XML = (
    "<domain type='qemu'><name>web</name><os><type>hvm</type></os><devices><disk type='file' device='disk'>"
    "<driver name='qemu' type='{format}'/><source file='/images/web.img'/><target dev='vda' bus='virtio'/></disk>"
    "</devices></domain>"
)


def seen(name: str, parent: str = "", **other: Any) -> SnapshotSeen:
    told: dict[str, Any] = {
        "description": "",
        "state": "running",
        "created_at": 1_800_000_000,
        "current": False,
        "memory": Kept.INTERNAL,
        "memory_file": "",
        "disks": (SnapshotDisk("vda", Kept.INTERNAL),),
        "before": {"vda": "/images/web.img"},
    }
    return SnapshotSeen(name=name, parent=parent, **(told | other))


LAYER: dict[str, Any] = {
    "memory": Kept.NO,
    "disks": (SnapshotDisk("vda", Kept.EXTERNAL, "/images/web.layer"),),
    "state": "disk-snapshot",
}


@pytest.fixture
def domain(two_hosts: tuple[Host, Host]) -> Domain:
    made: Domain = Domain.objects.create(id=uuid4(), host=two_hosts[0], name="web", state="running")
    Definition.objects.create(domain=made, live=XML.format(format="qcow2"), fetched_at=timezone.now())
    return made


@pytest.fixture
def admin() -> APIClient:
    return client_of(person("ada", "administrator"))


def path(domain: Domain, *more: str) -> str:
    return "/".join([f"/api/v1/domains/{domain.pk}/snapshots", *more, ""])


def told() -> list[tuple[str, str]]:
    stream: Any = redis().xrange(STREAM)
    notices = [Notice.unpack(fields[b"n"]) for _, fields in stream]
    return [(notice.type, notice.kind) for notice in notices if notice.kind == "snapshot"]


@pytest.mark.django_db(transaction=True)
def test_what_a_node_keeps_is_written_and_told(domain: Domain, admin: APIClient) -> None:
    host: UUID = domain.host_id
    assert record_snapshots(host, domain.pk, [seen("a"), seen("b", "a", current=True)])
    assert not record_snapshots(host, domain.pk, [seen("a"), seen("b", "a", current=True)])
    assert told() == [("created", "snapshot")] * 2
    shown = admin.get(path(domain)).json()
    assert shown["count"] == 2
    assert {one["name"]: one["parent"] for one in shown["results"]} == {"a": None, "b": "a"}
    one = admin.get(path(domain, "b"))
    assert one["ETag"] == '"1"'
    assert one.json() == shown["results"][[each["name"] for each in shown["results"]].index("b")]
    assert (one.json()["memory"], one.json()["external"], one.json()["taken_at"]) == (
        True,
        False,
        "2027-01-15T08:00:00Z",
    )
    assert admin.get(path(domain, one.json()["id"])).json()["name"] == "b"
    assert record_snapshots(host, domain.pk, [seen("a", description="said", current=True)])
    assert sorted(told()[2:]) == [("deleted", "snapshot"), ("updated", "snapshot")]
    assert Snapshot.objects.get().version == 2
    assert not record_snapshots(uuid4(), domain.pk, [])  # another host's word
    assert record_snapshots(host, domain.pk, [])
    assert admin.get(path(domain, "a")).status_code == 404


def test_taking_one_is_a_job_with_the_whole_wish(domain: Domain, admin: APIClient) -> None:
    plan = admin.post(path(domain) + "?plan=1", {"name": "now"}, format="json").json()
    assert plan["allowed"]
    assert Job.objects.count() == 0
    reply = admin.post(path(domain), {"name": "now", "description": "so"}, format="json")
    assert reply.status_code == 202
    assert reply["Location"] == f"/api/v1/jobs/{reply.json()['id']}/"
    job = Job.objects.get()
    wish = wish_of(job)
    assert (wish.name, wish.description, wish.memory) == ("now", "so", Kept.INTERNAL)
    assert wish.disks == (SnapshotDisk("vda", Kept.INTERNAL),)
    entry = AuditEntry.objects.get(action="domain.snapshot")
    assert entry.detail["snapshot"] == "now"
    busy = admin.post(path(domain), {"name": "then"}, format="json")
    assert (busy.status_code, busy.json()["code"]) == (409, "busy")


def test_what_cannot_be_taken_is_refused_by_field(domain: Domain, admin: APIClient) -> None:
    record_snapshots(domain.host_id, domain.pk, [seen("a")])
    Definition.objects.update(live=XML.format(format="raw"))
    for body, field in (
        ({"name": "a"}, "name"),
        ({"name": "x", "external": False}, "disks"),
        ({"name": "x", "disks": ["vdq"]}, "disks"),
        ({"name": "x", "disks": "vda"}, "disks"),
        ({"name": "x", "quiesce": True, "memory": False}, "quiesce"),
        ({"name": "x", "memory": 1}, "memory"),
        ({"name": "x", "more": 1}, "more"),
        ({}, "name"),
    ):
        reply = admin.post(path(domain), body, format="json")
        assert reply.status_code == 400, body
        assert field in reply.json()["errors"], reply.json()
    plan = admin.post(path(domain) + "?plan=1", {"name": "x", "external": False}, format="json").json()
    assert not plan["allowed"]
    assert [check["detail"] for check in plan["checks"] if not check["ok"]] == [
        "Disk vda is raw: only qcow2 holds snapshots inside."
    ]
    assert Job.objects.count() == 0


def test_going_back_says_what_is_lost_and_refuses_what_would_break(domain: Domain, admin: APIClient) -> None:
    record_snapshots(domain.host_id, domain.pk, [seen("i"), seen("e", "i", current=True, **LAYER)])
    plan = admin.post(path(domain, "i", "revert") + "?plan=1", {}, format="json").json()
    assert not plan["allowed"]  # the layer of "e" lies over the same file
    assert any("memory holds now is lost" in check["detail"] for check in plan["checks"])
    assert plan["changes"] == [{"path": "state", "before": "running", "after": "running", "live": True}]
    refused = admin.post(path(domain, "i", "revert"), {}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "snapshot_refused")
    assert admin.post(path(domain, "gone", "revert"), {}, format="json").status_code == 404
    no_pool = admin.post(path(domain, "e", "revert"), {"start": True}, format="json")
    assert "no running storage pool" in no_pool.json()["detail"]
    Pool.objects.create(
        host=domain.host, uuid=uuid4(), name="p", type="dir", state="running", target="/images"
    )
    reply = admin.post(path(domain, "e", "revert"), {"start": True}, format="json")
    assert reply.status_code == 202
    job = Job.objects.get()
    assert (job.kind, job.option("external"), job.option("start")) == ("domain.revert", True, True)


def test_removing_and_editing(domain: Domain, admin: APIClient) -> None:
    record_snapshots(domain.host_id, domain.pk, [seen("a"), seen("b", "a"), seen("c", "b", current=True)])
    plan = admin.delete(path(domain, "a") + "?children=true&plan=1").json()
    assert plan["allowed"]
    assert [one["name"] for one in plan["affected"]] == ["c", "b", "a"]
    assert admin.delete(path(domain, "a") + "?children=maybe").status_code == 400
    assert admin.patch(path(domain, "a"), {}, format="json").status_code == 400
    assert admin.patch(path(domain, "a"), {"current": False}, format="json").status_code == 400
    changed = admin.patch(path(domain, "a") + "?plan=1", {"description": "x"}, format="json").json()
    assert changed["changes"][0] == {"path": "description", "before": "", "after": "x", "live": True}
    assert admin.delete(path(domain, "a") + "?children=true").status_code == 202
    assert Job.objects.get().option("snapshots") == ["c", "b", "a"]


def test_what_linked_clones_stand_on_is_not_written_to(domain: Domain, admin: APIClient) -> None:
    pool = Pool.objects.create(
        host=domain.host, uuid=uuid4(), name="p", type="dir", state="running", target="/images"
    )
    pool.volumes.create(key="k", name="clone.img", path="/images/clone.img", backing="/images/web.img")
    clone = Domain.objects.create(id=uuid4(), host=domain.host, name="clone", state="running")
    live = XML.format(format="qcow2").replace("/images/web.img", "/images/clone.img")
    Definition.objects.create(domain=clone, live=live, fetched_at=timezone.now())
    record_snapshots(domain.host_id, domain.pk, [seen("i", current=True)])
    refused = admin.post(path(domain, "i", "revert"), {"force": True}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "snapshot_refused")
    assert "clone" in refused.json()["detail"]
    record_snapshots(domain.host_id, domain.pk, [seen("e", current=True, **LAYER)])
    assert admin.delete(path(domain, "e")).status_code == 409
    assert admin.post(path(domain, "e", "revert"), {}, format="json").status_code == 202


def test_who_may_what(domain: Domain) -> None:
    record_snapshots(domain.host_id, domain.pk, [seen("a")])
    reader, stranger = person("eve"), client_of(person("sue"))
    give(reader, "viewer", kind="domain", at=domain.pk)
    seeing = client_of(reader)
    assert seeing.get(path(domain)).json()["count"] == 1
    for reply in (
        seeing.post(path(domain), {"name": "x"}, format="json"),
        seeing.post(path(domain, "a", "revert"), {}, format="json"),
        seeing.delete(path(domain, "a")),
        seeing.patch(path(domain, "a"), {"description": "x"}, format="json"),
    ):
        assert reply.status_code == 403
    assert stranger.get(path(domain)).status_code == 404
    assert stranger.get(path(domain, "a")).status_code == 404
    assert stranger.post(path(domain), {"name": "x"}, format="json").status_code == 404
    assert Job.objects.count() == 0
