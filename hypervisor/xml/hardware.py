"""The whole of a domain's hardware: its settings and its devices, read from its XML and edited in it.

Every edit takes a document and gives it back with one subtree changed; what no model knows stays as it was.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from hypervisor.errors import InvalidField, InvalidXML, NotFound
from hypervisor.xml.boot import put_in_order
from hypervisor.xml.devices import DEVICES
from hypervisor.xml.disk import Disk, fits_bus, free_target
from hypervisor.xml.document import Element, attr_at, parse, written
from hypervisor.xml.interface import Interface, new_mac
from hypervisor.xml.keys import device_at, keyed
from hypervisor.xml.model import Model
from hypervisor.xml.other import Other
from hypervisor.xml.places import remove
from hypervisor.xml.settings import Settings


@dataclass(frozen=True, slots=True)
class Placed:
    """A device of a domain, with the key that it keeps while others come and go where it has a name of its own."""

    key: str  # disk:vda, interface:52:54:00:12:34:56, else kind:n
    kind: str
    device: Model


@dataclass(frozen=True, slots=True)
class Hardware:
    """What a domain consists of, in the order of its document."""

    settings: Settings
    devices: tuple[Placed, ...]

    def find(self, key: str) -> Placed:
        """Raises NotFound."""
        for placed in self.devices:
            if placed.key == key:
                return placed
        raise NotFound(f"The domain has no device {key[:64]}.")


def read_hardware(xml: str) -> Hardware:
    """Raises InvalidXML."""
    domain = parse(xml, "domain")
    return Hardware(
        settings=Settings.from_xml(domain),
        devices=tuple(Placed(key, str(element.tag), _device(element)) for key, element in keyed(domain)),
    )


def device_from(kind: str, values: Mapping[str, Any]) -> Model:
    """A device as JSON names it. Raises InvalidField."""
    model = DEVICES.get(kind)
    if model is None:
        raise InvalidField("kind", f"It must be one of {', '.join(sorted(DEVICES))}.")
    return model.from_values(values)


def completed(xml: str, device: Model) -> Model:
    """The device with what tells it apart: the first free target of a disk, a MAC address of an interface.

    Raises InvalidField where another device of the domain has the same.
    """
    domain = parse(xml, "domain")
    if isinstance(device, Disk):
        taken = _targets(domain)
        bus = device.bus or "virtio"
        if device.target in taken:
            raise InvalidField("target", f"The domain has a disk {device.target}.")
        return replace(device, bus=bus, target=device.target or free_target(bus, taken))
    if isinstance(device, Interface):
        mac = (device.mac or new_mac()).lower()
        if any(
            mac == attr_at(each, "mac", "address").lower() for each in domain.iterfind("devices/interface")
        ):
            raise InvalidField("mac", f"The domain has an interface with {mac}.")
        return replace(device, mac=mac)
    return device


def add_device(xml: str, device: Model) -> str:
    """The document with one more device, after those of its kind, completed. Raises InvalidField."""
    element = completed(xml, device).to_xml()
    domain = parse(xml, "domain")
    devices = domain.find("devices")
    if devices is None:
        devices = etree.SubElement(domain, "devices")
    same = devices.findall(device.KIND)
    if same:
        same[-1].addnext(element)
    else:
        devices.append(element)
    put_in_order(domain, element)
    _tidy(domain)
    return written(domain)


def newest_key(xml: str, kind: str) -> str:
    """The key of the last device of a kind: of one just added. Raises NotFound."""
    keys = [key for key, element in keyed(parse(xml, "domain")) if element.tag == kind]
    if not keys:
        raise NotFound(f"The domain has no {kind[:64]}.")
    return keys[-1]


def change_device(xml: str, key: str, changes: Mapping[str, Any]) -> str:
    """The document with the named properties of one device changed; None takes a property away.

    A disk that changes its bus gets a name that fits, unless one is given; so its key changes with it.
    Raises NotFound, and InvalidField.
    """
    domain = parse(xml, "domain")
    element = device_at(domain, key)
    model = DEVICES.get(str(element.tag))
    if model is None:
        raise InvalidField("", f"A {element.tag} cannot be edited here.")
    changes = dict(changes)
    if model is Disk:
        _rename(domain, element, changes)
    model.apply(element, changes)
    if model is Interface and "mac" in changes:
        _check_mac(domain, element)
    if "boot_order" in changes:
        put_in_order(domain, element)
    _tidy(domain)
    return written(domain)


def remove_device(xml: str, key: str) -> str:
    """The document without that device. Raises NotFound.

    The first serial port and the console that repeats it are one thing: libvirt would make each from the other again.
    """
    domain = parse(xml, "domain")
    element = device_at(domain, key)
    for other in (element, *_repeated(domain, element)):
        remove(other)
    _tidy(domain)
    return written(domain)


def device_xml(xml: str, key: str) -> str:
    """That device alone, as it stands in the document: what attaching, detaching and updating want. Raises NotFound."""
    element = device_at(parse(xml, "domain"), key)
    element.tail = None
    return written(element)


def change_settings(xml: str, changes: Mapping[str, Any]) -> str:
    """The document with the named settings changed; None takes one away. Raises InvalidField."""
    domain = parse(xml, "domain")
    Settings.apply(domain, changes)
    _tidy(domain)
    return written(domain)


def _device(element: Element) -> Model:
    try:
        return DEVICES.get(str(element.tag), Other).from_xml(element)
    except InvalidXML:
        return Other()  # a newer libvirt may leave out what ours cannot do without


def _targets(domain: Element) -> frozenset[str]:
    return frozenset(attr_at(disk, "target", "dev") for disk in domain.iterfind("devices/disk"))


def _rename(domain: Element, disk: Element, changes: dict[str, Any]) -> None:
    """Two disks never have one name, and a disk that changes its bus changes its name."""
    own = attr_at(disk, "target", "dev")
    taken = _targets(domain) - {own}
    if changes.get("target") in taken:
        raise InvalidField("target", f"The domain has a disk {changes['target']}.")
    if "target" in changes and changes["target"] is None:
        raise InvalidField("target", "It is required.")
    bus = changes.get("bus")
    if isinstance(bus, str) and bus != attr_at(disk, "target", "bus") and "target" not in changes:
        changes["target"] = own if fits_bus(own, bus) else free_target(bus, taken)


def _repeated(domain: Element, device: Element) -> Iterator[Element]:
    serial, console = domain.find("devices/serial"), domain.find("devices/console")
    if serial is None or console is None or attr_at(console, "target", "type") not in {"serial", ""}:
        return
    if device is serial:
        yield console
    elif device is console:
        yield serial


def _check_mac(domain: Element, changed: Element) -> None:
    mac = attr_at(changed, "mac", "address").lower()
    for each in domain.iterfind("devices/interface"):
        if each is not changed and mac and attr_at(each, "mac", "address").lower() == mac:
            raise InvalidField("mac", f"The domain has another interface with {mac}.")


def _tidy(domain: Element) -> None:
    """Indent as libvirt does. White space alone is touched, and none of what others keep in the metadata."""
    for child in domain:
        if child.tag != "metadata":
            etree.indent(child, space="  ", level=1)
        child.tail = "\n  "
    if len(domain):
        domain.text = domain.text if (domain.text or "").strip() else "\n  "
        domain[-1].tail = "\n"
