"""What the interfaces of a domain name on their host: networks and filters."""

from collections.abc import Iterator

from hypervisor.data import InterfaceSeen
from hypervisor.xml.document import attr_at, parse
from hypervisor.xml.interface import read_interface


def read_filters(xml: str) -> Iterator[tuple[str, str]]:
    """The MAC address of each interface that names a filter, and its name. Raises InvalidXML."""
    for interface in parse(xml, "domain").iterfind("devices/interface"):
        name = attr_at(interface, "filterref", "filter")
        if name:
            yield attr_at(interface, "mac", "address").lower(), name


def read_networks(xml: str) -> frozenset[str]:
    """The networks that are named. Of one that runs libvirt may say type bridge or direct, and its network beside it.

    Raises InvalidXML.
    """
    sources = parse(xml, "domain").iterfind("devices/interface/source")
    return frozenset(name for source in sources if (name := source.get("network", "")))


def read_interfaces(xml: str) -> tuple[InterfaceSeen, ...]:
    """Raises InvalidXML."""
    return tuple(read_interface(one) for one in parse(xml, "domain").iterfind("devices/interface"))
