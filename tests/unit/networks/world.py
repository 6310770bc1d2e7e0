"""A host with networks, filters, interfaces and domains on them, as nodewatch would have written them."""

from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from domains.models import Definition, Domain
from hosts.models import Cluster, Host, HostInterface, HostState
from hypervisor.data import NetworkSeen
from hypervisor.networking import FilterSeen
from hypervisor.xml.network_spec import NetworkSpec, plain, rendered
from networks.inventory import record_filters, record_networks
from networks.models import Network, NetworkFilter

NAT: dict[str, Any] = {
    "forward": "nat",
    "bridge": "virbr0",
    "ips": [
        {
            "address": "192.168.122.1/24",
            "dhcp": {"ranges": [{"start": "192.168.122.2", "end": "192.168.122.254"}]},
        }
    ],
}
_DOMAIN = (
    "<domain type='qemu'><name>{name}</name><os><type>hvm</type></os><devices>{devices}</devices></domain>"
)
_INTERFACE = (
    "<interface type='network'><mac address='{mac}'/><source network='{network}'/>{filter}</interface>"
)


def make_host(name: str, cluster: Cluster | None = None, **other: Any) -> Host:
    columns = {"state": HostState.UP, "enrolled": True, "driver": "qemu", "seen_at": timezone.now()} | other
    host: Host = Host.objects.create(name=name, uri=f"qemu+tls://{name}/system", cluster=cluster, **columns)
    for card, type, ports in (
        ("eth0", "ethernet", []),
        ("eth1", "ethernet", []),
        ("br0", "bridge", ["eth1"]),
    ):
        HostInterface.objects.create(host=host, name=card, type=type, ports=ports, active=True, link="up")
    return host


def seen(name: str, body: dict[str, Any], *, uuid: UUID | None = None, active: bool = True) -> NetworkSeen:
    """As a node tells of a network."""
    id, spec = uuid or uuid4(), NetworkSpec.from_values(body)
    return NetworkSeen(
        uuid=id,
        name=name,
        active=active,
        persistent=True,
        autostart=True,
        bridge=spec.bridge or "",
        forward="" if spec.forward == "none" else spec.forward,
        addresses=tuple(ip.address for ip in spec.ips),
        detail=plain(spec),
        xml=rendered(name, id, spec),
    )


def network(host: Host, name: str = "default", body: dict[str, Any] = NAT, **other: Any) -> Network:
    told = seen(name, body, **other)
    record_networks(host.pk, [told], complete=False)
    made: Network = Network.objects.get(host=host, uuid=told.uuid)
    return made


def nwfilter(host: Host, name: str, *references: str) -> NetworkFilter:
    told = FilterSeen(uuid4(), name, "root", references, 1, f"<filter name='{name}' chain='root'/>")
    record_filters(host.pk, [told])
    made: NetworkFilter = NetworkFilter.objects.get(host=host, uuid=told.uuid)
    return made


def domain(
    host: Host, name: str, *networks: str, state: str = "running", filter: str = "", number: int = 1
) -> Domain:
    """A domain with an interface on each of these networks."""
    row: Domain = Domain.objects.create(id=uuid4(), host=host, name=name, state=state, os_type="hvm")
    macs = [f"52:54:00:00:{number:02x}:{at:02x}" for at in range(len(networks))]
    named = f"<filterref filter='{filter}'/>" if filter else ""
    devices = "".join(
        _INTERFACE.format(mac=mac, network=one, filter=named) for mac, one in zip(macs, networks, strict=True)
    )
    xml = _DOMAIN.format(name=name, devices=devices)
    Definition.objects.create(
        domain=row,
        inactive=xml,
        live=xml if state == "running" else None,
        interfaces=[
            {"mac": mac, "type": "network", "source": one, "model": "virtio", "target": "vnet0"}
            for mac, one in zip(macs, networks, strict=True)
        ],
        fetched_at=timezone.now(),
    )
    return row
