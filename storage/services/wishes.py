"""What every wish about a pool or volume begins and ends with: may they, is it possible now, the job, its audit row."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from access import audit
from access.actor import Actor
from access.errors import Conflict, NotPermitted, NotThere
from hosts.errors import HostSilent
from hosts.models import Host
from jobs.errors import Busy
from jobs.models import Job
from jobs.services import open_job, open_job_of
from storage.models import Pool, Volume


class PoolForbids(Conflict):
    """The pool's present state does not allow it."""

    code = "operation_invalid"


def find_pool(uuid: UUID, permission: str, by: Actor, *, lock: bool = False) -> Pool:
    """The pool, if `by` may do that to it. NotThere when they may not even see it, NotPermitted when they may."""
    pools = Pool.objects.select_related("host")
    if lock:
        pools = pools.select_for_update(of=("self",))
    pool = pools.permitted(by, permission).filter(pk=uuid).first()
    if pool is None:
        if pools.permitted(by, "pool.read").filter(pk=uuid).exists():
            raise NotPermitted(f"You may see this pool, but you lack {permission} on it.")
        raise NotThere
    return pool


def find_volume(uuid: UUID, permission: str, by: Actor, *, lock: bool = False) -> Volume:
    """The volume with its pool and host, as `find_pool`."""
    volumes = Volume.objects.select_related("pool__host")
    if lock:
        volumes = volumes.select_for_update(of=("self",))
    volume = volumes.permitted(by, permission).filter(pk=uuid).first()
    if volume is None:
        if volumes.permitted(by, "pool.read").filter(pk=uuid).exists():
            raise NotPermitted(f"You may see this volume, but you lack {permission} on it.")
        raise NotThere
    return volume


def check_host(host: Host) -> None:
    """Raises HostSilent."""
    if not host.answers:
        raise HostSilent(host)


def check_free(kind: str, id: UUID) -> None:
    """Raises Busy: an open job holds the object."""
    under_way = open_job_of(kind, id)
    if under_way is not None:
        raise Busy(under_way)


def check_running(pool: Pool) -> None:
    """Raises HostSilent, PoolForbids: its volumes can be worked on only while it runs."""
    check_host(pool.host)
    if pool.state != "running":
        raise PoolForbids(f"The pool {pool.name} is {pool.state}. Start it first.", state=pool.state)


def open_about(
    kind: str,
    subject: Pool | Volume,
    *,
    by: Actor,
    options: Mapping[str, Any] | None = None,
    told: Mapping[str, Any] | None = None,
    deadline_seconds: float | None = None,
    parent: Job | None = None,
    holds: tuple[str, UUID, str] | None = None,
) -> Job:
    """The job and its audit row (`told` stands in it), inside the transaction of the wish. Raises Busy.

    `holds`: what the job holds, (kind, id, name), where that is not `subject` itself: a volume that is yet to be made,
    the domain whose disk it is.
    """
    pool = subject.pool if isinstance(subject, Volume) else subject
    what = "volume" if isinstance(subject, Volume) else "pool"
    audit.record(by, kind, what, subject.pk, subject.name, **(told or {}))
    return open_job(
        kind,
        holds or (what, subject.pk, subject.name),
        by=by,
        host=(pool.host_id, pool.host.name),
        cluster_id=pool.host.cluster_id,
        options=dict(options or {}),
        deadline_seconds=deadline_seconds,
        parent=parent,
    )
