"""Whether the node may open a volume: whoever wrote its content may have named any file of the node in it."""

from uuid import UUID

from hypervisor import errors
from hypervisor.data import VolumeSeen
from hypervisor.images import ImageHeader, inspect
from hypervisor.node import Node
from jobs.errors import JobFailed

# Copied byte by byte, or opened as what they are: nothing in them is followed.
_PLAIN = frozenset({"", "raw", "iso", "unknown", "luks", "dir"})
_DEEPEST = 32


def check_chain(node: Node, pool: UUID, seen: VolumeSeen) -> ImageHeader | None:
    """Reads the head of the volume, and of each below it that is in a pool; gives its own, None of a raw one.

    libvirt tells of a backing file, not of data files and extents: those are refused here. Raises JobFailed.
    """
    own = _check(node, pool, seen)
    below = seen
    for _ in range(_DEEPEST):
        if not below.backing:
            break
        try:
            pool, below = node.volume_at(below.backing)
        except errors.NotFound:
            break  # in no pool: who asked may name files of the host, or it would not have come so far
        _check(node, pool, below)
    return own


def _check(node: Node, pool: UUID, seen: VolumeSeen) -> ImageHeader | None:
    if seen.format in _PLAIN:
        return None
    head = inspect(lambda offset, size: node.read_volume_part(pool, seen.name, offset, size))
    if head.fault:
        raise JobFailed("damaged", f"{seen.name} claims to be {head.format}, but {head.fault}.")
    followed = [name for name in head.references if name != head.backing]
    if head.backing and (not seen.backing or _is_address(head.backing)):
        followed.append(head.backing)
    if followed:
        raise JobFailed(
            "refers",
            f"{seen.name} refers to another file, {followed[0]}, so it is not opened. Nothing was done.",
        )
    return head


def _is_address(name: str) -> bool:
    """`json:{…}`, `nbd://…`: QEMU's own ways to name what is no file."""
    return ":" in name.split("/", maxsplit=1)[0]
