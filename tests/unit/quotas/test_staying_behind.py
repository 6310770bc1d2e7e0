"""What domains let go counts for whose it was: taken out, left by a deletion; theirs to see and to delete."""

from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from access.models import AuditEntry, Role, User
from domains.inventory import record, vanished
from domains.models import DeletedDomain, Domain, Quota, Snapshot
from domains.quotas.leaving import entry_gone
from hosts.models import Cluster, Host
from jobs.models import Job
from storage import owners
from storage.inventory import record_volumes
from storage.models import Pool, SharedPool, Volume, VolumeOwner
from tests.unit.access.people import client_of, give, person
from tests.unit.domains.says import seen
from tests.unit.domains.test_copies_api import BIN, DOMAINS, deleted, post, template, volume
from tests.unit.quotas.nodewatch import MIB, defined, ends, gets, lists, loses

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]
VOLUMES, OWN = "/api/v1/volumes/", "/api/v1/me/quotas/"


@pytest.fixture
def admin(db: None) -> User:
    return person("ada", "administrator")


@pytest.fixture
def eve(db: None) -> User:
    """With a quota of 3 MiB, and nothing else."""
    user = person("eve")
    Quota.objects.create(user=user, storage_bytes=3 * MIB)
    return user


@pytest.fixture
def hers(eve: User) -> APIClient:
    return client_of(eve)


def machine(pool: Pool, owner: User | None, *disks: str, name: str = "web") -> Domain:
    """Off, with these volumes of the pool as disks; its owner has the owner's grant."""
    row: Domain = Domain.objects.create(
        id=uuid4(), host=pool.host, name=name, state="shutoff", os_type="hvm", owner=owner
    )
    if owner is not None:
        give(owner, "owner", kind="domain", at=row.pk)
    for disk in disks:
        gets(pool, disk)
    defined(row, *(f"/pool/{disk}" for disk in disks))
    return row


def used(user: User) -> int:
    return int(client_of(user).get(OWN).json()[0]["use"]["storage_bytes"])


def names(client: APIClient, **query: Any) -> list[str]:
    reply = client.get(VOLUMES, query)
    return [] if reply.status_code == 403 else [one["name"] for one in reply.json()["results"]]


def test_disks_made_and_taken_out_again_and_again(hers: APIClient, eve: User, pool: Pool) -> None:
    role = Role.objects.create(name="makes disks", permissions=["pool.read", "volume.create"])
    give(eve, role.name, kind="pool", at=pool.pk)
    one = machine(pool, eve)
    disk = {"pool": str(pool.pk), "capacity_bytes": MIB}
    for number in range(3):
        added = post(hers, f"{DOMAINS}{one.pk}/disks/", disk)
        assert added.status_code == 202, added.json()
        made = Job.objects.get(pk=added.json()["id"]).option("new_volume")
        gets(pool, made["name"])
        assert used(eve) == (number + 1) * MIB  # it is there, and no disk yet
        defined(one, made["path"])
        ends(added.json()["id"])
        taken = hers.delete(f"{DOMAINS}{one.pk}/disks/vda/")
        assert taken.status_code == 202, taken.json()
        defined(one)
        ends(taken.json()["id"])
        assert used(eve) == (number + 1) * MIB
    refused = post(hers, f"{DOMAINS}{one.pk}/disks/", disk)
    assert (refused.status_code, refused.json()["code"]) == (409, "quota_exceeded")
    # They are hers to find and to delete, and then there is room again.
    left = names(hers, owner=str(eve.pk), unused="true")
    assert len(left) == 3
    gone = hers.get(VOLUMES, {"name": left[0]}).json()["results"][0]
    assert gone["owner"] == {"id": str(eve.pk), "name": "eve"}
    job = hers.delete(f"{VOLUMES}{gone['id']}/")
    assert job.status_code == 202, job.json()
    loses(pool, left[0])
    ends(job.json()["id"])
    assert used(eve) == 2 * MIB
    assert post(hers, f"{DOMAINS}{one.pk}/disks/", disk).status_code == 202


def test_deleted_without_their_disks_again_and_again(hers: APIClient, eve: User, pool: Pool) -> None:
    small = template(pool)
    volume(pool, "small-v1-vda.raw")
    version = small.versions.get()
    disk = "<disk type='file'><source file='/pool/small-v1-vda.raw'/><target dev='vda'/></disk>"
    version.xml = version.xml.replace("<devices>", f"<devices>{disk}")
    version.save()
    give(eve, "self-service", kind="template", at=small.pk)
    for number in range(3):
        made = post(hers, DOMAINS, {"template": str(small.pk), "name": f"web{number}", "start": False})
        assert made.status_code == 202, made.json()
        job = Job.objects.get(pk=made.json()["id"])
        (disk_made,) = job.option("made")
        gets(pool, disk_made["name"])
        record(pool.host_id, [seen(job.object_id, name=f"web{number}")], complete=False)
        row = Domain.objects.get(pk=job.object_id)
        assert row.owner == eve
        defined(row, disk_made["path"])
        ends(job)
        assert used(eve) == (number + 1) * MIB
        gone = hers.delete(f"{DOMAINS}{row.pk}/?permanent=true")
        assert gone.status_code == 202, gone.json()
        vanished(pool.host_id, row.pk)
        ends(gone.json()["id"])
        assert used(eve) == (number + 1) * MIB
    refused = post(hers, DOMAINS, {"template": str(small.pk), "name": "more", "start": False})
    assert (refused.status_code, refused.json()["code"]) == (409, "quota_exceeded")
    assert refused.json()["resource"] == "storage_bytes"
    # Not the pool, nor what else is in it.
    assert len(names(hers)) == hers.get("/api/v1/me/volumes/?unused=true").json()["count"] == 3
    assert client_of(person("ida")).get("/api/v1/me/volumes/").json()["results"] == []
    assert {one["pool"]["name"] for one in hers.get(VOLUMES).json()["results"]} == {""}
    assert names(hers, search="default") == []
    assert hers.get("/api/v1/pools/").json()["count"] == 0
    hidden = Volume.objects.get(name="small-v1-vda.raw")
    assert hers.get(f"{VOLUMES}{hidden.pk}/").status_code == 404
    own = hers.get(VOLUMES).json()["results"][0]
    assert own["actions"] == ["delete"]
    assert hers.get(f"{VOLUMES}{own['id']}/").status_code == 200
    going = hers.delete(f"{VOLUMES}{own['id']}/")
    assert hers.get(f"/api/v1/jobs/{going.json()['id']}/").status_code == 200
    own = hers.get(VOLUMES).json()["results"][1]
    assert post(hers, f"{VOLUMES}{own['id']}/resize/", {"capacity_bytes": 5 * MIB}).status_code == 403
    assert hers.get(f"{VOLUMES}{own['id']}/content/").status_code == 403


def test_the_record_outlives_a_stop_of_the_pool(eve: User, admin: User, pool: Pool) -> None:
    one = machine(pool, eve, "a")
    defined(one)
    assert used(eve) == MIB
    Pool.objects.update(state="inactive")
    record_volumes(pool.host_id, pool.uuid, [])
    assert used(eve) == MIB
    Pool.objects.update(state="running")
    lists(pool, {"a": 2 * MIB})
    assert used(eve) == 2 * MIB
    assert names(client_of(eve)) == ["a"]
    # Gone from a pool that runs, it is gone; what comes under its name then is another.
    lists(pool, {})
    assert used(eve) == 0
    lists(pool, {"a": MIB})
    assert (used(eve), names(client_of(eve))) == (0, [])


def test_counted_once_wherever_it_is_seen(eve: User, admin: User, pool: Pool, two_hosts: Any) -> None:
    shared = SharedPool.objects.create(key="x", name="nfs", type="dir", stated=True)
    Pool.objects.update(shared=shared)
    other: Pool = Pool.objects.create(
        host=two_hosts[1], uuid=pool.uuid, name="default", type="dir", state="running", target="/pool",
        shared=shared,
    )  # fmt: skip
    one = machine(pool, eve, "a")
    lists(other, {"a": MIB})
    Domain.objects.update(host=two_hosts[1])  # it moved there
    defined(one, host=two_hosts[1].pk)
    assert used(eve) == MIB
    assert len(names(client_of(eve))) == 2
    # Back as a disk it counts with its domain, and a deleted domain's disks with the recycle bin.
    Domain.objects.update(host=pool.host)
    defined(one, "/pool/a", host=pool.host_id)
    assert used(eve) == MIB
    vanished(pool.host_id, one.pk)
    entry = deleted(pool.host, owner=eve)
    DeletedDomain.objects.filter(pk=entry.pk).update(
        volumes=[{"target": "vda", "pool": str(pool.pk), "name": "a", "path": "/pool/a"}]
    )
    assert used(eve) == MIB
    assert client_of(eve).delete(f"{VOLUMES}{Volume.objects.get(pool=pool).pk}/").json()["code"] == "in_use"
    entry.delete()
    assert used(eve) == MIB


def test_what_the_bin_forgets_stays_its_owners(eve: User, pool: Pool) -> None:
    """Deleted before any of this was kept."""
    gets(pool, "a")
    entry = deleted(pool.host, owner=eve)
    xml = entry.xml.replace(
        "<devices>", "<devices><disk type='file'><source file='/pool/a'/><target dev='vda'/></disk>"
    )
    DeletedDomain.objects.filter(pk=entry.pk).update(xml=xml)
    assert used(eve) == MIB
    entry.refresh_from_db()
    entry_gone(entry)
    entry.delete()
    assert used(eve) == MIB


def test_what_was_lent_is_nobodys_again(eve: User, admin: User, pool: Pool) -> None:
    one = machine(pool, eve)
    gets(pool, "golden")
    golden = Volume.objects.get(name="golden")
    given = post(client_of(admin), f"{DOMAINS}{one.pk}/disks/", {"volume": str(golden.pk)})
    assert given.status_code == 202, given.json()
    defined(one, "/pool/golden")
    ends(given.json()["id"])
    assert used(eve) == MIB
    defined(one)
    assert (used(eve), names(client_of(eve))) == (0, [])
    # Hers, in another person's domain, is hers still; and it counts for whose domain it is in as well.
    theirs = machine(pool, admin, name="theirs")
    Quota.objects.create(user=admin, storage_bytes=9 * MIB)
    mine = machine(pool, eve, "a", name="mine")
    defined(mine)
    given = post(
        client_of(admin), f"{DOMAINS}{theirs.pk}/disks/", {"volume": str(Volume.objects.get(name="a").pk)}
    )
    assert given.status_code == 202, given.json()
    defined(theirs, "/pool/a")
    ends(given.json()["id"])
    assert (used(eve), used(admin)) == (MIB, MIB)
    assert client_of(eve).delete(f"{VOLUMES}{Volume.objects.get(name='a').pk}/").json()["code"] == "in_use"
    defined(theirs)
    assert (used(eve), used(admin)) == (MIB, 0)


def test_one_comes_back_for_nothing(hers: APIClient, eve: User, admin: User, pool: Pool) -> None:
    Quota.objects.filter(user=eve).update(storage_bytes=MIB)
    one = machine(pool, eve, "a")
    defined(one)
    again = post(client_of(admin), f"{DOMAINS}{one.pk}/disks/", {"volume": str(Volume.objects.get().pk)})
    assert again.status_code == 202, again.json()
    assert used(eve) == MIB
    defined(one, "/pool/a")
    ends(again.json()["id"])
    assert used(eve) == MIB


def test_another_owner_takes_the_volumes_over(eve: User, admin: User, pool: Pool) -> None:
    Quota.objects.create(user=admin, storage_bytes=9 * MIB)
    one = machine(pool, eve, "a", "b")
    defined(one, "/pool/a")
    defined(one, "/pool/a", "/pool/b")
    path = f"{DOMAINS}{one.pk}/"
    assert client_of(admin).patch(path, {"owner": str(admin.pk)}, format="json").status_code == 200
    assert (used(eve), used(admin)) == (0, 2 * MIB)
    defined(one)
    assert (used(eve), used(admin)) == (0, 2 * MIB)
    assert names(client_of(eve)) == []
    # Of a user who is deleted nothing is kept.
    admin.delete()
    assert not VolumeOwner.objects.exclude(owner=None).exists()


def test_layers_of_snapshots_count_once_their_domain_is_gone(eve: User, pool: Pool) -> None:
    one = machine(pool, eve, "a")
    gets(pool, "a.s1")
    Snapshot.objects.create(
        domain=one, name="s1", external=True,
        disks=[{"target": "vda", "snapshot": "external", "source": "/pool/a.s1", "before": "/pool/a"}],
    )  # fmt: skip
    defined(one, "/pool/a.s1")
    assert used(eve) == MIB
    defined(one)  # taken out with the snapshot still there
    assert used(eve) == 2 * MIB
    defined(one, "/pool/a.s1")
    vanished(pool.host_id, one.pk)
    assert used(eve) == 2 * MIB


def test_the_quota_of_a_cluster_counts_each_once(admin: User, eve: User, pool: Pool) -> None:
    cluster = Cluster.objects.create(name="one")
    Host.objects.filter(pk=pool.host_id).update(cluster=cluster)
    Quota.objects.create(cluster=cluster, storage_bytes=9 * MIB)
    one = machine(pool, eve, "a", "b")
    defined(one, "/pool/a")
    defined(machine(pool, admin, name="other"), "/pool/b")
    (shown,) = [one for one in client_of(admin).get("/api/v1/quotas/").json()["results"] if one["cluster"]]
    assert shown["use"]["storage_bytes"] == 2 * MIB


def test_what_is_in_the_library_is_everybodys(eve: User, pool: Pool) -> None:
    one = machine(pool, eve, "a")
    defined(one)
    owners.everybodys(Volume.objects.get())
    assert (used(eve), names(client_of(eve))) == (0, [])


def test_a_purge_takes_them_away(hers: APIClient, eve: User, pool: Pool) -> None:
    one = machine(pool, eve, "a")
    gone = hers.delete(f"{DOMAINS}{one.pk}/?volumes=true")
    assert gone.status_code == 202, gone.json()
    vanished(pool.host_id, one.pk)
    assert used(eve) == MIB
    loses(pool, "a")
    assert used(eve) == 0
    assert hers.get(BIN).status_code == 200
    assert AuditEntry.objects.filter(action="domain.undefine", result="accepted").exists()
