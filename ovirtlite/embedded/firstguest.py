"""The first guest of an embedded hypervisor: one that a person can look at, type into, and throw away."""

import os
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path
from uuid import uuid4

from ovirtlite.embedded import kvm
from ovirtlite.embedded.guest import Guest
from ovirtlite.embedded.place import Account, Place

NAME = "demo"
_MEMORY_MIB = 128
_DISK_BYTES = 16 * 1024 * 1024


def was_made(place: Place) -> bool:
    """Whether there ever was one: who undefined it does not want it back."""
    return _mark(place).exists()


def make(place: Place, account: Account, made: Guest) -> None:
    """Lay its definition where a libvirtd that starts after this finds it, and starts it with itself."""
    for source in (made.kernel, made.initramfs):
        shutil.copyfile(source, place.lasting / "guest" / source.name)
    place.give(account)
    seen = place.seen / "guest"
    guest = Guest(seen / made.kernel.name, seen / made.initramfs.name)
    virt_type = "kvm" if kvm.runs_guests(place, account, guest) else "qemu"
    with (place.lasting / "images" / f"{NAME}.img").open("wb") as disk:
        disk.truncate(_DISK_BYTES)
    configuration = place.lasting / "etc" / "libvirt"
    _lay(configuration / "storage", "images", _pool(place))
    _lay(configuration / "qemu", NAME, _domain(place, guest, virt_type))
    _mark(place).touch()


def _mark(place: Place) -> Path:
    return place.lasting / "first-guest-made"


def _lay(folder: Path, name: str, definition: ET.Element) -> None:
    ET.ElementTree(definition).write(folder / f"{name}.xml", encoding="unicode")
    link = folder / "autostart" / f"{name}.xml"
    link.unlink(missing_ok=True)
    os.symlink(f"../{name}.xml", link)


def _domain(place: Place, guest: Guest, virt_type: str) -> ET.Element:
    domain = ET.Element("domain", type=virt_type)
    _text(domain, "name", NAME)
    _text(domain, "uuid", str(uuid4()))
    _text(domain, "title", "Demo guest")
    _text(
        domain,
        "description",
        "A small real Linux that counts on its screen. Throw it away when you have your own.",
    )
    _text(domain, "memory", str(_MEMORY_MIB), unit="MiB")
    _text(domain, "vcpu", "1")
    system = ET.SubElement(domain, "os")
    _text(system, "type", "hvm", arch="x86_64", machine="q35")
    _text(system, "kernel", str(guest.kernel))
    _text(system, "initrd", str(guest.initramfs))
    _text(system, "cmdline", f"{guest.command_line} guest={NAME}")
    features = ET.SubElement(domain, "features")
    ET.SubElement(features, "acpi")
    cpu = ET.SubElement(domain, "cpu", mode="custom", match="exact")
    _text(cpu, "model", "qemu64")
    ET.SubElement(domain, "on_crash").text = "destroy"
    _devices(domain, place)
    return domain


def _devices(domain: ET.Element, place: Place) -> None:
    devices = ET.SubElement(domain, "devices")
    disk = ET.SubElement(devices, "disk", type="file", device="disk")
    ET.SubElement(disk, "driver", name="qemu", type="raw")
    ET.SubElement(disk, "source", file=str(place.seen / "images" / f"{NAME}.img"))
    ET.SubElement(disk, "target", dev="vda", bus="virtio")
    ET.SubElement(devices, "controller", type="usb", model="none")
    interface = ET.SubElement(devices, "interface", type="user")
    ET.SubElement(interface, "model", type="virtio")
    ET.SubElement(devices, "serial", type="pty")
    ET.SubElement(devices, "graphics", type="vnc", socket=str(place.run / f"{NAME}-vnc.sock"))
    video = ET.SubElement(devices, "video")
    ET.SubElement(video, "model", type="vga")


def _pool(place: Place) -> ET.Element:
    pool = ET.Element("pool", type="dir")
    _text(pool, "name", "images")
    _text(pool, "uuid", str(uuid4()))
    _text(ET.SubElement(pool, "target"), "path", str(place.seen / "images"))
    return pool


def _text(parent: ET.Element, tag: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, tag, attributes).text = text
