"""Copies of disks: which volumes they become, and making them with nothing left behind when that fails."""

import logging
import re
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from domains.copies.disks import Disk
from domains.copies.errors import CannotCopy
from hosts.models import Host
from hypervisor import errors
from hypervisor.data import NewVolume, VolumeSeen
from hypervisor.node import Node
from hypervisor.xml.clone import NewSource
from jobs import claims
from jobs.carrying import Carrying
from jobs.errors import JobCancelled, JobFailed
from jobs.models import Job
from storage.models import Pool, Volume

logger = logging.getLogger(__name__)
_FILES = frozenset({"dir", "fs", "netfs", "gluster"})
_PLAIN = frozenset({"", "raw", "iso", "unknown"})  # read as they are, without a word of their own
_RAW_ONLY = frozenset({"logical", "rbd"})
_POLL_SECONDS = 1.0
_ODD = re.compile(r"[^\w.-]+", re.ASCII)
_NOBODY_KNOWS = (errors.NodeUnreachable, errors.Timeout)


@dataclass(frozen=True, slots=True)
class Copy:
    """One disk's copy: of the volume at `source`, as `name` in `pool` (libvirt's UUID). Kept in a job as plain data."""

    target: str
    source: str
    source_format: str
    pool: str
    pool_id: str
    name: str
    format: str
    capacity_bytes: int
    linked: bool

    def plain(self) -> dict[str, Any]:
        return asdict(self)


def copies_of(job: Job) -> list[Copy]:
    """What a job is to make."""
    return [Copy(**plain) for plain in job.option("copies", [])]


def plan_copies(
    host: Host, disks: Iterable[Disk], stem: str, *, pool: Pool | None = None, linked: bool = False
) -> list[Copy]:
    """The volumes that the domain's own disks become; the others (media, shared disks) stay what they are.

    `stem` begins their names. Raises CannotCopy, with all reasons.
    """
    reasons: list[str] = []
    copies: list[Copy] = []
    taken: set[tuple[str, str]] = set()
    for disk in (disk for disk in disks if disk.use.own):
        try:
            copies.append(_copy(host, disk, stem, pool, linked, taken))
        except CannotCopy as refused:
            reasons.append(f"{disk.use.target}: {refused.detail}")
    if reasons:
        raise CannotCopy(" ".join(reasons))
    return copies


def make_copies(
    carrying: Carrying, node: Node, copies: Sequence[Copy], made: list[Copy]
) -> dict[str, NewSource]:
    """Make them one after the other, noting in `made` what is there. Raises JobCancelled between two."""
    sources: dict[str, NewSource] = {}
    whole = sum(max(1, copy.capacity_bytes) for copy in copies)
    done = 0
    for copy in copies:
        if carrying.cancel_requested():
            raise JobCancelled
        carrying.progress(5 + 85 * done // whole, f"copying {copy.target} to {copy.name}")
        carrying.touched = True
        made.append(copy)
        try:
            seen = _make(carrying, node, copy, done, whole)
        except errors.OperationInvalid:
            made.pop()  # refused: a volume of that name came to be meanwhile, and it is not ours
            raise
        done += max(1, copy.capacity_bytes)
        sources[copy.target] = NewSource("block" if seen.type == "block" else "file", seen.path, copy.format)
    return sources


def refuse_taken(node: Node, copies: Sequence[Copy]) -> None:
    """Raises JobFailed when one of the volumes is there already: then nothing may be made, and nothing removed."""
    for pool in {UUID(copy.pool) for copy in copies}:
        node.refresh_pool(pool)
    for copy in copies:
        if _there(node, copy):
            raise JobFailed("name_taken", f"There is a volume {copy.name} already. Nothing was made.")


def disguised(disk: Disk, format: str) -> bool:
    """Whether a raw disk has the content of another format, which may name any file of the node as its backing file.

    A guest can write such content into its raw disk; copied by that word, the copy would hold that file.
    """
    return disk.use.format == "raw" and format not in _PLAIN


def refuse_disguised(node: Node, disks: Iterable[Disk]) -> None:
    """Raises JobFailed. The pools must have been refreshed: a guest may have written there since."""
    for disk in disks:
        if not disk.use.own:
            continue
        _, seen = node.volume_at(disk.path)
        if disguised(disk, seen.format):
            raise JobFailed(
                "disguised",
                f"The disk {disk.use.target} is raw by its definition, and its content claims to be {seen.format}. "
                "Nothing was made.",
            )


def began(job: Job) -> None:
    """Note in the job that none of its volumes was there before: from now on, those that are there are its own.

    Raises LeaseLost.
    """
    claims.note(job, began=True)


def remove(node: Node, made: Sequence[Copy]) -> list[str]:
    """Take back what was made, the last first; gives the names of what could not be removed."""
    left = []
    for copy in reversed(made):
        try:
            node.delete_volume(UUID(copy.pool), copy.name)
        except errors.NotFound:
            continue
        except errors.HypervisorError as error:
            logger.warning("the copy %s is left: %s", copy.name, error)
            left.append(copy.name)
    return left


def undone(failure: Exception, left: Sequence[str]) -> Exception:
    """The failure, with what could not be taken back, for the person."""
    if not left:
        return failure
    code = failure.code if isinstance(failure, JobFailed | errors.HypervisorError) else "cancelled"
    return JobFailed(code, f"{failure} These volumes could not be removed again: {', '.join(left)}.")


def still_running(node: Node, job: Job) -> str:
    """After a worker's death: take back what its attempt made; a sentence while the node still copies, else ""."""
    if not job.option("began"):
        return ""
    for copy in reversed(copies_of(job)):
        try:
            node.delete_volume(UUID(copy.pool), copy.name)
        except errors.NotFound:
            continue
        except (errors.OperationInvalid, errors.Busy) as busy:
            return f"The node still copies {copy.name}: {busy.detail}"
    return ""


def same_disks(disks: Iterable[Disk], copies: Sequence[Copy]) -> None:
    """Raises JobFailed when the definition has other disks by now than those that the copies are of."""
    now = {disk.use.target: disk.path for disk in disks if disk.use.own}
    if now != {copy.target: copy.source for copy in copies}:
        raise JobFailed("changed", "Its disks have changed since this was asked for. Nothing was made.")


def _copy(
    host: Host, disk: Disk, stem: str, pool: Pool | None, linked: bool, taken: set[tuple[str, str]]
) -> Copy:
    if disk.use.encrypted:
        raise CannotCopy("it is encrypted.")
    if disk.place is None:
        why = "is in no storage pool that is known" if disk.use.local else "is a network disk"
        raise CannotCopy(f"{disk.use.source} {why}, so it cannot be copied.")
    if disguised(disk, disk.place.format):
        raise CannotCopy(f"its definition says raw, and its content claims to be {disk.place.format}.")
    into = pool or Pool.objects.get(pk=disk.place.pool_id)
    if into.state != "running":
        raise CannotCopy(f"the pool {into.name} is {into.state}.")
    if into.type not in _FILES | (frozenset() if linked else _RAW_ONLY):
        what = "layers" if linked else "volumes"
        raise CannotCopy(f"in the pool {into.name} of type {into.type} no {what} can be made.")
    if not linked and disk.place.allocation_bytes > into.available_bytes:
        gib = disk.place.allocation_bytes / 2**30
        raise CannotCopy(f"the pool {into.name} has no room for {gib:.1f} GiB.")
    known = disk.place.format if disk.place.format in {"raw", "qcow2"} else "qcow2"
    format = "qcow2" if linked else "raw" if into.type in _RAW_ONLY else known
    name = free_name(into, f"{stem}-{disk.use.target}", "" if into.type in _RAW_ONLY else f".{format}", taken)
    return Copy(
        target=disk.use.target,
        source=disk.path,
        source_format=disk.use.format,
        pool=str(into.uuid),
        pool_id=str(into.pk),
        name=name,
        format=format,
        capacity_bytes=disk.place.capacity_bytes,
        linked=linked,
    )


def free_name(pool: Pool, stem: str, ending: str, taken: set[tuple[str, str]]) -> str:
    """A free name, of characters that every kind of pool takes."""
    plain = _ODD.sub("_", stem).lstrip(".-")[:180] or "disk"
    for number in range(1, 1000):
        name = f"{plain}{ending}" if number == 1 else f"{plain}-{number}{ending}"
        if (str(pool.pk), name) in taken or Volume.objects.filter(pool=pool, name=name).exists():
            continue
        taken.add((str(pool.pk), name))
        return name
    raise CannotCopy(f"the pool {pool.name} has too many volumes named {plain}.")


def _there(node: Node, copy: Copy) -> bool:
    try:
        node.volume(UUID(copy.pool), copy.name)
    except errors.NotFound:
        return False
    return True


def _make(carrying: Carrying, node: Node, copy: Copy, done: int, whole: int) -> VolumeSeen:
    if not copy.capacity_bytes:  # made since its pool was last read
        _, seen = node.volume_at(copy.source)
        copy = replace(copy, capacity_bytes=seen.capacity_bytes)
    new = NewVolume(copy.name, copy.capacity_bytes, copy.format)
    pool = UUID(copy.pool)
    if copy.linked:
        layer = replace(new, backing=copy.source, backing_format=copy.source_format)
        return node.create_volume(pool, layer)
    return _watched(carrying, node, copy, new, (done, whole))


def _watched(
    carrying: Carrying, node: Node, copy: Copy, new: NewVolume, share: tuple[int, int]
) -> VolumeSeen:
    """Run the copy beside us, and tell how far it is by what the new volume holds already."""
    outcome: list[VolumeSeen | errors.HypervisorError] = []

    def call() -> None:
        try:
            outcome.append(node.clone_volume(UUID(copy.pool), new, copy.source))
        except errors.HypervisorError as error:
            outcome.append(error)

    copying = threading.Thread(target=call, name=f"copy {copy.name}", daemon=True)
    copying.start()
    done, whole = share
    began_at = time.monotonic()
    while copying.is_alive():
        copying.join(_POLL_SECONDS)
        if not copying.is_alive():
            break
        held = min(_allocation(node, copy), copy.capacity_bytes)
        carrying.progress(
            5 + 85 * (done + held) // whole,
            f"copying {copy.target} to {copy.name}",
            {
                "total_bytes": copy.capacity_bytes,
                "processed_bytes": held,
                "remaining_bytes": copy.capacity_bytes - held,
                "rate_bytes": int(held / (time.monotonic() - began_at)),
            },
        )
    (result,) = outcome
    if isinstance(result, errors.HypervisorError):
        raise result
    return result


def _allocation(node: Node, copy: Copy) -> int:
    try:
        return node.volume(UUID(copy.pool), copy.name).allocation_bytes
    except _NOBODY_KNOWS:
        raise
    except errors.HypervisorError:
        return 0  # not there yet, or not to be asked while it is being made


def shown(copies: Sequence[Copy]) -> list[Mapping[str, Any]]:
    """The copies as a plan tells them."""
    return [
        {
            "path": f"disk:{copy.target}",
            "before": copy.source,
            "after": f"{copy.name} ({'a layer over it' if copy.linked else copy.format})",
            "live": False,
        }
        for copy in copies
    ]
