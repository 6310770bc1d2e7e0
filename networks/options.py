"""What a network of a host can stand on there, what is free, and what bridging to the LAN needs."""

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from access.actor import Actor
from hosts.models import Host, HostInterface
from hypervisor.network_rules import OWN_BRIDGE, Subnet, overlap
from hypervisor.xml.network_parts import Forward
from networks.checks import subnet_of
from networks.models import Network, NetworkFilter
from networks.wishes import find_host

_CARDS = frozenset({"ethernet", "bond", "vlan"})
NOTES = (
    "libvirt forwards no port from outside to a guest of a NAT network: a guest that shall be reached from outside"
    " belongs on a bridge to the LAN or on a routed network, or its host needs a firewall rule of its own.",
    "VLANs work on bridges of Open vSwitch, with passthrough and with virtual functions. On a plain Linux bridge,"
    " make a bridge over the VLAN's own interface on the node and name that.",
    "A guest on macvtap reaches the LAN but not its own host.",
)


def of(host_id: UUID, *, by: Actor) -> dict[str, Any]:
    """Raises NotPermitted, Invalid."""
    host = find_host(host_id, "network.create", by)
    interfaces = list(HostInterface.objects.filter(host=host).order_by("name"))
    networks = list(Network.objects.filter(host=host).only("name", "bridge", "forward", "detail"))
    made_by = {
        one.bridge: one.name for one in networks if one.bridge and (one.forward or "none") in OWN_BRIDGE
    }
    port_of = {port: one.name for one in interfaces for port in one.ports}
    cards = {one.name for one in interfaces if one.type in _CARDS}
    bridges = [
        {
            "name": one.name,
            "active": one.active,
            "ports": one.ports,
            "addresses": one.addresses,
            "lan": one.name not in made_by and any(port in cards for port in one.ports),
            "network": made_by.get(one.name),
        }
        for one in interfaces
        if one.type == "bridge"
    ]
    return {
        "known": bool(interfaces),
        "forwards": list(Forward().choices),
        "bridges": bridges,
        "devices": [_device(one, port_of) for one in interfaces if one.type in _CARDS],
        "lan": _lan(host, interfaces, bridges, port_of),
        "suggested": _suggested(networks, interfaces),
        "filters": list(NetworkFilter.objects.filter(host=host).order_by("name").values_list("name", flat=True)),
        "notes": list(NOTES),
    }  # fmt: skip


def _device(interface: HostInterface, port_of: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": interface.name,
        "type": interface.type,
        "mac": interface.mac,
        "link": interface.link,
        "speed_mbits": interface.speed_mbits,
        "port_of": port_of.get(interface.name),
    }


def _lan(
    host: Host,
    interfaces: Sequence[HostInterface],
    bridges: Sequence[Mapping[str, Any]],
    port_of: Mapping[str, str],
) -> dict[str, Any]:
    usable = [bridge["name"] for bridge in bridges if bridge["lan"]]
    if usable:
        return {
            "possible": True,
            "bridges": usable,
            "explanation": (
                f"{host.name} has a bridge with a card of the machine in it: {', '.join(usable)}. Guests on it are"
                " on the LAN as if they were plugged in there, with addresses from the LAN's own DHCP server."
            ),
            "commands": [],
        }
    cards = [one for one in interfaces if one.type in _CARDS and one.name not in port_of]
    card = next((one.name for one in cards if one.link == "up"), cards[0].name if cards else "eth0")
    told = (
        ""
        if interfaces
        else f" ({host.name} does not tell of its interfaces, so it may have one all the same.)"
    )
    return {
        "possible": False,
        "bridges": [],
        "explanation": (
            f"{host.name} has no bridge with a card of the machine in it, and libvirt does not make one.{told} Make"
            f" it on the machine itself: the card (here {card}) becomes a port of the bridge, and the bridge takes"
            " over its address. Do this at the machine's own console, for a mistake cuts the network off. Without a"
            " bridge, a network of kind bridge on a card (macvtap) puts guests on the LAN too; they then do not"
            " reach their own host."
        ),
        "commands": _commands(card),
    }  # fmt: skip


def _commands(card: str) -> list[dict[str, str]]:
    """For the three ways in which distributions set up their network. The address comes by DHCP here."""
    return [
        {
            "title": "Debian (/etc/network/interfaces, package bridge-utils)",
            "text": (
                f"iface {card} inet manual\n\nauto br0\niface br0 inet dhcp\n    bridge_ports {card}\n"
                "    bridge_stp off\n    bridge_fd 0\n"
            ),
        },
        {
            "title": "netplan (/etc/netplan/60-bridge.yaml, then: netplan try)",
            "text": (
                f"network:\n  version: 2\n  ethernets:\n    {card}:\n      dhcp4: false\n  bridges:\n    br0:\n"
                f"      interfaces: [{card}]\n      dhcp4: true\n      parameters:\n        stp: false\n"
            ),
        },
        {
            "title": "NetworkManager",
            "text": (
                "nmcli connection add type bridge con-name br0 ifname br0 bridge.stp no\n"
                f"nmcli connection add type bridge-slave con-name br0-port ifname {card} master br0\n"
                "nmcli connection up br0\n"
            ),
        },
    ]


def _suggested(networks: Sequence[Network], interfaces: Sequence[HostInterface]) -> dict[str, str]:
    """The first of each that nobody on the host has: `virbr0` and 192.168.122.0/24 on, as libvirt itself chooses."""
    bridges = {one.name for one in interfaces} | {one.bridge for one in networks}
    taken = [
        subnet
        for address in (
            *(ip["address"] for one in networks for ip in one.detail.get("ips", ())),
            *(address for one in interfaces for address in one.addresses),
        )
        if (subnet := subnet_of(address)) is not None
    ]
    free = next(
        (subnet for subnet in _candidates() if not any(overlap(subnet, other) for other in taken)), None
    )
    six = next(
        f"fd00:{number:x}::1/64"
        for number in range(0x122, 0xFFFF)
        if not any(overlap(ipaddress.ip_network(f"fd00:{number:x}::/64"), other) for other in taken)
    )
    first = free.network_address if free is not None else None
    return {
        "bridge": next(name for number in range(4096) if (name := f"virbr{number}") not in bridges),
        "address": f"{first + 1}/24" if first is not None else "",
        "start": str(first + 100) if first is not None else "",
        "end": str(first + 199) if first is not None else "",
        "ipv6_address": six,
    }


def _candidates() -> "list[Subnet]":
    return [ipaddress.ip_network(f"192.168.{third}.0/24") for third in (*range(122, 255), *range(1, 122))]
