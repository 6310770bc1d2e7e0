"""Carrying out what is wished of backups that are there: reading one through, and removing some."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from domains.backups import chain, places
from domains.models import Backup, Domain
from hosts import looking, nodes
from hypervisor import errors
from hypervisor.node import Node
from jobs.carrying import Carrying
from jobs.errors import JobCancelled, JobFailed
from jobs.kinds import Again, JobKind, Verdict, WasCancelled, register
from jobs.models import Job

_NOBODY_KNOWS = (errors.NodeUnreachable, errors.Timeout)


def register_kinds() -> None:
    register(
        JobKind("backup.verify", verify, _again, queue="long", deadline_seconds=24 * 3600, cancellable=True)
    )
    register(JobKind("backup.delete", remove, _again, queue="long", deadline_seconds=3600))


def verify(carrying: Carrying) -> dict[str, Any]:
    """Read all volumes of its chain: each there, over the right one, and the same as when it was first read.

    The first reading of a volume keeps its checksum. One that is not whole makes the backup damaged.
    """
    backup = _row(carrying.job)
    members = places.chain_of(backup)
    whole = sum(disk["size_bytes"] for one in members for disk in one.disks)
    reading = _Reading(carrying, whole)
    faults: list[str] = []
    with nodes.pooled(backup.host) as node:
        pool = (
            backup.pool.uuid
        )  # of the whole chain, whichever host's pool of the same storage each was made in
        node.refresh_pool(pool)
        for one, below in zip(members, [*members[1:], None], strict=True):
            found = [fault for disk in one.disks if (fault := _fault(node, reading, pool, disk, below))]
            _note(one, found)
            faults += found
    if faults:
        _note(backup, faults)
        raise JobFailed("damaged", " ".join(faults[:5]))
    Backup.objects.filter(pk=backup.pk).update(
        state=Backup.State.COMPLETE, error="", verified_at=timezone.now(), version=F("version") + 1
    )
    return {"backups": len(members), "volumes": reading.volumes, "read_bytes": reading.done}


def remove(carrying: Carrying) -> dict[str, Any]:
    """One after the other, those that nothing stands on first. What is done stays done."""
    removed: list[str] = []
    for id in carrying.option("backups"):
        backup = Backup.objects.select_related("pool", "host").filter(pk=id).first()
        if backup is None:
            continue  # an earlier attempt did it
        with nodes.pooled(backup.host) as node:
            carrying.touching(f"removing {backup}")
            try:
                _remove_volumes(node, backup)
                _forget_checkpoint(backup)
            except _NOBODY_KNOWS:
                raise
            except errors.HypervisorError as refused:
                _give_up(carrying.option("backups"), str(refused))
                raise JobFailed(refused.code, f"The backup {backup} stays: {refused}") from refused
        removed.append(str(backup))
        backup.delete()
        looking.look(backup.host_id, "pool", backup.pool.uuid)
    return {"removed": removed}


class _Reading:
    """How much of all was read so far, for the job."""

    def __init__(self, carrying: Carrying, whole: int) -> None:
        self.done = 0
        self.volumes = 0
        self._carrying = carrying
        self._whole = max(1, whole)
        self._began = timezone.now()

    def digest(self, node: Node, pool: UUID, name: str) -> str:
        """Raises JobCancelled, NotFound, HypervisorError."""
        before = self.done
        last = [0.0]

        def tell(size: int) -> None:
            self.done = before + size
            seconds = (timezone.now() - self._began).total_seconds()
            if seconds - last[0] < 0.5:
                return
            last[0] = seconds
            if self._carrying.cancel_requested():
                raise JobCancelled
            self._carrying.progress(
                int(99 * min(self.done, self._whole) / self._whole),
                f"reading {name}",
                {
                    "total_bytes": max(self._whole, self.done),
                    "processed_bytes": self.done,
                    "remaining_bytes": max(0, self._whole - self.done),
                    "rate_bytes": int(self.done / max(0.001, seconds)),
                },
            )

        found = node.digest_volume(pool, name, tell)
        self.volumes += 1
        return found


def _fault(node: Node, reading: _Reading, pool: UUID, disk: dict[str, Any], below: Backup | None) -> str:
    """What is wrong with one volume, in words; "" for nothing. Its checksum is kept in `disk`."""
    name = disk["volume"]
    wrong = chain.misplaced(node, pool, disk, below)
    if wrong:
        return wrong
    try:
        sum_now = reading.digest(node, pool, name)
    except errors.NotFound:
        return f"{name} is gone."
    except (JobCancelled, *_NOBODY_KNOWS):
        raise
    except errors.HypervisorError as refused:
        return f"{name} cannot be read: {refused.detail}"
    if disk.get("sha256") and disk["sha256"] != sum_now:
        return f"{name} is not the same as when it was first verified."
    disk["sha256"] = sum_now
    return ""


def _note(backup: Backup, faults: list[str]) -> None:
    """Keep the checksums, or what is wrong."""
    changes: dict[str, Any] = {"disks": backup.disks, "updated_at": timezone.now()}
    if faults:
        changes |= {"state": Backup.State.DAMAGED, "error": " ".join(faults)}
    Backup.objects.filter(pk=backup.pk).update(version=F("version") + 1, **changes)


def _remove_volumes(node: Node, backup: Backup) -> None:
    for disk in backup.disks:
        try:
            node.delete_volume(backup.pool.uuid, disk["volume"])
        except errors.NotFound:
            continue


def _forget_checkpoint(backup: Backup) -> None:
    """On the domain's host of today: else its disks would keep a bitmap for nothing. A silent host keeps it for now."""
    domain = Domain.objects.select_related("host").filter(pk=backup.domain_id, gone_at=None).first()
    if not backup.checkpoint or domain is None or not domain.active or not domain.host.answers:
        return
    with nodes.pooled(domain.host) as node:
        try:
            node.delete_checkpoint(backup.domain_id, backup.checkpoint)
        except errors.NotFound:
            return


def _give_up(ids: list[str], why: str) -> None:
    """Those that were not removed are what they were, as far as anybody knows."""
    with transaction.atomic():
        Backup.objects.filter(pk__in=ids, state=Backup.State.DELETING).update(
            state=Backup.State.DAMAGED, error=f"Removing it failed: {why}"
        )


def _row(job: Job) -> Backup:
    backup = Backup.objects.select_related("pool", "host").filter(pk=job.object_id).first()
    if backup is None:
        raise JobFailed("not_found", "The backup was removed.")
    return backup


def _again(job: Job) -> Verdict:
    """Reading changes nothing, and what is removed is skipped."""
    return WasCancelled() if job.cancel_requested_at is not None and job.kind == "backup.verify" else Again()
