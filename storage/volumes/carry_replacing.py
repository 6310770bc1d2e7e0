"""A volume under another name, or without its holes: copied, and the old one removed only when the copy is whole.

At every moment one whole copy of the content is there. What is left of an attempt that broke off is named.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from hosts import nodes
from hosts.models import Host
from hypervisor import errors
from hypervisor.data import NewVolume, VolumeSeen
from hypervisor.node import Node
from hypervisor.states import ACTIVE
from jobs.carrying import Carrying
from jobs.errors import JobFailed, LeaseLost
from jobs.kinds import Again, Failed, JobKind, Succeeded, Unknown, Verdict, register
from jobs.models import Job, JobState
from storage.volumes import carrying as shared
from storage.volumes.carrying import NOBODY_KNOWS, host_of, pool_of
from storage.volumes.trust import check_chain


def register_kinds() -> None:
    register(JobKind("volume.rename", rename, recover_rename, queue="long", deadline_seconds=24 * 3600))
    register(JobKind("volume.sparsify", sparsify, recover_sparsify, queue="long", deadline_seconds=24 * 3600))


@dataclass(frozen=True, slots=True)
class _Work:
    """An attempt under way: where, and on what."""

    carrying: Carrying
    node: Node
    host: Host
    pool: UUID

    @property
    def job(self) -> Job:
        return self.carrying.job

    def there(self, name: str) -> VolumeSeen | None:
        return shared.there(self.node, self.pool, name)

    def copy(self, source: VolumeSeen, name: str, share: tuple[int, int]) -> VolumeSeen:
        """A whole copy with all that makes the original what it is; nothing is left of one that fails."""
        new = NewVolume(name, source.capacity_bytes, source.format, as_original=True)
        try:
            shared.copy(
                self.carrying,
                self.node,
                self.pool,
                new,
                source,
                step=f"copying {source.name} to {name}",
                share=share,
            )
            # Not what was asked for, but what came of it.
            self.node.refresh_pool(self.pool)
            made = self.node.volume(self.pool, name)
            if (made.format, made.capacity_bytes, made.backing) != (
                source.format,
                source.capacity_bytes,
                source.backing,
            ):
                raise JobFailed(
                    "failed", f"The copy is not like the original: {made.format}, {made.capacity_bytes}."
                )
        except (errors.HypervisorError, JobFailed) as failure:
            if isinstance(failure, NOBODY_KNOWS):
                raise
            raise shared.undone(failure, shared.remove_made(self.node, self.pool, [name])) from None
        return made

    def original(self, name: str) -> VolumeSeen:
        """The volume as it was decided about, with nobody on it but the domain that the job holds."""
        job = self.job
        seen = shared.as_it_was(
            self.node,
            self.pool,
            name,
            job.option("path"),
            job.option("volume_format"),
            job.option("volume_backing"),
        )
        held = job.object_id if job.object_kind == "domain" else None
        shared.refuse_users(self.node, job, seen.path, besides=held)
        if held is not None and _runs(self.node, held):
            raise JobFailed("in_use", f"{job.object_name} runs by now. Nothing was done.")
        _refuse_snapshots(self.node, self.pool, seen)
        return seen


def rename(carrying: Carrying) -> dict[str, Any]:
    """A copy under the new name, then the old one goes."""
    job = carrying.job
    old, new = str(job.option("old_name")), str(job.option("name"))
    host, pool = host_of(job), pool_of(job)
    with nodes.pooled(host) as node:
        work = _Work(carrying, node, host, pool)
        carrying.progress(1, "looking at the pool")
        try:
            source = work.original(old)
            if work.there(new) is not None:
                raise JobFailed("name_taken", f"There is a volume {new} already. Nothing was done.")
            shared.began(job)
            made = work.copy(source, new, (2, 95))
            _remove_original(work, source, made)
        finally:
            shared.look_at(host, pool)
    return shared.result_of(job, made)


def recover_rename(job: Job) -> Verdict:
    """The old one is there: what there is of the new one may be half, and goes. It is gone: the new one is whole."""
    old, new = str(job.option("old_name")), str(job.option("name"))
    return _recover(job, old, new)


def sparsify(carrying: Carrying) -> dict[str, Any]:
    """A copy without holes beside it; the original goes; the copy is copied to its place; the copy goes."""
    job = carrying.job
    name = str(job.option("name"))
    beside = beside_name(job)
    host, pool = host_of(job), pool_of(job)
    with nodes.pooled(host) as node:
        work = _Work(carrying, node, host, pool)
        carrying.progress(1, "looking at the pool")
        try:
            whole = _copied_beside(work, name, beside)
            carrying.touching(f"putting {name} in its place")
            try:
                made = work.copy(whole, name, (50, 95))
            except (errors.HypervisorError, JobFailed) as failure:
                if isinstance(failure, NOBODY_KNOWS):
                    raise
                raise JobFailed(
                    failure.code, f"{failure} The whole content of {name} is in {beside}; clone it to {name}."
                ) from None
            left = shared.remove_made(node, pool, [beside])
            if left:
                raise JobFailed("failed", f"{name} is sparse, and {beside} could not be removed.")
        finally:
            shared.look_at(host, pool)
    return {"allocation_bytes": made.allocation_bytes, "before_bytes": int(job.option("before_bytes"))}


def recover_sparsify(job: Job) -> Verdict:
    """Once the original was to go, the copy beside it is the whole one; before, the original is."""
    name, beside = str(job.option("name")), beside_name(job)
    try:
        host = host_of(job)
    except JobFailed as gone:
        return Failed(gone.code, gone.detail)
    pool = pool_of(job)
    with nodes.pooled(host) as node:
        node.refresh_pool(pool)
        half = name if job.option("swapping") else beside
        if not job.option("began"):
            return Again()
        if half == name and shared.there(node, pool, beside) is None:
            return _gone_or_done(node, job, host, name)
        busy = _remove_half(node, pool, half)
    return Unknown(busy) if busy else Again()


def beside_name(job: Job) -> str:
    """Of the copy that is whole while the original is not there."""
    return f"{job.option('name')}.sparse-{str(job.pk)[:8]}"


def _copied_beside(work: _Work, name: str, beside: str) -> VolumeSeen:
    """The whole copy, and from here on no original. An attempt before this one may have come as far."""
    job = work.job
    if job.option("swapping"):
        whole = work.there(beside)
        if whole is None:
            raise JobFailed("not_found_on_node", f"{beside}, which has the whole content of {name}, is gone.")
        if work.there(name) is not None:
            work.node.delete_volume(work.pool, name)  # half of it, from that attempt
        return whole
    source = work.original(name)
    if work.there(beside) is not None:
        raise JobFailed("name_taken", f"There is a volume {beside} already. Nothing was done.")
    shared.began(job)
    whole = work.copy(source, beside, (2, 50))
    held = job.object_id if job.object_kind == "domain" else None
    if held is not None and _runs(work.node, held):
        left = shared.remove_made(work.node, work.pool, [beside])
        raise shared.undone(
            JobFailed("in_use", f"{job.object_name} was started meanwhile. Nothing was done."), left
        )
    _note_swapping(job)
    if work.there(beside) is None:  # whoever took this attempt for dead removed it
        raise JobFailed("changed", f"{beside} was removed meanwhile, so {name} stays as it is.")
    work.node.delete_volume(work.pool, name)
    return whole


def _remove_original(work: _Work, source: VolumeSeen, made: VolumeSeen) -> None:
    """Raises JobFailed when it cannot be: then both are there."""
    try:
        shared.refuse_users(work.node, work.job, source.path)
        work.carrying.touching(f"removing {source.name}")
        work.node.delete_volume(work.pool, source.name)
    except (errors.HypervisorError, JobFailed) as failure:
        if isinstance(failure, NOBODY_KNOWS):
            raise
        raise shared.undone(failure, shared.remove_made(work.node, work.pool, [made.name])) from None


def _recover(job: Job, old: str, new: str) -> Verdict:
    try:
        host = host_of(job)
    except JobFailed as gone:
        return Failed(gone.code, gone.detail)
    if not job.option("began"):
        return Again()
    pool = pool_of(job)
    with nodes.pooled(host) as node:
        node.refresh_pool(pool)
        if shared.there(node, pool, old) is None:
            return _gone_or_done(node, job, host, new)
        busy = _remove_half(node, pool, new)
    return Unknown(busy) if busy else Again()


def _gone_or_done(node: Node, job: Job, host: Host, name: str) -> Verdict:
    """The old one was removed, which happens only after the new one was whole."""
    pool = pool_of(job)
    seen = shared.there(node, pool, name)
    shared.look_at(host, pool)
    if seen is None:
        return Failed("not_found_on_node", f"Neither {name} nor what it was made of is there.")
    if job.kind == "volume.sparsify":
        return Succeeded(
            {"allocation_bytes": seen.allocation_bytes, "before_bytes": int(job.option("before_bytes"))}
        )
    return Succeeded(shared.result_of(job, seen))


def _remove_half(node: Node, pool: UUID, name: str) -> str:
    """A sentence while the node still writes it."""
    try:
        node.delete_volume(pool, name)
    except errors.NotFound:
        return ""
    except (errors.OperationInvalid, errors.Busy) as busy:
        return f"The node still copies {name}: {busy.detail}"
    return ""


def _note_swapping(job: Job) -> None:
    """From here on the copy beside it is the one to keep. Raises LeaseLost: another attempt decides which one is."""
    job.options = {**job.options, "swapping": True}
    mine = Job.objects.filter(pk=job.pk, attempt=job.attempt, state=JobState.RUNNING)
    if not mine.update(options=job.options):
        raise LeaseLost(str(job.pk))


def _runs(node: Node, domain: UUID) -> bool:
    try:
        return node.domain(domain).state in ACTIVE
    except errors.NotFound:
        return False


def _refuse_snapshots(node: Node, pool: UUID, seen: VolumeSeen) -> None:
    """Snapshots inside a qcow2 are not copied. Raises JobFailed."""
    head = check_chain(node, pool, seen)
    if head is not None and head.snapshots:
        raise JobFailed(
            "has_snapshots",
            f"{seen.name} holds {head.snapshots} snapshots inside, which a copy would lose. Nothing was done.",
        )
