"""Addresses of a `<network>`: the node's own, and what its DHCP server gives out."""

import ipaddress
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from hypervisor.errors import InvalidField
from hypervisor.xml.codecs import Text, Whole
from hypervisor.xml.document import Element, number
from hypervisor.xml.interface import MAC
from hypervisor.xml.model import Many, Model, Part
from hypervisor.xml.places import At, reach

DNS_NAME = Text(
    longest=253,
    pattern=r"[A-Za-z0-9_]([A-Za-z0-9_.\-]*[A-Za-z0-9_])?",
    like="a name of letters, digits, dots and dashes",
)
_SECONDS_OF = {"seconds": 1, "minutes": 60, "hours": 3600}


@dataclass(frozen=True, slots=True)
class _Address:
    """An IP address as text; `version` 4 takes no IPv6."""

    version: int = 0

    def read(self, text: str) -> str:
        return text

    def write(self, value: Any) -> str:
        kind = {4: "an IPv4 address", 0: "an IP address"}[self.version]
        try:
            address = ipaddress.ip_address(value if isinstance(value, str) else "")
        except ValueError:
            raise ValueError(f"It must be {kind}.") from None
        if self.version and address.version != self.version:
            raise ValueError(f"It must be {kind}.")
        if isinstance(address, ipaddress.IPv6Address) and address.scope_id:
            raise ValueError(f"It must be {kind} without a zone.")
        return str(address)


IP = _Address()
IPV4 = _Address(4)


@dataclass(frozen=True, slots=True)
class WithPrefix:
    """`192.168.122.1/24`, which libvirt has as an address and a prefix or a netmask. `whole`: a network's address."""

    whole: bool = False

    def read(self, element: Element) -> str | None:
        address, size = element.get("address"), element.get("prefix") or element.get("netmask")
        if not address:
            return None
        try:
            made = ipaddress.ip_interface(f"{address}/{size}" if size else address)
        except ValueError:
            return address
        return str(made)

    def accept(self, value: Any) -> Any:
        try:
            if not isinstance(value, str) or "/" not in value or "%" in value:
                raise ValueError
            return str(ipaddress.ip_network(value) if self.whole else ipaddress.ip_interface(value))
        except ValueError:
            like = (
                "a network such as 10.0.0.0/8, with no bits set after its prefix"
                if self.whole
                else "an address with its prefix such as 192.168.150.1/24"
            )
            raise ValueError(f"It must be {like}.") from None

    def write(self, element: Element, value: Any) -> None:
        if self.read(element) == value:
            return
        address, _, prefix = str(value).partition("/")
        self.clear(element)
        if ":" in address:
            element.set("family", "ipv6")
        element.set("address", address)
        element.set("prefix", prefix)

    def clear(self, element: Element) -> None:
        for name in ("family", "address", "netmask", "prefix"):
            if name in element.attrib:
                del element.attrib[name]


@dataclass(frozen=True, slots=True)
class _LeaseTime:
    """How long a lease holds, in seconds; 0 is for ever."""

    def read(self, element: Element) -> int | None:
        lease = element.find("lease")
        if lease is None or not lease.get("expiry", "").isdecimal():
            return None
        return number(lease.get("expiry", "")) * _SECONDS_OF.get(lease.get("unit", "minutes"), 60)

    def accept(self, value: Any) -> Any:
        return value

    def write(self, element: Element, value: Any) -> None:
        written = Whole(0, 2**31).write(value)
        if 0 < value < 120:
            raise ValueError("A lease holds for at least 120 seconds, or 0 for ever.")
        if self.read(element) == value:
            return
        lease = reach(element, "lease")
        lease.set("expiry", written)
        lease.set("unit", "seconds")

    def clear(self, element: Element) -> None:
        lease = element.find("lease")
        if lease is not None:
            element.remove(lease)


@dataclass(frozen=True, slots=True)
class DhcpRange(Model):
    """From the first to the last address that may be given out."""

    KIND: ClassVar[str] = "range"

    start: Annotated[str, At("@start", IP)]
    end: Annotated[str, At("@end", IP)]
    lease_seconds: Annotated[int | None, _LeaseTime()] = None


@dataclass(frozen=True, slots=True)
class DhcpHost(Model):
    """An address that one guest always gets, known by its MAC (IPv4), its DUID `id` (IPv6) or its name."""

    KIND: ClassVar[str] = "host"

    ip: Annotated[str, At("@ip", IP)]
    mac: Annotated[str | None, At("@mac", MAC)] = None
    id: Annotated[
        str | None,
        At(
            "@id",
            Text(longest=400, pattern=r"[0-9a-fA-F]{1,2}(:[0-9a-fA-F]{1,2})+", like="a DUID: bytes with colons"),
        ),
    ] = None  # fmt: skip
    name: Annotated[str | None, At("@name", DNS_NAME)] = None
    lease_seconds: Annotated[int | None, _LeaseTime()] = None

    @classmethod
    def settle(cls, element: Element, changed: AbstractSet[str]) -> None:
        if not any(element.get(name) for name in ("mac", "id", "name")):
            raise InvalidField("mac", "Say whose address it is: a MAC address, a DUID or a name.")


@dataclass(frozen=True, slots=True)
class Dhcp(Model):
    """What the node's DHCP server gives out on one subnet."""

    KIND: ClassVar[str] = "dhcp"

    ranges: Annotated[tuple[DhcpRange, ...], Many("range", DhcpRange)] = ()
    hosts: Annotated[tuple[DhcpHost, ...], Many("host", DhcpHost)] = ()


@dataclass(frozen=True, slots=True)
class NetworkAddress(Model):
    """An address of the node on the network, with its subnet."""

    KIND: ClassVar[str] = "ip"

    address: Annotated[str, WithPrefix()]
    dhcp: Annotated[Dhcp | None, Part("dhcp", Dhcp)] = None
