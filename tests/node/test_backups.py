"""Backups of a real guest's disks: full and incremental, verified, restored, removed; and why a chain begins anew."""

from pathlib import Path
from typing import Any

import libvirt
import pytest
from django.utils import timezone

from access.errors import Conflict, Invalid
from domains.backups import restoring, services
from domains.backups.carry import recover
from domains.backups.restored import recover as recover_restore
from domains.backups.services import Asked
from domains.models import Backup, Domain
from domains.snapshots import services as snapshots
from domains.snapshots.checks import Asked as SnapshotAsked
from domains.snapshots.inventory import record_snapshots
from hypervisor.data import NewVolume
from jobs.kinds import Again, WasCancelled
from storage.users import users_of
from tests.daemon import PrivateDaemon
from tests.node.disks import Writer, another_pool, running, seen
from tests.node.site import MIB, Site, disk


def taken(site: Site, domain: Domain, **asked: Any) -> Backup:
    """A backup that must succeed."""
    pool = asked.pop("pool", site.pool)
    seen(site, domain.pk)
    result = site.done(services.take(domain.pk, Asked(pool.pk, **asked), by=site.by))
    return Backup.objects.get(pk=result["backup"])


def points(site: Site, domain: Domain) -> list[str]:
    return [checkpoint.name for checkpoint in site.node.checkpoints(domain.pk)]


def lose_record(daemon: PrivateDaemon, domain: Domain) -> None:
    """What a migration does to checkpoints: the disks keep their part, the node knows of none."""
    connection = libvirt.open(daemon.uri())
    try:
        for checkpoint in connection.lookupByUUID(domain.pk.bytes).listAllCheckpoints():
            checkpoint.delete(libvirt.VIR_DOMAIN_CHECKPOINT_DELETE_METADATA_ONLY)
    finally:
        connection.close()


def test_a_chain_is_taken_verified_restored_and_removed(site: Site, daemon: PrivateDaemon) -> None:
    writer = Writer(daemon)
    with another_pool(site, daemon) as pool:
        domain = running(site)
        writer.write(domain, 0x11, 0)
        first = taken(site, domain, pool=pool)
        writer.write(domain, 0x22, 2)
        second = taken(site, domain, pool=pool)
        writer.write(domain, 0x33, 4)
        assert (first.parent, first.fresh_because, second.parent) == (None, "", first)
        assert (first.running, second.state, first.error) == (True, "complete", "")
        (one,), (two,) = first.disks, second.disks
        assert two["capacity_bytes"] == 16 * MIB
        assert two["size_bytes"] < 2 * MIB
        assert points(site, domain) == [second.checkpoint]
        assert second.checkpoint_xml
        assert "domain type" not in second.sealed_xml
        # What of it may go, and who is named.
        told = users_of(site.host, [one["path"], two["path"], "/no/such"], site.by)
        kinds = {path: {kind for kind, _, _ in who.users} for path, who in told.items()}
        assert kinds == {one["path"]: {"backup", "volume"}, two["path"]: {"backup"}}
        with pytest.raises(Conflict) as refused:
            services.delete(first.pk, by=site.by)
        assert [user["id"] for user in refused.value.members["users"]] == [str(second.pk)]
        # Read through, and again, and once more after somebody wrote into it.
        result = site.done(services.verify(second.pk, by=site.by))
        assert (result["volumes"], result["backups"]) == (2, 2)
        second.refresh_from_db()
        assert second.verified_at
        assert len(second.disks[0]["sha256"]) == 64
        # Restored, while the original runs on with what it wrote since.
        wish = restoring.request(second.pk, by=site.by, name="came back", start=True)
        result = site.done(wish)
        back = Domain.objects.get(pk=result["domain"])
        path = site.folder / "came_back-vda.qcow2"
        assert (back.state, [d["source"] for d in back.definition.disks]) == ("running", [str(path)])
        assert [writer.holds(path, byte, at) for byte, at in ((0x11, 0), (0x22, 2), (0, 4))] == [True] * 3
        with pytest.raises(Invalid):
            restoring.request(second.pk, by=site.by, name="came back")
        # Whatever somebody wrote into a volume shows.
        with open(one["path"], "r+b") as file:
            file.seek(-1, 2)
            file.write(b"x")
        ended = site.ended(services.verify(second.pk, by=site.by))
        assert (ended.state, ended.error_code) == ("failed", "damaged")
        assert one["volume"] in ended.error_detail
        states = set(Backup.objects.filter(pk__in=[first.pk, second.pk]).values_list("state", flat=True))
        assert states == {"damaged"}
        assert taken(site, domain, pool=pool).fresh_because == "The last backup is damaged."
        result = site.done(services.delete(first.pk, by=site.by, children=True))
        assert len(result["removed"]) == 2
        left = Backup.objects.get()
        assert {path.name for path in Path(pool.target).iterdir()} == {left.disks[0]["volume"]}


def test_a_chain_goes_on_or_says_why_not(site: Site, daemon: PrivateDaemon) -> None:
    writer = Writer(daemon)
    domain = running(site)
    first = taken(site, domain)
    # Its record is lost, as by a migration; the disk still knows.
    lose_record(daemon, domain)
    writer.write(domain, 0x11, 0)
    second = taken(site, domain)
    assert (second.parent, second.fresh_because) == (first, "")
    assert taken(site, domain, full=True).fresh_because == ""
    # Off: whole, and the chain goes on afterwards.
    site.node.destroy(domain.pk)
    off = taken(site, domain)
    assert (off.running, off.parent) == (False, None)
    assert "off" in off.fresh_because
    assert writer.holds(off.disks[0]["path"], 0x11, 0)
    site.node.start(domain.pk)
    fifth = taken(site, domain)
    assert (fifth.parent is not None, fifth.fresh_because) == (True, "")
    # A snapshot takes the checkpoints away where it must: QEMU goes back to none with them.
    seen(site, domain.pk)
    site.done(snapshots.take(domain.pk, SnapshotAsked("s"), by=site.by))
    taken(site, domain)
    record_snapshots(site.host.pk, domain.pk, site.node.snapshots(domain.pk))
    plan = snapshots.plan_revert(domain.pk, "s", by=site.by, force=True)
    assert any("backup" in check["detail"] for check in plan["checks"])
    site.done(snapshots.revert(domain.pk, "s", by=site.by, force=True))
    assert (seen(site, domain.pk).state, points(site, domain)) == ("running", [])
    again = taken(site, domain)
    assert again.parent is None
    assert "do not know any more" in again.fresh_because
    # And of one that is off it takes none while there are any.
    site.node.destroy(domain.pk)
    seen(site, domain.pk)
    site.done(snapshots.take(domain.pk, SnapshotAsked("t"), by=site.by))
    assert points(site, domain) == []


def test_raw_disks_and_what_cannot_be_backed_up(site: Site, daemon: PrivateDaemon) -> None:
    domain = running(site, "d.raw", format="raw")
    first, second = taken(site, domain), taken(site, domain)
    assert (first.checkpoint, second.parent) == ("", None)
    assert "only qcow2" in second.fresh_because
    other = site.guest(disk(site.volume("shared.raw").path, more="<shareable/>"))
    with pytest.raises(Conflict) as refused:
        services.take(other.pk, Asked(site.pool.pk), by=site.by)
    assert "no disk of its own" in refused.value.detail
    with pytest.raises(Invalid) as wrong:
        services.take(domain.pk, Asked(site.pool.pk, disks=("vdz",)), by=site.by)
    assert set(wrong.value.errors) == {"disks"}
    with pytest.raises(Invalid):
        services.take(domain.pk, Asked(site.host.pk), by=site.by)
    # The definition of then, with one disk alone: the domain that comes of it has no other's disk.
    assert not services.plan_take(other.pk, Asked(site.pool.pk), by=site.by)["allowed"]


def test_an_interrupted_backup_is_followed_or_taken_back(site: Site, daemon: PrivateDaemon) -> None:
    domain = running(site)
    files = site.names()
    job = services.take(domain.pk, Asked(site.pool.pk), by=site.by)
    backup = Backup.objects.get(pk=job.pk)
    # The worker died after it made the volume: the next attempt clears away and begins anew.
    site.node.create_volume(site.pool.uuid, NewVolume(backup.disks[0]["volume"], MIB, "qcow2"))
    job.attempt = 1
    job.save()
    assert isinstance(recover(job), Again)
    site.done(job)
    # Cancelled meanwhile: nothing is left of it.
    job = services.take(domain.pk, Asked(site.pool.pk), by=site.by)
    backup = Backup.objects.get(pk=job.pk)
    site.node.create_volume(site.pool.uuid, NewVolume(backup.disks[0]["volume"], MIB, "qcow2"))
    job.cancel_requested_at = timezone.now()
    assert isinstance(recover(job), WasCancelled)
    backup.refresh_from_db()
    assert (backup.state, backup.disks) == ("failed", [])
    assert len(site.names() - files) == 1
    # The same of one that was being restored: half a domain is none.
    whole = Backup.objects.get(state="complete")
    before = site.names()
    job = restoring.request(whole.pk, by=site.by, name="half")
    (copy,) = job.options["copies"]
    site.node.create_volume(site.pool.uuid, NewVolume(copy["name"], MIB, "qcow2"))
    job.options = {**job.options, "began": True}
    job.attempt = 1
    job.save()
    assert isinstance(recover_restore(job), Again)
    assert site.names() == before
    site.done(job)
    assert isinstance(recover_restore(job), Again)  # it is there: the next attempt has only to say so
    assert site.has(job.object_id)
    # A volume that was put in the place of one of its own is not read.
    (kept,) = whole.disks
    site.node.delete_volume(site.pool.uuid, kept["volume"])
    base = site.volume("another.qcow2", format="qcow2")
    site.volume(kept["volume"], format="qcow2", backing=base.path, backing_format="qcow2")
    ended = site.ended(restoring.request(whole.pk, by=site.by, name="never"))
    assert (ended.state, ended.error_code) == ("failed", "damaged")
    assert "stands on" in ended.error_detail
    assert not site.has(ended.object_id)


def test_a_cancelled_one_leaves_nothing(
    site: Site, daemon: PrivateDaemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    domain = running(site, mebibytes=2**20)  # a tebibyte takes long enough, sparse as it is
    files = site.names()
    job = services.take(domain.pk, Asked(site.pool.pk), by=site.by)
    monkeypatch.setattr("jobs.carrying.Carrying.cancel_requested", lambda _: True)
    ended = site.ended(job)
    assert (ended.state, ended.error_detail) == ("cancelled", "")
    assert (site.names(), points(site, domain)) == (files, [])
    backup = Backup.objects.get()
    assert (backup.state, backup.error, backup.disks) == ("failed", "It was cancelled.", [])
