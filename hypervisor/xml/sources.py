"""What each disk of a definition stands on, and whether it is its domain's alone."""

from dataclasses import dataclass

from hypervisor.xml.disk import read_disk, read_source
from hypervisor.xml.document import Element, attr_at, parse

_LOCAL = frozenset({"file", "block", "volume"})


@dataclass(frozen=True, slots=True)
class DiskUse:
    """One disk. `source` as `read_source` gives it; `below`: its backing chain's, as far as the document says it."""

    target: str
    device: str  # disk, cdrom, floppy, lun
    type: str
    source: str
    format: str
    readonly: bool
    shareable: bool
    encrypted: bool
    below: tuple[str, ...] = ()
    cache: str = ""

    @property
    def own(self) -> bool:
        """Whether it is written by this domain alone, so that it goes with it and is copied for a copy of it."""
        return bool(self.source) and self.device == "disk" and not self.readonly and not self.shareable

    @property
    def local(self) -> bool:
        """Whether it may lie in a storage pool of the node."""
        return self.type in _LOCAL


def disk_uses(domain_xml: str) -> tuple[DiskUse, ...]:
    """All of a definition's disks. Raises InvalidXML."""
    return tuple(_read(disk) for disk in parse(domain_xml, "domain").iterfind("devices/disk"))


def _read(disk: Element) -> DiskUse:
    seen = read_disk(disk)
    return DiskUse(
        target=seen.target,
        device=seen.device,
        type=seen.type,
        source=seen.source,
        format=seen.format or "raw",
        readonly=seen.readonly,
        shareable=disk.find("shareable") is not None,
        encrypted=disk.find("encryption") is not None or disk.find("source/encryption") is not None,
        below=tuple(_below(disk)),
        cache=attr_at(disk, "driver", "cache"),
    )


def _below(disk: Element) -> list[str]:
    found = []
    layer = disk.find("backingStore")
    while layer is not None:
        source = read_source(layer)
        if source:
            found.append(source)
        layer = layer.find("backingStore")
    mirror = disk.find("mirror")
    if mirror is not None and read_source(mirror):
        found.append(read_source(mirror))  # a copy that is being made of it
    return found
