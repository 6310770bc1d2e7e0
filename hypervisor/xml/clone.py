"""Another domain out of a definition: everything that only one domain may have is made anew, all else stays."""

import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from uuid import UUID, uuid4

from lxml import etree

from hypervisor.errors import InvalidXML
from hypervisor.xml.document import Element, attr_at, parse, text, written

_QEMU_STATE = "/var/lib/libvirt/qemu/"
_CHARACTER_DEVICES = ("serial", "parallel", "console", "channel")


@dataclass(frozen=True, slots=True)
class NewSource:
    """Where a disk of the copy is. `type` is file or block."""

    type: str
    path: str
    format: str


def fresh(xml: str, name: str, uuid: UUID, disks: Mapping[str, NewSource]) -> str:
    """The definition of a new domain: new name, UUID, addresses and files of its own; `disks` by target.

    Network interfaces lose their MAC, so that libvirt makes one. A VNC password becomes another one that nobody knows,
    for the console sets its own at each opening; without any the screen would be open. UEFI variables begin anew from
    the firmware's. Raises InvalidXML.
    """
    domain = parse(xml, "domain")
    devices = domain.find("devices")
    if devices is None:
        devices = etree.SubElement(domain, "devices")
    old = text(domain, "name")
    _identity(domain, name, uuid)
    _firmware(domain)
    for disk in devices.iterfind("disk"):
        new = disks.get(attr_at(disk, "target", "dev"))
        if new is not None:
            _source(disk, new)
    for interface in devices.iterfind("interface"):
        _remove(interface, "mac", "target")
    for graphics in devices.iterfind("graphics"):
        _screen(graphics)
    for kind in _CHARACTER_DEVICES:
        for device in devices.iterfind(kind):
            _line(device, old, name)
    for vsock in devices.iterfind("vsock/cid"):
        vsock.attrib.pop("address", "")
        vsock.set("auto", "yes")
    return written(domain)


def with_screen_locked(xml: str) -> str:
    """The same without its VNC password, but locked: what may be kept in clear, and copied from. Raises InvalidXML."""
    domain = parse(xml, "domain")
    for graphics in domain.iterfind("devices/graphics"):
        if "passwd" in graphics.attrib:
            graphics.set("passwd", "")
            graphics.attrib.pop("passwdValidTo", "")
    return written(domain)


def without_disks(xml: str, targets: Collection[str]) -> str:
    """The same without these disks: another domain's, or none's. Raises InvalidXML."""
    domain = parse(xml, "domain")
    for devices in domain.findall("devices"):
        for disk in devices.findall("disk"):
            if attr_at(disk, "target", "dev") in targets:
                devices.remove(disk)
    return written(domain)


def with_disk(xml: str, target: str, new: NewSource) -> str:
    """The same with one disk elsewhere; what it stood on is not below it any more. Raises InvalidXML."""
    domain = parse(xml, "domain")
    for disk in domain.iterfind("devices/disk"):
        if attr_at(disk, "target", "dev") == target:
            _source(disk, new)
            return written(domain)
    raise InvalidXML(f"The domain has no disk {target}.")


def nvram_of(xml: str) -> str:
    """The file of the domain's UEFI variables on its node; "" where it has none. Raises InvalidXML."""
    nvram = parse(xml, "domain").find("os/nvram")
    if nvram is None:
        return ""
    source = nvram.find("source")
    return (nvram.text or "").strip() or ("" if source is None else source.get("file", ""))


def with_nvram(xml: str, path: str) -> str:
    """The same with its UEFI variables in another file. Raises InvalidXML."""
    domain = parse(xml, "domain")
    nvram = domain.find("os/nvram")
    if nvram is None:
        raise InvalidXML("The domain has no UEFI variables.")
    source = nvram.find("source")
    if source is not None:
        source.set("file", path)
    else:
        nvram.text = path
    return written(domain)


def bearer_of_nvram(xml: str, name: str, uuid: UUID) -> str:
    """A domain without any device that has this one's UEFI variables, to be undefined together with them.

    libvirt has no other way to remove that file. Raises InvalidXML.
    """
    domain = parse(xml, "domain")
    kept = {"os", "memory", "vcpu", "features"}  # secure boot needs its features
    for child in list(domain):
        if child.tag not in kept:
            domain.remove(child)
    head = etree.Element("name")
    head.text = name
    domain.insert(0, head)
    domain.attrib.pop("id", "")
    etree.SubElement(domain, "uuid").text = str(uuid)
    return written(domain)


def _identity(domain: Element, name: str, uuid: UUID) -> None:
    domain.attrib.pop("id", "")
    _set(domain, "name", name)
    _set(domain, "uuid", str(uuid))
    generation = domain.find("genid")
    if generation is not None:
        generation.text = str(uuid4())
    for entry in domain.iterfind("sysinfo/system/entry"):
        if entry.get("name") == "uuid":
            entry.text = str(uuid)  # libvirt refuses another than the domain's
    for label in domain.findall("seclabel"):
        if label.get("type") != "none":
            _remove(label, "imagelabel")
        if label.get("type", "dynamic") == "dynamic":
            _remove(label, "label")  # generated, of the original


def _firmware(domain: Element) -> None:
    """The file of UEFI variables is named after the domain: libvirt names another, and fills it from its template."""
    nvram = domain.find("os/nvram")
    if nvram is None:
        return
    nvram.text = None
    for child in list(nvram):
        nvram.remove(child)
    nvram.attrib.pop("type", "")  # of the source that was just taken out
    if not nvram.attrib:
        _remove(domain, "os/nvram")


def _source(disk: Element, new: NewSource) -> None:
    """Point the disk elsewhere. Serial number, cache, limits and the like stay."""
    for name in ("source", "backingStore", "mirror", "auth"):
        _remove(disk, name)
    disk.set("type", new.type)
    source = etree.Element("source", {"dev" if new.type == "block" else "file": new.path})
    driver = disk.find("driver")
    if driver is None:
        driver = etree.Element("driver", name="qemu")
        disk.insert(0, driver)
    driver.set("type", new.format)
    disk.insert(disk.index(driver) + 1, source)


def _screen(graphics: Element) -> None:
    """Ports and sockets are the node's to give; a password becomes another."""
    for name in ("port", "tlsPort", "websocket"):
        if name in graphics.attrib:
            graphics.set(name, "-1")
    if "port" in graphics.attrib:
        graphics.set("autoport", "yes")
    graphics.attrib.pop("socket", "")
    for listen in graphics.iterfind("listen"):
        listen.attrib.pop("socket", "")
    if "passwd" in graphics.attrib:
        graphics.set("passwd", secrets.token_urlsafe(6))  # VNC takes 8 characters
        graphics.attrib.pop("passwdValidTo", "")


def _line(device: Element, old: str, name: str) -> None:
    """Files and sockets of a serial line or channel that carry the original's name, or that libvirt made for it."""
    source = device.find("source")
    if source is not None:
        path = source.get("path", "")
        if path.startswith(_QEMU_STATE):
            source.attrib.pop("path")  # made anew
            if not source.attrib or set(source.attrib) == {"mode"}:
                device.remove(source)
        elif path and (device.get("type") in {"file", "pipe"} or source.get("mode") == "bind"):
            source.set("path", _renamed(path, old, name))
    log = device.find("log")
    if log is not None and log.get("file"):
        log.set("file", _renamed(log.get("file", ""), old, name))


def _renamed(path: str, old: str, name: str) -> str:
    """The path of the copy's own file: with the new name where the old one stood, else beside the original's."""
    whole = PurePosixPath(path)
    words = re.compile(rf"(?<![\w.-]){re.escape(old)}(?![\w-])") if old else None
    if words is not None and words.search(whole.name):
        return str(whole.with_name(words.sub(lambda _: name, whole.name)))
    return str(whole.with_name(f"{whole.stem}-{name}{whole.suffix}"))


def _set(domain: Element, tag: str, value: str) -> None:
    found = domain.find(tag)
    if found is None:
        found = etree.Element(tag)
        domain.insert(0 if tag == "name" else 1, found)
    found.text = value


def _remove(element: Element, *paths: str) -> None:
    for path in paths:
        for found in element.findall(path):
            parent = found.getparent()
            if parent is None:
                raise InvalidXML(f"The {path} has no place of its own.")
            parent.remove(found)
