"""Pools over the API: what reaches the host itself, what is one storage, how full they were."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from access.actor import Actor
from access.models import AuditEntry
from domains.creation.place import host_for
from hosts.models import Cluster, Host
from hypervisor.data import PoolSeen
from hypervisor.states import PoolState
from hypervisor.storage import PoolHost, PoolOffer, PoolSource, PoolType
from jobs.models import Job
from storage.inventory import pool_vanished, record_pools
from storage.models import Pool, PoolSample, SharedPool, Volume
from storage.pools import trend
from storage.pools.offers import record_offers
from storage.pools.shared import elsewhere, forget_empty, key_of, pool_on, volume_on
from tests.unit.access.people import client_of, person
from tests.unit.domains.conftest import two_hosts

__all__ = ["two_hosts"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]
GIB = 2**30


def seen(uuid: UUID, type: str = "dir", target: str = "/srv/vm", **other: Any) -> PoolSeen:
    given: dict[str, Any] = {
        "name": "vm", "state": PoolState.RUNNING, "persistent": True, "autostart": True, "capacity_bytes": 10 * GIB,
        "allocation_bytes": GIB, "available_bytes": 9 * GIB, "source": "",
    }  # fmt: skip
    return PoolSeen(uuid=uuid, type=type, target=target, **(given | other))


def recorded(host: Host, *args: Any, **other: Any) -> Pool:
    uuid = uuid4()
    record_pools(host.pk, [seen(uuid, *args, **other)], complete=False)
    pool: Pool = Pool.objects.get(uuid=uuid, host=host)
    return pool


def export(name: str = "nas.example", dir: str = "/export/vm", **other: Any) -> PoolSource:
    return PoolSource(hosts=(PoolHost(name),), dir=dir, **other)


@pytest.fixture
def world(two_hosts: tuple[Host, Host]) -> dict[str, Any]:
    """A pool on each host, which an administrator calls one storage."""
    pools = [recorded(host) for host in two_hosts]
    shared = SharedPool.objects.create(key="stated", name="both", type="dir", stated=True)
    Pool.objects.filter(pk__in=[pool.pk for pool in pools]).update(shared=shared)
    return {"pools": pools, "shared": shared, "host": str(two_hosts[0].pk)}


@pytest.mark.parametrize(
    ("type", "source", "permission"),
    [
        ("fs", {"devices": ["/dev/sda1"], "format": "ext4"}, "domain.host_devices"),
        (
            "netfs",
            {"hosts": [{"name": "nas.example"}], "dir": "/export", "format": "nfs"},
            "domain.host_paths",
        ),
    ],
)
def test_what_reaches_the_host_itself_takes_a_permission_of_its_own(
    two_hosts: tuple[Host, Host], type: str, source: dict[str, Any], permission: str
) -> None:
    host = two_hosts[0]
    wish = {"host": str(host.pk), "name": "root", "type": type, "target": "/srv/root", "source": source}
    one = person("one", "operator")
    for path in ("/api/v1/pools/?plan=1", "/api/v1/pools/"):
        answer = client_of(one).post(path, wish, format="json")
        assert answer.status_code == 403, answer.json()
        assert permission in answer.json()["detail"]
    assert not Job.objects.exists()
    assert (
        client_of(person("ada", "administrator")).post("/api/v1/pools/", wish, format="json").status_code
        == 202
    )


def test_actions_are_what_its_reader_may_do_now(world: dict[str, Any]) -> None:
    pool = world["pools"][0]
    path = f"/api/v1/pools/{pool.pk}/"
    admin, looker = client_of(person("ada", "administrator")), client_of(person("bob", "viewer"))
    shown = admin.get(path).json()
    assert shown["actions"] == ["stop", "refresh", "edit", "delete", "create_volume", "upload", "fetch"]
    assert {host["name"] for host in shown["shared"]["hosts"]} == {"alpha", "beta"}
    assert looker.get(path).json()["actions"] == []
    job = admin.post(f"{path}refresh/").json()
    shown = admin.get(path).json()
    assert (shown["actions"], shown["job"]["id"]) == ([], job["id"])
    assert admin.post(f"{path}stop/").json()["code"] == "busy"


def test_the_same_source_is_one_storage(two_hosts: tuple[Host, Host]) -> None:
    alpha, beta = two_hosts
    one = recorded(alpha, "netfs", detail=export("NAS.example"))
    assert client_of(person("bob", "viewer")).get(f"/api/v1/pools/{one.pk}/").json()["shared"] is None
    two = recorded(beta, "netfs", "/srv/other", detail=export(format="nfs"))
    recorded(beta, "netfs", "/srv/third", detail=export(dir="/export/other"))
    version = one.version
    one.refresh_from_db()
    assert one.shared_id == two.shared_id is not None
    assert one.version > version, "whoever looks at it hears that it is on two hosts now"
    assert elsewhere(alpha, "/srv/vm/web.qcow2") == {beta.pk: "/srv/other/web.qcow2"}
    assert elsewhere(alpha, "/srv/vmx/web.qcow2") == {}
    record_pools(
        beta.pk, [seen(two.uuid, "netfs", "/srv/other", detail=export(dir="/moved"))], complete=False
    )
    two.refresh_from_db()
    assert one.shared_id != two.shared_id
    pool_vanished(beta.pk, two.uuid)
    SharedPool.objects.update(created_at=timezone.now() - timedelta(days=2))
    forget_empty()
    assert SharedPool.objects.count() == 2


def test_a_new_domain_goes_wherever_the_storage_that_was_named_is(two_hosts: tuple[Host, Host]) -> None:
    alpha, beta = two_hosts
    cluster = Cluster.objects.create(name="both")
    Host.objects.update(cluster=cluster, memory_bytes=GIB)
    Host.objects.filter(pk=beta.pk).update(memory_bytes=8 * GIB)
    pools = [recorded(host, "netfs", detail=export()) for host in two_hosts]
    volumes = [Volume.objects.create(pool=pool, key="k", name="iso", path="/srv/vm/iso") for pool in pools]
    local = recorded(alpha, target="/srv/local", name="local")
    by = Actor(user=person("ada", "administrator"))
    body: dict[str, Any] = {"cluster": cluster.pk, "iso": volumes[0].pk, "disks": [{"pool": pools[0].pk}]}
    assert host_for(body, by=by) == beta, "it has more memory, and the same storage"
    assert pool_on(pools[0].pk, beta) == pools[1]
    assert volume_on(volumes[0].pk, beta) == volumes[1]
    assert host_for(body | {"disks": [{"pool": local.pk}]}, by=by) == alpha
    assert pool_on(local.pk, beta) is None


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        (("iscsi", PoolSource((PoolHost("a"),), devices=("iqn.x",))),
         ("iscsi-direct", PoolSource((PoolHost("A", 3260),), devices=("iqn.x",), initiator="me")), True),
        (("rbd", PoolSource((PoolHost("a"), PoolHost("b")), name="rbd")),
         ("rbd", PoolSource((PoolHost("b", 6789), PoolHost("a")), name="rbd")), True),
        (("rbd", PoolSource(name="one")), ("rbd", PoolSource(name="two")), False),
        (("netfs", export()), ("netfs", export(name="other")), False),
        (("dir", PoolSource()), ("dir", PoolSource()), False),
        (("logical", PoolSource(name="vg0")), ("logical", PoolSource(name="vg0")), False),
    ],
)  # fmt: skip
def test_what_makes_two_pools_one(one: Any, two: Any, same: bool) -> None:
    assert bool(key_of(*one) and key_of(*one) == key_of(*two)) is same


def test_a_folder_is_shared_by_an_administrator_s_word(two_hosts: tuple[Host, Host]) -> None:
    pools = [recorded(host) for host in two_hosts]
    client = client_of(person("ada", "administrator"))
    body = {"name": "the cluster's", "pools": [str(pool.pk) for pool in pools]}
    plan = client.post("/api/v1/shared-pools/?plan=1", body, format="json").json()
    assert plan["allowed"]
    assert "Nobody checks" in plan["checks"][0]["detail"]
    made = client.post("/api/v1/shared-pools/", body, format="json")
    assert made.status_code == 201
    id = made.json()["id"]
    assert {host["name"] for host in made.json()["hosts"]} == {"alpha", "beta"}
    record_pools(two_hosts[0].pk, [seen(pools[0].uuid, available_bytes=GIB)], complete=True)
    assert Pool.objects.filter(shared=id).count() == 2, "what the node says of it does not take the word back"
    assert client.post("/api/v1/shared-pools/", body, format="json").status_code == 400
    assert client.get("/api/v1/shared-pools/").json()["results"][0]["actions"] == ["delete"]
    assert client.delete(f"/api/v1/shared-pools/{id}/").status_code == 204
    assert not SharedPool.objects.exists()
    told = dict(AuditEntry.objects.filter(action__endswith="share").values_list("action", "changes"))
    alone, together = {"before": None, "after": "the cluster's"}, {"before": "the cluster's", "after": None}
    names = [f"{pool.name} on {pool.host.name}" for pool in pools]
    assert told == {"pool.share": dict.fromkeys(names, alone), "pool.unshare": dict.fromkeys(names, together)}
    other = recorded(two_hosts[1], target="/srv/elsewhere", name="b")
    for wrong in ([pools[0], other], [pools[1], other], [pools[0], pools[0]]):
        body = {"name": "x", "pools": [str(pool.pk) for pool in wrong]}
        assert client.post("/api/v1/shared-pools/", body, format="json").status_code == 400
    assert not SharedPool.objects.exists()


def test_a_pool_that_is_being_made_is_found_under_its_job_s_object(two_hosts: tuple[Host, Host]) -> None:
    host = two_hosts[0]
    record_offers(host.pk, [PoolOffer(PoolType.DIR)])
    client = client_of(person("ada", "administrator"))
    body = {"host": str(host.pk), "name": "new", "type": "dir", "target": "/srv/new"}
    job = client.post("/api/v1/pools/", body, format="json").json()
    assert client.post("/api/v1/pools/", body, format="json").json()["errors"].keys() == {"name", "target"}
    uuid = UUID(Job.objects.get(pk=job["id"]).option("uuid"))
    record_pools(host.pk, [seen(uuid, target="/srv/new", name="new")], complete=False)
    assert str(Pool.objects.get(uuid=uuid).pk) == job["object"]["id"]
    refused = client.post("/api/v1/pools/", body | {"type": "zfs", "target": "", "name": "z"}, format="json")
    assert "type" in refused.json()["errors"]


def test_the_trend(two_hosts: tuple[Host, Host]) -> None:
    pool = recorded(two_hosts[0])
    recorded(two_hosts[1], state=PoolState.INACTIVE)
    assert trend.sample() == 1
    PoolSample.objects.all().delete()
    now = timezone.now()
    for hours in range(0, 24 * 40, 2):
        at, used = now - timedelta(hours=hours), 6 * GIB - hours * GIB // 240
        PoolSample.objects.create(pool=pool, at=at, capacity_bytes=10 * GIB, available_bytes=10 * GIB - used)
    client = client_of(person("bob", "viewer"))
    said = client.get(f"/api/v1/pools/{pool.pk}/trend/").json()
    assert 100 < len(said["samples"]) <= 400
    assert said["samples"][-1]["available_bytes"] == 4 * GIB
    assert abs(said["growth_bytes_a_day"] - GIB / 10) < GIB / 1000
    assert said["full_at"] > (now + timedelta(days=39)).isoformat()
    assert len(client.get(f"/api/v1/pools/{pool.pk}/trend/?days=2").json()["samples"]) < 30
    assert client.get(f"/api/v1/pools/{pool.pk}/trend/?days=0").status_code == 400
    PoolSample.objects.update(at=now - timedelta(days=91))
    trend.sample()
    assert PoolSample.objects.count() == 1, "what is old is forgotten"
