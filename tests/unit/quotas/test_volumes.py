"""Volumes that people make or make larger in a pool: asked of the quota as the job is opened, counted from then on."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from access.models import Role, User
from domains.models import Quota, Reservation, Snapshot
from domains.snapshots.inventory import record_snapshots
from hypervisor.xml.snapshot import read_snapshot
from jobs import claims
from jobs.models import Job, JobState
from storage.models import Pool, Volume, VolumeOwner
from tests.unit.access.people import client_of, give, person
from tests.unit.domains.test_copies_api import DOMAINS, post
from tests.unit.quotas.nodewatch import MIB, defined, ends, gets, lists, loses
from tests.unit.quotas.test_staying_behind import VOLUMES, machine, names, used

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]


@pytest.fixture
def admin(db: None) -> User:
    return person("ada", "administrator")


@pytest.fixture
def eve(pool: Pool) -> User:
    """May make and fill volumes in the pool, with a quota of 3 MiB."""
    user = person("eve")
    makes = Role.objects.create(
        name="makes volumes",
        permissions=["pool.read", "volume.create", "volume.edit", "volume.upload", "volume.download"],
    )
    give(user, makes.name, kind="pool", at=pool.pk)
    Quota.objects.create(user=user, storage_bytes=3 * MIB)
    return user


@pytest.fixture
def hers(eve: User) -> APIClient:
    return client_of(eve)


def exceeded(reply: Any) -> bool:
    return (reply.status_code, reply.json().get("code")) == (409, "quota_exceeded")


def making(pool: Pool, name: str, size: int = MIB) -> dict[str, Any]:
    return {"pool": str(pool.pk), "name": name, "capacity_bytes": size}


def test_what_one_makes_counts_from_its_job_on(hers: APIClient, eve: User, pool: Pool) -> None:
    job = post(hers, VOLUMES, making(pool, "a", 2 * MIB))
    assert job.status_code == 202, job.json()
    assert used(eve) == 2 * MIB
    assert exceeded(post(hers, VOLUMES, making(pool, "b", 2 * MIB)))
    plan = post(hers, f"{VOLUMES}?plan=1", making(pool, "b", 2 * MIB)).json()
    assert (plan["allowed"], plan["checks"][0]["code"]) == (False, "quota_exceeded")
    lists(pool, {})  # looked at before it is there
    assert used(eve) == 2 * MIB
    gets(pool, "a", 2 * MIB)
    ends(job.json()["id"])
    assert used(eve) == 2 * MIB
    one = Volume.objects.get()
    for verb, body in (("clone", {"name": "c"}), ("convert", {"format": "qcow2", "name": "d"})):
        assert exceeded(post(hers, f"{VOLUMES}{one.pk}/{verb}/", body))
    assert exceeded(post(hers, f"{VOLUMES}{one.pk}/resize/", {"capacity_bytes": 4 * MIB}))
    larger = post(hers, f"{VOLUMES}{one.pk}/resize/", {"capacity_bytes": 3 * MIB})
    assert larger.status_code == 202, larger.json()
    assert used(eve) == 3 * MIB
    lists(pool, {"a": 2 * MIB})
    assert used(eve) == 3 * MIB
    ends(larger.json()["id"], JobState.FAILED)
    assert used(eve) == 2 * MIB


def test_what_was_made_a_moment_ago_is_gone_as_soon_as_it_is_deleted(
    hers: APIClient, eve: User, pool: Pool
) -> None:
    job = post(hers, VOLUMES, making(pool, "a"))
    gets(pool, "a")
    ends(job.json()["id"])
    loses(pool, "a")
    assert used(eve) == 0
    # But one that nobody has seen yet counts until it shows.
    job = post(hers, VOLUMES, making(pool, "b"))
    ends(job.json()["id"])
    lists(pool, {})
    assert used(eve) == MIB
    Job.objects.update(finished_at=timezone.now() - timedelta(minutes=1))
    lists(pool, {})
    assert used(eve) == 0


def test_what_came_to_nothing_counts_for_nobody(hers: APIClient, eve: User, pool: Pool) -> None:
    job = Job.objects.get(pk=post(hers, VOLUMES, making(pool, "a", 3 * MIB)).json()["id"])
    assert claims.cancel_queued(job)
    assert (used(eve), VolumeOwner.objects.count()) == (0, 0)
    # Its name was another's: that is not hers to see or delete.
    job = Job.objects.get(pk=post(hers, VOLUMES, making(pool, "a", 3 * MIB)).json()["id"])
    gets(pool, "a")
    ends(job, JobState.FAILED, "name_taken")
    assert (used(eve), VolumeOwner.objects.count()) == (0, 0)
    # Half of it was made, and stays: it is hers as long as it is there.
    job = Job.objects.get(pk=post(hers, VOLUMES, making(pool, "b", 3 * MIB)).json()["id"])
    ends(job, JobState.FAILED, "timeout")
    assert used(eve) == 0
    gets(pool, "b", MIB)
    assert used(eve) == MIB
    loses(pool, "b")
    assert VolumeOwner.objects.count() == 0


def test_uploads_count_for_who_sends(hers: APIClient, eve: User, pool: Pool) -> None:
    def upload(name: str, size: int, **more: Any) -> Any:
        body = {"pool": str(pool.pk), "name": name, "size_bytes": size, **more}
        return hers.post("/api/v1/uploads/", body, format="json", HTTP_TUS_RESUMABLE="1.0.0")

    assert exceeded(upload("a", 4 * MIB))
    assert upload("a", 3 * MIB).status_code in {201, 202}
    assert used(eve) == 3 * MIB
    assert exceeded(upload("b", 1))
    assert exceeded(upload("b", 1, library=True))  # she does not keep it
    fetch = {"name": "f", "url": "https://mirror.example.org/f.img"}
    assert exceeded(post(hers, f"/api/v1/pools/{pool.pk}/fetch/", fetch))


def test_another_name_stays_theirs(hers: APIClient, eve: User, pool: Pool) -> None:
    gets(pool, "a")
    VolumeOwner.objects.create(pool=pool, name="a", owner=eve, capacity_bytes=MIB)
    one = Volume.objects.get()
    job = hers.patch(f"{VOLUMES}{one.pk}/", {"name": "b"}, format="json")
    assert job.status_code == 202, job.json()
    lists(pool, {"a": MIB, "b": MIB})
    lists(pool, {"b": MIB})
    ends(job.json()["id"])
    assert names(hers, owner=str(eve.pk)) == ["b"]


def test_a_disk_is_made_larger_in_its_pool(admin: User, eve: User, pool: Pool) -> None:
    one = machine(pool, eve, "a", name="web")
    path = f"{VOLUMES}{Volume.objects.get().pk}/resize/"
    client = client_of(admin)
    assert exceeded(post(client, path, {"capacity_bytes": 4 * MIB}))
    assert exceeded(post(client_of(eve), path, {"capacity_bytes": 4 * MIB}))
    assert post(client, f"{path}?plan=1", {"capacity_bytes": 4 * MIB}).json()["allowed"] is False
    larger = post(client, path, {"capacity_bytes": 3 * MIB})
    assert larger.status_code == 202, larger.json()
    assert used(eve) == 3 * MIB
    gets(pool, "a", 3 * MIB)
    ends(larger.json()["id"])
    assert used(eve) == 3 * MIB
    assert not Reservation.objects.filter(domain_id=one.pk).exists()


def test_a_copy_beside_the_moved_disk(eve: User, pool: Pool) -> None:
    Quota.objects.filter(user=eve).update(storage_bytes=2 * MIB)
    other: Pool = Pool.objects.create(
        host=pool.host, uuid=uuid4(), name="other", type="dir", state="running", target="/other",
        available_bytes=2**30,
    )  # fmt: skip
    give(eve, "makes volumes", kind="pool", at=other.pk)
    one = machine(pool, eve, "a")
    path, hers = f"{DOMAINS}{one.pk}/disks/vda/move/", client_of(eve)
    moved = post(hers, path, {"pool": str(other.pk), "delete_source": False})
    assert moved.status_code == 202, moved.json()
    assert used(eve) == 2 * MIB
    (copy,) = Job.objects.get(pk=moved.json()["id"]).option("copies")
    gets(other, copy["name"])
    defined(one, f"/other/{copy['name']}")
    ends(moved.json()["id"])
    assert used(eve) == 2 * MIB
    assert exceeded(post(hers, path, {"pool": str(pool.pk), "delete_source": False}))


_SNAPSHOT = """<domainsnapshot><name>s1</name><state>shutoff</state><creationTime>1</creationTime>
<disks><disk name='vda' snapshot='internal'/></disks>
<domain type='qemu'><name>web</name><memory unit='MiB'>8</memory><vcpu>1</vcpu><os><type>hvm</type></os><devices>
<disk type='file' device='disk'><source file='/pool/a'/><target dev='vda'/></disk></devices></domain>
<inactiveDomain type='qemu'><name>web</name><memory unit='MiB'>2</memory><vcpu>4</vcpu><os><type>hvm</type></os>
<devices/></inactiveDomain></domainsnapshot>"""


def test_back_to_a_larger_snapshot(admin: User, eve: User, pool: Pool) -> None:
    one = machine(pool, eve, "a")
    record_snapshots(pool.host_id, one.pk, [read_snapshot(_SNAPSHOT)])
    kept = Snapshot.objects.get()
    assert (kept.vcpus, kept.memory_bytes) == (4, 8 * MIB)
    Quota.objects.filter(user=eve).update(vcpus=3, storage_bytes=MIB)
    path = f"{DOMAINS}{one.pk}/snapshots/s1/revert/"
    refused = post(client_of(eve), path, {})
    assert exceeded(refused)
    assert refused.json()["resource"] == "vcpus"
    assert post(client_of(eve), f"{path}?plan=1", {}).json()["allowed"] is False
    Quota.objects.filter(user=eve).update(vcpus=4)
    # A disk that was taken out meanwhile, and that is still hers, comes back for nothing.
    defined(one)
    assert used(eve) == MIB
    back = post(client_of(eve), path, {})
    assert back.status_code == 202, back.json()
    assert used(eve) == MIB
