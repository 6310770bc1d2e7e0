"""The `<domainsnapshot>`, and what of a domain decides whether one can be taken."""

from collections.abc import Mapping
from copy import deepcopy

from lxml import etree

from hypervisor.errors import InvalidXML
from hypervisor.snapshots import (
    Kept,
    Snapshotable,
    SnapshotableDisk,
    SnapshotDisk,
    SnapshotSeen,
    SnapshotWish,
)
from hypervisor.xml.disk import read_disk
from hypervisor.xml.document import Element, attr, attr_at, number, parse, text, written
from hypervisor.xml.domain import read_domain

_AGENT = "org.qemu.guest_agent.0"
# Which attribute of a `<source>` is replaced when a disk is read from another file.
_FILE = "file"


def read_snapshot(xml: str, *, current: bool = False) -> SnapshotSeen:
    """Raises InvalidXML."""
    snapshot = parse(xml, "domainsnapshot")
    memory = snapshot.find("memory")
    vcpus, memory_bytes = _sizes(snapshot)
    return SnapshotSeen(
        name=text(snapshot, "name"),
        parent=text(snapshot, "parent/name"),
        description=text(snapshot, "description"),
        state=text(snapshot, "state"),
        created_at=number(text(snapshot, "creationTime")),
        current=current,
        memory=_kept(attr(memory, "snapshot")),
        memory_file=attr(memory, "file"),
        disks=tuple(
            SnapshotDisk(attr(disk, "name"), _kept(attr(disk, "snapshot")), attr_at(disk, "source", _FILE))
            for disk in snapshot.iterfind("disks/disk")
        ),
        before={
            seen.target: seen.source for seen in map(read_disk, snapshot.iterfind("domain/devices/disk"))
        },
        vcpus=vcpus,
        memory_bytes=memory_bytes,
    )


def wanted(wish: SnapshotWish) -> str:
    """The document that asks for a snapshot."""
    snapshot = etree.Element("domainsnapshot")
    etree.SubElement(snapshot, "name").text = wish.name
    if wish.description:
        etree.SubElement(snapshot, "description").text = wish.description
    memory = etree.SubElement(snapshot, "memory", snapshot=str(wish.memory))
    if wish.memory is Kept.EXTERNAL:
        memory.set("file", wish.memory_file)
    if wish.disks:
        disks = etree.SubElement(snapshot, "disks")
        for disk in wish.disks:
            _add_disk(disks, disk)
    return written(snapshot)


def snapshotable(xml: str) -> Snapshotable:
    """What a `<domain>` says of how it can be taken. Raises InvalidXML."""
    domain = parse(xml, "domain")
    return Snapshotable(
        disks=tuple(
            SnapshotableDisk(
                target=seen.target,
                type=seen.type,
                format=seen.format or "raw",
                source=seen.source,
                writable=bool(seen.source)
                and not seen.readonly
                and seen.device in {"disk", "lun"}
                and disk.find("shareable") is None
                and attr(disk, "snapshot") != "no",
            )
            for disk in domain.iterfind("devices/disk")
            for seen in (read_disk(disk),)
        ),
        pflash=attr_at(domain, "os/loader", "type") == "pflash" or attr_at(domain, "os", "firmware") == "efi",
        agent=_agent(domain),
    )


def domain_of(snapshot_xml: str, *, running: bool) -> str:
    """The definition within a snapshot: as the domain ran then, or as it was kept on the node."""
    snapshot = parse(snapshot_xml, "domainsnapshot")
    ran, kept = snapshot.find("domain"), snapshot.find("inactiveDomain")
    found = ran if running or kept is None else kept
    if found is None:
        raise InvalidXML("The snapshot holds no definition of its domain.")
    found.tag = "domain"
    found.tail = None
    return written(found)


def repointed(xml: str, files: Mapping[str, str], format: str = "qcow2") -> str:
    """A `<domain>` whose disks, by target, are read from other files of that format. Raises InvalidXML."""
    domain = parse(xml, "domain")
    for disk in domain.iterfind("devices/disk"):
        file = files.get(attr_at(disk, "target", "dev"))
        source, driver = disk.find("source"), disk.find("driver")
        if file is None or source is None:
            continue
        disk.set("type", "file")
        source.attrib.clear()
        source.set(_FILE, file)
        if driver is not None:
            driver.set("type", format)
        for backing in disk.findall("backingStore"):
            disk.remove(backing)  # libvirt finds it in the file itself
    return written(domain)


def described(
    snapshot_xml: str, *, description: str | None = None, files: Mapping[str, str] | None = None
) -> str:
    """The snapshot's own document with another description, or with other files written to since, by target."""
    snapshot = parse(snapshot_xml, "domainsnapshot")
    if description is not None:
        element = snapshot.find("description")
        if element is None:
            element = etree.Element("description")
            snapshot.insert(1, element)
        element.text = description
    for disk in snapshot.iterfind("disks/disk"):
        file = (files or {}).get(attr(disk, "name"))
        source = disk.find("source")
        if file is not None and source is not None:
            source.set(_FILE, file)
    return written(snapshot)


def _add_disk(disks: Element, disk: SnapshotDisk) -> None:
    element = etree.SubElement(disks, "disk", name=disk.target, snapshot=str(disk.snapshot))
    if disk.snapshot is Kept.EXTERNAL:
        etree.SubElement(element, "driver", type="qcow2")
        etree.SubElement(element, "source", file=disk.source)


def _sizes(snapshot: Element) -> tuple[int, int]:
    """Virtual processors and the most memory of the definitions within, each the larger of both."""
    vcpus, memory = 0, 0
    for name in ("domain", "inactiveDomain"):
        found = snapshot.find(name)
        if found is None:
            continue
        copied = deepcopy(found)
        copied.tag, copied.tail = "domain", None
        detail = read_domain(written(copied))
        vcpus = max(vcpus, detail.vcpus)
        memory = max(memory, detail.memory_bytes, detail.max_memory_bytes)
    return vcpus, memory


def _kept(word: str) -> Kept:
    return Kept(word) if word in set(Kept) else Kept.NO


def _agent(domain: Element) -> str:
    for channel in domain.iterfind("devices/channel"):
        target = channel.find("target")
        if attr(target, "name") == _AGENT:
            return attr(target, "state") or "disconnected"
    return ""
