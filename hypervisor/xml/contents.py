"""What the disks of a definition are read as: a word that lets a disk's content name files of its host.

A guest may write the beginning of an image into a raw disk. Whoever has that disk read as an image, in this domain or
in another one, gives the guest each file that the content names as what it is a layer over.
"""

from collections.abc import Callable, Iterator

from hypervisor.xml.sources import DiskUse, disk_uses

_PLAIN = frozenset({"raw", "iso"})
_NOT_KNOWN = frozenset({"", "none", "unknown"})


def disguises(xml: str, format_of: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """(where, what) of each disk that is read as another format than its volume is known to have."""
    for use in disk_uses(xml):
        has = format_of(use.source) if use.source else ""
        if has in _NOT_KNOWN or use.format == has:
            continue
        if use.format == "raw" and (has in _PLAIN or not _written(use)):
            continue
        yield _at(use), f"the {has} volume {use.source} read as {use.format}"


def read_otherwise(before: str, after: str) -> Iterator[tuple[str, str]]:
    """(where, what) of each disk that was read as it is until now, and would be read as an image."""
    was = {use.source: use.format for use in disk_uses(before) if use.source}
    for use in disk_uses(after):
        if use.format != "raw" and was.get(use.source, use.format) != use.format:
            yield _at(use), f"{use.source}, which was {was[use.source]} until now, read as {use.format}"


def _written(use: DiskUse) -> bool:
    return not use.readonly and use.device != "cdrom"


def _at(use: DiskUse) -> str:
    return f"devices/disk[{use.target}]/driver/@type"
