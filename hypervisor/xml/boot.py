"""What a domain starts from: `<boot>` of its `<os>` or of its devices, its firmware, its kernel or its init."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from lxml import etree

from hypervisor.xml.codecs import NAME, PATH, YES_NO, Text, Whole, words
from hypervisor.xml.document import Element, attr_at, number, text
from hypervisor.xml.keys import keyed
from hypervisor.xml.model import Many, Model
from hypervisor.xml.places import At, Items, listed, prune, reach, remove

BOOTABLE = ("disk", "interface", "hostdev", "redirdev", "filesystem")
_DEVICES = words("hd cdrom network fd")
_EFI = frozenset({"efi", "efi-secure"})
_LONGEST = 65535


@dataclass(frozen=True, slots=True)
class BootOrder:
    """The keys of the devices that are tried, first to last. libvirt allows this or BootDevices, and not both."""

    def read(self, element: Element) -> tuple[str, ...]:
        orders = [
            (number(attr_at(device, "boot", "order")), key)
            for key, device in keyed(element)
            if device.find("boot") is not None
        ]
        return tuple(key for _, key in sorted(orders, key=lambda each: each[0]))

    def accept(self, value: Any) -> Any:
        return listed(value)

    def write(self, element: Element, value: tuple[Any, ...]) -> None:
        devices = {key: device for key, device in keyed(element) if device.tag in BOOTABLE}
        for key in value:
            if key not in devices:
                raise ValueError(f"The domain has no device {str(key)[:64]} to start from.")
        if len(set(value)) < len(value):
            raise ValueError("A device is named twice.")
        if value:
            Items("os/boot@dev").clear(element)
        for key, device in devices.items():
            if key in value:
                At("boot@order", Whole()).write(device, value.index(key) + 1)
            else:
                At("boot@order").clear(device)

    def clear(self, element: Element) -> None:
        self.write(element, ())


@dataclass(frozen=True, slots=True)
class BootDevices(Items):
    """The kinds of devices that are tried, first to last: the older way."""

    def write(self, element: Element, value: Any) -> None:
        Items(self.where, self.codec).write(element, value)
        if value:
            BootOrder().clear(element)


def put_in_order(domain: Element, device: Element) -> None:
    """A device was given a place in the order of starting: the others make way, and the older way is translated."""
    own = number(attr_at(device, "boot", "order"))
    if not own:
        return
    _translate(domain, device)
    others = [other for _, other in keyed(domain) if other is not device and other.find("boot") is not None]
    taken = own
    for other in sorted(others, key=lambda each: number(attr_at(each, "boot", "order"))):
        if number(attr_at(other, "boot", "order")) == taken:
            taken += 1
            At("boot@order", Whole()).write(other, taken)


def _translate(domain: Element, device: Element) -> None:
    kinds = Items("os/boot@dev").read(domain)
    Items("os/boot@dev").clear(domain)
    order = 0
    for kind in kinds:
        for found in domain.iterfind("devices/*"):
            if _is_kind(found, kind):
                order += 1
                if found is not device:
                    At("boot@order", Whole()).write(found, order)
                break


def _is_kind(device: Element, kind: str) -> bool:
    if device.tag == "interface":
        return kind == "network"
    medium = {"hd": {"disk", "lun"}, "cdrom": {"cdrom"}, "fd": {"floppy"}}.get(kind, set())
    return device.tag == "disk" and device.get("device", "disk") in medium


@dataclass(frozen=True, slots=True)
class Firmware:
    """bios, efi or efi-secure (with Secure Boot and its keys enrolled); None where there is no firmware.

    libvirt chooses the files that fit; where others were named, they go.
    """

    choices: tuple[str, ...] = ("bios", "efi", "efi-secure")

    def read(self, element: Element) -> str | None:
        if text(element, "os/type") != "hvm":
            return None
        loader = element.find("os/loader")
        pflash = loader is not None and loader.get("type") == "pflash"
        if attr_at(element, "os", "firmware") != "efi" and not pflash:
            return "bios"
        secure = loader is not None and loader.get("secure") == "yes"
        enrolled = any(
            feature.get("name") == "secure-boot" and feature.get("enabled") == "yes"
            for feature in element.iterfind("os/firmware/feature")
        )
        return "efi-secure" if secure or enrolled else "efi"

    def accept(self, value: Any) -> Any:
        return value

    def write(self, element: Element, value: Any) -> None:
        if value not in self.choices:
            raise ValueError(f"It must be one of {', '.join(self.choices)}.")
        if value == self.read(element):
            return
        machine = attr_at(element, "os/type", "machine")
        if value == "efi-secure" and machine and "q35" not in machine:
            raise ValueError("Secure Boot needs the machine q35.")
        os = reach(element, "os")
        self.clear(element)
        if value in _EFI:
            os.set("firmware", "efi")
            firmware = etree.SubElement(os, "firmware")
            secure = "yes" if value == "efi-secure" else "no"
            for name in ("enrolled-keys", "secure-boot"):
                etree.SubElement(firmware, "feature", enabled=secure, name=name)
        if value == "efi-secure":
            reach(element, "features/smm").set("state", "on")

    def clear(self, element: Element) -> None:
        os = element.find("os")
        if os is None:
            return
        At("@firmware").clear(os)
        for name in ("firmware", "loader", "nvram"):
            for child in os.findall(name):
                remove(child)
        prune(element, os)


@dataclass(frozen=True, slots=True)
class FirmwareFeature(Model):
    """What libvirt shall look for among the node's firmwares."""

    KIND: ClassVar[str] = "feature"

    name: Annotated[str, At("@name", words("secure-boot enrolled-keys"))]
    enabled: Annotated[bool, At("@enabled", YES_NO)] = True


@dataclass(frozen=True, slots=True)
class Loader(Model):
    """The firmware's files, for whoever chooses them by hand, and where its variables are kept."""

    KIND: ClassVar[str] = "os"

    firmware: Annotated[str | None, At("@firmware", words("bios efi"))] = None
    features: Annotated[
        tuple[FirmwareFeature, ...], Many("firmware/feature", FirmwareFeature, key="name")
    ] = ()
    path: Annotated[str | None, At("loader", PATH)] = None
    readonly: Annotated[bool | None, At("loader@readonly", YES_NO)] = None
    type: Annotated[str | None, At("loader@type", words("rom pflash"))] = None
    secure: Annotated[bool | None, At("loader@secure", YES_NO)] = None
    stateless: Annotated[bool | None, At("loader@stateless", YES_NO)] = None
    nvram: Annotated[str | None, At("nvram", PATH)] = None
    nvram_template: Annotated[str | None, At("nvram@template", PATH)] = None


@dataclass(frozen=True, slots=True)
class Kernel(Model):
    """A kernel of the node that is started instead of what the disks hold."""

    KIND: ClassVar[str] = "os"

    kernel: Annotated[str | None, At("kernel", PATH)] = None
    initrd: Annotated[str | None, At("initrd", PATH)] = None
    cmdline: Annotated[str | None, At("cmdline", Text(longest=_LONGEST))] = None
    dtb: Annotated[str | None, At("dtb", PATH)] = None


@dataclass(frozen=True, slots=True)
class Init(Model):
    """A container's first program."""

    KIND: ClassVar[str] = "os"

    path: Annotated[str | None, At("init", PATH)] = None
    arguments: Annotated[tuple[str, ...], Items("initarg", Text(longest=_LONGEST))] = ()
    directory: Annotated[str | None, At("initdir", PATH)] = None
    user: Annotated[str | None, At("inituser", NAME)] = None
    group: Annotated[str | None, At("initgroup", NAME)] = None
