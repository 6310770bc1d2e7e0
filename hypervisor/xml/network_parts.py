"""The parts of a `<network>` beside its addresses: names, VLANs, ports, routes, ways out."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from hypervisor.errors import InvalidField
from hypervisor.xml.codecs import YES_NO, Kibibytes, Only, Text, Whole, words
from hypervisor.xml.document import Element
from hypervisor.xml.model import Many, Model, Part
from hypervisor.xml.network_addresses import DNS_NAME, IP, IPV4, WithPrefix
from hypervisor.xml.places import At, Items, prune, reach

DEVICE = Text(
    longest=15, pattern=r"(?!\.{1,2}$)[A-Za-z0-9_.\-]+", like="the name of a network device, of at most 15 characters"
)  # fmt: skip
GROUP = Text(longest=64, pattern=r"[A-Za-z0-9_.\-/:@]+", like="letters, digits and _.-/:@")
_PORT = Whole(1, 65535)


@dataclass(frozen=True, slots=True)
class DnsHost(Model):
    """Names of an address."""

    KIND: ClassVar[str] = "host"

    ip: Annotated[str, At("@ip", IP)]
    names: Annotated[tuple[str, ...], Items("hostname", DNS_NAME)] = ()

    @classmethod
    def settle(cls, element: Element, changed: AbstractSet[str]) -> None:
        if element.find("hostname") is None:
            raise InvalidField("names", "Say at least one name.")


@dataclass(frozen=True, slots=True)
class DnsForwarder(Model):
    """Who is asked for names: of one domain, or (no domain) of all. No address: the node's own resolvers."""

    KIND: ClassVar[str] = "forwarder"

    address: Annotated[str | None, At("@addr", IP)] = None
    domain: Annotated[str | None, At("@domain", DNS_NAME)] = None

    @classmethod
    def settle(cls, element: Element, changed: AbstractSet[str]) -> None:
        if not element.attrib:
            raise InvalidField("address", "Say an address or a domain.")


@dataclass(frozen=True, slots=True)
class DnsText(Model):
    KIND: ClassVar[str] = "txt"

    name: Annotated[str, At("@name", DNS_NAME)]
    value: Annotated[str, At("@value", Text(longest=255))]


@dataclass(frozen=True, slots=True)
class DnsService(Model):
    """An SRV record: where a service of the network is."""

    KIND: ClassVar[str] = "srv"

    service: Annotated[
        str, At("@service", Text(longest=15, pattern=r"[A-Za-z0-9_-]+", like="the name of a service such as ldap"))
    ]  # fmt: skip
    protocol: Annotated[
        str, At("@protocol", Text(longest=15, pattern=r"[A-Za-z0-9_-]+", like="a protocol such as tcp"))
    ]
    domain: Annotated[str | None, At("@domain", DNS_NAME)] = None
    target: Annotated[str | None, At("@target", DNS_NAME)] = None
    port: Annotated[int | None, At("@port", _PORT)] = None
    priority: Annotated[int | None, At("@priority", Whole(0, 65535))] = None
    weight: Annotated[int | None, At("@weight", Whole(0, 65535))] = None


@dataclass(frozen=True, slots=True)
class Dns(Model):
    """What the node's DNS server says on the network."""

    KIND: ClassVar[str] = "dns"

    enabled: Annotated[bool | None, At("@enable", YES_NO)] = None
    forward_plain_names: Annotated[bool | None, At("@forwardPlainNames", YES_NO)] = None
    forwarders: Annotated[tuple[DnsForwarder, ...], Many("forwarder", DnsForwarder)] = ()
    hosts: Annotated[tuple[DnsHost, ...], Many("host", DnsHost, key="ip")] = ()
    txts: Annotated[tuple[DnsText, ...], Many("txt", DnsText, key="name")] = ()
    srvs: Annotated[tuple[DnsService, ...], Many("srv", DnsService)] = ()


@dataclass(frozen=True, slots=True)
class Nat(Model):
    """What the node changes source addresses and ports to. libvirt's default is its own address, from port 1024 on."""

    KIND: ClassVar[str] = "nat"

    ipv6: Annotated[bool | None, At("@ipv6", YES_NO)] = None
    address_start: Annotated[str | None, At("address@start", IPV4)] = None
    address_end: Annotated[str | None, At("address@end", IPV4)] = None
    port_start: Annotated[int | None, At("port@start", _PORT)] = None
    port_end: Annotated[int | None, At("port@end", _PORT)] = None

    @classmethod
    def settle(cls, element: Element, changed: AbstractSet[str]) -> None:
        for name in ("address", "port"):
            part = element.find(name)
            if part is None:
                continue
            for end in ("start", "end"):
                if not part.get(end):
                    raise InvalidField(f"{name}_{end}", "The first and the last belong together.")


@dataclass(frozen=True, slots=True)
class NetworkVlanTag(Model):
    """One VLAN; `native_mode` marks the own one of a trunk."""

    KIND: ClassVar[str] = "tag"

    id: Annotated[int, At("@id", Whole(1, 4094))]
    native_mode: Annotated[str | None, At("@nativeMode", words("tagged untagged"))] = None


@dataclass(frozen=True, slots=True)
class NetworkVlan(Model):
    KIND: ClassVar[str] = "vlan"

    tags: Annotated[tuple[NetworkVlanTag, ...], Many("tag", NetworkVlanTag, key="id")] = ()
    trunk: Annotated[bool | None, At("@trunk", Only("yes"))] = None

    @classmethod
    def settle(cls, element: Element, changed: AbstractSet[str]) -> None:
        if element.attrib and element.find("tag") is None:
            raise InvalidField("tags", "A trunk needs at least one VLAN.")


@dataclass(frozen=True, slots=True)
class VirtualPort(Model):
    """The port of a switch that knows more than a bridge, such as Open vSwitch."""

    KIND: ClassVar[str] = "virtualport"

    type: Annotated[str, At("@type", words("openvswitch 802.1Qbg 802.1Qbh midonet"))]
    profile: Annotated[
        str | None,
        At("parameters@profileid", Text(longest=39, pattern=r"[A-Za-z0-9_.:\-]+", like="letters, digits and _.:-")),
    ] = None  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rate(Model):
    """The limits of one direction, in bytes a second; `burst_bytes` may go at the speed of the peak."""

    KIND: ClassVar[str] = "inbound"

    average_bytes: Annotated[int | None, At("@average", Kibibytes())] = None
    peak_bytes: Annotated[int | None, At("@peak", Kibibytes())] = None
    burst_bytes: Annotated[int | None, At("@burst", Kibibytes())] = None

    @classmethod
    def settle(cls, element: Element, changed: AbstractSet[str]) -> None:
        if element.attrib and not element.get("average"):
            raise InvalidField("average_bytes", "It is required.")


@dataclass(frozen=True, slots=True)
class NetworkBandwidth(Model):
    """Of the whole network, or of each interface in a port group. Inbound is what guests receive."""

    KIND: ClassVar[str] = "bandwidth"

    inbound: Annotated[Rate | None, Part("inbound", Rate)] = None
    outbound: Annotated[Rate | None, Part("outbound", Rate)] = None


@dataclass(frozen=True, slots=True)
class PortGroup(Model):
    """Settings that interfaces choose by name."""

    KIND: ClassVar[str] = "portgroup"

    name: Annotated[str, At("@name", GROUP)]
    default: Annotated[bool | None, At("@default", Only("yes"))] = None
    vlan: Annotated[NetworkVlan | None, Part("vlan", NetworkVlan)] = None
    virtualport: Annotated[VirtualPort | None, Part("virtualport", VirtualPort)] = None
    bandwidth: Annotated[NetworkBandwidth | None, Part("bandwidth", NetworkBandwidth)] = None


@dataclass(frozen=True, slots=True)
class Route(Model):
    """A way of the node's to what lies behind a guest."""

    KIND: ClassVar[str] = "route"

    to: Annotated[str, WithPrefix(whole=True)]
    gateway: Annotated[str, At("@gateway", IP)]
    metric: Annotated[int | None, At("@metric", Whole(1, 2**31 - 1))] = None


@dataclass(frozen=True, slots=True)
class Forward:
    """How what leaves the network goes on; `none` has no element at all."""

    choices: tuple[str, ...] = (
        "nat", "route", "open", "bridge", "private", "vepa", "passthrough", "hostdev", "none",
    )  # fmt: skip

    def read(self, element: Element) -> str:
        forward = element.find("forward")
        return "none" if forward is None else forward.get("mode") or "nat"

    def accept(self, value: Any) -> Any:
        return value

    def write(self, element: Element, value: Any) -> None:
        written = words(" ".join(self.choices)).write(value)
        if self.read(element) == written:
            return
        if written == "none":
            self.clear(element)
            return
        forward = reach(element, "forward")
        forward.set("mode", written)
        nat = forward.find("nat")
        if nat is not None and written != "nat":
            forward.remove(nat)

    def clear(self, element: Element) -> None:
        forward = element.find("forward")
        if forward is not None:
            element.remove(forward)


@dataclass(frozen=True, slots=True)
class ForwardDevices:
    """The node's devices that it goes on over: one attribute, or one child each."""

    def read(self, element: Element) -> tuple[str, ...]:
        forward = element.find("forward")
        if forward is None:
            return ()
        found = tuple(child.get("dev", "") for child in forward.iterfind("interface"))
        return found or tuple(filter(None, (forward.get("dev"),)))

    def accept(self, value: Any) -> Any:
        if isinstance(value, str) or not isinstance(value, list | tuple):
            raise ValueError("It must be a list.")
        if len(set(value)) < len(value):
            raise ValueError("Two of them are the same.")
        return tuple(value)

    def write(self, element: Element, value: Any) -> None:
        written = [DEVICE.write(device) for device in value]
        if self.read(element) == tuple(written):
            return
        self.clear(element)
        if not written:
            return
        forward = element.find("forward")
        if forward is None:
            raise ValueError("A network that leads nowhere has no device.")
        forward.set("dev", written[0])
        for device in written:
            child = forward.makeelement("interface", {"dev": device})
            forward.append(child)

    def clear(self, element: Element) -> None:
        forward = element.find("forward")
        if forward is None:
            return
        for child in forward.findall("interface"):
            forward.remove(child)
        if "dev" in forward.attrib:
            del forward.attrib["dev"]
        prune(element, forward)
