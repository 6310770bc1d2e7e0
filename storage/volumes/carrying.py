"""What all jobs about volumes share: their host, looking at the node first, copying with progress, what is left."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

from access.actor import Actor
from hosts import looking, nodes
from hosts.models import ANSWERS, Host
from hypervisor import errors
from hypervisor.data import NewVolume, VolumeSeen
from hypervisor.node import Node
from jobs import claims
from jobs.carrying import Carrying
from jobs.errors import JobFailed
from jobs.models import Job
from storage.models import Pool, Volume
from storage.users import Told, names_for, users_of

logger = logging.getLogger(__name__)
T = TypeVar("T")
NOBODY_KNOWS = (errors.NodeUnreachable, errors.Timeout)
_POLL_SECONDS = 1.0
_MOST_TOLD = (
    16  # at the end of a job; with more hosts on one storage, the rest find out at their next full look
)


def host_of(job: Job) -> Host:
    """Raises JobFailed."""
    host = Host.objects.filter(pk=job.host_id).first() if job.host_id else None
    if host is None:
        raise JobFailed("not_found", "The host was removed.")
    return host


def pool_of(job: Job) -> UUID:
    """libvirt's UUID of the pool that the job works in."""
    return UUID(job.option("pool_uuid"))


def there(node: Node, pool: UUID, name: str) -> VolumeSeen | None:
    try:
        return node.volume(pool, name)
    except errors.NotFound:
        return None


def as_it_was(node: Node, pool: UUID, name: str, path: str, format: str, backing: str) -> VolumeSeen:
    """The volume as it is on the node, looked at anew. Raises JobFailed when it is not what was decided about."""
    node.refresh_pool(pool)
    seen = there(node, pool, name)
    if seen is None or seen.path != path:
        raise JobFailed("not_found_on_node", f"There is no volume {name} any more.")
    if (seen.format, seen.backing) != (format, backing):
        said = f"{seen.format or 'raw'}{f' over {seen.backing}' if seen.backing else ''}"
        raise JobFailed(
            "changed",
            f"The content of {name} has changed since this was asked for: it is {said} now. Nothing was done.",
        )
    return seen


def refuse_users(node: Node, job: Job, path: str, *, besides: UUID | None = None) -> None:
    """Ask anew, and the node itself, just before something is lost. Raises JobFailed."""
    host = host_of(job)
    by = Actor.SYSTEM if job.requested_by is None else Actor(user=job.requested_by)
    recorded = users_of(host, [path], Actor.SYSTEM).get(path, Told(""))
    standing = {id for _, id, _ in recorded.users} - {job.pk, besides}
    if standing:
        told = users_of(host, [path], by).get(path, Told(""))
        words = [name for _, id, name in told.users if id in standing]
        words += ["another object"] if len(words) < len(standing) else []
        raise JobFailed("in_use", f"{path} is used by {', '.join(words)}. Nothing was done.")
    for users in node.volume_users([path], besides=besides).values():
        named = ", ".join(names_for(users, host, job))
        raise JobFailed("in_use", f"{path} is used by {named}. Nothing was done.")


def began(job: Job) -> None:
    """Note in the job that what it makes was not there before: from now on, what is there is its own.

    Raises LeaseLost.
    """
    claims.note(job, began=True)


def remove_made(node: Node, pool: UUID, names: Sequence[str]) -> list[str]:
    """Take back what was made; gives what could not be removed."""
    left = []
    for name in names:
        try:
            node.delete_volume(pool, name)
        except errors.NotFound:
            continue
        except errors.HypervisorError as error:
            logger.warning("the volume %s is left: %s", name, error)
            left.append(name)
    return left


def undone(failure: errors.HypervisorError | JobFailed, left: Sequence[str]) -> Exception:
    """The failure, with what could not be taken back."""
    if not left:
        return failure
    return JobFailed(failure.code, f"{failure} This could not be removed again: {', '.join(left)}.")


def beside(call: Callable[[], T], meanwhile: Callable[[float], None], name: str) -> T:
    """Run a call that lasts in a thread of its own; `meanwhile(seconds so far)` is called now and then."""
    outcome: list[T] = []
    failed: list[Exception] = []

    def work() -> None:
        try:
            outcome.append(call())
        except Exception as error:  # noqa: BLE001 - it is raised where the work was asked for
            failed.append(error)

    working = threading.Thread(target=work, name=name, daemon=True)
    began_at = time.monotonic()
    working.start()
    while working.is_alive():
        working.join(_POLL_SECONDS)
        if working.is_alive():
            meanwhile(time.monotonic() - began_at)
    if failed:
        raise failed[0].with_traceback(None)
    return outcome[0]


def copy(
    carrying: Carrying,
    node: Node,
    pool: UUID,
    new: NewVolume,
    source: VolumeSeen,
    *,
    step: str,
    share: tuple[int, int] = (2, 95),
) -> VolumeSeen:
    """A copy, its progress told by what the new volume holds already. `share`: from which percent to which."""

    def meanwhile(seconds: float) -> None:
        held = min(allocation(node, pool, new.name), whole)
        carrying.progress(
            share[0] + (share[1] - share[0]) * held // whole,
            step,
            {
                "total_bytes": whole,
                "processed_bytes": held,
                "remaining_bytes": whole - held,
                "rate_bytes": int(held / seconds),
            },
        )

    whole = max(1, min(source.allocation_bytes or source.capacity_bytes, source.capacity_bytes))
    carrying.touching(step)
    return beside(lambda: node.clone_volume(pool, new, source.path), meanwhile, f"copy {new.name}")


def allocation(node: Node, pool: UUID, name: str) -> int:
    try:
        return node.volume(pool, name).allocation_bytes
    except NOBODY_KNOWS:
        raise
    except errors.HypervisorError:
        return 0  # not there yet, or not to be asked while it is being made


def look_at(host: Host, *pools: UUID) -> None:
    """Have what was done be recorded, so that who reads it after the job sees it too."""
    for pool in dict.fromkeys(pools):
        looking.look(host.pk, "pool", pool)
    _tell_others(host, pools)


def _tell_others(host: Host, pools: Sequence[UUID]) -> None:
    """Other hosts that see the same storage do not notice what came or went: they are asked to look into the folder."""
    shared = Pool.objects.filter(host=host, uuid__in=pools).exclude(shared=None).values("shared")
    others = Pool.objects.filter(shared__in=shared, state="running", host__state__in=ANSWERS)
    for pool in others.exclude(host=host).select_related("host")[:_MOST_TOLD]:
        try:
            with nodes.pooled(pool.host) as node:
                node.refresh_pool(pool.uuid)
        except errors.HypervisorError as error:
            logger.info("%s did not look into %s: %s", pool.host, pool, error)  # it does so by itself, later
        else:
            looking.nudge(pool.host_id, "pool", pool.uuid, every_seconds=1)


def result_of(job: Job, seen: VolumeSeen) -> dict[str, object]:
    """What the job made, as it is recorded by now."""
    row = Volume.objects.filter(pool_id=job.option("pool"), name=seen.name).first()
    return {
        "volume": {"id": str(row.pk if row else job.object_id), "name": seen.name},
        "path": seen.path,
        "capacity_bytes": seen.capacity_bytes,
        "allocation_bytes": seen.allocation_bytes,
    }
