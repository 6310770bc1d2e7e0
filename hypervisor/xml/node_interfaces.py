"""The `<interface>` of a machine, and the `net` capability of a node device."""

import ipaddress
import re

from hypervisor.networking import NodeInterfaceSeen
from hypervisor.xml.document import Element, attr, attr_at, number, parse, text

# What libvirt and QEMU make for guests, and what says nothing to anybody.
_OF_GUESTS = re.compile(r"lo|vnet\d+|macvtap\d+|macvlan\d+|vif\d+\.\d+|virbr\d+-nic|tap\d+|ovs-system")


def of_guests(name: str) -> bool:
    """Whether an interface of that name is a guest's end on the node, or the loopback."""
    return _OF_GUESTS.fullmatch(name) is not None


def read_interface(xml: str) -> NodeInterfaceSeen:
    """As the interface driver says it. Whether it is active, only the driver knows. Raises InvalidXML."""
    interface = parse(xml, "interface")
    type = interface.get("type", "ethernet")
    vlan = interface.find("vlan")
    link = interface.find("link")
    ports = interface.iterfind(f"{type}/interface") if type in {"bridge", "bond"} else ()
    return NodeInterfaceSeen(
        name=interface.get("name", ""),
        type=type,
        mac=attr_at(interface, "mac", "address").lower(),
        link=attr(link, "state"),
        speed_mbits=number(attr(link, "speed")) or None,
        addresses=tuple(_addresses(interface)),
        ports=tuple(name for port in ports if not of_guests(name := port.get("name", ""))),
        tag=None if vlan is None else number(vlan.get("tag", "")),
        on="" if vlan is None else attr_at(vlan, "interface", "name"),
    )


def read_device(xml: str) -> NodeInterfaceSeen | None:
    """As the node devices say it; None for what is no network interface. Raises InvalidXML."""
    device = parse(xml, "device")
    capability = device.find("capability[@type='net']")
    name = "" if capability is None else text(capability, "interface")
    if capability is None or not name:
        return None
    link = attr_at(capability, "link", "state")
    return NodeInterfaceSeen(
        name=name,
        type="ethernet",
        mac=text(capability, "address").lower(),
        active=link not in {"down", "notpresent"},
        link=link,
        speed_mbits=number(attr_at(capability, "link", "speed")) or None,
    )


def _addresses(interface: Element) -> list[str]:
    found = []
    for ip in interface.iterfind("protocol/ip"):
        try:
            address = ipaddress.ip_interface(f"{attr(ip, 'address')}/{attr(ip, 'prefix') or '128'}")
        except ValueError:
            continue
        found.append(str(address))
    return found
