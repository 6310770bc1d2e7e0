"""The `<domain>` as a whole: what it says for people."""

from hypervisor.data import DomainDetail
from hypervisor.errors import InvalidXML
from hypervisor.xml.disk import is_copied, read_disk
from hypervisor.xml.document import Element, attr, attr_at, number, parse, size_bytes, text
from hypervisor.xml.graphics import read_graphics
from hypervisor.xml.interface import read_interface

_LONGEST_NAME = 255
_OPENABLE = frozenset({"pty", "unix", "tcp", "dev", "spicevmc"})


def read_domain(xml: str) -> DomainDetail:
    """Raises InvalidXML."""
    domain = parse(xml, "domain")
    kind = domain.find("os/type")
    vcpu = domain.find("vcpu")
    maximum = number(text(domain, "vcpu"), 1)
    memory = size_bytes(domain.find("memory"))
    return DomainDetail(
        title=text(domain, "title"),
        description=text(domain, "description"),
        os_type=text(domain, "os/type"),
        arch=attr(kind, "arch"),
        machine=attr(kind, "machine"),
        domain_type=domain.get("type", ""),
        firmware=_firmware(domain),
        vcpus=number(attr(vcpu, "current"), maximum),
        memory_bytes=size_bytes(domain.find("currentMemory")) or memory,
        max_memory_bytes=memory,
        disks=tuple(read_disk(disk) for disk in domain.iterfind("devices/disk")),
        interfaces=tuple(read_interface(interface) for interface in domain.iterfind("devices/interface")),
        graphics=tuple(read_graphics(graphics) for graphics in domain.iterfind("devices/graphics")),
        serials=_serials(domain),
    )


def check_definition(xml: str) -> str:
    """What a person wants to define, refused here where it is hostile or nameless. Raises InvalidXML.

    What it may contain is for libvirt to say, and for those above who know whose definition it is.
    """
    domain = parse(xml, "domain")
    name = text(domain, "name")
    if not name or len(name) > _LONGEST_NAME or not name.isprintable() or "/" in name:
        raise InvalidXML("The domain's name must be 1 to 255 printable characters without a slash.")
    return xml


def copied_disks(xml: str) -> tuple[Element, ...]:
    """The `<disk>` elements that a migration with copied storage moves."""
    return tuple(disk for disk in parse(xml, "domain").iterfind("devices/disk") if is_copied(disk))


def bound_to_host(xml: str) -> tuple[str, ...]:
    """What in the domain hangs on its machine and stops a live migration, in words; empty when nothing does."""
    devices = parse(xml, "domain").find("devices")
    if devices is None:
        return ()
    found = [f"the host device of type {device.get('type', '')}" for device in devices.iterfind("hostdev")]
    found += [
        f"the shared folder {attr_at(folder, 'source', 'dir')}"
        for folder in devices.iterfind("filesystem")
        if attr_at(folder, "driver", "type") != "virtiofs"
    ]
    return tuple(found)


def _firmware(domain: Element) -> str:
    """efi or bios; "" where the guest has no firmware (containers, paravirtual guests)."""
    if text(domain, "os/type") != "hvm":
        return ""
    loader = domain.find("os/loader")
    efi = attr_at(domain, "os", "firmware") == "efi" or attr(loader, "type") == "pflash"
    return "efi" if efi else "bios"


def _serials(domain: Element) -> int:
    """Serial lines and consoles that can be opened; a console that only repeats the first serial line counts once."""
    lines = [line for line in domain.iterfind("devices/serial") if line.get("type") in _OPENABLE]
    consoles = [line for line in domain.iterfind("devices/console") if line.get("type") in _OPENABLE]
    others = [line for line in consoles if attr_at(line, "target", "type") not in {"serial", ""}]
    return len(lines) + len(others) if lines else len(consoles)
