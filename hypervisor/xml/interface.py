"""The `<interface>` of a domain."""

from hypervisor.data import InterfaceSeen
from hypervisor.xml.document import Element, attr_at

_SOURCE_ATTRIBUTES = ("network", "bridge", "dev", "path", "name", "address")


def read_interface(interface: Element) -> InterfaceSeen:
    """What a person wants to know of it. `target` is the device on the node while it runs."""
    source = interface.find("source")
    named = [source.get(name, "") for name in _SOURCE_ATTRIBUTES] if source is not None else []
    return InterfaceSeen(
        mac=attr_at(interface, "mac", "address").lower(),
        type=interface.get("type", ""),
        source=next((name for name in named if name), ""),
        model=attr_at(interface, "model", "type"),
        target=attr_at(interface, "target", "dev"),
    )
