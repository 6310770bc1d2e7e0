"""The `<network>` of a node."""

import ipaddress
from dataclasses import dataclass

from hypervisor.xml.document import Element, attr, attr_at, parse, written


@dataclass(frozen=True, slots=True)
class NetworkXML:
    """What the document says; whether it is active and how it is kept come with the list."""

    bridge: str
    forward: str
    addresses: tuple[str, ...]


def read_network(xml: str) -> NetworkXML:
    """Raises InvalidXML."""
    network = parse(xml, "network")
    forward = network.find("forward")
    return NetworkXML(
        bridge=attr_at(network, "bridge", "name"),
        forward="" if forward is None else attr(forward, "mode") or "nat",
        addresses=tuple(address for ip in network.iterfind("ip") if (address := _address(ip))),
    )


def uncounted(xml: str) -> str:
    """The document without how many interfaces are plugged in now, which is no part of it. Raises InvalidXML."""
    network = parse(xml, "network")
    for element in network.iter():
        if "connections" in element.attrib:
            del element.attrib["connections"]
    return written(network)


def _address(ip: Element) -> str:
    """`192.168.122.1/24`, whether libvirt has it as a prefix or as a netmask; as it stands where it is neither."""
    address, size = attr(ip, "address"), attr(ip, "prefix") or attr(ip, "netmask")
    if not address or not size:
        return address
    try:
        return str(ipaddress.ip_interface(f"{address}/{size}"))
    except ValueError:
        return address
