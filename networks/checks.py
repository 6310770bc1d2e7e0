"""What a network's settings must be on its host: nothing that it names may be missing, nothing taken twice."""

import ipaddress
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from hosts.models import Host, HostInterface
from hypervisor.errors import InvalidField
from hypervisor.network_rules import MACVTAP, OWN_BRIDGE, Complaints, Subnet, complaints, overlap
from hypervisor.xml.network_spec import NetworkSpec
from jobs.models import OPEN, Job
from networks.models import Network

DEFAULT_FORWARD = "nat"


def wanted(settings: Mapping[str, Any]) -> tuple[NetworkSpec | None, dict[str, list[str]]]:
    """A network's settings whole, with what is wrong with them by themselves."""
    try:
        spec = NetworkSpec.from_values(settings)
    except InvalidField as wrong:
        return None, {wrong.field: [wrong.detail]}
    return spec, complaints(spec)


def against_host(spec: NetworkSpec, host: Host, *, besides: Network | None = None) -> dict[str, list[str]]:
    """What on its host is in the way, by field. `besides`: the network that is to be changed."""
    said = Complaints()
    known = {interface.name: interface for interface in HostInterface.objects.filter(host=host)}
    others = Network.objects.filter(host=host)
    if besides is not None:
        others = others.exclude(pk=besides.pk)
    taken = [(network.name, network.bridge, network.forward, network.detail) for network in others]
    for job in Job.objects.filter(kind="network.create", host_id=host.pk, state__in=OPEN):
        detail = job.option("spec", {})
        taken.append((job.object_name, detail.get("bridge") or "", detail.get("forward", ""), detail))
    own = besides.bridge if besides is not None else ""
    if spec.forward in OWN_BRIDGE:
        _bridge(spec, taken, known, own, said)
    _devices(spec, known, said)
    _subnets(spec, host, taken, known, {own, spec.bridge or ""}, said)
    return dict(said.found)


def _bridge(
    spec: NetworkSpec,
    taken: list[tuple[str, str, str, dict[str, Any]]],
    known: Mapping[str, HostInterface],
    own: str,
    said: Complaints,
) -> None:
    if not spec.bridge or spec.bridge == own:
        return
    for name, bridge, forward, detail in taken:
        if (forward or "none") in OWN_BRIDGE and spec.bridge in (bridge, detail.get("bridge")):
            said.add("bridge", f"The network {name} has this bridge.")
            return
    if spec.bridge in known:
        said.add("bridge", f"The host has an interface {spec.bridge} already.")


def _devices(spec: NetworkSpec, known: Mapping[str, HostInterface], said: Complaints) -> None:
    """What the node does not have. A node that tells of no interface at all cannot be asked: then it says so itself."""
    if not known:
        return
    if spec.forward == "bridge" and spec.bridge:
        there = known.get(spec.bridge)
        if there is None:
            said.add("bridge", f"The host has no bridge {spec.bridge}.")
        elif there.type != "bridge" and spec.virtualport is None:
            said.add("bridge", f"{spec.bridge} is no bridge but of type {there.type}.")
    for number, device in enumerate(spec.devices):
        if device not in known:
            said.add(f"devices.{number}", f"The host has no device {device}.")
        elif spec.forward in (*MACVTAP, "bridge") and known[device].type == "bridge":
            said.add(f"devices.{number}", f"{device} is a bridge: name it as one, with forward bridge.")
    if spec.physical_function and spec.physical_function not in known:
        said.add("physical_function", f"The host has no device {spec.physical_function}.")


def _subnets(
    spec: NetworkSpec,
    host: Host,
    taken: list[tuple[str, str, str, dict[str, Any]]],
    known: Mapping[str, HostInterface],
    own: set[str],
    said: Complaints,
) -> None:
    there = [
        (subnet, f"the network {name}")
        for name, _, _, detail in taken
        for ip in detail.get("ips", ())
        if (subnet := subnet_of(ip["address"])) is not None
    ]
    there += [
        (subnet, f"the host's interface {interface.name}")
        for interface in known.values()
        if interface.name not in own
        for address in interface.addresses
        if (subnet := subnet_of(address)) is not None
    ]
    reached = _reached_by(host)
    for number, ip in enumerate(spec.ips):
        subnet = subnet_of(ip.address)
        if subnet is None:
            continue
        over = next((whose for other, whose in there if overlap(subnet, other)), None)
        if over is not None:
            said.add(f"ips.{number}.address", f"{subnet} overlaps a subnet of {over}.")
        elif reached is not None and reached.version == subnet.version and reached in subnet:
            said.add(
                f"ips.{number}.address", f"{subnet} contains {reached}, by which the host itself is reached."
            )


def subnet_of(address: str) -> Subnet | None:
    """None for what is no address with its prefix, or is only the machine's own: link-local, loopback."""
    try:
        interface = ipaddress.ip_interface(address)
    except ValueError:
        return None
    return None if interface.is_link_local or interface.is_loopback else interface.network


def _reached_by(host: Host) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Where its address is a number; what a name stands for, only its resolver knows."""
    try:
        address = ipaddress.ip_address(urlsplit(host.uri).hostname or "")
    except ValueError:
        return None
    return None if address.is_loopback else address
