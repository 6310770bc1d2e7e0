"""Backups and schedules over the API: who may, what is refused, what is done when its time comes."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from access.actor import Actor
from access.models import AuditEntry, Grant, User
from access.secrets import seal
from domains.backups.users import settle_abandoned
from domains.models import Backup, Domain, Schedule, Snapshot, Tag
from domains.schedules import runs
from hosts.models import Host
from jobs.carrying import carry
from jobs.models import Job
from storage.inventory import pool_vanished, record_pools
from storage.models import Pool
from storage.users import users_of
from tests.unit.access.people import client_of, give, person
from tests.unit.domains.test_copies_api import _DISK, _XML, admin, client, domain, pool, post

__all__ = ["admin", "client", "pool"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]
BACKUPS, SCHEDULES, DOMAINS = "/api/v1/backups/", "/api/v1/schedules/", "/api/v1/domains/"
DAILY = {"every": "day", "at": "02:00"}


def backup(pool: Pool, of: Domain | None = None, **other: Any) -> Backup:
    """Of a domain that is gone, if of none."""
    token = uuid4().hex[:6]
    made: Backup = Backup.objects.create(
        **{
            "domain_id": of.pk if of else uuid4(),
            "domain_name": of.name if of else "gone",
            "host": pool.host,
            "pool": pool,
            "state": "complete",
            "sealed_xml": seal(_XML.format(name="gone", disks=_DISK.format(name="gone"))),
            "disks": [{"target": "vda", "volume": token, "path": f"/pool/{token}", "format": "qcow2",
                       "capacity_bytes": 2**20, "size_bytes": 2**16, "sha256": ""}],
        } | other
    )  # fmt: skip
    return made


def schedule(into: Pool, by: User, *domains: Domain, **other: Any) -> Schedule:
    made: Schedule = Schedule.objects.create(
        **{"name": f"s-{uuid4().hex[:6]}", "kind": "backup", "rule": DAILY, "pool": into, "created_by": by,
           "next_at": timezone.now() - timedelta(days=3)} | other
    )  # fmt: skip
    made.domains.set(domains)
    return made


def test_a_backup_is_asked_for_and_shown(client: APIClient, pool: Pool) -> None:
    one = domain(pool)
    plan = post(client, f"{DOMAINS}{one.pk}/backups/?plan=1", {"pool": str(pool.pk)})
    assert plan.json()["allowed"] is True, plan.json()
    assert not Job.objects.exists()
    reply = post(client, f"{DOMAINS}{one.pk}/backups/", {"pool": str(pool.pk)})
    assert (reply.status_code, reply.json()["kind"]) == (202, "domain.backup")
    (shown,) = client.get(f"{DOMAINS}{one.pk}/backups/").json()["results"]
    made = reply.json()["id"]
    assert (shown["id"], shown["state"], shown["job"]["id"]) == (made, "running", made)
    assert shown["disks"][0]["volume"].startswith("web-")
    assert shown["actions"] == []
    assert AuditEntry.objects.get(action="domain.backup").detail["pool"] == "default"
    assert client.delete(f"{BACKUPS}{shown['id']}/").json()["code"] == "busy"
    # Its job was cancelled before it began.
    Job.objects.update(state="cancelled")
    assert settle_abandoned() == 1
    shown = client.get(f"{BACKUPS}{shown['id']}/").json()
    assert (shown["state"], shown["actions"]) == ("failed", ["delete"])


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"pool"}),
        ({"pool": "x"}, {"pool"}),
        ({"pool": str(uuid4())}, {"pool"}),
        ({"pool": None, "disks": ["vda"]}, {"pool"}),
        ({"pool": "POOL", "disks": ["vdz"]}, {"disks"}),
        ({"pool": "POOL", "disks": []}, {"disks"}),
        ({"pool": "POOL", "full": "yes"}, {"full"}),
        ({"pool": "POOL", "path": "/etc"}, {"path"}),
        ({"pool": "OTHER"}, {"pool"}),
    ],
)
def test_bad_backups(
    client: APIClient, pool: Pool, two_hosts: tuple[Host, Host], body: Any, fields: set[str]
) -> None:
    other = Pool.objects.create(
        host=two_hosts[1], uuid=uuid4(), name="far", type="dir", state="running", target="/far"
    )
    if "pool" in body:
        body = body | {"pool": {"POOL": str(pool.pk), "OTHER": str(other.pk)}.get(body["pool"], body["pool"])}
    reply = post(client, f"{DOMAINS}{domain(pool).pk}/backups/", body)
    assert (reply.status_code, set(reply.json()["errors"])) == (400, fields), reply.json()
    assert not Job.objects.exists()
    assert not Backup.objects.exists()


def test_restoring_is_refused_where_it_cannot_be(client: APIClient, pool: Pool) -> None:
    of = backup(pool)
    url = f"{BACKUPS}{of.pk}/restore/"
    for name in ("", "a/b", ".hidden", "line\nbreak", domain(pool).name):
        reply = post(client, url, {"name": name})
        assert (reply.status_code, list(reply.json()["errors"])) == (400, ["name"]), reply.json()
    assert post(client, url, {"name": "back", "pool": str(uuid4())}).json()["errors"].keys() == {"pool"}
    plan = post(client, f"{url}?plan=1", {"name": "back"}).json()
    assert (plan["allowed"], plan["changes"][1]["after"]) == (True, "back-vda.raw")
    Pool.objects.update(state="inactive")
    assert post(client, url, {"name": "back"}).json()["code"] == "cannot_back_up"
    Pool.objects.update(state="running")
    Backup.objects.update(state="damaged")
    assert "damaged" in post(client, url, {"name": "back"}).json()["detail"]
    # What names files of the host is for those alone who may name them.
    xml = _XML.format(name="gone", disks=_DISK.format(name="gone")).replace(
        "</devices>",
        "<disk type='file' device='cdrom'><source file='/etc/shadow'/><target dev='sda'/></disk></devices>",
    )
    Backup.objects.update(state="complete", sealed_xml=seal(xml))
    reply = post(client_of(person("op", "operator")), url, {"name": "back"})
    assert (reply.status_code, reply.json()["permissions"]) == (403, ["domain.host_paths"])
    assert not Job.objects.exists()


def test_a_backup_that_others_stand_on_stays(client: APIClient, pool: Pool) -> None:
    first = backup(pool)
    second = backup(pool, parent=first, domain_id=first.domain_id)
    reply = client.delete(f"{BACKUPS}{first.pk}/")
    assert (reply.status_code, reply.json()["code"]) == (409, "in_use")
    assert [user["id"] for user in reply.json()["users"]] == [str(second.pk)]
    assert client.delete(f"{BACKUPS}{first.pk}/?children=perhaps").status_code == 400
    path = first.disks[0]["path"]
    assert "gone at" in users_of(pool.host, [path], Actor.SYSTEM)[path].words
    stranger = users_of(pool.host, [path], Actor(user=person("eve")))[path]
    assert (stranger.words, stranger.users, stranger.hidden) == ("another object", (), 1)
    reply = client.delete(f"{BACKUPS}{first.pk}/?children=true")
    assert reply.status_code == 202
    assert Job.objects.get().option("backups") == [str(second.pk), str(first.pk)]
    assert set(Backup.objects.values_list("state", flat=True)) == {"deleting"}
    assert post(client, f"{BACKUPS}{second.pk}/restore/", {"name": "x"}).status_code == 409
    assert client.get(f"{BACKUPS}{second.pk}/").json()["actions"] == []
    # The removal was cancelled before it began: they are what they were.
    assert settle_abandoned() == 0
    Job.objects.update(state="cancelled")
    assert settle_abandoned() == 2
    assert set(Backup.objects.values_list("state", flat=True)) == {"complete"}


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"rule": {"every": "day"}}, {"rule.at"}),
        ({"rule": {"every": "day", "at": "25:00"}}, {"rule"}),
        ({"rule": {"every": "month", "at": "02:00", "day": 31}}, {"rule"}),
        ({"zone": "Middle/Earth"}, {"zone"}),
        ({"zone": "../../etc/passwd"}, {"zone"}),
        ({"domains": [], "tag": ""}, {"domains"}),
        ({"domains": [str(uuid4())]}, {"domains.0"}),
        ({"pool": None}, {"pool"}),
        ({"keep": 0}, {"keep"}),
        ({"options": {"memory": True}}, {"options.memory"}),
        ({"name": "line\nbreak"}, {"name"}),
        ({"kind": "wipe"}, {"kind"}),
        ({"created_by": "x"}, {"created_by"}),
    ],
)
def test_bad_schedules(client: APIClient, pool: Pool, change: Any, fields: set[str]) -> None:
    body = {"name": "nightly", "kind": "backup", "rule": DAILY, "tag": "x", "pool": str(pool.pk)}
    reply = post(client, SCHEDULES, body | change)
    assert reply.status_code == 400, reply.json()
    assert {
        name.split(".")[0] if name.split(".")[0] in fields else name for name in reply.json()["errors"]
    } == fields
    assert not Schedule.objects.exists()


def test_a_schedule_is_made_changed_and_removed(client: APIClient, admin: User, pool: Pool) -> None:
    one = domain(pool)
    body = {"name": "nightly", "kind": "backup", "rule": DAILY, "zone": "Europe/Berlin",
            "domains": [str(one.pk)], "pool": str(pool.pk)}  # fmt: skip
    made = post(client, SCHEDULES, body)
    assert made.status_code == 201, made.json()
    shown = made.json()
    assert shown["domains"] == [{"id": str(one.pk), "name": "web"}]
    assert (shown["actions"], shown["keep"], shown["created_by"]["name"]) == (
        ["edit", "run", "delete"],
        14,
        "ada",
    )
    assert shown["next_at"] > timezone.now().isoformat()[:19]
    assert post(client, SCHEDULES, body).json()["code"] == "name_taken"
    url = f"{SCHEDULES}{shown['id']}/"
    assert client.patch(url, {"keep": 2}, format="json", HTTP_IF_MATCH='"9"').status_code == 412
    off = client.patch(url, {"enabled": False}, format="json").json()
    assert (off["next_at"], off["version"]) == (None, 2)
    assert [one["id"] for one in client.get(f"{SCHEDULES}?domain={one.pk}").json()["results"]] == [
        shown["id"]
    ]
    detail = client.get(f"{DOMAINS}{one.pk}/").json()
    assert (detail["last_backup"], detail["schedules"]) == (None, 1)
    assert client.delete(url).status_code == 204
    assert [entry.action for entry in AuditEntry.objects.order_by("at") if entry.result == "accepted"] == [
        "schedule.create", "schedule.edit", "schedule.delete",
    ]  # fmt: skip


def test_what_is_due_is_done_once_however_late(admin: User, pool: Pool) -> None:
    one, two = domain(pool), domain(pool, "db")
    Tag.objects.create(domain=two, name="gold")
    nightly = schedule(pool, admin, one, tag="gold")
    schedule(pool, admin, one, enabled=False)
    assert (runs.run_due(), runs.run_due()) == (1, 0)
    nightly.refresh_from_db()
    assert nightly.next_at is not None
    assert nightly.next_at > timezone.now()
    parent = Job.objects.get(kind="schedule.run")
    assert nightly.last_job == parent.pk
    assert (parent.kind, parent.requested_by) == ("schedule.run", admin)
    carry(str(parent.pk), "a worker")
    children = Job.objects.filter(parent=parent)
    assert {job.object_name for job in children} == {"web", "db"}
    assert {made.schedule for made in Backup.objects.all()} == {nightly}
    # While its last run goes on, another is none.
    Schedule.objects.update(next_at=timezone.now() - timedelta(minutes=1))
    assert runs.run_due() == 0
    assert post(client_of(admin), f"{SCHEDULES}{nightly.pk}/run/").status_code == 409


def test_it_may_do_what_its_person_may_by_then(admin: User, pool: Pool) -> None:
    one, two = domain(pool), domain(pool, "db")
    bob = person("bob", "operator", kind="domain", at=one.pk)
    give(bob, "operator", kind="pool", at=pool.pk)
    mine = schedule(pool, bob, one, two)
    assert runs.run_due() == 1
    parent = Job.objects.get()
    carry(str(parent.pk), "a worker")
    assert [job.object_name for job in Job.objects.filter(parent=parent)] == ["web"]
    Job.objects.all().delete()
    # He lost it all: nothing is done, and the audit log says why.
    Grant.objects.filter(user=bob).delete()
    Schedule.objects.update(next_at=timezone.now())
    assert runs.run_due() == 0
    assert AuditEntry.objects.get(result="refused").detail["reason"].startswith(mine.name)
    User.objects.filter(pk=bob.pk).update(is_active=False)
    Schedule.objects.update(next_at=timezone.now())
    assert runs.run_due() == 0
    mine.refresh_from_db()
    assert (mine.enabled, mine.next_at) == (False, None)
    Schedule.objects.update(enabled=True, next_at=timezone.now(), zone="Middle/Earth")
    assert runs.run_due() == 0
    mine.refresh_from_db()
    assert not mine.enabled
    Schedule.objects.update(zone="UTC")
    assert not Job.objects.exists()
    # Whoever changes it stands behind it; whoever may not do it to all of its domains cannot.
    eve = person("eve", "operator", kind="domain", at=one.pk)
    assert client_of(eve).patch(f"{SCHEDULES}{mine.pk}/", {"keep": 1}, format="json").status_code == 403
    assert client_of(admin).patch(f"{SCHEDULES}{mine.pk}/", {"keep": 1}, format="json").status_code == 200
    mine.refresh_from_db()
    assert mine.created_by == admin


def test_what_is_kept_no_more_goes_by_whole_chains(admin: User, pool: Pool) -> None:
    one = domain(pool)
    nightly = schedule(pool, admin, one, keep=2, next_at=None)
    now = timezone.now()
    chains: list[list[Backup]] = []
    for number in range(6):  # two chains of three
        parent = chains[-1][-1] if number % 3 else None
        made = backup(pool, one, schedule=nightly, parent=parent, created_at=now + timedelta(hours=number))
        chains.append([]) if parent is None else None
        chains[-1].append(made)
    assert runs.forget_old() == 1  # the first chain; of the second one the newest two are kept
    assert Job.objects.get().option("backups") == [str(made.pk) for made in reversed(chains[0])]
    assert runs.forget_old() == 0
    # Somebody's own backup that stands on a chain keeps it.
    Job.objects.all().delete()
    Backup.objects.filter(state="deleting").update(state="complete")
    backup(pool, one, parent=chains[0][-1])
    assert runs.forget_old() == 0


def test_scheduled_snapshots_are_named_and_counted(admin: User, pool: Pool) -> None:
    one = domain(pool)
    hourly = schedule(pool, admin, one, kind="snapshot", pool=None, keep=1, name="every hour")
    stem = f"every_hour-{hourly.pk.hex[:4]}"
    for name in (f"{stem}-20260101-000000", f"{stem}-20260102-000000", f"{stem}-mine", "other"):
        Snapshot.objects.create(domain=one, name=name, state="shutoff", disks=[])
    assert runs.forget_old() == 1
    assert Job.objects.get().option("snapshots") == [f"{stem}-20260101-000000"]


def test_lists_ask_a_constant_number_of_queries(client: APIClient, admin: User, pool: Pool) -> None:
    def count(path: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        return len(asked)

    for path, make in (
        (BACKUPS, lambda: backup(pool)),
        (SCHEDULES, lambda: schedule(pool, admin, domain(pool, uuid4().hex))),
    ):
        make()
        count(path)
        one = count(path)
        for _ in range(4):
            make()
        assert count(path) == one


def test_the_record_outlives_its_pool_and_goes_with_its_host(client: APIClient, pool: Pool) -> None:
    first = backup(pool)
    backup(pool, parent=first, domain_id=first.domain_id)
    pool_vanished(pool.host_id, pool.uuid)
    assert {one["state"] for one in client.get(BACKUPS).json()["results"]} == {"complete"}
    assert client.get(f"/api/v1/pools/{pool.pk}/").json()["state"] == "inactive"
    record_pools(pool.host_id, [], complete=True)
    assert Pool.objects.filter(pk=pool.pk).exists()
    Host.objects.get(pk=pool.host_id).delete()
    assert not Backup.objects.exists()
