"""Carrying out a backup, following one that the node makes by itself, and finding out what became of one."""

from typing import Any

from access import secrets
from domains.backups import chain, running
from domains.backups.running import Stopped
from domains.backups.services import KIND
from domains.copies import copying
from domains.copies.copying import Copy
from domains.copies.disks import Disk, Places
from domains.models import Backup, Domain
from domains.tasks import host_of, seen
from hosts import looking, nodes
from hosts.models import Host
from hypervisor import errors
from hypervisor.node import Node
from hypervisor.states import ACTIVE
from jobs.carrying import Carrying
from jobs.errors import JobCancelled, JobFailed
from jobs.kinds import Again, Failed, JobKind, Unknown, Verdict, WasCancelled, register
from jobs.models import Job

_NOBODY_KNOWS = (errors.NodeUnreachable, errors.Timeout)


def register_kinds() -> None:
    register(JobKind(KIND, back_up, recover, queue="long", deadline_seconds=24 * 3600, cancellable=True))


def back_up(carrying: Carrying) -> dict[str, Any]:
    """Make it, or follow what an earlier attempt began. What fails half-way leaves no volume and no checkpoint."""
    job, host = carrying.job, host_of(carrying)
    backup = chain.row_of(job)
    if backup is None:
        raise JobFailed("not_found", "The backup was removed.")
    with nodes.pooled(host) as node:
        try:
            if host.pk != backup.host_id:
                raise JobFailed(
                    "changed", f"{job.object_name} was moved to {host.name} meanwhile. Ask again."
                )
            now = seen(node, job)
            if now is None:
                raise JobFailed("not_found_on_node", f"{job.object_name} is no longer there.")
            definition = node.secret_definition(job.object_id)
            if now.state in ACTIVE:
                running.back_up(carrying, node, host, backup)
            else:
                _copy_all(carrying, node, host, backup, definition)
            chain.complete(node, backup, secrets.seal(definition), running=now.state in ACTIVE)
        except (errors.HypervisorError, JobFailed, JobCancelled, Stopped) as failure:
            if isinstance(failure, _NOBODY_KNOWS):
                raise
            ended = failure.reason if isinstance(failure, Stopped) else failure
            if isinstance(ended, JobFailed) and ended.code == "name_taken":
                backup.disks = []  # what is there by those names is another's
            running.stop(node, backup)
            left = chain.undo(node, backup, str(ended) or "It was cancelled.")
            raise copying.undone(ended, left) from None
        finally:
            looking.look(host.pk, "pool", backup.pool.uuid)
        chain.forget_older(node, backup)
    return {
        "backup": str(backup.pk),
        "incremental": backup.parent_id is not None,
        "fresh_because": backup.fresh_because,
        "size_bytes": sum(disk["size_bytes"] for disk in backup.disks),
    }


def recover(job: Job) -> Verdict:
    """The node still makes it: the next attempt follows. Else that one clears away what is half-made, and begins anew.

    Of one that is to be cancelled everything is taken back here.
    """
    backup = chain.row_of(job)
    domain = Domain.objects.select_related("host").filter(pk=job.object_id, gone_at=None).first()
    if backup is None or domain is None:
        if backup is not None:
            chain.failed(backup, "The domain is no longer there.")
        return Failed("not_found_on_node", f"{job.object_name} is no longer there.")
    with nodes.pooled(domain.host) as node:
        if not running.is_under_way(node, backup):
            busy = copying.still_running(node, job)
            if busy:
                return Unknown(busy)
        if job.cancel_requested_at is None:
            return Again()
        running.stop(node, backup)
        chain.undo(node, backup, "It was cancelled.")
    looking.look(domain.host_id, "pool", backup.pool.uuid)
    return WasCancelled()


def _copy_all(carrying: Carrying, node: Node, host: Host, backup: Backup, definition: str) -> None:
    """Of a domain that is off: its disks whole, by the node's own copying."""
    job = carrying.job
    wanted = [disk["target"] for disk in backup.disks]
    disks = {disk.use.target: disk for disk in Places(host).disks(definition) if disk.use.own}
    if any(target not in disks for target in wanted):
        raise JobFailed("changed", "Its disks have changed since this was asked for. Nothing was made.")
    copying.refuse_disguised(node, [disks[target] for target in wanted])
    copies = [_copy(backup, disk, disks[disk["target"]]) for disk in backup.disks]
    busy = copying.still_running(node, job)
    if busy:
        raise JobFailed("node_busy", busy)
    chain.forget_own(node, backup)  # an attempt before this one may have met a running domain
    copying.refuse_taken(node, copies)
    job.options = {**job.options, "copies": [copy.plain() for copy in copies]}
    copying.began(job)
    chain.stands_on(backup, None, chain.because_off(backup, full=bool(job.option("full"))))
    copying.make_copies(carrying, node, copies, [])
    now = seen(node, job)
    if now is None or now.state in ACTIVE:
        raise JobFailed(
            "operation_invalid", f"{job.object_name} was started meanwhile, so the copy is not whole."
        )


def _copy(backup: Backup, wanted: dict[str, Any], disk: Disk) -> Copy:
    return Copy(
        target=wanted["target"],
        source=disk.path,
        source_format=disk.use.format,
        pool=str(backup.pool.uuid),
        pool_id=str(backup.pool_id),
        name=wanted["volume"],
        format="qcow2",
        capacity_bytes=disk.place.capacity_bytes if disk.place is not None else 0,
        linked=False,
    )
