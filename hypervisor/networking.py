"""What is known of a node's networks, filters and own interfaces beyond their lists, and what can be asked of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

# From a whole document to another one. Called while the node is asked: it must be quick.
Change = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Lease:
    """An address that the node's DHCP server gave out. `expires_at`: seconds since 1970, None for ever."""

    address: str
    prefix: int | None
    mac: str
    hostname: str
    client_id: str
    interface: str
    expires_at: int | None


@dataclass(frozen=True, slots=True)
class FilterSeen:
    """An nwfilter. `references` are the names of the filters that it calls."""

    uuid: UUID
    name: str
    chain: str
    references: tuple[str, ...]
    rules: int
    xml: str


@dataclass(frozen=True, slots=True)
class NodeInterfaceSeen:
    """An interface of the machine itself, as far as its driver says."""

    name: str
    type: str  # ethernet, bridge, bond, vlan
    mac: str = ""
    active: bool = False
    link: str = ""  # up, down, unknown …
    speed_mbits: int | None = None
    addresses: tuple[str, ...] = ()  # "10.0.0.2/24"
    ports: tuple[str, ...] = ()  # of a bridge or bond
    tag: int | None = None  # of a VLAN
    on: str = ""  # what a VLAN lies on


@dataclass(frozen=True, slots=True)
class NetworkEdited:
    """What came of an edit: the definition as it was, and what did not take hold at once, with libvirt's words."""

    before: str
    refused: tuple[str, ...] = ()


class KeepsNetworks(Protocol):
    """Networks, made, changed and run. All raise NotFound, OperationInvalid, InvalidXML, NotSupported."""

    def define_network(self, xml: str) -> UUID: ...
    def edit_network(self, uuid: UUID, change: Change) -> NetworkEdited:
        """Change the definition; of what runs, whatever can change without a restart."""
        ...

    def start_network(self, uuid: UUID) -> None: ...
    def stop_network(self, uuid: UUID) -> None: ...
    def undefine_network(self, uuid: UUID) -> None: ...
    def set_network_autostart(self, uuid: UUID, on: bool) -> None: ...
    def leases(self, uuid: UUID) -> tuple[Lease, ...]:
        """Those that the node's DHCP server gave out and that hold."""
        ...


class KeepsFilters(Protocol):
    """nwfilters. All raise NotFound, OperationInvalid, InvalidXML, NotSupported."""

    def filter_names(self) -> Mapping[UUID, str]:
        """All of them, in one call."""
        ...

    def filter(self, uuid: UUID) -> FilterSeen: ...
    def define_filter(self, xml: str) -> UUID: ...
    def undefine_filter(self, uuid: UUID) -> None: ...


class HasInterfaces(Protocol):
    """The machine's own interfaces."""

    def interfaces(self) -> tuple[NodeInterfaceSeen, ...]:
        """Without those that libvirt makes for guests. One call each. Raises NotSupported."""
        ...
