"""Character devices: `<serial>`, `<parallel>`, `<console>` and `<channel>`, and what others share with them."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Annotated, ClassVar

from hypervisor.xml.codecs import NAME, ON_OFF, PATH, YES_NO, Text, Whole, words
from hypervisor.xml.document import Element
from hypervisor.xml.model import Model, properties
from hypervisor.xml.places import At

TYPES = words("pty dev file pipe unix tcp udp null stdio vc spicevmc spiceport nmdm qemu-vdagent dbus")
_SERIAL_TYPES = words("isa-serial usb-serial pci-serial spapr-vio-serial system-serial sclp-serial isa-debug")
_SERIAL_MODELS = words(
    "isa-serial usb-serial pci-serial spapr-vty pl011 16550a sclpconsole sclplmconsole isa-debugcon"
)
_CONSOLE_TYPES = words("serial virtio xen lxc uml openvz sclp sclplm")
_ENDS = frozenset(
    {"path", "mode", "host", "service", "tls", "append", "channel", "master", "slave", "protocol"}
)
_SERVICE = Text(longest=64, pattern=r"[A-Za-z0-9_-]+", like="a port or the name of a service")


@dataclass(frozen=True, slots=True)
class CharacterDevice(Model):
    """The end on the node. Which of these count follows from `type`; `pty` needs none."""

    type: Annotated[str, At("@type", TYPES)] = "pty"
    path: Annotated[str | None, At("source@path", PATH)] = None
    mode: Annotated[str | None, At("source@mode", words("connect bind"))] = None
    host: Annotated[str | None, At("source@host", NAME)] = None
    service: Annotated[str | None, At("source@service", _SERVICE)] = None
    tls: Annotated[bool | None, At("source@tls", YES_NO)] = None
    append: Annotated[bool | None, At("source@append", ON_OFF)] = None
    channel: Annotated[str | None, At("source@channel", NAME)] = None  # of spiceport
    master: Annotated[str | None, At("source@master", PATH)] = None  # of nmdm
    slave: Annotated[str | None, At("source@slave", PATH)] = None
    protocol: Annotated[str | None, At("protocol@type", words("raw telnet telnets tls"))] = None
    log_file: Annotated[str | None, At("log@file", PATH)] = None
    log_append: Annotated[bool | None, At("log@append", ON_OFF)] = None

    @classmethod
    def settle(cls, element: Element, changed: AbstractSet[str]) -> None:
        if "type" in changed:
            # Where the old kind of line ended says nothing of the new one.
            for each in properties(cls):
                if each.name in _ENDS and each.name not in changed:
                    each.place.clear(element)


@dataclass(frozen=True, slots=True)
class Serial(CharacterDevice):
    """A serial port."""

    KIND: ClassVar[str] = "serial"

    target_type: Annotated[str | None, At("target@type", _SERIAL_TYPES)] = None
    target_port: Annotated[int | None, At("target@port", Whole(0, 255))] = None
    target_model: Annotated[str | None, At("target/model@name", _SERIAL_MODELS)] = None


@dataclass(frozen=True, slots=True)
class Parallel(CharacterDevice):
    """A parallel port."""

    KIND: ClassVar[str] = "parallel"

    target_port: Annotated[int | None, At("target@port", Whole(0, 255))] = None


@dataclass(frozen=True, slots=True)
class Console(CharacterDevice):
    """The console; the first one of a guest with firmware is its first serial port again."""

    KIND: ClassVar[str] = "console"

    target_type: Annotated[str | None, At("target@type", _CONSOLE_TYPES)] = None
    target_port: Annotated[int | None, At("target@port", Whole(0, 255))] = None


@dataclass(frozen=True, slots=True)
class Channel(CharacterDevice):
    """A private line to a program in the guest, such as its agent (unix, org.qemu.guest_agent.0)."""

    KIND: ClassVar[str] = "channel"

    target_type: Annotated[str | None, At("target@type", words("virtio guestfwd xen"))] = None
    target_name: Annotated[str | None, At("target@name", NAME)] = None
    target_address: Annotated[str | None, At("target@address", NAME)] = None  # of guestfwd
    target_port: Annotated[int | None, At("target@port", Whole(0, 65535))] = None
    clipboard: Annotated[bool | None, At("source/clipboard@copypaste", YES_NO)] = None  # of qemu-vdagent
    mouse_mode: Annotated[str | None, At("source/mouse@mode", words("server client"))] = None
