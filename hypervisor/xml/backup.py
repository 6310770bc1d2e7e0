"""The `<domainbackup>`, and what of a domain says how its disks can be backed up."""

from dataclasses import dataclass

from lxml import etree

from hypervisor.backups import BackupWish
from hypervisor.xml.disk import read_disk
from hypervisor.xml.document import attr_at, parse, written


@dataclass(frozen=True, slots=True)
class WrittenDisk:
    """A disk that the domain alone writes to."""

    target: str
    format: str
    source: str
    mirror: str  # the path of a copy that is just being made of it
    mirror_ready: bool


def written_disks(domain_xml: str) -> tuple[WrittenDisk, ...]:
    """Raises InvalidXML."""
    found = []
    for disk in parse(domain_xml, "domain").iterfind("devices/disk"):
        seen = read_disk(disk)
        if seen.device != "disk" or seen.readonly or not seen.source or disk.find("shareable") is not None:
            continue
        mirror = disk.find("mirror")
        copy = mirror is not None and mirror.get("job") == "copy"
        source = mirror.find("source") if mirror is not None and copy else None
        path = "" if source is None else source.get("file") or source.get("dev") or ""
        ready = copy and mirror is not None and mirror.get("ready") == "yes"
        found.append(WrittenDisk(seen.target, seen.format or "raw", seen.source, path, ready))
    return tuple(found)


def write_backup(wish: BackupWish, others: tuple[str, ...]) -> str:
    """The document that asks for one; `others` are the disks that are left out."""
    backup = etree.Element("domainbackup", mode="push")
    if wish.since:
        etree.SubElement(backup, "incremental").text = wish.since
    disks = etree.SubElement(backup, "disks")
    for target in others:
        etree.SubElement(disks, "disk", name=target, backup="no")
    for one in wish.disks:
        disk = etree.SubElement(disks, "disk", name=one.target, type="block" if one.block else "file")
        etree.SubElement(disk, "driver", type="qcow2")
        etree.SubElement(disk, "target", {"dev" if one.block else "file": one.path})
    return written(backup)


def read_backup_volumes(xml: str) -> tuple[str, ...]:
    """The paths that a backup under way writes to. Raises InvalidXML."""
    disks = parse(xml, "domainbackup").iterfind("disks/disk")
    paths = (attr_at(disk, "target", "file") or attr_at(disk, "target", "dev") for disk in disks)
    return tuple(path for path in paths if path)


def write_destination(path: str, format: str, *, block: bool) -> str:
    """The `<disk>` that a copy is made into."""
    disk = etree.Element("disk", type="block" if block else "file")
    etree.SubElement(disk, "driver", type=format)
    etree.SubElement(disk, "source", {"dev" if block else "file": path})
    return written(disk)
