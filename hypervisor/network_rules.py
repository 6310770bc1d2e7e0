"""What a network's settings must be among themselves: by field, in sentences. Asks no node and no database.

The rules are libvirt's own (src/network/bridge_driver.c, src/conf/network_conf.c), said before a job begins; and such
as keep people from handing out an address twice.
"""

import ipaddress
from collections import defaultdict
from typing import TypeAlias

from hypervisor.xml.network_addresses import Dhcp, DhcpHost, DhcpRange
from hypervisor.xml.network_parts import Rate
from hypervisor.xml.network_spec import NetworkSpec

Interface: TypeAlias = ipaddress.IPv4Interface | ipaddress.IPv6Interface
Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Subnet: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

OVER_NODE = ("nat", "route", "open")  # what leaves goes over the node itself
OWN_BRIDGE = (*OVER_NODE, "none")  # the node makes a bridge for it
MACVTAP = ("private", "vepa", "passthrough")
_WITH_OWN_BRIDGE = ("ips", "dns", "domain", "routes", "mtu", "stp", "zone", "bandwidth")
_PREFIXES = {4: (8, 30), 6: (16, 126)}
_LEAST_MTU_IPV6 = 1280


class Complaints:
    """By field, as the API tells them."""

    def __init__(self) -> None:
        self.found: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, field: str, sentence: str) -> None:
        self.found[field].append(sentence)


def complaints(spec: NetworkSpec) -> dict[str, list[str]]:
    """All that is wrong; {} when nothing is."""
    said = Complaints()
    _kind(spec, said)
    _addresses(spec, said)
    _around(spec, said)
    _ports(spec, said)
    return dict(said.found)


def _kind(spec: NetworkSpec, said: Complaints) -> None:
    """What belongs to which kind of forwarding."""
    forward = spec.forward
    if forward in OWN_BRIDGE:
        _own_bridge(spec, said)
    elif forward == "hostdev":
        _virtual_functions(spec, said)
    elif forward == "bridge":
        if bool(spec.bridge) == bool(spec.devices):
            said.add("bridge", "Name either a bridge of the node, or devices that guests share by macvtap.")
    else:
        if not spec.devices:
            said.add("devices", f"Name the device that guests share by macvtap ({forward}).")
        if spec.bridge:
            said.add("bridge", f"A network with forward {forward} has no bridge.")
    if spec.physical_function and forward != "hostdev":
        said.add("physical_function", "Only with forward hostdev.")
    if spec.nat is not None and forward != "nat":
        said.add("nat", "Only with forward nat.")
    if forward not in OWN_BRIDGE:
        for field in _WITH_OWN_BRIDGE:
            if getattr(spec, field) not in (None, ()):
                said.add(
                    field, f"Not with forward {forward}: the node has no bridge of its own for that network."
                )
    _vlan(spec, said)


def _own_bridge(spec: NetworkSpec, said: Complaints) -> None:
    if spec.forward in OVER_NODE and not spec.ips:
        said.add("ips", f"A network with forward {spec.forward} needs an address of the node on it.")
    if spec.forward == "none" and spec.devices:
        said.add("devices", "An isolated network leads nowhere, so it has no device.")
    if spec.forward == "open" and spec.devices:
        said.add("devices", "An open network leaves all to the node's routes: it has no device.")
    if spec.forward in ("nat", "route") and len(spec.devices) > 1:
        said.add("devices", f"A network with forward {spec.forward} goes on over one device, or over all.")
    if spec.virtualport is not None:
        said.add("virtualport", f"Not with forward {spec.forward}.")


def _virtual_functions(spec: NetworkSpec, said: Complaints) -> None:
    if not spec.physical_function:
        said.add("physical_function", "Name the card whose virtual functions are given out.")
    for field, value in (("bridge", spec.bridge), ("devices", spec.devices)):
        if value:
            said.add(field, "A network of virtual functions has none.")


def _vlan(spec: NetworkSpec, said: Complaints) -> None:
    """A Linux bridge as libvirt 9 drives it knows no VLANs: Open vSwitch, passthrough and virtual functions do."""
    switched = spec.virtualport is not None and spec.virtualport.type in ("openvswitch", "midonet")
    able = spec.forward in ("passthrough", "hostdev") or (spec.forward == "bridge" and switched)
    if spec.vlan is not None and not able:
        said.add(
            "vlan",
            "Only on a bridge of Open vSwitch (virtualport openvswitch), with passthrough or with virtual functions."
            " On a plain bridge, make one bridge a VLAN on the node.",
        )
    for number, group in enumerate(spec.port_groups):
        its_own = group.virtualport is not None and group.virtualport.type in ("openvswitch", "midonet")
        if group.vlan is not None and not able and not (spec.forward == "bridge" and its_own):
            said.add(f"port_groups.{number}.vlan", "Only on a bridge of Open vSwitch, or with passthrough.")


def _addresses(spec: NetworkSpec, said: Complaints) -> None:
    subnets: list[Subnet] = []
    macs: dict[str, str] = {}
    with_dhcp: set[int] = set()
    for number, ip in enumerate(spec.ips):
        field = f"ips.{number}"
        interface = ipaddress.ip_interface(ip.address)
        least, most = _PREFIXES[interface.version]
        if not least <= interface.network.prefixlen <= most:
            said.add(f"{field}.address", f"Its prefix must be from {least} to {most}.")
            continue
        wrong = _not_for_a_node(interface)
        if wrong:
            said.add(f"{field}.address", wrong)
        over = next((subnet for subnet in subnets if overlap(subnet, interface.network)), None)
        if over is not None:
            said.add(f"{field}.address", f"{interface.network} overlaps {over}, which this network has too.")
        subnets.append(interface.network)
        if ip.dhcp is not None:
            if interface.version in with_dhcp:
                said.add(
                    f"{field}.dhcp", f"Only one IPv{interface.version} subnet of a network can have DHCP."
                )
            with_dhcp.add(interface.version)
            _dhcp(ip.dhcp, interface, f"{field}.dhcp", macs, said)
    for number, route in enumerate(spec.routes):
        gateway = ipaddress.ip_address(route.gateway)
        if gateway.version != ipaddress.ip_network(route.to).version:
            said.add(f"routes.{number}.gateway", "The gateway and what lies behind it are of two kinds.")
        elif not any(_within(gateway, subnet) for subnet in subnets):
            said.add(f"routes.{number}.gateway", "The gateway is in no subnet of this network.")


def _not_for_a_node(interface: Interface) -> str:
    address, network = interface.ip, interface.network
    if address.is_loopback or address.is_multicast or address.is_unspecified:
        return "This is no address that a node can have on a network."
    if address == network.network_address:
        return "This is the subnet's own address; the node needs one within it."
    if address.version == 4 and address == network.broadcast_address:
        return "This is the subnet's broadcast address; the node needs one within it."
    return ""


def _dhcp(dhcp: Dhcp, interface: Interface, field: str, macs: dict[str, str], said: Complaints) -> None:
    taken: list[tuple[int, int]] = []
    for number, given in enumerate(dhcp.ranges):
        at = f"{field}.ranges.{number}"
        both = _range(given, interface, at, said)
        if both is None:
            continue
        first, last = both
        if any(first <= end and start <= last for start, end in taken):
            said.add(f"{at}.start", "It overlaps another range.")
        taken.append((first, last))
    _hosts(dhcp.hosts, interface, field, macs, said)


def _range(given: DhcpRange, interface: Interface, at: str, said: Complaints) -> tuple[int, int] | None:
    network = interface.network
    ends = {"start": ipaddress.ip_address(given.start), "end": ipaddress.ip_address(given.end)}
    outside = [end for end, address in ends.items() if not _within(address, network)]
    for end in outside:
        said.add(f"{at}.{end}", f"It is outside of {network}.")
    first, last = int(ends["start"]), int(ends["end"])
    if outside:
        return None
    if first > last:
        said.add(f"{at}.end", "It comes before the first.")
        return None
    if first <= int(interface.ip) <= last:
        said.add(f"{at}.start", f"The range contains the node's own address, {interface.ip}.")
    highest = int(network.broadcast_address) if interface.version == 4 else 2**128
    if first == int(network.network_address) or last == highest:
        said.add(f"{at}.start", "The range contains the subnet's own address or its broadcast address.")
    return first, last


def _within(address: Address, subnet: Subnet) -> bool:
    return address.version == subnet.version and address in subnet


def _hosts(
    hosts: tuple[DhcpHost, ...], interface: Interface, field: str, macs: dict[str, str], said: Complaints
) -> None:
    addresses: dict[Address, int] = {}
    names: set[str] = set()
    for number, host in enumerate(hosts):
        at = f"{field}.hosts.{number}"
        address = ipaddress.ip_address(host.ip)
        if not _within(address, interface.network):
            said.add(f"{at}.ip", f"It is outside of {interface.network}.")
        elif address == interface.ip:
            said.add(f"{at}.ip", "This is the node's own address.")
        if address in addresses:
            said.add(f"{at}.ip", "Another guest has this address already.")
        addresses[address] = number
        if host.mac:
            if interface.version == 6:
                said.add(f"{at}.mac", "IPv6 knows guests by their DUID (`id`) or name, not by MAC addresses.")
            mac = host.mac.lower()
            if macs.get(mac) == field:
                said.add(f"{at}.mac", "Another address is for this MAC address already.")
            macs[mac] = field
        if host.id and interface.version == 4:
            said.add(f"{at}.id", "Only for IPv6: say a MAC address.")
        if host.name:
            if host.name.lower() in names:
                said.add(f"{at}.name", "Another guest has this name already.")
            names.add(host.name.lower())


def _around(spec: NetworkSpec, said: Complaints) -> None:
    """What hangs on the rest: NAT's ranges, the least MTU, who may say what."""
    if spec.mtu is not None and spec.mtu < _LEAST_MTU_IPV6 and any(":" in ip.address for ip in spec.ips):
        said.add("mtu", f"IPv6 needs at least {_LEAST_MTU_IPV6}.")
    if spec.domain_local_only is not None and not spec.domain:
        said.add("domain_local_only", "It belongs to a domain, and none is named.")
    nat = spec.nat
    if nat is None:
        return
    if nat.address_start and nat.address_end:
        first, last = (ipaddress.IPv4Address(end) for end in (nat.address_start, nat.address_end))
        if first > last:
            said.add("nat.address_end", "It comes before the first.")
    if nat.port_start and nat.port_end and nat.port_start > nat.port_end:
        said.add("nat.port_end", "It comes before the first.")


def _ports(spec: NetworkSpec, said: Complaints) -> None:
    defaults = [number for number, group in enumerate(spec.port_groups) if group.default]
    for number in defaults[1:]:
        said.add(f"port_groups.{number}.default", "Another group is the default already.")
    limits = [("bandwidth", spec.bandwidth)]
    limits += [
        (f"port_groups.{number}.bandwidth", group.bandwidth) for number, group in enumerate(spec.port_groups)
    ]
    for field, limit in limits:
        if limit is not None:
            _rate(limit.inbound, f"{field}.inbound", said)
            _rate(limit.outbound, f"{field}.outbound", said)


def _rate(rate: Rate | None, field: str, said: Complaints) -> None:
    if rate is not None and rate.peak_bytes and rate.average_bytes and rate.peak_bytes < rate.average_bytes:
        said.add(f"{field}.peak_bytes", "The peak is below the average.")


def overlap(one: Subnet, other: Subnet) -> bool:
    """Whether an address is in both."""
    return one.version == other.version and one.overlaps(other)
