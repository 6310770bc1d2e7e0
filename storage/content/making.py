"""A new volume that a job fills by itself: made once, taken back whatever fails, begun anew by the next attempt."""

from collections.abc import Iterator
from contextlib import contextmanager

from hosts import nodes
from hosts.models import Host
from hypervisor import errors
from hypervisor.data import NewVolume
from hypervisor.node import Node
from jobs.carrying import Carrying
from jobs.errors import JobCancelled, JobFailed
from jobs.kinds import Again, Verdict, WasCancelled
from jobs.models import Job
from storage.models import Pool
from storage.volumes.carrying import NOBODY_KNOWS, began, host_of, look_at, remove_made, there, undone
from storage.volumes.pool_types import FILES


def pool_of(job: Job) -> Pool:
    """Raises JobFailed."""
    pool = Pool.objects.select_related("host").filter(pk=job.option("pool")).first()
    if pool is None:
        raise JobFailed("not_found", "The pool was removed.")
    return pool


def begin_anew(carrying: Carrying, host: Host, pool: Pool, name: str) -> None:
    """Nothing of that name may be there but what an earlier attempt made, which goes. Raises JobFailed."""
    before = bool(carrying.job.option("began"))
    if before:
        carrying.touching("removing what an earlier attempt made")
    with nodes.pooled(host) as node:
        if there(node, pool.uuid, name) is None:
            return
        if not before:
            raise JobFailed("name_taken", f"There is a volume {name} in {pool.name} already.")
        node.delete_volume(pool.uuid, name)


def make(carrying: Carrying, node: Node, pool: Pool, name: str, size: int) -> None:
    """Raises JobFailed, HypervisorError."""
    began(carrying.job)
    carrying.touching("making the volume")
    try:
        node.create_volume(pool.uuid, NewVolume(name, size, "raw" if pool.type in FILES else ""))
    except errors.OperationInvalid as refused:
        carrying.job.options["began"] = False  # somebody else's: nobody takes it back
        raise JobFailed("name_taken", f"No volume was made: {refused.detail}") from refused


@contextmanager
def nothing_left(carrying: Carrying, host: Host, pool: Pool, name: str) -> Iterator[None]:
    """What fails within leaves no volume behind; where nobody knows what came of it, the next attempt sees to it."""
    try:
        yield
    except (JobFailed, JobCancelled, errors.HypervisorError) as failure:
        if isinstance(failure, NOBODY_KNOWS) or not carrying.job.option("began"):
            raise
        left = _take_back(host, pool, name)
        if isinstance(failure, JobCancelled) or not left:
            raise
        raise undone(failure, left) from failure


def recover(job: Job) -> Verdict:
    """What an attempt before left behind is removed: by the next, or here where there is to be none."""
    if job.cancel_requested_at is None:
        return Again()
    pool = Pool.objects.filter(pk=job.option("pool")).first()
    if pool is not None and job.option("began"):
        _take_back(host_of(job), pool, str(job.option("name")))
    return WasCancelled()


def _take_back(host: Host, pool: Pool, name: str) -> list[str]:
    with nodes.pooled(host) as node:
        left = remove_made(node, pool.uuid, [name])
    look_at(host, pool.uuid)
    return left
