"""The `<interface>` of a domain."""

import secrets
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from hypervisor.data import InterfaceSeen
from hypervisor.errors import InvalidField
from hypervisor.xml.codecs import (
    BOOT_ORDER,
    NAME,
    ON_OFF,
    PATH,
    YES_NO,
    Kibibytes,
    Only,
    Switch,
    Text,
    Whole,
    words,
)
from hypervisor.xml.document import Element, attr_at, parse
from hypervisor.xml.model import Many, Model, Part, mapping
from hypervisor.xml.places import At, remove

_SOURCE_ATTRIBUTES = ("network", "bridge", "dev", "path", "name", "address")
# The first byte's lowest bit would make it a group's address.
MAC = Text(
    pattern=r"[0-9a-fA-F][02468aceACE](:[0-9a-fA-F]{2}){5}", like="a MAC address such as 52:54:00:12:34:56"
)
_DEVICE = Text(longest=64, pattern=r"[A-Za-z0-9_.\-/:@]+", like="the name of a network device")
_FILTER = Text(longest=255, pattern=r"[A-Za-z0-9_.-]+", like="the name of a filter such as clean-traffic")
_MODEL = Text(longest=64, pattern=r"[A-Za-z0-9_-]+", like="the name of a model such as virtio or e1000e")


@dataclass(frozen=True, slots=True)
class InterfaceSource(Model):
    """What it is plugged into. Which of these count follows from `type`."""

    KIND: ClassVar[str] = "interface"

    type: Annotated[str, At("@type", words("network bridge direct user ethernet vdpa"))]
    network: Annotated[str | None, At("source@network", NAME)] = None
    portgroup: Annotated[str | None, At("source@portgroup", _DEVICE)] = None
    bridge: Annotated[str | None, At("source@bridge", _DEVICE)] = None
    device: Annotated[str | None, At("source@dev", _DEVICE)] = None
    mode: Annotated[str | None, At("source@mode", words("vepa bridge private passthrough"))] = None


_NEEDED = {"network": "network", "bridge": "bridge", "direct": "device", "vdpa": "device"}


@dataclass(frozen=True, slots=True)
class _Source:
    """Changed as a whole, with the port of the switch that belonged to the old one."""

    model: type[Model] = InterfaceSource

    def read(self, element: Element) -> Model:
        source = InterfaceSource.from_xml(element)
        # In a live document libvirt adds to a network's name the bridge behind it.
        bridge = None if source.type == "network" else source.bridge
        return InterfaceSource(
            source.type, source.network, source.portgroup, bridge, source.device, source.mode
        )

    def accept(self, value: Any) -> Any:
        return value if isinstance(value, InterfaceSource) else InterfaceSource.from_values(mapping(value))

    def write(self, element: Element, value: InterfaceSource) -> None:
        if element.get("type") is not None and value == self.read(element):
            return
        needed = _NEEDED.get(value.type)
        if needed and not getattr(value, needed):
            raise InvalidField(needed, f"An interface of type {value.type} needs it.")
        self.clear(element)
        value.write(element)

    def clear(self, element: Element) -> None:
        for name in ("source", "virtualport"):
            for child in element.findall(name):
                remove(child)


@dataclass(frozen=True, slots=True)
class VlanTag(Model):
    """One VLAN; `native_mode` marks the own one of a trunk."""

    KIND: ClassVar[str] = "tag"

    id: Annotated[int, At("@id", Whole(0, 4095))]
    native_mode: Annotated[str | None, At("@nativeMode", words("tagged untagged"))] = None


@dataclass(frozen=True, slots=True)
class Bandwidth(Model):
    """The limits of one direction, in bytes a second; `burst_bytes` may go at the speed of the peak."""

    KIND: ClassVar[str] = "inbound"

    average_bytes: Annotated[int | None, At("@average", Kibibytes())] = None
    peak_bytes: Annotated[int | None, At("@peak", Kibibytes())] = None
    floor_bytes: Annotated[int | None, At("@floor", Kibibytes())] = None
    burst_bytes: Annotated[int | None, At("@burst", Kibibytes())] = None

    @classmethod
    def settle(cls, element: Element, changed: AbstractSet[str]) -> None:
        if element.attrib and element.get("average") is None and element.get("floor") is None:
            raise InvalidField("average_bytes", "It is required.")


@dataclass(frozen=True, slots=True)
class FilterParameter(Model):
    """A value for a variable of the filter; a name may come more than once."""

    KIND: ClassVar[str] = "parameter"

    name: Annotated[
        str, At("@name", Text(longest=64, pattern=r"[a-zA-Z0-9_]+", like="letters, digits and _"))
    ]
    value: Annotated[
        str, At("@value", Text(longest=64, pattern=r"[a-zA-Z0-9_.:\-]+", like="letters, digits and _.:-"))
    ]


@dataclass(frozen=True, slots=True)
class Interface(Model):
    """A network card. Its rates are as the node sees them: inbound is what the guest receives."""

    KIND: ClassVar[str] = "interface"
    MOVED_BY: ClassVar[frozenset[str]] = frozenset({"model"})

    source: Annotated[InterfaceSource, _Source()]
    mac: Annotated[str | None, At("mac@address", MAC)] = None
    model: Annotated[str | None, At("model@type", _MODEL)] = None
    target: Annotated[str | None, At("target@dev", _DEVICE)] = None
    link_up: Annotated[bool | None, At("link@state", Switch("up", "down"))] = None
    mtu: Annotated[int | None, At("mtu@size", Whole(68, 65535))] = None
    vlans: Annotated[tuple[VlanTag, ...], Many("vlan/tag", VlanTag, key="id")] = ()
    vlan_trunk: Annotated[bool | None, At("vlan@trunk", Only("yes"))] = None
    inbound: Annotated[Bandwidth | None, Part("bandwidth/inbound", Bandwidth)] = None
    outbound: Annotated[Bandwidth | None, Part("bandwidth/outbound", Bandwidth)] = None
    filter: Annotated[str | None, At("filterref@filter", _FILTER)] = None
    filter_parameters: Annotated[
        tuple[FilterParameter, ...], Many("filterref/parameter", FilterParameter)
    ] = ()
    isolated: Annotated[bool | None, At("port@isolated", YES_NO)] = None
    trust_guest_rx_filters: Annotated[bool | None, At("@trustGuestRxFilters", YES_NO)] = None
    driver: Annotated[str | None, At("driver@name", words("qemu vhost"))] = None
    queues: Annotated[int | None, At("driver@queues", Whole(1, 256))] = None
    rx_queue_size: Annotated[int | None, At("driver@rx_queue_size", Whole(1, 1024))] = None
    tx_queue_size: Annotated[int | None, At("driver@tx_queue_size", Whole(1, 1024))] = None
    iommu: Annotated[bool | None, At("driver@iommu", ON_OFF)] = None
    ats: Annotated[bool | None, At("driver@ats", ON_OFF)] = None
    packed: Annotated[bool | None, At("driver@packed", ON_OFF)] = None
    backend: Annotated[str | None, At("backend@type", words("passt"))] = None
    rom_bar: Annotated[bool | None, At("rom@bar", ON_OFF)] = None
    rom_file: Annotated[str | None, At("rom@file", PATH)] = None
    teaming: Annotated[str | None, At("teaming@type", words("persistent transient"))] = None
    teaming_persistent: Annotated[str | None, At("teaming@persistent")] = None
    boot_order: Annotated[int | None, At("boot@order", BOOT_ORDER)] = None

    @classmethod
    def settle(cls, element: Element, changed: AbstractSet[str]) -> None:
        if element.find("vlan") is not None and element.find("vlan/tag") is None:
            raise InvalidField("vlan_trunk", "A trunk needs at least one VLAN.")
        if element.find("filterref") is not None and not attr_at(element, "filterref", "filter"):
            raise InvalidField("filter", "The parameters belong to a filter, and none is named.")


def new_mac() -> str:
    """A random address in the range that QEMU and KVM use."""
    return "52:54:00:" + ":".join(f"{byte:02x}" for byte in secrets.token_bytes(3))


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


def plugged_into(domain_xml: str) -> tuple[tuple[str, str], ...]:
    """What the cards of a definition are connected to, as (type, name), and by which alone libvirt goes for the type.

    Raises InvalidXML.
    """
    return tuple(
        (type, source.get(type, ""))
        for card in parse(domain_xml, "domain").iterfind("devices/interface")
        if (type := card.get("type", ""))
        for source in (card.findall("source") or [card])
    )
