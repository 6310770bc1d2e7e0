"""Chains of backups: which one the next stands on and why a new chain begins, and what of them is on the node."""

import logging
import posixpath
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from domains.backups import places
from domains.models import Backup
from hosts.models import Host
from hypervisor import errors
from hypervisor.node import Node
from jobs.errors import JobFailed
from jobs.models import Job

logger = logging.getLogger(__name__)
PREFIX = "ovirtlite-"
_NOBODY_KNOWS = (errors.NodeUnreachable, errors.Timeout)
_LONGEST = 255


def row_of(job: Job) -> Backup | None:
    """The backup that a job makes."""
    return Backup.objects.select_related("pool", "host", "parent__pool").filter(pk=job.pk).first()


def checkpoint_of(backup: Backup) -> str:
    """What its checkpoint is called on the node."""
    return f"{PREFIX}{backup.pk.hex[:12]}"


def find_parent(
    node: Node, host: Host, backup: Backup, formats: dict[str, str], *, full: bool, full_every: int
) -> tuple[Backup | None, str]:
    """The backup that this one can stand on; None with the reason where a new chain begins, "" for no special one.

    `formats`: of the disks as they are now, by target. A checkpoint whose record a migration lost is made known again.
    """
    if full:
        return None, ""
    targets = [disk["target"] for disk in backup.disks]
    raw = [target for target in targets if formats.get(target) != "qcow2"]
    if raw:
        return None, f"{', '.join(raw)}: only qcow2 keeps what was written since."
    last = (
        Backup.objects.select_related("pool")
        .filter(
            domain_id=backup.domain_id, state__in=(Backup.State.COMPLETE, Backup.State.DAMAGED), running=True
        )
        .order_by("-created_at")
        .first()
    )
    if last is None:
        return None, ""
    if full_every and len(places.chain_of(last)) >= full_every:
        return None, ""
    reason = _unfit(node, host, backup, last, targets) or _without_checkpoint(node, backup, last)
    return (None, reason[:_LONGEST]) if reason else (last, "")


def because_off(backup: Backup, *, full: bool) -> str:
    """Why a backup of a domain that is off is a full one, though it was not asked to be; "" for the first."""
    if full or not Backup.objects.filter(domain_id=backup.domain_id, state=Backup.State.COMPLETE).exists():
        return ""
    return "The domain was off: then its disks are copied whole."


def stands_on(backup: Backup, parent: Backup | None, fresh_because: str) -> None:
    """Hold the parent before anything is made over it. Raises JobFailed when it is just being removed."""
    with transaction.atomic():
        if parent is not None:
            held = Backup.objects.select_for_update().filter(pk=parent.pk, state=Backup.State.COMPLETE)
            if not held.exists():
                raise JobFailed("changed", "The last backup is being removed. Ask again.")
        backup.parent = parent
        backup.fresh_because = fresh_because[:_LONGEST]
        backup.save(update_fields=["parent", "fresh_because"])


def complete(node: Node, backup: Backup, sealed_xml: str, *, running: bool) -> None:
    """Write down what was made, as the node shows it now."""
    pool = backup.pool.uuid
    node.refresh_pool(pool)
    for disk in backup.disks:
        seen = node.volume(pool, disk["volume"])
        disk |= {
            "path": seen.path,
            "capacity_bytes": seen.capacity_bytes,
            "size_bytes": seen.allocation_bytes,
        }
    if backup.checkpoint:
        known = {one.name: one.xml for one in node.checkpoints(backup.domain_id)}
        backup.checkpoint_xml = known.get(backup.checkpoint, "")
    backup.sealed_xml = sealed_xml
    backup.running = running
    backup.state = Backup.State.COMPLETE
    backup.finished_at = backup.updated_at = timezone.now()
    backup.version += 1
    backup.save()


def undo(node: Node, backup: Backup, error: str) -> list[str]:
    """Take its volumes and its checkpoint away. Gives the names of the volumes that are left."""
    left = []
    for disk in backup.disks:
        try:
            node.delete_volume(backup.pool.uuid, disk["volume"])
        except errors.NotFound:
            continue
        except errors.HypervisorError as refused:
            logger.warning("the volume %s is left: %s", disk["volume"], refused)
            left.append(disk["volume"])
    if backup.checkpoint:
        _forget(node, backup, backup.checkpoint)
    failed(backup, error, keep_volumes=bool(left))
    return left


def failed(backup: Backup, error: str, *, keep_volumes: bool = False) -> None:
    """Nothing stands on its parent any more, so that it may be removed."""
    Backup.objects.filter(pk=backup.pk).update(
        state=Backup.State.FAILED,
        error=error,
        parent=None,
        checkpoint="",
        checkpoint_xml="",
        disks=backup.disks if keep_volumes else [],
        finished_at=timezone.now(),
        updated_at=timezone.now(),
        version=F("version") + 1,
    )


def forget_own(node: Node, backup: Backup) -> None:
    """Its checkpoint is not made after all."""
    if backup.checkpoint:
        _forget(node, backup, backup.checkpoint)
        backup.checkpoint = ""
        backup.save(update_fields=["checkpoint"])


def forget_older(node: Node, backup: Backup) -> None:
    """Checkpoints of ours before this one serve nobody any more, and each costs the disks a bitmap."""
    if not backup.checkpoint:
        return
    for one in reversed(node.checkpoints(backup.domain_id)):
        if one.name.startswith(PREFIX) and one.name != backup.checkpoint:
            _forget(node, backup, one.name)


def misplaced(node: Node, pool: UUID, disk: dict[str, Any], below: Backup | None) -> str:
    """Whether a volume of a chain is there and over the one that it was made over: in words what is not, or ""."""
    name = disk["volume"]
    wanted = (
        next((one["path"] for one in below.disks if one["target"] == disk["target"]), "") if below else ""
    )
    try:
        seen = node.volume(pool, name)
    except errors.NotFound:
        return f"{name} is gone."
    if seen.format != "qcow2":
        return f"{name} is no qcow2 any more, but {seen.format or 'nothing known'}."
    if posixpath.basename(seen.backing) != posixpath.basename(wanted):
        return f"{name} stands on {seen.backing or 'nothing'}, not on {wanted or 'nothing'}."
    return ""


def _unfit(node: Node, host: Host, backup: Backup, last: Backup, targets: list[str]) -> str:
    """Why nothing can stand on the last backup; "" when it fits."""
    if last.state == Backup.State.DAMAGED:
        return "The last backup is damaged."
    if not last.checkpoint:
        return "The last backup left no checkpoint: the disks could not keep one."
    if sorted(disk["target"] for disk in last.disks) != sorted(targets):
        return "The last backup was of other disks."
    home = places.counterpart(last.pool, host)
    if home is None or home.pk != backup.pool_id:
        return f"The last backup lies in another pool, {last.pool.name}."
    if home.target != last.pool.target:
        return f"What the last backup lies in is {home.target} here, and was {last.pool.target}: its layers name that."
    node.refresh_pool(home.uuid)
    for disk in last.disks:
        try:
            node.volume(home.uuid, disk["volume"])
        except errors.NotFound:
            return f"The volume {disk['volume']} of the last backup is gone."
    return ""


def _without_checkpoint(node: Node, backup: Backup, last: Backup) -> str:
    """Make its checkpoint known where it is not; why that cannot be, or ""."""
    if any(one.name == last.checkpoint for one in node.checkpoints(backup.domain_id)):
        return ""
    if not last.checkpoint_xml:
        return "The node has no checkpoint of the last backup any more."
    try:
        node.redefine_checkpoint(backup.domain_id, last.checkpoint_xml)
    except (errors.CheckpointBroken, errors.OperationInvalid, errors.NotSupported, errors.InvalidXML) as gone:
        return f"The disks do not know any more what was written since the last backup: {gone.detail}"
    return ""


def _forget(node: Node, backup: Backup, name: str) -> None:
    try:
        node.delete_checkpoint(backup.domain_id, name)
    except errors.NotFound:
        return
    except _NOBODY_KNOWS:
        raise
    except errors.HypervisorError as refused:
        logger.warning("the checkpoint %s of %s is left: %s", name, backup.domain_name, refused)
