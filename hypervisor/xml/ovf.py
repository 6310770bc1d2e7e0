"""The description of an appliance (OVF), versions 1 and 2, read.

What VMware and VirtualBox add in namespaces of their own is read where it matters: firmware, operating system.
"""

from collections.abc import Iterator
from urllib.parse import unquote

from lxml import etree

from hypervisor.appliance import Appliance, ApplianceCard, ApplianceDisk
from hypervisor.errors import InvalidXML
from hypervisor.xml.document import Element, parse

_OVF = "http://schemas.dmtf.org/ovf/envelope/1"
_ENVELOPES = (
    _OVF,
    "http://schemas.dmtf.org/ovf/envelope/2",
    "http://schemas.dmtf.org/ovf/1/envelope",
    "http://www.vmware.com/schema/ovf/1/envelope",
)
_ITEMS = frozenset({"Item", "StorageItem", "EthernetPortItem"})
_CPU, _MEMORY, _IDE, _SCSI, _ETHERNET, _DISK, _OTHER_STORAGE = "3", "4", "5", "6", "10", "17", "20"
_BUSES = {_IDE: "ide", _SCSI: "scsi", _OTHER_STORAGE: "sata"}
_LEFT_OUT = {
    "14": "a floppy drive", "15": "a CD drive", "16": "a DVD drive", "23": "a USB controller",
    "24": "", "1": "", "19": "", "35": "a sound card",
}  # fmt: skip
_UNITS = {
    "byte": 1,
    "kilobytes": 2**10,
    "kb": 2**10,
    "megabytes": 2**20,
    "mb": 2**20,
    "gigabytes": 2**30,
    "gb": 2**30,
}
_MOST_DISKS, _MOST_CARDS = 64, 32
_LARGEST_BYTES = 2**60


def read_ovf(text: str) -> Appliance:
    """Raises InvalidXML, with what is wrong or cannot be taken."""
    envelope = _envelope(text)
    systems = list(_all(envelope, "VirtualSystem"))
    if len(systems) != 1:
        raise InvalidXML(f"It describes {len(systems) or 'no'} machines; one is taken at a time.")
    (system,) = systems
    hardware = next(_children(system, "VirtualHardwareSection"), None)
    if hardware is None:
        raise InvalidXML("It has no VirtualHardwareSection.")
    items = _items(hardware, _configuration(envelope))
    warnings = [
        f"It has {what}, which is left out."
        for kind, what in _LEFT_OUT.items()
        if what and kind in {_of(one, "ResourceType") for one in items}
    ]
    words = _system_words(system)
    return Appliance(
        name=_of(system, "Name") or _attribute(system, "id"),
        vcpus=sum(_number(_of(one, "VirtualQuantity"), "processors") for one in items if _is(one, _CPU)) or 1,
        memory_bytes=sum(_memory(one) for one in items if _is(one, _MEMORY)),
        system=words,
        windows=any("win" in word.lower().replace("darwin", "") for word in words),
        firmware="efi" if _has_efi(system, hardware) else "bios",
        product=_of(next(_children(system, "ProductSection"), None), "Product"),
        description=_of(next(_children(system, "AnnotationSection"), None), "Annotation"),
        disks=_disks(envelope, items),
        cards=_cards(items),
        warnings=tuple(warnings),
    )


def _envelope(text: str) -> Element:
    for namespace in _ENVELOPES:
        if namespace in text:
            # A declaration of an encoding contradicts a text, which it is already.
            return parse(text, f"{{{namespace}}}Envelope")
    raise InvalidXML("It is no OVF envelope of version 1 or 2.")


def _configuration(envelope: Element) -> str:
    """Which of several sizes of the machine holds: the one marked, else the first."""
    sizes = [
        one
        for section in _children(envelope, "DeploymentOptionSection")
        for one in _children(section, "Configuration")
    ]
    marked = [one for one in sizes if _attribute(one, "default").lower() in {"true", "1"}]
    return _attribute((marked or sizes)[0], "id") if sizes else ""


def _items(hardware: Element, configuration: str) -> list[Element]:
    return [
        one
        for one in hardware
        if _local(one) in _ITEMS and _attribute(one, "configuration") in {"", configuration}
    ]


def _disks(envelope: Element, items: list[Element]) -> tuple[ApplianceDisk, ...]:
    files = {
        _attribute(one, "id"): one
        for section in _children(envelope, "References")
        for one in _children(section, "File")
    }
    known = {
        _attribute(one, "diskId"): one
        for section in _children(envelope, "DiskSection")
        for one in _children(section, "Disk")
    }
    buses = {_of(one, "InstanceID"): _BUSES.get(_of(one, "ResourceType"), "") for one in items}
    found = []
    for item in items:
        if not _is(item, _DISK):
            continue
        kind, _, id = _of(item, "HostResource").removeprefix("ovf:").strip("/").partition("/")
        disk = known.get(id) if kind == "disk" else None
        if disk is None:
            raise InvalidXML(
                f"A disk of the machine names {_short(_of(item, 'HostResource'))}, which is not described."
            )
        found.append(_disk(id, disk, files, buses.get(_of(item, "Parent"), "") or "scsi"))
    if len(found) > _MOST_DISKS:
        raise InvalidXML(f"It has more than {_MOST_DISKS} disks.")
    if len({disk.file for disk in found if disk.file}) < sum(bool(disk.file) for disk in found):
        raise InvalidXML("Two of its disks are the same file.")
    return tuple(found)


def _disk(id: str, disk: Element, files: dict[str, Element], bus: str) -> ApplianceDisk:
    if _attribute(disk, "parentRef"):
        raise InvalidXML(f"The disk {_short(id)} is a layer over another; only whole disks are taken.")
    capacity = _number(_attribute(disk, "capacity"), "bytes", 0) * _unit(
        _attribute(disk, "capacityAllocationUnits")
    )
    if capacity > _LARGEST_BYTES:
        raise InvalidXML(f"The disk {_short(id)} claims to be larger than any disk is.")
    reference = _attribute(disk, "fileRef")
    if not reference:
        if not capacity:
            raise InvalidXML(f"The disk {_short(id)} has neither a file nor a size.")
        return ApplianceDisk(id, "", capacity, bus=bus)
    file = files.get(reference)
    if file is None:
        raise InvalidXML(f"The disk {_short(id)} is the file {_short(reference)}, which is not listed.")
    if _attribute(file, "compression") not in {"", "identity"} or _attribute(file, "chunkSize"):
        raise InvalidXML(
            f"The file of the disk {_short(id)} is compressed or cut into pieces; this is not taken."
        )
    size = _number(_attribute(file, "size"), "bytes", 0)
    return ApplianceDisk(id, unquote(_attribute(file, "href")), capacity, size, bus)


def _cards(items: list[Element]) -> tuple[ApplianceCard, ...]:
    cards = tuple(
        ApplianceCard(_of(one, "Connection"), _of(one, "ResourceSubType"))
        for one in items
        if _is(one, _ETHERNET)
    )
    if len(cards) > _MOST_CARDS:
        raise InvalidXML(f"It has more than {_MOST_CARDS} network cards.")
    return cards


def _memory(item: Element) -> int:
    return _number(_of(item, "VirtualQuantity"), "memory") * _unit(
        _of(item, "AllocationUnits") or "MegaBytes"
    )


def _system_words(system: Element) -> tuple[str, ...]:
    section = next(_children(system, "OperatingSystemSection"), None)
    if section is None:
        return ()
    words = [_of(section, "Description"), _of(section, "OSType"), _attribute(section, "osType")]
    # "Other", "otherLinux64Guest": nobody said which.
    return tuple(dict.fromkeys(word for word in words if word and not word.lower().startswith("other")))


def _has_efi(system: Element, hardware: Element) -> bool:
    said = [
        _attribute(one, "value")
        for one in _children(hardware, "Config")
        if _attribute(one, "key") == "firmware"
    ]
    said += [
        _attribute(one, "type")
        for machine in _children(system, "Machine")
        for one in _all(machine, "Firmware")
    ]
    return any(one.lower().startswith("efi") for one in said)


def _unit(words: str) -> int:
    """`byte * 2^20`, `GigaBytes`, or nothing for bytes."""
    plain = words.replace(" ", "").lower() or "byte"
    if plain in _UNITS:
        return _UNITS[plain]
    base, _, power = plain.removeprefix("byte").removeprefix("s").removeprefix("*").partition("^")
    if plain.startswith("byte") and base in {"2", "10"} and power.isdecimal() and int(power) <= 60:
        size: int = int(base) ** int(power)
        return size
    raise InvalidXML(f"The unit {_short(words)} is not known.")


def _number(text: str, of: str, default: int | None = None) -> int:
    if not text and default is not None:
        return default
    if not text.isdecimal() or len(text) > 20:
        raise InvalidXML(f"{_short(text) or 'Nothing'} is no number of {of}.")
    return int(text)


def _local(element: Element) -> str:
    return etree.QName(element).localname


def _children(element: Element, name: str) -> Iterator[Element]:
    return (child for child in element if _local(child) == name)


def _all(element: Element, name: str) -> Iterator[Element]:
    return (child for child in element.iter() if _local(child) == name)


def _of(element: Element | None, name: str) -> str:
    """The text of a child, whatever its namespace."""
    child = next(_children(element, name), None) if element is not None else None
    return (child.text or "").strip() if child is not None else ""


def _attribute(element: Element, name: str) -> str:
    """An attribute, whatever its namespace."""
    return next(
        (str(value) for key, value in element.attrib.items() if etree.QName(key).localname == name), ""
    )


def _is(item: Element, kind: str) -> bool:
    return _of(item, "ResourceType") == kind


def _short(words: str) -> str:
    return "".join(one if one.isprintable() else "?" for one in words[:80])
