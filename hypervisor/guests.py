"""What is known of the inside of a domain, and what can be asked of it there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol
from uuid import UUID

AddressSource = Literal["agent", "lease", "arp"]
Agent = Literal["connected", "disconnected", "unresponsive", "none"]


@dataclass(frozen=True, slots=True)
class GuestAddress:
    """An address of the guest, and who says so: its agent, the node's DHCP server, or the node's ARP table."""

    address: str
    prefix: int | None
    mac: str
    interface: str  # the guest's name for it by the agent, else the node's device
    source: AddressSource


@dataclass(frozen=True, slots=True)
class GuestFileSystem:
    mountpoint: str
    name: str
    type: str
    total_bytes: int | None
    used_bytes: int | None
    disks: tuple[str, ...]  # vda …


@dataclass(frozen=True, slots=True)
class GuestUser:
    name: str
    domain: str  # on Windows
    logged_in_at: float  # seconds since 1970


@dataclass(frozen=True, slots=True)
class GuestSystem:
    id: str  # debian
    name: str
    pretty_name: str
    version: str
    kernel: str
    machine: str


@dataclass(frozen=True, slots=True)
class GuestSeen:
    """All that is empty or None, nobody said. `clock_ahead_seconds`: the guest's clock before ours."""

    agent: Agent
    addresses: tuple[GuestAddress, ...] = ()
    hostname: str = ""
    system: GuestSystem | None = None
    timezone: str = ""
    timezone_offset_seconds: int | None = None
    clock_ahead_seconds: float | None = None
    users: tuple[GuestUser, ...] = ()
    file_systems: tuple[GuestFileSystem, ...] = ()


class ReachesGuests(Protocol):
    """Into running domains. All raise NotFound, OperationInvalid, NotSupported, HypervisorError."""

    def guest(self, uuid: UUID) -> GuestSeen:
        """By its agent where that answers, else what the node knows from outside. Waits for the agent some seconds."""
        ...

    def set_guest_password(self, uuid: UUID, user: str, password: str) -> None: ...
    def freeze(self, uuid: UUID) -> int:
        """How many file systems stand still now."""
        ...

    def thaw(self, uuid: UUID) -> int: ...
    def set_guest_time(self, uuid: UUID, seconds: float | None) -> None:
        """To so many seconds since 1970; None: from its hardware clock."""
        ...

    def send_keys(self, uuid: UUID, codes: Sequence[int], hold_milliseconds: int = 0) -> None:
        """Press these together, by Linux' key codes, at most 16."""
        ...
