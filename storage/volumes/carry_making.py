"""Making a volume: empty, as a copy, or as a copy in another format. What fails half-way takes back what it made."""

from typing import Any
from uuid import UUID

from access import secrets
from hosts import nodes
from hypervisor import errors
from hypervisor.data import NewVolume, VolumeSeen
from hypervisor.node import Node
from jobs.carrying import Carrying
from jobs.errors import JobFailed
from jobs.kinds import Again, Failed, JobKind, Succeeded, Unknown, Verdict, register
from jobs.models import Job
from storage import owners
from storage.models import Pool
from storage.volumes import carrying as shared
from storage.volumes.carrying import NOBODY_KNOWS, host_of, pool_of
from storage.volumes.trust import check_chain


def register_kinds() -> None:
    for name in ("volume.create", "volume.clone", "volume.convert"):
        register(JobKind(name, make, recover, queue="long", deadline_seconds=24 * 3600, ended=owners.ended))


def make(carrying: Carrying) -> dict[str, Any]:
    """Look that the name is free, make it, end when it can be seen."""
    job = carrying.job
    host, pool = host_of(job), pool_of(job)
    name = str(job.option("name"))
    with nodes.pooled(host) as node:
        try:
            seen = _made(carrying, node, pool, name)
        finally:
            shared.look_at(host, pool)
    _forget_passphrase(job)
    return shared.result_of(job, seen)


def _made(carrying: Carrying, node: Node, pool: UUID, name: str) -> VolumeSeen:
    job = carrying.job
    try:
        source = _begin(carrying, node)
    except JobFailed:
        _forget_passphrase(job)
        raise
    try:
        return _copied(carrying, node, source) if source is not None else _created(carrying, node)
    except (errors.HypervisorError, JobFailed) as failure:
        if isinstance(failure, NOBODY_KNOWS):
            raise
        left = [] if _others(failure) else shared.remove_made(node, pool, [name])
        _forget_secret(node, job)
        raise shared.undone(failure, left) from None


def recover(job: Job) -> Verdict:
    """Nobody can tell a whole copy from half of one, so what was made goes away and it begins anew."""
    try:
        host = host_of(job)
    except JobFailed as gone:
        return Failed(gone.code, gone.detail)
    if not job.option("began"):
        return Again()
    pool, name = pool_of(job), str(job.option("name"))
    with nodes.pooled(host) as node:
        # One that takes no time to make is whole as soon as it is there.
        at_once = job.option("preallocation") == "off" and not job.option("secret")
        if job.kind == "volume.create" and at_once:
            node.refresh_pool(pool)
            seen = shared.there(node, pool, name)
            if seen is not None and seen.capacity_bytes >= int(job.option("capacity_bytes")):
                shared.look_at(host, pool)
                return Succeeded(shared.result_of(job, seen))
        busy = _take_back(node, job)
    return Unknown(busy) if busy else Again()


def _begin(carrying: Carrying, node: Node) -> VolumeSeen | None:
    """All that must hold before anything is made; gives what is to be copied. Raises JobFailed."""
    job = carrying.job
    pool, name = pool_of(job), str(job.option("name"))
    carrying.progress(1, "looking at the pool")
    node.refresh_pool(pool)
    busy = _take_back(node, job)
    if busy:
        raise JobFailed("node_busy", busy)
    source = _source(node, job)
    if shared.there(node, pool, name) is not None:
        raise JobFailed("name_taken", f"There is a volume {name} already. Nothing was made.")
    shared.began(job)
    return source


def _created(carrying: Carrying, node: Node) -> VolumeSeen:
    job = carrying.job
    pool, name = pool_of(job), str(job.option("name"))
    secret = UUID(job.option("secret")) if job.option("secret") else None
    new = NewVolume(
        name,
        int(job.option("capacity_bytes")),
        job.option("format"),
        backing=job.option("backing"),
        backing_format=job.option("backing_format"),
        preallocation=job.option("preallocation"),
        secret=secret,
    )
    carrying.touching(f"making {name}")
    if secret is not None:
        path = _path(job, name)
        node.set_volume_secret(secret, path, secrets.unseal(job.option("sealed")).encode())
    if new.preallocation == "off" and secret is None:
        seen = node.create_volume(pool, new)
    else:

        def meanwhile(seconds: float) -> None:
            held = shared.allocation(node, pool, name)
            carrying.progress(2 + 93 * min(held, new.capacity_bytes) // new.capacity_bytes, f"making {name}")

        seen = shared.beside(lambda: node.preallocate_volume(pool, new), meanwhile, f"make {name}")
    if secret is not None and seen.path != path:
        raise JobFailed("not_supported", f"The pool keeps the volume at {seen.path}, and not at {path}.")
    return seen


def _copied(carrying: Carrying, node: Node, source: VolumeSeen) -> VolumeSeen:
    job = carrying.job
    name = str(job.option("name"))
    new = NewVolume(name, source.capacity_bytes, job.option("format"))
    return shared.copy(
        carrying, node, pool_of(job), new, source, step=f"copying {job.option('source_name')} to {name}"
    )


def _source(node: Node, job: Job) -> VolumeSeen | None:
    """What is copied, if this is a copy. Raises JobFailed when it is another than it was, or not to be opened."""
    if job.option("backing"):
        check_chain(node, *node.volume_at(job.option("backing")))
    if not job.option("source"):
        return None
    pool = UUID(job.option("source_pool"))
    seen = shared.as_it_was(
        node,
        pool,
        job.option("source_name"),
        job.option("source"),
        job.option("source_format"),
        job.option("source_backing"),
    )
    check_chain(node, pool, seen)
    return seen


def _take_back(node: Node, job: Job) -> str:
    """What an attempt before this one made; a sentence while the node still works on it, else ""."""
    if not job.option("began"):
        return ""
    try:
        node.delete_volume(pool_of(job), job.option("name"))
    except errors.NotFound:
        return ""
    except (errors.OperationInvalid, errors.Busy) as busy:
        return f"The node still makes {job.option('name')}: {busy.detail}"
    return ""


def _others(failure: Exception) -> bool:
    """Refused because a volume of that name came to be meanwhile: it is not ours."""
    return isinstance(failure, errors.OperationInvalid)


def _path(job: Job, name: str) -> str:
    """Where a pool of files will keep it."""
    target = Pool.objects.filter(pk=job.option("pool")).values_list("target", flat=True).first() or ""
    return f"{target.rstrip('/')}/{name}"


def _forget_secret(node: Node, job: Job) -> None:
    if job.option("secret"):
        node.remove_volume_secret(_path(job, str(job.option("name"))), only=UUID(job.option("secret")))
        _forget_passphrase(job)


def _forget_passphrase(job: Job) -> None:
    """It is the node's now; not even sealed does it stay with us."""
    if job.option("sealed"):
        job.options = {**job.options, "sealed": ""}
        Job.objects.filter(pk=job.pk, attempt=job.attempt).update(options=job.options)
