"""Guests of the lab: how they are defined, and how their counters are read back, on every node at once."""

import re
import secrets
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from uuid import UUID, uuid4

from ovirtlite.embedded.guest import Guest as Image
from tests.lab.cluster.agent import CHANNEL as AGENT_CHANNEL
from tests.lab.cluster.agent import NAME as AGENT_INITRAMFS
from tests.lab.cluster.node import GUEST_FOLDER, LOCAL_IMAGES, SERIAL_LOGS, Node
from tests.lab.cluster.plan import Plan

_TICK = re.compile(rb"^tick (\d+)\r?\n", re.MULTILINE)  # a line that is still being written is none
_LOCAL_BYTES = 32 * 1024 * 1024


class Disk(StrEnum):
    """Where a guest writes its counter."""

    NONE = "none"
    ISCSI = "iscsi"
    """Shared by all nodes."""
    LOCAL = "local"
    """A file on its node, in the pool "default"; to be copied when the guest moves."""
    QCOW2 = "qcow2"
    """The same in QEMU's own format, which holds snapshots inside."""


class Screen(StrEnum):
    """How a guest's VNC is reached."""

    NONE = "none"
    PASSWORD = "password"
    """A port of the node's address, with a password that nobody was told."""
    LOOPBACK = "loopback"
    """A port of the node's 127.0.0.1, without a password."""
    SOCKET = "socket"
    """A Unix socket on the node."""


@dataclass(frozen=True, slots=True)
class Guest:
    """A guest as it was defined. `lun` is its disk on the shared storage, where it has one."""

    name: str
    uuid: UUID
    disk: Disk
    screen: Screen
    lun: int | None
    vnc_password: str

    @property
    def local_file(self) -> str:
        return f"{LOCAL_IMAGES}/{self.name}.{'qcow2' if self.disk is Disk.QCOW2 else 'raw'}"

    @property
    def serial_log(self) -> str:
        """On each node that it ran on."""
        return f"{SERIAL_LOGS}/{self.name}.log"


def new_guest(name: str, disk: Disk, screen: Screen, lun: int | None) -> Guest:
    password = secrets.token_urlsafe(6) if screen is Screen.PASSWORD else ""  # VNC takes 8 characters
    return Guest(name, uuid4(), disk, screen, lun, password)


def make_local_disk(node: Node, guest: Guest) -> None:
    if guest.disk is Disk.QCOW2:
        node.run("qemu-img", "create", "-q", "-f", "qcow2", guest.local_file, str(_LOCAL_BYTES))
        return
    with node.path(guest.local_file).open("wb") as file:
        file.truncate(_LOCAL_BYTES)


def serial_text(node: Node, guest: Guest) -> bytes:
    """All that the guest wrote on its serial line while it was on this node, its earlier stays included."""
    log = node.path(guest.serial_log)
    return log.read_bytes() if log.exists() else b""


def ticks(node: Node, guest: Guest) -> list[int]:
    """The counter's values that the guest wrote on this node, in order."""
    return [int(number) for number in _TICK.findall(serial_text(node, guest))]


def definition(plan: Plan, guest: Guest, *, memory_mib: int, network: bool, agent: bool = False) -> str:
    """The guest's XML. It names nothing that only one node has; but the initramfs with the agent, with `agent`."""
    image = Image(kernel=_inside("vmlinuz"), initramfs=_inside(AGENT_INITRAMFS if agent else "initramfs"))
    domain = ET.Element("domain", type="qemu")
    _text(domain, "name", guest.name)
    _text(domain, "uuid", str(guest.uuid))
    _text(domain, "memory", str(memory_mib), unit="MiB")
    _text(domain, "vcpu", "1")
    system = ET.SubElement(domain, "os")
    _text(system, "type", "hvm", arch="x86_64", machine="q35")
    _text(system, "kernel", str(image.kernel))
    _text(system, "initrd", str(image.initramfs))
    _text(system, "cmdline", f"{image.command_line} guest={guest.name}")
    ET.SubElement(ET.SubElement(domain, "features"), "acpi")
    cpu = ET.SubElement(domain, "cpu", mode="custom", match="exact", check="none")
    _text(cpu, "model", "qemu64")
    devices = ET.SubElement(domain, "devices")
    _add_disk(devices, plan, guest)
    ET.SubElement(devices, "controller", type="usb", model="none")
    if network:
        interface = ET.SubElement(devices, "interface", type="network")
        ET.SubElement(interface, "source", network="inner")
        ET.SubElement(interface, "model", type="virtio")
    serial = ET.SubElement(devices, "serial", type="pty")
    ET.SubElement(serial, "log", file=guest.serial_log, append="on")
    if agent:
        channel = ET.SubElement(devices, "channel", type="unix")
        ET.SubElement(channel, "target", type="virtio", name=AGENT_CHANNEL)
    _add_screen(devices, guest)
    return ET.tostring(domain, encoding="unicode")


def _inside(name: str) -> Path:
    return Path(GUEST_FOLDER, name)


def _add_disk(devices: ET.Element, plan: Plan, guest: Guest) -> None:
    if guest.disk is Disk.NONE:
        return
    kind = "network" if guest.disk is Disk.ISCSI else "file"
    disk = ET.SubElement(devices, "disk", type=kind, device="disk")
    format = "qcow2" if guest.disk is Disk.QCOW2 else "raw"
    ET.SubElement(disk, "driver", name="qemu", type=format, cache="none")
    if guest.disk is Disk.ISCSI:
        source = ET.SubElement(disk, "source", protocol="iscsi", name=f"{plan.iqn}/{guest.lun}")
        ET.SubElement(source, "host", name=plan.address("storage"), port="3260")
        ET.SubElement(ET.SubElement(source, "initiator"), "iqn", name=f"{plan.iqn}:{guest.name}")
    else:
        ET.SubElement(disk, "source", file=guest.local_file)
    ET.SubElement(disk, "target", dev="vda", bus="virtio")


def _add_screen(devices: ET.Element, guest: Guest) -> None:
    if guest.screen is Screen.NONE:
        return
    if guest.screen is Screen.SOCKET:
        graphics = ET.SubElement(devices, "graphics", type="vnc")
        ET.SubElement(graphics, "listen", type="socket")
    else:
        graphics = ET.SubElement(devices, "graphics", type="vnc", port="-1", autoport="yes")
        if guest.screen is Screen.PASSWORD:
            graphics.set("passwd", guest.vnc_password)
        else:
            graphics.set("listen", "127.0.0.1")
    ET.SubElement(ET.SubElement(devices, "video"), "model", type="vga")


def _text(parent: ET.Element, tag: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, tag, attributes).text = text
