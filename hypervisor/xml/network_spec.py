"""A network as people see and edit it: one model of the whole `<network>`. What it does not name survives an edit."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass
from typing import Annotated, Any, ClassVar
from uuid import UUID

from lxml import etree

from hypervisor.xml.codecs import ON_OFF, YES_NO, Text, Whole
from hypervisor.xml.document import Element, parse, written
from hypervisor.xml.model import Many, Model, Part
from hypervisor.xml.network_addresses import DNS_NAME, NetworkAddress
from hypervisor.xml.network_parts import (
    DEVICE,
    Dns,
    Forward,
    ForwardDevices,
    Nat,
    NetworkBandwidth,
    NetworkVlan,
    PortGroup,
    Route,
    VirtualPort,
)
from hypervisor.xml.places import At


@dataclass(frozen=True, slots=True)
class NetworkSpec(Model):
    """All of a network that can be chosen. `devices` are the node's, for macvtap, NAT and routed networks."""

    KIND: ClassVar[str] = "network"

    forward: Annotated[str, Forward()] = "none"
    devices: Annotated[tuple[str, ...], ForwardDevices()] = ()
    physical_function: Annotated[str | None, At("forward/pf@dev", DEVICE)] = (
        None  # whose virtual ones are given out
    )
    managed: Annotated[bool | None, At("forward@managed", YES_NO)] = None
    nat: Annotated[Nat | None, Part("forward/nat", Nat)] = None
    bridge: Annotated[str | None, At("bridge@name", DEVICE)] = None
    stp: Annotated[bool | None, At("bridge@stp", ON_OFF)] = None
    zone: Annotated[
        str | None, At("bridge@zone", Text(longest=17, pattern=r"[A-Za-z0-9_-]+", like="the name of a firewalld zone"))
    ] = None  # fmt: skip
    mtu: Annotated[int | None, At("mtu@size", Whole(68, 65535))] = None
    domain: Annotated[str | None, At("domain@name", DNS_NAME)] = None
    domain_local_only: Annotated[bool | None, At("domain@localOnly", YES_NO)] = None
    dns: Annotated[Dns | None, Part("dns", Dns)] = None
    ips: Annotated[tuple[NetworkAddress, ...], Many("ip", NetworkAddress, key="address")] = ()
    routes: Annotated[tuple[Route, ...], Many("route", Route, key="to")] = ()
    vlan: Annotated[NetworkVlan | None, Part("vlan", NetworkVlan)] = None
    virtualport: Annotated[VirtualPort | None, Part("virtualport", VirtualPort)] = None
    port_groups: Annotated[tuple[PortGroup, ...], Many("portgroup", PortGroup, key="name")] = ()
    bandwidth: Annotated[NetworkBandwidth | None, Part("bandwidth", NetworkBandwidth)] = None
    port_isolation: Annotated[bool | None, At("port@isolated", YES_NO)] = None

    @classmethod
    def settle(cls, element: Element, changed: AbstractSet[str]) -> None:
        """libvirt's white space stays even where an element came or went, so the document is indented anew."""
        etree.indent(element)


def read_spec(xml: str) -> NetworkSpec:
    """Raises InvalidXML."""
    return NetworkSpec.from_xml(parse(xml, "network"))


def plain(spec: NetworkSpec) -> dict[str, Any]:
    """As JSON has it; lists where the model has tuples."""
    found: dict[str, Any] = _listed(asdict(spec))
    return found


def rendered(name: str, uuid: UUID, spec: NetworkSpec) -> str:
    """The document of a new network. Raises InvalidField."""
    network = etree.Element("network")
    etree.SubElement(network, "name").text = Text(longest=255).write(name)
    etree.SubElement(network, "uuid").text = str(uuid)
    spec.write(network)
    return written(network)


def edited(xml: str, changes: Mapping[str, Any]) -> str:
    """The document with the named properties changed, and all else as it was. Raises InvalidXML, InvalidField."""
    network = parse(xml, "network")
    if "connections" in network.attrib:
        del network.attrib["connections"]
    NetworkSpec.apply(network, changes)
    return written(network)


def _listed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _listed(one) for name, one in value.items()}
    return [_listed(one) for one in value] if isinstance(value, list | tuple) else value
