"""Carrying out the restoring of a backup as a new domain; what fails half-way takes back what it made."""

from typing import Any

from domains.backups import chain, places
from domains.backups.restoring import KIND, definition_of
from domains.copies import copying
from domains.copies.carry import look_at_pools
from domains.copies.copying import Copy
from domains.models import Backup
from domains.quotas.holding import release
from domains.tasks import seen
from hosts import looking, nodes
from hypervisor import errors
from hypervisor.node import Node
from hypervisor.states import ACTIVE
from hypervisor.xml.clone import fresh, without_disks
from jobs.carrying import Carrying
from jobs.errors import JobCancelled, JobFailed
from jobs.kinds import Again, Failed, JobKind, Unknown, Verdict, WasCancelled, register
from jobs.models import Job

_NOBODY_KNOWS = (errors.NodeUnreachable, errors.Timeout)


def register_kinds() -> None:
    register(
        JobKind(
            KIND,
            restore,
            recover,
            queue="long",
            deadline_seconds=24 * 3600,
            cancellable=True,
            ended=release,
            makes=True,
        )
    )


def restore(carrying: Carrying) -> dict[str, Any]:
    """Copy its volumes whole, define the domain, start it where that is wanted."""
    job = carrying.job
    backup = _row(job)
    host, copies = backup.host, copying.copies_of(job)
    with nodes.pooled(host) as node:
        if carrying.first or seen(node, job) is None:
            _make(carrying, node, backup, copies)
        not_started = _start(carrying, node) if carrying.option("start") else ""
    looking.look(host.pk, "domain", job.object_id)
    if not_started:
        raise JobFailed("not_started", f"{job.object_name} is restored, but was not started: {not_started}")
    return {
        "domain": str(job.object_id),
        "name": job.object_name,
        "host": host.name,
        "volumes": [copy.name for copy in copies],
    }


def recover(job: Job) -> Verdict:
    """Defined: the next attempt goes on there. Else what was made is taken away, and it begins anew."""
    backup = Backup.objects.select_related("host", "pool").filter(pk=job.option("backup")).first()
    if backup is None:
        return Failed("not_found", "The backup was removed.")
    with nodes.pooled(backup.host) as node:
        if seen(node, job) is None:
            busy = copying.still_running(node, job)
            look_at_pools(backup.host, copying.copies_of(job))
            if busy:
                return Unknown(busy)
            return WasCancelled() if job.cancel_requested_at is not None else Again()
    return Again()


def _make(carrying: Carrying, node: Node, backup: Backup, copies: list[Copy]) -> None:
    job = carrying.job
    carrying.progress(1, "looking at the backup and the pools")
    busy = copying.still_running(node, job)
    if busy:
        raise JobFailed("node_busy", busy)
    node.refresh_pool(backup.pool.uuid)
    members = places.chain_of(backup)
    for one, below in zip(members, [*members[1:], None], strict=True):
        wrong = [text for disk in one.disks if (text := chain.misplaced(node, backup.pool.uuid, disk, below))]
        if wrong:
            raise JobFailed("damaged", f"The backup is not whole: {' '.join(wrong)} Nothing was made.")
    copying.refuse_taken(node, copies)
    copying.began(job)
    definition = without_disks(definition_of(backup), carrying.option("dropped"))
    made: list[Copy] = []
    try:
        sources = copying.make_copies(carrying, node, copies, made)
        carrying.touching(f"defining {job.object_name}")
        node.define(fresh(definition, job.object_name, job.object_id, sources))
    except (errors.HypervisorError, JobFailed, JobCancelled) as failure:
        if isinstance(failure, _NOBODY_KNOWS):
            raise
        raise copying.undone(failure, copying.remove(node, made)) from None
    finally:
        look_at_pools(backup.host, copies)


def _start(carrying: Carrying, node: Node) -> str:
    """Why it does not run, or ""."""
    job = carrying.job
    now = seen(node, job)
    if now is not None and now.state in ACTIVE:
        return ""
    carrying.touching(f"starting {job.object_name}")
    try:
        node.start(job.object_id)
    except _NOBODY_KNOWS:
        raise
    except errors.HypervisorError as refused:
        return str(refused)
    return ""


def _row(job: Job) -> Backup:
    backup = Backup.objects.select_related("host", "pool").filter(pk=job.option("backup")).first()
    if backup is None or backup.state != Backup.State.COMPLETE:
        raise JobFailed("not_found", "The backup was removed, or is damaged.")
    return backup
