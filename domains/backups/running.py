"""The backup of a running domain: begun with its checkpoint, followed, stopped."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from domains.backups import chain
from domains.models import Backup
from hosts.models import Host
from hypervisor import errors
from hypervisor.backups import BackedUpDisk, BackupDisk, BackupWish
from hypervisor.data import NewVolume
from hypervisor.node import Node
from hypervisor.xml.snapshot import snapshotable
from jobs.carrying import Carrying
from jobs.errors import JobCancelled, JobFailed

_POLL_SECONDS = 0.3


class Stopped(Exception):
    """It ended before it was whole, for this reason."""

    def __init__(self, reason: Exception) -> None:
        super().__init__(str(reason))
        self.reason = reason


def back_up(carrying: Carrying, node: Node, host: Host, backup: Backup) -> None:
    """Begin it and follow it to its end. Raises Stopped, JobFailed, HypervisorError."""
    under_way = not carrying.first and is_under_way(node, backup)
    if not under_way and not (not carrying.first and _is_whole(node, backup)):
        if not carrying.first:
            left = _clear(node, backup)
            if left:
                raise JobFailed("node_busy", f"What the last attempt made is in the way: {', '.join(left)}.")
        _begin(carrying, node, host, backup)
        under_way = True
    if under_way:
        _follow(carrying, node, backup)


def is_under_way(node: Node, backup: Backup) -> bool:
    """Whether the node writes into its volumes now."""
    try:
        progress = node.backup_progress(backup.domain_id)
    except errors.NotFound:
        return False
    return progress is not None and bool(set(progress.volumes) & {disk["path"] for disk in backup.disks})


def stop(node: Node, backup: Backup) -> None:
    """End it if it is under way, and wait until it is."""
    while is_under_way(node, backup):
        node.abort_backup(backup.domain_id)
        time.sleep(_POLL_SECONDS)


def _begin(carrying: Carrying, node: Node, host: Host, backup: Backup) -> None:
    """With the last backup below it where that can be; else whole, with the reason."""
    job = carrying.job
    carrying.progress(1, "looking at its disks and the last backup")
    now = {disk.target: disk for disk in node.disks_to_back_up(job.object_id)}
    targets = [disk["target"] for disk in backup.disks]
    gone = [target for target in targets if target not in now]
    if gone:
        raise JobFailed(
            "changed", f"{job.object_name} has no disk {', '.join(gone)} any more. Nothing was made."
        )
    _refuse_taken(node, backup)
    parent, because = chain.find_parent(
        node,
        host,
        backup,
        {target: now[target].format for target in targets},
        full=bool(carrying.option("full")),
        full_every=int(carrying.option("full_every", 0)),
    )
    tracked = all(now[target].format == "qcow2" for target in targets)
    backup.checkpoint = chain.checkpoint_of(backup) if tracked else ""
    backup.save(update_fields=["checkpoint"])
    carrying.touching("making its volumes")
    try:
        _begin_over(carrying, node, backup, now, parent, because)
    except errors.CheckpointBroken as broken:
        if parent is None:
            raise
        _clear(node, backup)
        because = f"The disks do not know any more what was written since the last backup: {broken.detail}"
        _begin_over(carrying, node, backup, now, None, because)
    except errors.NotSupported as refused:
        if not backup.checkpoint:
            raise
        _clear(node, backup)
        backup.checkpoint = ""
        backup.save(update_fields=["checkpoint"])
        _begin_over(
            carrying, node, backup, now, None, because or f"The disks keep no checkpoint: {refused.detail}"
        )


def _begin_over(
    carrying: Carrying,
    node: Node,
    backup: Backup,
    now: dict[str, BackedUpDisk],
    parent: Backup | None,
    because: str,
) -> None:
    chain.stands_on(backup, parent, because)
    below = {disk["target"]: disk["path"] for disk in parent.disks} if parent is not None else {}
    for disk in backup.disks:
        made = node.create_volume(
            backup.pool.uuid,
            NewVolume(
                disk["volume"],
                now[disk["target"]].capacity_bytes,
                "qcow2",
                backing=below.get(disk["target"], ""),
                backing_format="qcow2" if below else "",
                private=True,
            ),
        )
        disk["path"] = made.path
    backup.save(update_fields=["disks"])
    wish = BackupWish(
        disks=tuple(BackupDisk(disk["target"], disk["path"]) for disk in backup.disks),
        checkpoint=backup.checkpoint,
        since=parent.checkpoint if parent is not None else "",
    )
    with _quiet(carrying, node, backup):
        node.begin_backup(carrying.job.object_id, wish)


def _follow(carrying: Carrying, node: Node, backup: Backup) -> None:
    """Report until the node has ended it. Raises Stopped."""
    uuid = carrying.job.object_id
    cancelled = False
    while True:
        progress = node.backup_progress(uuid)
        if progress is None:
            break
        total, done = max(1, progress.total_bytes), progress.processed_bytes
        carrying.progress(
            5 + int(90 * done / total),
            "copying what was written" if backup.parent_id else "copying its disks",
            {
                "total_bytes": progress.total_bytes,
                "processed_bytes": done,
                "remaining_bytes": max(0, progress.total_bytes - done),
                "rate_bytes": int(done / progress.elapsed_seconds) if progress.elapsed_seconds else 0,
            },
        )
        if not cancelled and carrying.cancel_requested():
            cancelled = True
            node.abort_backup(uuid)
        time.sleep(_POLL_SECONDS)
    succeeded = node.backup_succeeded(uuid)
    if succeeded:
        return
    if cancelled:
        raise Stopped(JobCancelled())
    why = "The node gave it up: the guest ended, the pool is full, or somebody aborted it."
    raise Stopped(
        JobFailed("backup_ended", why if succeeded is False else f"{why} The node does not say which.")
    )


def _is_whole(node: Node, backup: Backup) -> bool:
    """Whether an earlier attempt's came to its end while nobody looked."""
    if not backup.checkpoint or not node.backup_succeeded(backup.domain_id):
        return False
    return any(one.name == backup.checkpoint for one in node.checkpoints(backup.domain_id))


def _clear(node: Node, backup: Backup) -> list[str]:
    """What an attempt made goes before the next; gives what is left."""
    left = []
    for disk in backup.disks:
        try:
            node.delete_volume(backup.pool.uuid, disk["volume"])
        except errors.NotFound:
            continue
        except (errors.OperationInvalid, errors.Busy):
            left.append(disk["volume"])
    if backup.checkpoint:
        try:
            node.delete_checkpoint(backup.domain_id, backup.checkpoint)
        except errors.NotFound:
            return left
    return left


def _refuse_taken(node: Node, backup: Backup) -> None:
    """Their names have a part by chance; one that is there all the same is not ours."""
    node.refresh_pool(backup.pool.uuid)
    for disk in backup.disks:
        if _there(node, backup.pool.uuid, disk["volume"]):
            raise JobFailed("name_taken", f"There is a volume {disk['volume']} already. Nothing was made.")


def _there(node: Node, pool: UUID, name: str) -> bool:
    try:
        node.volume(pool, name)
    except errors.NotFound:
        return False
    return True


@contextmanager
def _quiet(carrying: Carrying, node: Node, backup: Backup) -> Iterator[None]:
    """The guest's file systems frozen for that moment: where it was asked for, or an agent answers."""
    uuid, wanted = carrying.job.object_id, carrying.option("quiesce")
    backup.quiesced = wanted is True or (wanted is None and _has_agent(node, uuid))
    if backup.quiesced:
        try:
            node.freeze(uuid)
        except errors.HypervisorError as refused:
            if wanted:
                raise JobFailed(
                    refused.code,
                    f"The guest's file systems could not be frozen: {refused.detail} Nothing was made.",
                ) from refused
            backup.quiesced = False
    try:
        yield
    finally:
        if backup.quiesced:
            node.thaw(uuid)
    backup.save(update_fields=["quiesced"])


def _has_agent(node: Node, uuid: UUID) -> bool:
    live = node.domain_xml(uuid).live
    return live is not None and snapshotable(live).agent == "connected"
