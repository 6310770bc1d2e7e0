"""What a node may be able to do, as Protocols: code above asks for the smallest one that it needs.

Every method blocks, has a deadline, may be called from any thread, and raises only `hypervisor.errors`.
A driver that cannot do something raises `NotSupported`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from hypervisor.backups import BacksUp, MovesDisks
from hypervisor.content import MovesContent
from hypervisor.data import (
    Capabilities,
    CopiedVolume,
    DomainCapabilities,
    DomainSeen,
    DomainStats,
    DomainXML,
    Event,
    GraphicsSeen,
    Inventory,
    Kind,
    MigrationOptions,
    MigrationProgress,
    NetworkSeen,
    NewVolume,
    NodeInfo,
    NodeStats,
    PoolSeen,
    Screenshot,
    VolumeSeen,
)
from hypervisor.edits import Edits
from hypervisor.guests import ReachesGuests
from hypervisor.networking import HasInterfaces, KeepsFilters, KeepsNetworks
from hypervisor.snapshots import TakesSnapshots
from hypervisor.storage import KeepsPools


class Describes(Protocol):
    """Who the node is and what it can do."""

    @property
    def calls(self) -> int:
        """How many calls were made on this connection so far."""
        ...

    def info(self) -> NodeInfo: ...
    def capabilities(self) -> Capabilities: ...
    def domain_capabilities(self) -> tuple[DomainCapabilities, ...]:
        """For the types, architectures and machines that people take; empty where the driver does not say."""
        ...

    def alive(self) -> bool:
        """Whether the connection still stands, by keepalive; makes no call."""
        ...

    def close(self) -> None: ...


class Inventories(Protocol):
    """What is on the node. The number of calls of `inventory` does not grow with its objects."""

    def inventory(self) -> Inventory: ...
    def domain(self, uuid: UUID) -> DomainSeen: ...
    def domain_xml(self, uuid: UUID) -> DomainXML: ...
    def pool(self, uuid: UUID) -> PoolSeen: ...
    def volumes(self, pool: UUID) -> tuple[VolumeSeen, ...]: ...
    def network(self, uuid: UUID) -> NetworkSeen: ...


class Watches(Protocol):
    """Events of the node. The callbacks run in the driver's event thread: they must only enqueue."""

    def watch(self, tell: Callable[[Event], None], closed: Callable[[str], None]) -> None:
        """Call `tell` for each event from now on, and `closed(reason)` once when the connection breaks."""
        ...


class Lifecycle(Protocol):
    """libvirt's verbs on one domain."""

    def start(self, uuid: UUID) -> None: ...
    def shutdown(self, uuid: UUID) -> None:
        """Ask the guest; it may take its time or not listen."""
        ...

    def reboot(self, uuid: UUID) -> None: ...
    def reset(self, uuid: UUID) -> None: ...
    def destroy(self, uuid: UUID) -> None: ...
    def suspend(self, uuid: UUID) -> None: ...
    def resume(self, uuid: UUID) -> None: ...
    def save(self, uuid: UUID) -> None:
        """Managed save: memory to disk, off; the next start continues there."""
        ...

    def undefine(self, uuid: UUID, *, keep_nvram: bool = False) -> None:
        """Remove the definition with its managed save, NVRAM and snapshot metadata; no volumes.

        `keep_nvram`: the file of its UEFI variables stays, for a definition that comes back.
        """
        ...

    def define(self, xml: str) -> UUID: ...


class Measures(Protocol):
    """Statistics, in one bulk call."""

    def domain_stats(self) -> tuple[DomainStats, ...]:
        """Of all running domains."""
        ...

    def node_stats(self) -> NodeStats: ...


class Migrates(Protocol):
    """Live migration, peer to peer. The caller asks both ends before deciding anything."""

    def check_migration(self, uuid: UUID, options: MigrationOptions) -> None:
        """Raise MigrationRefused, NotSupported … where it is already known that this cannot work."""
        ...

    def migrate(self, uuid: UUID, options: MigrationOptions) -> None:
        """Blocks until done; no deadline of its own. Cancelled when aborted."""
        ...

    def migration_progress(self, uuid: UUID) -> MigrationProgress | None:
        """None while no migration of this domain is under way."""
        ...

    def abort_migration(self, uuid: UUID) -> None: ...

    def volumes_to_copy(self, uuid: UUID) -> tuple[CopiedVolume, ...]:
        """The source: the disks that copied storage needs on the destination."""
        ...

    def make_volumes(self, volumes: Sequence[CopiedVolume]) -> tuple[str, ...]:
        """The destination: make those that are missing; MigrationRefused where that cannot be. Gives what it made."""
        ...

    def remove_volumes(self, paths: Sequence[str]) -> None:
        """Take back what `make_volumes` made, after a migration that failed."""
        ...


class KeepsVolumes(Protocol):
    """Volumes, made and removed. All raise NotFound, OperationInvalid (the name is taken), NoCapacity, NotSupported."""

    def create_volume(self, pool: UUID, new: NewVolume) -> VolumeSeen: ...
    def preallocate_volume(self, pool: UUID, new: NewVolume) -> VolumeSeen:
        """The same of one whose space is taken at once, however long that lasts."""
        ...

    def clone_volume(self, pool: UUID, new: NewVolume, source: str) -> VolumeSeen:
        """A copy, whole and without a backing file, of the volume at path `source`, as large at least.

        Blocks until all is copied; no deadline of its own, and nothing stops it.
        """
        ...

    def delete_volume(self, pool: UUID, name: str) -> None: ...
    def resize_volume(self, pool: UUID, name: str, capacity_bytes: int) -> None: ...
    def wipe_volume(self, pool: UUID, name: str, algorithm: str) -> None:
        """Write over all that it holds. Blocks until done; no deadline of its own, and nothing stops it."""
        ...

    def read_volume_part(self, pool: UUID, name: str, offset: int, size: int) -> bytes:
        """Some bytes of its content; fewer where it ends."""
        ...

    def upload_volume(self, pool: UUID, name: str, content: bytes) -> None:
        """Write `content` from its first byte on."""
        ...

    def volume(self, pool: UUID, name: str) -> VolumeSeen: ...
    def volume_at(self, path: str) -> tuple[UUID, VolumeSeen]:
        """The volume with that path, and its pool."""
        ...


class KeepsSecrets(Protocol):
    """Passphrases of volumes, kept by the node itself."""

    def set_volume_secret(self, uuid: UUID, path: str, value: bytes) -> None:
        """Make it, or give it another value. Raises OperationInvalid when the path has another secret."""
        ...

    def remove_volume_secret(self, path: str, *, only: UUID | None = None) -> None:
        """That of the volume at this path. Nothing happens where there is none, or another than `only`."""
        ...


class Copies(Protocol):
    """What copies, deletion and a new name of a domain need beside volumes and the verbs."""

    def secret_definition(self, uuid: UUID) -> str:
        """The inactive definition whole, its VNC password included: never to be kept or shown in clear."""
        ...

    def rename(self, uuid: UUID, name: str) -> None:
        """Of a domain that is off."""
        ...

    def set_autostart(self, uuid: UUID, on: bool) -> None: ...
    def refresh_pool(self, pool: UUID) -> None:
        """Have the node look what is really in the pool; not while volumes are being made in it."""
        ...

    def volume_users(
        self, paths: Sequence[str], *, besides: UUID | None = None
    ) -> Mapping[str, tuple[str, ...]]:
        """Who on the node stands on these paths, by path: domains by name, and volumes that are layers over one."""
        ...

    def remove_nvram(self, xml: str) -> None:
        """Remove the UEFI variables of a domain that is defined no more."""
        ...


class Stream(Protocol):
    """A byte stream with the node."""

    def read(self, size: int) -> bytes:
        """Blocks; b"" at the end."""
        ...

    def write(self, data: bytes) -> None: ...
    def close(self) -> None: ...


class HasConsole(Protocol):
    """Ways to a domain's screen and serial line."""

    def graphics(self, uuid: UUID) -> tuple[GraphicsSeen, ...]:
        """From the live XML, now."""
        ...

    def open_graphics(self, uuid: UUID) -> int:
        """A connected file descriptor to the domain's VNC, without authentication; NotSupported over a network."""
        ...

    def set_vnc_password(self, uuid: UUID, password: str, seconds: int) -> None:
        """Replace the VNC password until `seconds` from now; NotSupported where its VNC was started without one."""
        ...

    def serial(self, uuid: UUID) -> Stream: ...
    def screenshot(self, uuid: UUID) -> Screenshot: ...


class Holds(Protocol):
    """Whether the node has an object, for deciding what became of a job."""

    def has(self, kind: Kind, uuid: UUID) -> bool: ...


class Node(
    Describes,
    Inventories,
    Watches,
    Lifecycle,
    Measures,
    Migrates,
    Edits,
    KeepsPools,
    KeepsVolumes,
    KeepsNetworks,
    KeepsFilters,
    HasInterfaces,
    KeepsSecrets,
    MovesContent,
    Copies,
    TakesSnapshots,
    BacksUp,
    MovesDisks,
    ReachesGuests,
    HasConsole,
    Holds,
    Protocol,
):
    """Everything at once: what `hypervisor.libvirt.open_node` gives."""
