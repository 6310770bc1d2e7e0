"""Carrying out a clone: its volumes, then its definition; what fails half-way takes back what it made."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domains.copies import copying
from domains.copies.copying import Copy
from domains.copies.disks import Places
from domains.copies.users import SHARED
from domains.models import Domain
from domains.quotas.holding import release
from hosts import looking, nodes
from hosts.models import Host
from hypervisor import errors
from hypervisor.data import DomainSeen
from hypervisor.node import Node
from hypervisor.states import ACTIVE
from hypervisor.xml.clone import fresh
from jobs.carrying import Carrying
from jobs.errors import JobCancelled, JobFailed
from jobs.kinds import Again, Failed, JobKind, Succeeded, Unknown, Verdict, register
from jobs.models import Job
from storage.models import Pool

_NOBODY_KNOWS = (errors.NodeUnreachable, errors.Timeout)


def register_kinds() -> None:
    register(
        JobKind(
            "domain.clone",
            clone,
            recover_clone,
            queue="long",
            deadline_seconds=24 * 3600,
            cancellable=True,
            ended=release,
        )
    )


def clone(carrying: Carrying) -> dict[str, Any]:
    """Copy the disks, define the clone; end when it can be seen."""
    job = carrying.job
    source, host = ends(job)
    copies = copying.copies_of(job)
    uuid = UUID(job.option("uuid"))
    with nodes.pooled(source.host) as node, nodes.pooled(host) as there:
        if not carrying.first and seen(there, uuid) is not None:
            return _settled(job, host, copies)  # an earlier attempt did it
        whole = prepared(carrying, node, source, copies)
        made: list[Copy] = []
        try:
            sources = copying.make_copies(carrying, node, copies, made)
            if host.pk != source.host_id:
                refresh_like(there, host, copies)
            carrying.touching(f"defining {job.option('name')} on {host.name}")
            there.define(fresh(whole, job.option("name"), uuid, sources))
        except (errors.HypervisorError, JobFailed, JobCancelled) as failure:
            if isinstance(failure, _NOBODY_KNOWS):
                raise
            raise copying.undone(failure, copying.remove(node, made)) from None
        finally:
            look_at_pools(source.host, copies)
    return _settled(job, host, copies)


def recover_clone(job: Job) -> Verdict:
    """Defined: done. Else what the attempt made is taken away, and it begins anew."""
    try:
        source, host = ends(job)
    except JobFailed as gone:
        return Failed(gone.code, gone.detail)
    with nodes.pooled(host) as there:
        if seen(there, UUID(job.option("uuid"))) is not None:
            return Succeeded(_settled(job, host, copying.copies_of(job)))
    with nodes.pooled(source.host) as node:
        busy = copying.still_running(node, job)
    return Unknown(busy) if busy else Again()


def prepared(carrying: Carrying, node: Node, source: Domain, copies: Sequence[Copy]) -> str:
    """All that must hold before anything is made; gives the original's whole definition. Raises JobFailed."""
    job = carrying.job
    carrying.progress(1, f"looking at {source.name} and the pools")
    now = seen(node, source.pk)
    if now is None:
        raise JobFailed("not_found_on_node", f"{source.name} is no longer there.")
    if now.state in ACTIVE:
        raise JobFailed(
            "operation_invalid", f"{source.name} is {now.state} again; only one that is off is copied."
        )
    whole = node.secret_definition(source.pk)
    disks = Places(source.host).disks(whole)
    copying.same_disks(disks, copies)
    for pool in {disk.place.pool_uuid for disk in disks if disk.use.own and disk.place is not None}:
        node.refresh_pool(pool)  # a disk may have been put there by hand
    copying.refuse_disguised(node, disks)
    busy = copying.still_running(node, job)  # what an attempt before this one left
    if busy:
        raise JobFailed("node_busy", busy)
    copying.refuse_taken(node, copies)
    copying.began(job)
    return whole


def ends(job: Job) -> tuple[Domain, Host]:
    """The original and the clone's host. Raises JobFailed."""
    source = Domain.objects.select_related("host").filter(pk=job.object_id, gone_at=None).first()
    if source is None:
        raise JobFailed("not_found_on_node", f"{job.object_name} is no longer there.")
    host = Host.objects.filter(pk=job.option("host", str(source.host_id))).first()
    if host is None:
        raise JobFailed("not_found", "The host was removed.")
    return source, host


def seen(node: Node, uuid: UUID) -> DomainSeen | None:
    try:
        return node.domain(uuid)
    except errors.NotFound:
        return None


def look_at_pools(host: Host, copies: Sequence[Copy]) -> None:
    """Have the new volumes recorded, or that they are gone again."""
    for pool in {UUID(copy.pool) for copy in copies}:
        looking.look(host.pk, "pool", pool)


def refresh_like(node: Node, host: Host, copies: Sequence[Copy]) -> None:
    """The other host's pools of the same storage do not know the new volumes yet."""
    here = Pool.objects.filter(pk__in={copy.pool_id for copy in copies})
    for pool in Pool.objects.filter(host=host, target__in=here.values("target"), type__in=SHARED):
        node.refresh_pool(pool.uuid)


def _settled(job: Job, host: Host, copies: Sequence[Copy]) -> dict[str, Any]:
    uuid = UUID(job.option("uuid"))
    looking.look(host.pk, "domain", uuid)
    return {
        "domain": str(uuid),
        "name": job.option("name"),
        "host": host.name,
        "volumes": [copy.name for copy in copies],
    }
