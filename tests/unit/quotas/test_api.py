"""Quotas over the API: set, refused, counted; and every way by which somebody would get more than theirs."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from access.models import AuditEntry, Group, User
from domains.inventory import record, vanished
from domains.models import Definition, DeletedDomain, Domain, Quota, Reservation, Snapshot
from hosts.models import Cluster, Host
from hypervisor.states import DomainState
from jobs import claims
from jobs.models import Job, JobState
from storage.models import Pool
from tests.unit.access.people import client_of, person
from tests.unit.domains.says import seen
from tests.unit.domains.test_copies_api import BIN, DOMAINS, deleted, domain, post, template

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]
QUOTAS, OWN = "/api/v1/quotas/", "/api/v1/me/quotas/"
MIB = 2**20


@pytest.fixture
def admin(db: None) -> User:
    return person("ada", "administrator")


@pytest.fixture
def client(admin: User) -> APIClient:
    return client_of(admin)


@pytest.fixture
def eve(db: None) -> User:
    return person("eve", "operator")


def quota(client: APIClient, **body: Any) -> dict[str, Any]:
    reply = post(
        client, QUOTAS, {name: str(one) if isinstance(one, UUID) else one for name, one in body.items()}
    )
    assert reply.status_code == 201, reply.json()
    return dict(reply.json())


def owned(pool: Pool, owner: User, name: str = "web", **other: Any) -> Domain:
    sizes = {"vcpus": 2, "memory_bytes": 4 * MIB, "max_memory_bytes": 8 * MIB}
    one = domain(pool, name, owner=owner, **(sizes | other))
    Definition.objects.filter(pk=one.pk).update(
        disks=[
            {"target": "vda", "device": "disk", "source": f"/pool/{name}", "type": "file", "readonly": False}
        ]
    )
    return one


def xml_of(name: str, vcpus: int = 1, memory: int = 1) -> str:
    return (
        f"<domain type='qemu'><name>{name}</name><memory unit='MiB'>{memory}</memory><vcpu>{vcpus}</vcpu>"
        "<os><type>hvm</type></os><devices/></domain>"
    )


def exceeded(reply: Any, resource: str, limit: int, use: int, asked: int) -> None:
    said = reply.json()
    assert (reply.status_code, said.get("code")) == (409, "quota_exceeded"), said
    assert [said[name] for name in ("resource", "limit", "use", "asked")] == [resource, limit, use, asked]


def test_what_is_used_and_left(client: APIClient, admin: User, eve: User, pool: Pool) -> None:
    one, two = owned(pool, eve), owned(pool, eve, "db", state="running")
    owned(pool, admin, "other")
    Snapshot.objects.create(domain=one, name="s1", disks=[])
    DeletedDomain.objects.filter(pk=deleted(pool.host).pk).update(
        owner=eve, volumes=[{"target": "vda", "pool": str(pool.pk), "name": "web", "path": "/pool/other"}]
    )
    Domain.objects.filter(pk=two.pk).update(has_pending=True)
    more = (Definition.objects.get(pk=two.pk).inactive or "").replace("<os>", "<vcpu>5</vcpu><os>")
    Definition.objects.filter(pk=two.pk).update(inactive=more)
    shown = quota(client, user=eve.pk, domains=3, storage_bytes=2 * MIB)
    # The next boot brings three processors more; the disk in the recycle bin is still there.
    assert shown["use"] == {
        "domains": 2, "vcpus": 7, "memory_bytes": 16 * MIB, "storage_bytes": 3 * MIB, "snapshots": 1,
    }  # fmt: skip
    assert (shown["exceeded"], shown["user"]["name"], shown["group"]) == (True, "eve", None)
    (own,) = client_of(eve).get(OWN).json()
    assert own["left"] == {
        "domains": 1, "vcpus": None, "memory_bytes": None, "storage_bytes": 0, "snapshots": None,
    }  # fmt: skip
    assert client.get(OWN).json() == []
    assert client_of(eve).get(QUOTAS).status_code == 403
    assert client_of(eve).get(f"{QUOTAS}{shown['id']}/").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "user"),
        ({"user": None, "domains": 3}, "user"),
        ({"user": str(uuid4())}, "user"),
        ({"group": str(uuid4())}, "group"),
        ({"cluster": str(uuid4())}, "cluster"),
        ({"user": str(uuid4()), "group": str(uuid4())}, "group"),
        ({"user": "eve"}, "user"),
        ({"user": "EVE", "domains": -1}, "domains"),
        ({"user": "EVE", "domains": 1.5}, "domains"),
        ({"user": "EVE", "domains": "3"}, "domains"),
        ({"user": "EVE", "domains": True}, "domains"),
        ({"user": "EVE", "vcpus": 2**31}, "vcpus"),
        ({"user": "EVE", "memory_bytes": 2**63}, "memory_bytes"),
        ({"user": "EVE", "snapshots": 10**18}, "snapshots"),
        ({"user": "EVE", "disks": 3}, "disks"),
    ],
)
def test_no_such_quota(client: APIClient, eve: User, body: dict[str, Any], field: str) -> None:
    reply = post(client, QUOTAS, {name: str(eve.pk) if one == "EVE" else one for name, one in body.items()})
    assert reply.status_code == 400, reply.json()
    assert field in reply.json()["errors"]
    assert not Quota.objects.exists()


def test_one_of_each_and_gone_with_whom_it_is_of(client: APIClient, eve: User) -> None:
    cluster = Cluster.objects.create(name="one")
    group: Group = Group.objects.create(name="crew")
    for body in (
        {"user": eve.pk}, {"user": eve.pk, "cluster": cluster.pk}, {"group": group.pk},
        {"group": group.pk, "cluster": cluster.pk}, {"cluster": cluster.pk},
    ):  # fmt: skip
        quota(client, **body)
        again = post(client, QUOTAS, {name: str(one) for name, one in body.items()})
        assert (again.status_code, again.json()["code"]) == (409, "quota_exists")
    eve.delete()
    group.delete()
    (left,) = client.get(QUOTAS).json()["results"]
    assert left["cluster"]["name"] == "one"
    path = f"{QUOTAS}{left['id']}/"
    assert client.patch(path, {"domains": 3}, format="json", HTTP_IF_MATCH='"9"').status_code == 412
    assert client.patch(path, {"cluster": None}, format="json").status_code == 400
    assert client.patch(path, {"domains": 3}, format="json", HTTP_IF_MATCH='"1"').json()["domains"] == 3
    assert client.patch(path, {"domains": None}, format="json").json()["domains"] is None
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404
    actions = set(
        AuditEntry.objects.filter(object_kind="quota", result="accepted").values_list("action", flat=True)
    )
    assert actions == {"quota.create", "quota.edit", "quota.delete"}


def test_every_way_to_more_is_refused(client: APIClient, admin: User, pool: Pool) -> None:
    one = owned(pool, admin)
    Domain.objects.filter(pk=one.pk).update(vcpus=1, memory_bytes=MIB, max_memory_bytes=MIB)
    Definition.objects.filter(pk=one.pk).update(
        inactive=(Definition.objects.get(pk=one.pk).inactive or "").replace(
            "<os>", "<memory unit='MiB'>1</memory><os>"
        )
    )
    made = quota(
        client, user=admin.pk, domains=1, vcpus=1, memory_bytes=MIB, storage_bytes=MIB, snapshots=0,
    )  # fmt: skip
    wish = {"host": str(pool.host_id), "xml": xml_of("more"), "start": False}
    exceeded(post(client, DOMAINS, wish), "domains", 1, 1, 1)
    plan = post(client, f"{DOMAINS}?plan=1", wish).json()
    assert not plan["allowed"]
    assert [check["code"] for check in plan["checks"] if not check["ok"]] == ["quota"]
    assert "1 of 1 domain" in post(client, DOMAINS, wish).json()["detail"]
    exceeded(post(client, f"{DOMAINS}{one.pk}/clone/", {"name": "copy"}), "domains", 1, 1, 1)
    exceeded(post(client, DOMAINS, {"template": str(template(pool).pk), "name": "t"}), "domains", 1, 1, 1)
    entry = deleted(pool.host, owner=admin)
    exceeded(post(client, f"{BIN}{entry.pk}/restore/"), "domains", 1, 1, 1)
    exceeded(post(client, f"{DOMAINS}{one.pk}/snapshots/", {"name": "s1"}), "snapshots", 0, 0, 1)
    exceeded(
        client.patch(f"{DOMAINS}{one.pk}/", {"vcpus": 3, "max_vcpus": 4}, format="json"), "vcpus", 1, 1, 2
    )
    disk = {"pool": str(pool.pk), "capacity_bytes": 5 * MIB}
    exceeded(post(client, f"{DOMAINS}{one.pk}/disks/", disk), "storage_bytes", MIB, MIB, 5 * MIB)
    larger = client.patch(f"{DOMAINS}{one.pk}/disks/vda/", {"capacity_bytes": 3 * MIB}, format="json")
    exceeded(larger, "storage_bytes", MIB, MIB, 2 * MIB)
    by_hand = (Definition.objects.get(pk=one.pk).inactive or "").replace(
        "<name>web</name>", f"<name>web</name><uuid>{one.pk}</uuid><vcpu>2</vcpu>"
    )
    exceeded(client.put(f"{DOMAINS}{one.pk}/xml/", {"xml": by_hand}, format="json"), "vcpus", 1, 1, 1)
    assert not Job.objects.exists()
    assert not Reservation.objects.exists()
    # What takes nothing more is no quota's business, however low it is.
    client.patch(f"{QUOTAS}{made['id']}/", {"domains": 0, "vcpus": 0}, format="json")
    assert client.get(f"{QUOTAS}{made['id']}/").json()["exceeded"] is True
    assert client.patch(f"{DOMAINS}{one.pk}/", {"title": "x"}, format="json").status_code == 202


def test_several_at_once_count_together(client: APIClient, admin: User, pool: Pool) -> None:
    quota(client, user=admin.pk, domains=3)
    body = {"template": str(template(pool).pk), "name": "web", "start": False}
    exceeded(post(client, DOMAINS, body | {"count": 4}), "domains", 3, 0, 4)
    assert post(client, DOMAINS, body | {"count": 3}).status_code == 202
    exceeded(post(client, DOMAINS, body | {"name": "more"}), "domains", 3, 3, 1)
    assert client.get(OWN).json()[0]["use"]["domains"] == 3


def test_held_until_it_counts_by_itself(client: APIClient, admin: User, pool: Pool) -> None:
    quota(client, user=admin.pk, domains=1)
    wish = {"host": str(pool.host_id), "xml": xml_of("one", 2), "start": False}

    def use() -> dict[str, int]:
        return dict(client.get(OWN).json()[0]["use"])

    job = Job.objects.get(pk=post(client, DOMAINS, wish).json()["id"])
    assert (use()["domains"], use()["vcpus"]) == (1, 2)
    # Cancelled or failed: at once there is room again.
    assert post(client, f"/api/v1/jobs/{job.pk}/cancel/").status_code == 202
    assert use()["domains"] == 0
    job = Job.objects.get(pk=post(client, DOMAINS, wish).json()["id"])
    record(pool.host_id, [seen(job.object_id, DomainState.SHUTOFF, name="one", vcpus=2)], complete=False)
    # The row and what was held for it are one domain, whose owner is who asked, before any worker said so.
    row = Domain.objects.get(pk=job.object_id)
    assert (row.owner, use()["domains"], use()["vcpus"]) == (admin, 1, 2)
    claimed = claims.claim(job.pk, "w")
    assert claimed is not None
    assert claims.finish(claimed, JobState.SUCCEEDED)
    assert not Reservation.objects.exists()
    exceeded(post(client, DOMAINS, wish | {"xml": xml_of("two")}), "domains", 1, 1, 1)
    vanished(pool.host_id, row.pk)
    assert use()["domains"] == 0
    assert post(client, DOMAINS, wish | {"xml": xml_of("two")}).status_code == 202


def test_what_no_nodewatch_has_written_is_held_on(client: APIClient, admin: User, pool: Pool) -> None:
    quota(client, user=admin.pk, domains=1)
    wish = {"host": str(pool.host_id), "xml": xml_of("one"), "start": False}
    job = claims.claim(post(client, DOMAINS, wish).json()["id"], "w")
    assert job is not None
    assert claims.finish(job, JobState.SUCCEEDED)
    exceeded(post(client, DOMAINS, wish | {"xml": xml_of("two")}), "domains", 1, 1, 1)
    record(pool.host_id, [seen(job.object_id)], complete=False)
    assert Domain.objects.get(pk=job.object_id).owner == admin
    exceeded(post(client, DOMAINS, wish | {"xml": xml_of("two")}), "domains", 1, 1, 1)
    # The host was heard long after, and the domain is not there: then it never came.
    Domain.objects.all().delete()
    Host.objects.update(seen_at=timezone.now() + timedelta(minutes=1))
    assert post(client, DOMAINS, wish | {"xml": xml_of("two")}).status_code == 202


def test_who_merely_shows_up_is_nobodys(pool: Pool) -> None:
    uuid = uuid4()
    record(pool.host_id, [seen(uuid)], complete=False)
    assert Domain.objects.get(pk=uuid).owner is None


def test_groups_and_clusters(client: APIClient, admin: User, eve: User, pool: Pool) -> None:
    crew: Group = Group.objects.create(name="crew")
    cluster = Cluster.objects.create(name="one")
    Host.objects.filter(pk=pool.host_id).update(cluster=cluster)
    own = quota(client, group=crew.pk, domains=1)
    owned(pool, admin)
    wish = {"host": str(pool.host_id), "xml": xml_of("more"), "start": False}
    hers = client_of(eve)
    assert post(hers, f"{DOMAINS}?plan=1", wish).json()["allowed"] is True
    # Membership counts at once, for all that its members have together.
    crew.users.set([admin, eve])
    exceeded(post(hers, DOMAINS, wish), "domains", 1, 1, 1)
    assert "crew" in post(hers, DOMAINS, wish).json()["detail"]
    assert hers.get(OWN).json()[0]["use"]["domains"] == 1
    crew.users.set([admin])
    assert client.get(f"{QUOTAS}{own['id']}/").json()["use"]["domains"] == 1
    quota(client, cluster=cluster.pk, domains=1)
    reply = post(hers, DOMAINS, wish)
    assert (reply.status_code, reply.json()["code"]) == (409, "quota_exceeded")
    assert not {"use", "limit", "quota"} & set(reply.json())
    Host.objects.filter(pk=pool.host_id).update(cluster=None)
    assert post(hers, DOMAINS, wish).status_code == 202


def test_another_owner(client: APIClient, admin: User, eve: User, pool: Pool) -> None:
    one = owned(pool, admin)
    path = f"{DOMAINS}{one.pk}/"
    assert client.get(path).json()["owner"] == {"id": str(admin.pk), "name": "ada"}
    made = quota(client, user=eve.pk, memory_bytes=7 * MIB)
    exceeded(client.patch(path, {"owner": str(eve.pk)}, format="json"), "memory_bytes", 7 * MIB, 0, 8 * MIB)
    plan = client.patch(f"{path}?plan=1", {"owner": str(eve.pk)}, format="json").json()
    assert (plan["allowed"], plan["changes"][0]["after"]) == (False, "eve")
    client.delete(f"{QUOTAS}{made['id']}/")
    assert client_of(eve).patch(path, {"owner": str(eve.pk)}, format="json").status_code == 403
    assert client.patch(path, {"owner": str(uuid4())}, format="json").status_code == 400
    assert client.patch(path, {"owner": "eve"}, format="json").status_code == 400
    reply = client.patch(path, {"owner": str(eve.pk), "protected": True}, format="json")
    assert (reply.status_code, reply.json()["owner"]["name"], reply.json()["protected"]) == (200, "eve", True)
    assert [row["id"] for row in client.get(f"{DOMAINS}?owner={eve.pk}").json()["results"]] == [str(one.pk)]
    assert client.get(f"{DOMAINS}?owner={admin.pk}").json()["count"] == 0
    entries = AuditEntry.objects.filter(action="domain.edit", result="accepted").order_by("at")
    assert {"before": "ada", "after": "eve"} in [entry.changes.get("owner") for entry in entries]
    assert client.patch(path, {"owner": None}, format="json").json()["owner"] is None


def test_another_persons_quota_is_not_told(client: APIClient, admin: User, eve: User, pool: Pool) -> None:
    one = owned(pool, admin)
    quota(client, user=admin.pk, snapshots=0)
    said = post(client_of(eve), f"{DOMAINS}{one.pk}/snapshots/", {"name": "s1"}).json()
    assert said["code"] == "quota_exceeded"
    assert not {"quota", "limit", "use"} & set(said)


def test_lists_cost_the_same_however_long(client: APIClient, admin: User, eve: User, pool: Pool) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(QUOTAS).status_code == 200
        return len(asked)

    quota(client, user=eve.pk, domains=3)
    owned(pool, eve)
    few = queries()
    for number in range(8):
        user = person(f"user{number}")
        quota(client, user=user.pk)
        owned(pool, user, f"web{number}")
    assert queries() == few
