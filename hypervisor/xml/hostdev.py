"""The `<hostdev>` of a domain: a device of the node that is the guest's alone."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from lxml import etree

from hypervisor.xml.codecs import BOOT_ORDER, HEX16, NAME, ON_OFF, PATH, UUID, YES_NO, Text, Whole, words
from hypervisor.xml.document import Element
from hypervisor.xml.model import Model
from hypervisor.xml.places import At, Of, Present, prune, reach, remove

_PCI = Text(
    pattern=r"[0-9a-fA-F]{4}:[0-9a-fA-F]{2}:[01][0-9a-fA-F]\.[0-7]", like="a PCI address such as 0000:3b:00.1"
)


@dataclass(frozen=True, slots=True)
class _PciAddress:
    """`0000:3b:00.1`, as lspci and the names of node devices have it."""

    codec: Text = _PCI

    def read(self, element: Element) -> str | None:
        address = element.find("source/address")
        if address is None or "slot" not in address.attrib:
            return None
        try:
            domain, bus, slot, function = (
                int(address.get(name, "0"), 0) for name in ("domain", "bus", "slot", "function")
            )
        except ValueError:
            return None
        return f"{domain:04x}:{bus:02x}:{slot:02x}.{function:x}"

    def accept(self, value: Any) -> Any:
        return value

    def write(self, element: Element, value: Any) -> None:
        domain, bus, rest = self.codec.write(value).lower().split(":")
        if value == self.read(element):
            return
        slot, function = rest.split(".")
        self.clear(element)
        address = etree.SubElement(reach(element, "source"), "address")
        for name, digits in (("domain", domain), ("bus", bus), ("slot", slot), ("function", function)):
            address.set(name, f"0x{digits}")

    def clear(self, element: Element) -> None:
        source = element.find("source")
        if source is not None:
            for address in source.findall("address"):
                remove(address)
            prune(element, source)


@dataclass(frozen=True, slots=True)
class Hostdev(Model):
    """A PCI, USB, SCSI or mediated device. A USB device is known by its vendor and product, or by its place."""

    KIND: ClassVar[str] = "hostdev"

    type: Annotated[str, At("@type", words("pci usb scsi mdev"))]
    mode: Annotated[str, At("@mode", words("subsystem"))] = "subsystem"
    managed: Annotated[bool | None, At("@managed", YES_NO)] = None
    pci_address: Annotated[str | None, Of("@type", "pci", _PciAddress())] = None
    usb_vendor: Annotated[str | None, Of("@type", "usb", At("source/vendor@id", HEX16))] = None
    usb_product: Annotated[str | None, Of("@type", "usb", At("source/product@id", HEX16))] = None
    usb_bus: Annotated[int | None, Of("@type", "usb", At("source/address@bus", Whole(0, 255)))] = None
    usb_device: Annotated[int | None, Of("@type", "usb", At("source/address@device", Whole(0, 255)))] = None
    usb_guest_reset: Annotated[
        str | None, Of("@type", "usb", At("source@guestReset", words("off uninitialized on")))
    ] = None
    scsi_adapter: Annotated[str | None, Of("@type", "scsi", At("source/adapter@name", NAME))] = None
    scsi_bus: Annotated[int | None, Of("@type", "scsi", At("source/address@bus", Whole()))] = None
    scsi_target: Annotated[int | None, Of("@type", "scsi", At("source/address@target", Whole()))] = None
    scsi_unit: Annotated[int | None, Of("@type", "scsi", At("source/address@unit", Whole()))] = None
    mdev_uuid: Annotated[str | None, Of("@type", "mdev", At("source/address@uuid", UUID))] = None
    mdev_model: Annotated[
        str | None, Of("@type", "mdev", At("@model", words("vfio-pci vfio-ccw vfio-ap")))
    ] = None
    mdev_display: Annotated[bool | None, Of("@type", "mdev", At("@display", ON_OFF))] = None
    mdev_ram_framebuffer: Annotated[bool | None, Of("@type", "mdev", At("@ramfb", ON_OFF))] = None
    startup_policy: Annotated[
        str | None, At("source@startupPolicy", words("mandatory requisite optional"))
    ] = None
    driver: Annotated[str | None, At("driver@name", words("kvm vfio xen"))] = None
    rom_bar: Annotated[bool | None, At("rom@bar", ON_OFF)] = None
    rom_file: Annotated[str | None, At("rom@file", PATH)] = None
    readonly: Annotated[bool, Present("readonly")] = False
    shareable: Annotated[bool, Present("shareable")] = False
    boot_order: Annotated[int | None, At("boot@order", BOOT_ORDER)] = None
