"""libosinfo's database of operating systems, read as it lies on this machine; without it there is one Linux.

What is derived from what, and how minimum and recommended figures make a default, is as virt-install has it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from lxml import etree

from hypervisor.errors import InvalidXML
from hypervisor.systems import UNNAMED, GuestOS
from hypervisor.xml.document import Element, number, parse, text

FOLDER = Path("/usr/share/osinfo")
_ARCH = "x86_64"
_PCI = "http://pcisig.com/pci/"
_Q35 = "http://qemu.org/chipset/x86/q35"
_NETS = {
    "8086/100e": "e1000",
    "8086/10d3": "e1000e",
    "10ec/8139": "rtl8139",
    "1022/2000": "pcnet",
    "10ec/8029": "ne2k_pci",
}


@dataclass
class _Entry:
    """One `<os>` as its file has it, before what it derives from is added."""

    id: str
    names: tuple[str, ...]
    name: str
    vendor: str
    family: str
    version: str
    released: str
    ended: str
    parents: tuple[str, ...]
    devices: dict[str, bool]  # False: taken away again
    minimum: dict[str, int]
    recommended: dict[str, int]
    inherits: bool
    efi: dict[str, bool] = field(default_factory=dict)
    bios: dict[str, bool] = field(default_factory=dict)


def systems(folder: Path = FOLDER) -> Mapping[str, GuestOS]:
    """All that are known, by libosinfo's full id. Empty where there is no database."""
    return _read_all(folder)[0]


def system_named(name: str, folder: Path = FOLDER) -> GuestOS | None:
    """By a short id (debian12) or the full one; without a name the Linux that nobody named. None: unknown."""
    if not name:
        return UNNAMED
    known, by_name = _read_all(folder)
    return known.get(name) or by_name.get(name)


@lru_cache(maxsize=4)
def _read_all(folder: Path) -> tuple[Mapping[str, GuestOS], Mapping[str, GuestOS]]:
    entries = {entry.id: entry for entry in _entries(folder)}
    known = {id: _system(entry, entries) for id, entry in entries.items()}
    return known, {name: known[id] for id, entry in entries.items() for name in entry.names}


def _entries(folder: Path) -> Iterator[_Entry]:
    for path in sorted(folder.glob("os/*/*.xml")):
        try:
            root = parse(path.read_text(), "libosinfo")
        except (InvalidXML, UnicodeDecodeError):
            continue  # a file of an administrator's own that is none: the others count
        for system in root.iterfind("os"):
            yield _entry(system)


def _entry(system: Element) -> _Entry:
    firmwares = [
        (one.get("type", ""), one.get("arch", ""), one.get("supported") != "false")
        for one in system.iterfind("firmware")
    ]
    resources = _resources(system)
    return _Entry(
        id=system.get("id", ""),
        names=tuple(text(name, ".") for name in system.iterfind("short-id")),
        name=_plain(system, "name"),
        vendor=_plain(system, "vendor"),
        family=text(system, "family"),
        version=text(system, "version"),
        released=text(system, "release-date"),
        ended=text(system, "eol-date"),
        parents=tuple(
            one.get("id", "") for tag in ("derives-from", "clones") for one in system.iterfind(tag)
        ),
        devices={
            one.get("id", ""): one.get("removed") != "true" for one in system.iterfind("devices/device")
        },
        minimum=_figures(resources, "minimum"),
        recommended=_figures(resources, "recommended"),
        inherits=any(one.get("inherit") == "true" for one in resources),
        efi={arch: supported for kind, arch, supported in firmwares if kind == "efi"},
        bios={arch: supported for kind, arch, supported in firmwares if kind == "bios"},
    )


def _plain(system: Element, tag: str) -> str:
    """The name that stands without a language."""
    return next(
        (text(one, ".") for one in system.iterfind(tag) if not one.get(f"{{{_XML}}}lang")),
        "",
    )


_XML = "http://www.w3.org/XML/1998/namespace"


def _resources(system: Element) -> list[Element]:
    """Those of our architecture count before those of all."""
    found = list(system.iterfind("resources"))
    return [one for arch in (_ARCH, "all") for one in found if one.get("arch") == arch]


def _figures(resources: list[Element], kind: str) -> dict[str, int]:
    figures: dict[str, int] = {}
    for one in reversed(resources):
        for each in one.iterfind(f"{kind}/*"):
            if number(text(each, ".")) > 0:
                figures[each.tag] = number(text(each, "."))
    return figures


def _system(entry: _Entry, entries: Mapping[str, _Entry]) -> GuestOS:
    line = _line(entry, entries)
    devices = _devices(line)
    resources = next((one for one in line if one.minimum or one.recommended or not one.inherits), entry)
    efi, bios = _inherited(line, "efi"), _inherited(line, "bios")

    def has(*ids: str) -> bool:
        return any(f"{_PCI}{id}" in devices for id in ids)

    def figure(name: str, default: int) -> int:
        # A recommended figure that is missing is taken for twice the least one.
        return resources.recommended.get(name) or 2 * resources.minimum.get(name, 0) or default

    virtio_net = has("1af4/1000", "1af4/1041")
    return replace(
        UNNAMED,
        id=entry.id,
        short_id=entry.names[0] if entry.names else "",
        aliases=entry.names[1:],
        name=entry.name,
        vendor=entry.vendor,
        family=entry.family,
        version=entry.version,
        released=entry.released,
        ended=entry.ended,
        vcpus=figure("n-cpus", 1),
        memory_bytes=figure("ram", UNNAMED.memory_bytes),
        minimum_memory_bytes=resources.minimum.get("ram", 0),
        disk_bytes=figure("storage", UNNAMED.disk_bytes),
        efi_only=frozenset(arch for arch, can in efi.items() if can and not bios.get(arch, True)),
        virtio_disk=has("1af4/1001", "1af4/1042"),
        virtio_scsi=has("1af4/1004", "1af4/1048"),
        virtio_net=virtio_net,
        virtio_gpu=has("1af4/1050"),
        virtio_rng=has("1af4/1005", "1af4/1044"),
        virtio_balloon=has("1af4/1002", "1af4/1045"),
        virtio_serial=has("1af4/1003", "1af4/1043"),
        usb3=has("1b36/0004"),
        # Q35 is PCI Express, where old virtio drivers do not find their devices.
        q35=_Q35 in devices and (not virtio_net or has("1af4/1041")),
        net_models=tuple(model for id, model in _NETS.items() if has(id)),
    )


def _line(entry: _Entry, entries: Mapping[str, _Entry]) -> list[_Entry]:
    """The system and all that it derives from, nearest first."""
    line, waiting = [], [entry]
    seen: set[str] = set()
    while waiting:
        one = waiting.pop(0)
        if one.id in seen:
            continue
        seen.add(one.id)
        line.append(one)
        waiting += [entries[parent] for parent in one.parents if parent in entries]
    return line


def _devices(line: list[_Entry]) -> frozenset[str]:
    held: dict[str, bool] = {}
    for one in reversed(line):
        held.update(one.devices)
    return frozenset(id for id, there in held.items() if there)


def _inherited(line: list[_Entry], kind: str) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for one in reversed(line):
        found.update(getattr(one, kind))
    return found


def metadata(system: GuestOS) -> Element:
    """The `<libosinfo>` of a domain's metadata, by which virt-manager knows its operating system too."""
    namespace = "http://libosinfo.org/xmlns/libvirt/domain/1.0"
    element = etree.Element(f"{{{namespace}}}libosinfo", nsmap={"libosinfo": namespace})
    etree.SubElement(element, f"{{{namespace}}}os", id=system.id)
    return element
