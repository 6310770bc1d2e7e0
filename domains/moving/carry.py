"""Carrying out the move of a disk, following one that goes on by itself, and finding out what became of one."""

import logging
import time
from typing import Any
from uuid import UUID

from access.actor import Actor
from domains.copies import copying
from domains.copies.carry import look_at_pools
from domains.copies.copying import Copy
from domains.copies.disks import Places
from domains.copies.users import told, told_names, users_of
from domains.models import Domain
from domains.moving.services import KIND
from domains.tasks import host_of, seen, settle
from hosts import looking, nodes
from hosts.models import Host
from hypervisor import errors
from hypervisor.data import NewVolume, VolumeSeen
from hypervisor.node import Node
from hypervisor.states import ACTIVE
from hypervisor.xml.clone import NewSource, with_disk
from jobs.carrying import Carrying
from jobs.errors import JobCancelled, JobFailed
from jobs.kinds import Again, Failed, JobKind, Succeeded, Unknown, Verdict, WasCancelled, register
from jobs.models import Job
from storage import owners

logger = logging.getLogger(__name__)
_POLL_SECONDS = 0.4
_NOBODY_KNOWS = (errors.NodeUnreachable, errors.Timeout)


def register_kinds() -> None:
    register(
        JobKind(
            KIND,
            move,
            recover,
            queue="long",
            deadline_seconds=24 * 3600,
            cancellable=True,
            ended=owners.ended,
        )
    )


def move(carrying: Carrying) -> dict[str, Any]:
    """Copy the disk and use the copy from then on; what fails half-way leaves the domain with its old disk."""
    job, host = carrying.job, host_of(carrying)
    (copy,) = copying.copies_of(job)
    with nodes.pooled(host) as node:
        made = None if carrying.first else _volume(node, copy)
        if made is None or _source(node, host, job) != made.path:
            try:
                now = seen(node, job)
                if now is None:
                    raise JobFailed("not_found_on_node", f"{job.object_name} is no longer there.")
                act = _live if now.state in ACTIVE else _off
                made = act(carrying, node, host, copy)
            finally:
                look_at_pools(host, [copy])
        result = _finish(node, host, job, copy, made)
    settle(carrying, host)
    return result


def recover(job: Job) -> Verdict:
    """The live definition tells: on the copy, being copied, or neither."""
    domain = Domain.objects.select_related("host").filter(pk=job.object_id, gone_at=None).first()
    if domain is None:
        return Failed("not_found_on_node", f"{job.object_name} is no longer there.")
    (copy,) = copying.copies_of(job)
    cancelled = job.cancel_requested_at is not None
    with nodes.pooled(domain.host) as node:
        made = _volume(node, copy)
        if made is not None and _source(node, domain.host, job) == made.path:
            result = _finish(node, domain.host, job, copy, made)
            looking.look(domain.host_id, "domain", domain.pk)
            return Succeeded(result)
        progress = node.copy_progress(job.object_id, str(job.option("target"))) if _runs(node, job) else None
        if progress is not None and not cancelled:
            return Again()  # the next attempt follows it
        if progress is not None:
            node.abort_copy(job.object_id, str(job.option("target")))
        busy = copying.still_running(node, job)
    look_at_pools(domain.host, [copy])
    if busy:
        return Unknown(busy)
    return WasCancelled() if cancelled else Again()


def _live(carrying: Carrying, node: Node, host: Host, copy: Copy) -> VolumeSeen:
    """While its guest goes on. Gives the volume that is used from now on."""
    job, target = carrying.job, copy.target
    made = None if carrying.first else _volume(node, copy)
    under_way = made is not None and node.copy_progress(job.object_id, target) is not None
    if made is None or not under_way:
        _refuse_another(node, host, job, copy)
        _clear(node, job, copy)
        made = node.create_volume(
            UUID(copy.pool), NewVolume(copy.name, node.disk_capacity(job.object_id, target), copy.format)
        )
    try:
        if not under_way:
            carrying.touching(f"copying {target} to {copy.name}")
            node.begin_copy(job.object_id, target, made.path, copy.format, block=made.type == "block")
        _follow(carrying, node, copy)
        carrying.touching(f"switching over to {copy.name}")
        node.pivot(job.object_id, target)
        if _source(node, host, job) != made.path:
            raise JobFailed(
                "copy_ended", f"{job.object_name} did not take the copy of {target}; it has its old disk."
            )
    except (errors.HypervisorError, JobFailed, JobCancelled) as failure:
        if isinstance(failure, _NOBODY_KNOWS):
            raise
        raise copying.undone(failure, _undo(node, host, job, copy, made)) from None
    return made


def _follow(carrying: Carrying, node: Node, copy: Copy) -> None:
    """Until both are the same. Raises JobCancelled, JobFailed."""
    uuid = carrying.job.object_id
    began, first = time.monotonic(), -1
    while True:
        now = node.copy_progress(uuid, copy.target)
        if now is None:
            raise JobFailed(
                "copy_ended",
                f"The node gave the copy of {copy.target} up: the guest ended, or somebody aborted it.",
            )
        if carrying.cancel_requested():
            raise JobCancelled
        if now.ready:
            return
        first = now.processed_bytes if first < 0 else first
        carrying.progress(
            5 + int(85 * now.processed_bytes / max(1, now.total_bytes)),
            f"copying {copy.target} to {copy.name}",
            {
                "total_bytes": now.total_bytes,
                "processed_bytes": now.processed_bytes,
                "remaining_bytes": max(0, now.total_bytes - now.processed_bytes),
                "rate_bytes": int((now.processed_bytes - first) / max(0.001, time.monotonic() - began)),
            },
        )
        time.sleep(_POLL_SECONDS)


def _off(carrying: Carrying, node: Node, host: Host, copy: Copy) -> VolumeSeen:
    """Of a domain that is off: copied by the node, then its definition changed."""
    job = carrying.job
    _refuse_another(node, host, job, copy)
    whole = node.secret_definition(job.object_id)
    copying.refuse_disguised(
        node, [disk for disk in Places(host).disks(whole) if disk.use.target == copy.target]
    )
    _clear(node, job, copy)
    made: list[Copy] = []
    try:
        sources = copying.make_copies(carrying, node, [copy], made)
        now = seen(node, job)
        if now is None or now.state in ACTIVE:
            raise JobFailed(
                "operation_invalid", f"{job.object_name} was started meanwhile. It has its old disk."
            )
        carrying.touching(f"having {job.object_name} use {copy.name}")
        node.define(with_disk(whole, copy.target, sources[copy.target]))
        return node.volume(UUID(copy.pool), copy.name)
    except (errors.HypervisorError, JobFailed, JobCancelled) as failure:
        if isinstance(failure, _NOBODY_KNOWS):
            raise
        raise copying.undone(failure, copying.remove(node, made)) from None


def _clear(node: Node, job: Job, copy: Copy) -> None:
    """What an attempt before this one left goes; what is there by that name and is not ours stays. Raises JobFailed."""
    busy = copying.still_running(node, job)
    if busy:
        raise JobFailed("node_busy", busy)
    copying.refuse_taken(node, [copy])
    copying.began(job)


def _refuse_another(node: Node, host: Host, job: Job, copy: Copy) -> None:
    if _source(node, host, job) != copy.source:
        raise JobFailed("changed", f"{copy.target} is another disk by now than when this was asked for.")


def _undo(node: Node, host: Host, job: Job, copy: Copy, made: VolumeSeen) -> list[str]:
    """End the copying and remove the copy, unless the domain has it by now. Gives what is left."""
    try:
        if _runs(node, job):
            node.abort_copy(job.object_id, copy.target)
        if _source(node, host, job) == made.path:
            return []
    except errors.HypervisorError as error:
        logger.warning("the copy %s of %s is left: %s", copy.name, job.object_name, error)
        return [copy.name]
    return copying.remove(node, [copy])


def _finish(node: Node, host: Host, job: Job, copy: Copy, made: VolumeSeen) -> dict[str, Any]:
    """The next boot's definition follows, and the old volume goes if it was to."""
    xml = node.domain_xml(job.object_id)
    later = _path(host, xml.inactive, copy.target)
    if later == copy.source:  # else it was moved along, or the next boot was to have another disk anyway
        new = NewSource("block" if made.type == "block" else "file", made.path, copy.format)
        node.define(with_disk(node.secret_definition(job.object_id), copy.target, new))
    result = {"disk": copy.target, "volume": copy.name, "path": made.path, "source": copy.source}
    left = _remove_source(node, host, job, copy) if job.option("delete_source") else ""
    return result | {"source_removed": bool(job.option("delete_source")) and not left, "left_because": left}


def _remove_source(node: Node, host: Host, job: Job, copy: Copy) -> str:
    """Remove the old volume, unless somebody stands on it: why it is left, or ""."""
    source = job.option("source")
    pool = UUID(source["pool"])
    try:
        users = node.volume_users([copy.source]).get(copy.source, ())
        if users:
            return f"{', '.join(told_names(users, host, job))} stand on it."
        # Templates, the recycle bin, other hosts of the same storage: what the node knows nothing of.
        others = users_of(host, [copy.source], besides=job.object_id).get(copy.source)
        if others:
            by = Actor.SYSTEM if job.requested_by is None else Actor(user=job.requested_by)
            return f"{told(others, by)[0]} stand on it."
        node.refresh_pool(pool)  # it may have been put there by hand
        node.delete_volume(pool, source["name"])
    except errors.NotFound:
        return ""
    except _NOBODY_KNOWS:
        raise
    except errors.HypervisorError as refused:
        return str(refused)
    looking.look(host.pk, "pool", pool)
    return ""


def _volume(node: Node, copy: Copy) -> VolumeSeen | None:
    try:
        return node.volume(UUID(copy.pool), copy.name)
    except errors.NotFound:
        return None


def _source(node: Node, host: Host, job: Job) -> str:
    """The path of the disk that is used now: of what runs, else of what is defined."""
    xml = node.domain_xml(job.object_id)
    return _path(host, xml.live or xml.inactive, str(job.option("target")))


def _path(host: Host, xml: str | None, target: str) -> str:
    if not xml:
        return ""
    return next((disk.path for disk in Places(host).disks(xml) if disk.use.target == target), "")


def _runs(node: Node, job: Job) -> bool:
    now = seen(node, job)
    return now is not None and now.state in ACTIVE
