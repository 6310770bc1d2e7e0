"""`<redirdev>` and `<smartcard>`: devices of whoever watches the screen, seen by the guest."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from hypervisor.xml.chardev import TYPES
from hypervisor.xml.codecs import BOOT_ORDER, NAME, PATH, Text, words
from hypervisor.xml.model import Model
from hypervisor.xml.places import At, Items


@dataclass(frozen=True, slots=True)
class Redirdev(Model):
    """A USB port for a device from elsewhere, by SPICE (spicevmc) or over TCP."""

    KIND: ClassVar[str] = "redirdev"

    type: Annotated[str, At("@type", TYPES)] = "spicevmc"
    bus: Annotated[str, At("@bus", words("usb"))] = "usb"
    mode: Annotated[str | None, At("source@mode", words("connect bind"))] = None
    host: Annotated[str | None, At("source@host", NAME)] = None
    service: Annotated[str | None, At("source@service", NAME)] = None
    protocol: Annotated[str | None, At("protocol@type", words("raw telnet telnets tls"))] = None
    boot_order: Annotated[int | None, At("boot@order", BOOT_ORDER)] = None


@dataclass(frozen=True, slots=True)
class Smartcard(Model):
    """The node's smart card, one made of certificates of the node, or one that comes over a character device."""

    KIND: ClassVar[str] = "smartcard"

    mode: Annotated[str, At("@mode", words("host host-certificates passthrough"))]
    type: Annotated[str | None, At("@type", TYPES)] = None  # of passthrough
    source_mode: Annotated[str | None, At("source@mode", words("connect bind"))] = None
    host: Annotated[str | None, At("source@host", NAME)] = None
    service: Annotated[str | None, At("source@service", NAME)] = None
    path: Annotated[str | None, At("source@path", PATH)] = None
    protocol: Annotated[str | None, At("protocol@type", words("raw telnet telnets tls"))] = None
    certificates: Annotated[tuple[str, ...], Items("certificate", Text(longest=255))] = ()
    database: Annotated[str | None, At("database", PATH)] = None
