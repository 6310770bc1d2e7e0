"""Another size, wiping, and removing a volume."""

from typing import Any
from uuid import UUID

from hosts import nodes
from hosts.models import Host
from hypervisor import errors
from hypervisor.node import Node
from hypervisor.states import ACTIVE
from jobs.carrying import Carrying
from jobs.errors import JobFailed
from jobs.kinds import Again, Failed, JobKind, Succeeded, Unknown, Verdict, register
from jobs.models import Job
from storage import owners
from storage.users import DomainDisk, disks_of
from storage.volumes import carrying as shared
from storage.volumes.carrying import host_of, pool_of


def register_kinds() -> None:
    register(JobKind("volume.resize", resize, recover_resize, deadline_seconds=600, ended=owners.ended))
    register(JobKind("volume.wipe", wipe, recover_wipe, queue="long", deadline_seconds=24 * 3600))
    register(JobKind("volume.delete", delete, recover_delete, deadline_seconds=600))


def resize(carrying: Carrying) -> dict[str, Any]:
    """Through QEMU where a domain runs with it: libvirt would change the file under it."""
    job = carrying.job
    host, pool = host_of(job), pool_of(job)
    name, size = str(job.option("name")), int(job.option("capacity_bytes"))
    with nodes.pooled(host) as node:
        carrying.progress(1, "looking at the pool")
        disk = _running(node, host, job)
        if disk is None:
            seen = shared.as_it_was(
                node,
                pool,
                name,
                job.option("path"),
                job.option("volume_format"),
                job.option("volume_backing"),
            )
            if size < seen.capacity_bytes:
                shared.refuse_users(node, job, seen.path, besides=_held_domain(job))
        carrying.touching(f"resizing {name}")
        try:
            if disk is None:
                node.resize_volume(pool, name, size)
            elif size < int(job.option("before_bytes")):
                raise JobFailed("in_use", f"{disk.name} runs with it by now, so it cannot be made smaller.")
            else:
                node.resize_disk(disk.domain, disk.target, size)
                node.refresh_pool(pool)
            seen = node.volume(pool, name)
        finally:
            shared.look_at(host, pool)
    if disk is None and seen.capacity_bytes != size and seen.capacity_bytes < size:
        raise JobFailed("failed", f"It has {seen.capacity_bytes} bytes, and {size} were asked for.")
    return {"capacity_bytes": seen.capacity_bytes, "before_bytes": int(job.option("before_bytes"))}


def recover_resize(job: Job) -> Verdict:
    """Its size says it; the same once more does no harm."""
    try:
        host = host_of(job)
    except JobFailed as gone:
        return Failed(gone.code, gone.detail)
    pool, name = pool_of(job), str(job.option("name"))
    with nodes.pooled(host) as node:
        node.refresh_pool(pool)
        seen = shared.there(node, pool, name)
    if seen is None:
        return Failed("not_found_on_node", f"There is no volume {name} any more.")
    shared.look_at(host, pool)
    if seen.capacity_bytes == int(job.option("capacity_bytes")):
        return Succeeded(
            {"capacity_bytes": seen.capacity_bytes, "before_bytes": int(job.option("before_bytes"))}
        )
    return Again()


def wipe(carrying: Carrying) -> dict[str, Any]:
    """Nobody may stand on it, by the node's own word."""
    job = carrying.job
    host, pool = host_of(job), pool_of(job)
    name = str(job.option("name"))
    with nodes.pooled(host) as node:
        carrying.progress(1, "looking at the pool")
        node.refresh_pool(pool)
        if shared.there(node, pool, name) is None:
            raise JobFailed("not_found_on_node", f"There is no volume {name} any more.")
        shared.refuse_users(node, job, job.option("path"))
        step = f"wiping {name}"
        carrying.touching(step)
        try:
            shared.beside(
                lambda: node.wipe_volume(pool, name, job.option("algorithm")),
                lambda seconds: carrying.progress(1, step),
                step,
            )
            node.refresh_pool(pool)  # what it was before, it is no more
            seen = node.volume(pool, name)
        finally:
            shared.look_at(host, pool)
    return {
        "algorithm": job.option("algorithm"),
        "format": seen.format,
        "capacity_bytes": seen.capacity_bytes,
    }


def recover_wipe(job: Job) -> Verdict:
    """Half wiped and wholly wiped look alike, and wiping once more is what was wished for."""
    return Again()


def delete(carrying: Carrying) -> dict[str, Any]:
    """Nobody may stand on it, by the node's own word. Its passphrase goes with it."""
    job = carrying.job
    host, pool = host_of(job), pool_of(job)
    name = str(job.option("name"))
    with nodes.pooled(host) as node:
        carrying.progress(1, "looking at the pool")
        node.refresh_pool(pool)
        try:
            if shared.there(node, pool, name) is None:
                if carrying.first:
                    raise JobFailed("not_found_on_node", f"There is no volume {name} any more.")
            else:
                shared.refuse_users(node, job, job.option("path"))
                carrying.touching(f"deleting {name}")
                node.delete_volume(pool, name)
            node.remove_volume_secret(job.option("path"))
        finally:
            shared.look_at(host, pool)
    return {"path": job.option("path")}


def recover_delete(job: Job) -> Verdict:
    """Gone: done. Still there: once more, with all that is asked before."""
    try:
        host = host_of(job)
    except JobFailed as gone:
        return Failed(gone.code, gone.detail)
    pool = pool_of(job)
    with nodes.pooled(host) as node:
        try:
            node.refresh_pool(pool)
        except errors.OperationInvalid as stopped:
            return Unknown(f"The pool does not run: {stopped.detail}")
        if shared.there(node, pool, str(job.option("name"))) is not None:
            return Again()
        node.remove_volume_secret(job.option("path"))
    shared.look_at(host, pool)
    return Succeeded({"path": job.option("path")})


def _running(node: Node, host: Host, job: Job) -> DomainDisk | None:
    """The disk of the domain that runs with it now."""
    for disk in disks_of(host, job.option("path")):
        try:
            if node.domain(disk.domain).state in ACTIVE:
                return disk
        except errors.NotFound:
            continue
    return None


def _held_domain(job: Job) -> UUID | None:
    """The domain that the job holds, which may stand on the volume."""
    return job.object_id if job.object_kind == "domain" else None
