"""The network cards of a new domain."""

import re
import secrets
from collections.abc import Mapping
from typing import Any

from access.actor import Actor
from domains.creation.complaints import Complaints
from domains.creation.frame import Frame
from domains.models import Domain
from hosts.models import Host
from hypervisor.newdomain import NewInterface
from networks.models import Network
from networks.second import lacks_bridging, lacks_connecting

_MAC = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")
_OURS = "52:54:00"  # the prefix of QEMU's
_NOWHERE = frozenset({"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"})


def interfaces(
    body: Mapping[str, Any], host: Host, frame: Frame, by: Actor, complaints: Complaints
) -> tuple[NewInterface, ...]:
    """Those that were asked for; nothing said: one on the network `default`, or on the host's user network."""
    taken: set[str] = set()
    if "interfaces" not in body:
        wish = _default(host, frame, by)
        return () if wish is None else (_interface(wish, "interfaces.0", host, frame, by, complaints, taken),)
    return tuple(
        _interface(wish, f"interfaces.{number}", host, frame, by, complaints, taken)
        for number, wish in enumerate(body["interfaces"])
    )


def default_network(host: Host, by: Actor) -> Network | None:
    networks = Network.objects.permitted(by, "network.use").filter(host=host, active=True)
    return networks.filter(name="default").first() or networks.order_by("name").first()


def types_on(host: Host) -> list[str]:
    """`user` is what hypervisors of ordinary users have, which lack the right to make others."""
    if host.driver == "lxc":
        return ["network", "bridge"]
    return ["network", "bridge", "user"] if host.driver == "qemu" else ["network", "bridge"]


def _default(host: Host, frame: Frame, by: Actor) -> dict[str, Any] | None:
    network = default_network(host, by)
    if network is not None:
        return {"network": network.pk}
    return {"type": "user"} if host.driver == "qemu" and not frame.container else None


def _interface(
    wish: Mapping[str, Any],
    field: str,
    host: Host,
    frame: Frame,
    by: Actor,
    complaints: Complaints,
    taken: set[str],
) -> NewInterface:
    type, source = _source(wish, field, host, by, complaints)
    if frame.container and type == "user":
        complaints.add(f"{field}.type", "Not for a container.")
    if "filter" in wish and type == "user":
        complaints.add(f"{field}.filter", "Not for the type user.")
    if "vlan" in wish and type == "user":
        complaints.add(f"{field}.vlan", "Not for the type user.")
    if "model" in wish and frame.container:
        complaints.add(f"{field}.model", "A container has none.")
    return NewInterface(
        type=type,
        source=source,
        mac=_mac(wish, field, complaints, taken),
        model="" if frame.container else str(wish.get("model", "")) or default_model(frame),
        vlan=wish.get("vlan"),
        filter=str(wish.get("filter", "")),
        link=str(wish.get("link", "")),
    )


def _source(
    wish: Mapping[str, Any], field: str, host: Host, by: Actor, complaints: Complaints
) -> tuple[str, str]:
    type = wish.get("type") or ("bridge" if "bridge" in wish else "network" if "network" in wish else "")
    if not type:
        complaints.add(f"{field}.network", "Name a network or a bridge.")
    for name in ("network", "bridge"):
        if name in wish and name != type:
            complaints.add(f"{field}.{name}", f"Not for the type {type}.")
        if name == type and name not in wish:
            complaints.add(f"{field}.{name}", "It is required.")
    if type == "user" and "user" not in types_on(host):
        complaints.add(f"{field}.type", "The host has no user networks.")
    if type == "bridge":
        if lacking := lacks_bridging(host, by):
            complaints.add(f"{field}.bridge", lacking)
        return "bridge", str(wish.get("bridge", ""))
    if type != "network" or "network" not in wish:
        return str(type), ""
    network = Network.objects.permitted(by, "network.read").filter(pk=wish["network"], host=host).first()
    if network is None:
        complaints.add(f"{field}.network", f"There is no such network on {host.name}.")
        return "network", ""
    if lacking := lacks_connecting(network, by):
        complaints.add(f"{field}.network", lacking)
    elif not network.active:
        complaints.add(f"{field}.network", f"{network.name} is not active.")
    return "network", network.name


def _mac(wish: Mapping[str, Any], field: str, complaints: Complaints, taken: set[str]) -> str:
    if "mac" not in wish:
        return _fresh_mac(taken)
    mac = str(wish["mac"]).lower()
    if not _MAC.fullmatch(mac) or mac in _NOWHERE:
        complaints.add(f"{field}.mac", "An address has six pairs of hexadecimal digits: 52:54:00:12:34:56.")
    elif int(mac[:2], 16) & 1:
        complaints.add(f"{field}.mac", "This is an address of many (multicast), not of one card.")
    elif mac in taken:
        complaints.add(f"{field}.mac", "Twice in this domain.")
    else:
        owner = (
            Domain.objects.filter(gone_at=None, macs__icontains=mac).values_list("name", flat=True).first()
        )
        if owner is not None:
            complaints.add(f"{field}.mac", "Another domain has this address already.")
    taken.add(mac)
    return mac


def _fresh_mac(taken: set[str]) -> str:
    while True:
        tail = secrets.token_bytes(3)
        mac = ":".join([_OURS, *(f"{byte:02x}" for byte in tail)])
        if mac not in taken and not Domain.objects.filter(gone_at=None, macs__icontains=mac).exists():
            taken.add(mac)
            return mac


def default_model(frame: Frame) -> str:
    """As virt-install chooses it."""
    if frame.type not in {"kvm", "qemu"}:
        return ""
    if frame.system.virtio_net or not frame.x86:
        return "virtio"
    if frame.q35:
        return "e1000e"
    known = frame.system.net_models
    return next((model for model in ("e1000", "rtl8139", "ne2k_pci", "pcnet") if model in known), "e1000")
