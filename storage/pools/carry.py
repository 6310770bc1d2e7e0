"""Carrying out what is wished of pools, and asking the node what became of it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from access import secrets
from hosts import looking, nodes
from hosts.models import Host
from hypervisor import errors
from hypervisor.data import Kind, PoolSeen
from hypervisor.node import Node
from hypervisor.states import PoolState
from hypervisor.storage import NATURES, Build, PoolSource, PoolSpec, PoolType
from jobs.carrying import Carrying
from jobs.errors import JobFailed
from jobs.kinds import Again, Failed, JobKind, Succeeded, Unknown, Verdict, register
from jobs.models import Job
from storage.models import Pool
from storage.pools.wish import spec_of

_NOBODY_KNOWS = (errors.NodeUnreachable, errors.Timeout)
_LONG_SECONDS = 4 * 3600
# Below these a build makes a folder alone: what is taken back is that folder, if it is empty.
_FOLDERS = frozenset({PoolType.DIR, PoolType.FS, PoolType.NETFS, PoolType.VSTORAGE})
_MADE_BY_BUILD = frozenset({PoolType.LOGICAL, PoolType.ZFS})


def register_kinds() -> None:
    register(JobKind("pool.create", create, recover_create, queue="long", deadline_seconds=_LONG_SECONDS))
    register(JobKind("pool.discover", discover, _again, queue="long", deadline_seconds=180))
    register(JobKind("pool.start", start, _recoverer(_active), queue="long", deadline_seconds=600))
    register(JobKind("pool.stop", stop, _recoverer(_inactive), deadline_seconds=180))
    register(JobKind("pool.refresh", refresh, _again, deadline_seconds=300))
    register(JobKind("pool.build", build, recover_build, queue="long", deadline_seconds=_LONG_SECONDS))
    register(JobKind("pool.edit", edit, _again, deadline_seconds=180))
    register(JobKind("pool.delete", delete, _recoverer(_gone), queue="long", deadline_seconds=900))


def create(carrying: Carrying) -> dict[str, Any]:
    """Define, build, start; what fails half-way is taken back, and the reason says so."""
    job = carrying.job
    host, spec, build = _host_of(job), spec_of(job), Build(job.option("build"))
    word = secrets.unseal(job.option("secret")) if job.option("secret") else ""
    with nodes.pooled(host) as node:
        if carrying.first or not node.has(Kind.POOL, spec.uuid):
            carrying.touching("defining it")
            node.define_pool(spec, word)
        built = False
        try:
            if build is not Build.NONE:
                carrying.progress(20, "building what lies below it")
                node.build_pool(spec.uuid, overwrite=build is Build.OVERWRITE)
                built = True
            if job.option("start"):
                carrying.progress(70, "starting it")
                _started(node, spec.uuid)
            if job.option("autostart"):
                node.set_pool_autostart(spec.uuid, True)
        except _NOBODY_KNOWS:
            raise
        except errors.HypervisorError as refused:
            left = _take_back(node, spec, build, built=built)
            looking.look(host.pk, "pool", spec.uuid)
            raise JobFailed(refused.code, f"No pool was made: {refused}{left}") from refused
    looking.look(host.pk, "pool", spec.uuid)
    return {"pool": {"id": str(job.object_id), "name": spec.name}}


def recover_create(job: Job) -> Verdict:
    """All done: done. Nothing there: again. In between: taken back, for nobody knows what was built."""
    host, spec = _host_of(job), spec_of(job)
    with nodes.pooled(host) as node:
        now = _seen(node, spec.uuid)
        if now is None:
            return Again()
        if now.state is PoolState.BUILDING:
            return Unknown("The node is still building it.")
        done = now.state is not PoolState.INACTIVE or not job.option("start")
        if done and (job.option("start") or Build(job.option("build")) is Build.NONE):
            node.set_pool_autostart(spec.uuid, bool(job.option("autostart")))
            looking.look(host.pk, "pool", spec.uuid)
            return Succeeded({"pool": {"id": str(job.object_id), "name": spec.name}})
        if not NATURES[spec.type].overwrites:
            return Again()
        try:
            node.undefine_pool(spec.uuid)
        except errors.OperationInvalid as busy:
            return Unknown(f"The node is still at it: {busy.detail}")
    looking.look(host.pk, "pool", spec.uuid)
    return Failed(
        "interrupted",
        "The worker died while it was built. No pool is defined; what was built on its device may be there.",
    )


def discover(carrying: Carrying) -> dict[str, Any]:
    """The sources that the node finds."""
    job = carrying.job
    with nodes.pooled(_host_of(job)) as node:
        carrying.progress(10, "looking for sources")
        found = node.discover_pools(PoolType(job.option("type")), PoolSource.of(job.option("source")))
    return {"sources": [source.plain() for source in found]}


def start(carrying: Carrying) -> None:
    pool = _pool_of(carrying)
    with nodes.pooled(pool.host) as node:
        carrying.touching("starting it")
        _started(node, pool.uuid, first=carrying.first)
    _settle(pool)


def stop(carrying: Carrying) -> None:
    pool = _pool_of(carrying)
    with nodes.pooled(pool.host) as node:
        carrying.touching("stopping it")
        try:
            node.stop_pool(pool.uuid)
        except errors.OperationInvalid:
            if carrying.first or _active(_seen(node, pool.uuid)):
                raise
    _settle(pool)


def refresh(carrying: Carrying) -> None:
    """Have the node look what is really there."""
    pool = _pool_of(carrying)
    with nodes.pooled(pool.host) as node:
        carrying.touching("looking what is in it")
        node.refresh_pool(pool.uuid)
    _settle(pool)


def build(carrying: Carrying) -> None:
    pool = _pool_of(carrying)
    with nodes.pooled(pool.host) as node:
        carrying.touching("building what lies below it")
        node.build_pool(pool.uuid, overwrite=bool(carrying.option("overwrite")))
    _settle(pool)


def recover_build(job: Job) -> Verdict:
    """A folder is made again without harm; what was made on a device, nobody can tell."""
    pool = Pool.objects.select_related("host").filter(pk=job.object_id).first()
    if pool is None:
        return _not_there(job)
    with nodes.pooled(pool.host) as node:
        now = _seen(node, pool.uuid)
    if now is not None and now.state is PoolState.BUILDING:
        return Unknown("The node is still building it.")
    if pool.type in set(PoolType) and not NATURES[PoolType(pool.type)].overwrites:
        return Again()
    return Failed(
        "interrupted",
        f"The worker died while {pool.name} was built; whether it was, nobody can tell. Start it to see.",
    )


def edit(carrying: Carrying) -> None:
    """Whether it starts with its host, and its name."""
    pool = _pool_of(carrying)
    with nodes.pooled(pool.host) as node:
        carrying.touching("writing it")
        if "autostart" in carrying.job.options:
            node.set_pool_autostart(pool.uuid, bool(carrying.option("autostart")))
        name = carrying.option("name")
        if name and node.pool(pool.uuid).name != name:
            node.rename_pool(pool.uuid, name)
    _settle(pool)


def delete(carrying: Carrying) -> None:
    """Stop it, remove what lies below if that was asked for and nothing is in it, then its definition."""
    pool = _pool_of(carrying)
    with nodes.pooled(pool.host) as node:
        now = _seen(node, pool.uuid)
        if now is not None:
            carrying.touching("stopping it")
            if carrying.option("storage"):
                _check_empty(node, pool, now)
                now = node.pool(pool.uuid)
            if now.state is not PoolState.INACTIVE:
                node.stop_pool(pool.uuid)
            if carrying.option("storage"):
                carrying.progress(50, "removing what lies below it")
                _remove_storage(node, pool)
            if _seen(node, pool.uuid) is not None:  # a transient one is gone with its stop
                carrying.progress(80, "removing its definition")
                node.undefine_pool(pool.uuid)
        elif carrying.first:
            raise JobFailed("not_found_on_node", f"{pool.name} is no longer there.")
    _settle(pool)


def _check_empty(node: Node, pool: Pool, now: PoolSeen) -> None:
    """By the node's own word, and not only by what is recorded."""
    if now.state is PoolState.INACTIVE:
        node.start_pool(pool.uuid)
    node.refresh_pool(pool.uuid)
    there = node.volumes(pool.uuid)
    if there:
        if now.state is PoolState.INACTIVE:
            node.stop_pool(pool.uuid)
        _settle(pool)
        raise JobFailed("not_empty", f"{len(there)} volumes are in {pool.name}. Delete them first.")


def _remove_storage(node: Node, pool: Pool) -> None:
    try:
        node.delete_pool(pool.uuid)
    except _NOBODY_KNOWS:
        raise
    except errors.HypervisorError as refused:
        _settle(pool)
        raise JobFailed(
            refused.code, f"{pool.name} is stopped and still defined, for what lies below stays: {refused}"
        ) from refused


def _started(node: Node, uuid: UUID, *, first: bool = False) -> None:
    try:
        node.start_pool(uuid)
    except errors.OperationInvalid:
        if first or not _active(_seen(node, uuid)):
            raise


def _take_back(node: Node, spec: PoolSpec, build: Build, *, built: bool) -> str:
    """Leave nothing of a pool that came to nothing; what stays is told, as the end of a sentence."""
    left = []
    now = _seen(node, spec.uuid)
    if now is not None and now.state is not PoolState.INACTIVE:
        node.stop_pool(spec.uuid)
    below = (spec.type in _FOLDERS and build is not Build.NONE) or (spec.type in _MADE_BY_BUILD and built)
    if below:
        try:
            node.delete_pool(spec.uuid)
        except _NOBODY_KNOWS:
            raise
        except errors.HypervisorError as stays:
            if spec.type in _MADE_BY_BUILD:
                left.append(f" What was built stays: {stays}")
            # A folder that was there before and has something in it stays, rightly.
    if built and spec.type is PoolType.FS:
        left.append(f" A file system was made on {', '.join(spec.source.devices)}.")
    if now is not None:
        node.undefine_pool(spec.uuid)
    return "".join(left)


def _recoverer(reached: Callable[[PoolSeen | None], bool]) -> Callable[[Job], Verdict]:
    def recover(job: Job) -> Verdict:
        """Done: done. Not done: these verbs are safe to say twice."""
        pool = Pool.objects.select_related("host").filter(pk=job.object_id).first()
        if pool is None:
            return Succeeded() if reached(None) else _not_there(job)
        with nodes.pooled(pool.host) as node:
            if not reached(_seen(node, pool.uuid)):
                return Again()
        _settle(pool)
        return Succeeded()

    return recover


def _again(job: Job) -> Verdict:
    return Again()


def _not_there(job: Job) -> Failed:
    return Failed("not_found_on_node", f"{job.object_name} is no longer there.")


def _active(seen: PoolSeen | None) -> bool:
    return seen is not None and seen.state is not PoolState.INACTIVE


def _inactive(seen: PoolSeen | None) -> bool:
    return seen is None or seen.state is PoolState.INACTIVE


def _gone(seen: PoolSeen | None) -> bool:
    return seen is None


def _seen(node: Node, uuid: UUID) -> PoolSeen | None:
    try:
        return node.pool(uuid)
    except errors.NotFound:
        return None


def _host_of(job: Job) -> Host:
    host = Host.objects.filter(pk=job.host_id).first() if job.host_id else None
    if host is None:
        raise JobFailed("not_found", "The host was removed.")
    return host


def _pool_of(carrying: Carrying) -> Pool:
    pool = Pool.objects.select_related("host").filter(pk=carrying.job.object_id).first()
    if pool is None:
        raise JobFailed("not_found_on_node", f"{carrying.job.object_name} is no longer there.")
    return pool


def _settle(pool: Pool) -> None:
    looking.look(pool.host_id, "pool", pool.uuid)
