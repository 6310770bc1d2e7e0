"""What a node tells of itself and its objects: plain frozen data. Sizes are bytes, times seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from hypervisor.states import DomainState, PoolState
from hypervisor.storage import PoolSource


class Kind(StrEnum):
    """The kinds of objects that a node holds."""

    DOMAIN = "domain"
    POOL = "pool"
    NETWORK = "network"
    FILTER = "filter"


class Change(StrEnum):
    """Why a domain should be looked at again, as far as the reason matters to who records it.

    A live migration delivers over two nodes, in any order: ARRIVED on the destination, LEFT on the source.
    """

    SEEN = "seen"
    ARRIVED = "arrived"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class NodeInfo:
    """What a node is. `uuid` is the machine's own (None where the driver has none)."""

    driver: str  # libvirt's type in lower case: qemu, lxc, test, xen …
    uuid: UUID | None
    hostname: str
    libvirt_version: str  # "9.0.0"
    hypervisor_version: str  # "7.2.22", "" where the driver has none
    arch: str
    cpu_model: str
    cpus: int
    cpu_mhz: int
    sockets: int
    cores: int
    threads: int
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class GuestType:
    """One way to run guests on the node, from its capabilities."""

    os_type: str  # hvm, exe, xen …
    arch: str
    domain_types: tuple[str, ...]  # kvm, qemu, lxc, test …
    machines: tuple[str, ...]
    emulator: str


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the node can do, learned from the node; never guessed from the scheme of its URI."""

    guests: tuple[GuestType, ...]
    migration: bool
    migration_uris: tuple[str, ...]
    consoles: bool
    storage: bool
    networks: bool
    events: bool
    xml: str


@dataclass(frozen=True, slots=True)
class DomainCapabilities:
    """What a domain of one type, architecture and machine may have on the node.

    `devices` holds libvirt's enums as they are: `{"disk": {"bus": ("virtio", "sata")}, "tpm": {"model": …}}`. A device
    that is missing is not supported; drivers that say nothing of devices (containers) have no such document at all.
    """

    domain_type: str  # kvm, qemu …
    arch: str
    machine: str  # as libvirt names it in full: pc-q35-7.2
    emulator: str
    max_vcpus: int  # 0 where it is not said
    efi: bool  # the node has a firmware for it
    secure_boot: bool
    loaders: tuple[str, ...]
    cpu_modes: tuple[str, ...]  # host-passthrough, host-model, maximum, custom
    cpu_models: tuple[str, ...]  # those that work there, for mode custom
    memory_sources: tuple[str, ...]  # file, anonymous, memfd
    iothreads: bool
    devices: Mapping[str, Mapping[str, tuple[str, ...]]]
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DomainSeen:
    """A domain as one bulk call shows it. `title` and devices are in its XML (see DomainDetail).

    Where a driver's bulk call has no sizes (LXC, test) they are None: the domain's XML has them. Asked for one domain
    alone, every driver tells them.
    """

    uuid: UUID
    name: str
    state: DomainState
    reason: str | None  # of the state, in words: "booted", "destroyed" …; None where it is not said
    id: int | None  # libvirt's number of a running domain
    persistent: bool
    autostart: bool
    vcpus: int | None
    memory_bytes: int | None
    max_memory_bytes: int | None
    change: Change = Change.SEEN
    incoming: bool = False  # a paused copy that a migration is still filling
    has_managed_save: bool = False


@dataclass(frozen=True, slots=True)
class DiskSeen:
    target: str
    device: str  # disk, cdrom, floppy, lun
    bus: str
    source: str  # path, URL or pool/volume; "" for an empty drive
    type: str  # file, block, network, volume …
    format: str
    readonly: bool


@dataclass(frozen=True, slots=True)
class InterfaceSeen:
    mac: str
    type: str  # network, bridge, user …
    source: str
    model: str
    target: str


@dataclass(frozen=True, slots=True)
class GraphicsSeen:
    """One way to see the screen. `socket` is a Unix path on the node, else `listen` and `port` are used."""

    type: str  # vnc, spice …
    listen: str
    port: int | None
    socket: str
    has_password: bool  # known to HasConsole.graphics alone: the XML that is kept holds no secrets


@dataclass(frozen=True, slots=True)
class DomainDetail:
    """What a domain's XML says, for people: read from the live XML of an active domain, else the inactive one."""

    title: str
    description: str
    os_type: str
    arch: str
    machine: str
    domain_type: str
    firmware: str  # bios, efi; "" where there is none
    vcpus: int
    memory_bytes: int
    max_memory_bytes: int
    disks: tuple[DiskSeen, ...] = ()
    interfaces: tuple[InterfaceSeen, ...] = ()
    graphics: tuple[GraphicsSeen, ...] = ()
    serials: int = 0  # serial and console devices that can be opened


@dataclass(frozen=True, slots=True)
class DomainXML:
    """Both definitions. `live` is None while the domain is off, `inactive` while it is transient."""

    live: str | None
    inactive: str | None
    detail: DomainDetail


@dataclass(frozen=True, slots=True)
class PoolSeen:
    uuid: UUID
    name: str
    type: str
    state: PoolState
    persistent: bool
    autostart: bool
    capacity_bytes: int
    allocation_bytes: int
    available_bytes: int
    target: str
    source: str
    detail: PoolSource = field(default_factory=PoolSource)


@dataclass(frozen=True, slots=True)
class VolumeSeen:
    key: str
    name: str
    path: str
    type: str  # file, block, dir, network …
    format: str
    capacity_bytes: int
    allocation_bytes: int
    backing: str
    backing_format: str = ""
    encryption: str = ""  # luks


Preallocation = Literal["off", "metadata", "full"]


@dataclass(frozen=True, slots=True)
class NewVolume:
    """A volume to make in a pool, sparse. Without `format` the pool's default (raw where it keeps files)."""

    name: str
    capacity_bytes: int
    format: str = ""
    backing: str = ""  # the path of the volume that it is a layer over
    backing_format: str = ""
    private: bool = False  # readable by nobody else on the node
    preallocation: Preallocation = "off"
    secret: UUID | None = None  # of the node, for LUKS; see KeepsSecrets
    # Of a copy in qcow2: with what makes the original's what it is. libvirt copies all that it shows, layers too.
    as_original: bool = False


@dataclass(frozen=True, slots=True)
class NetworkSeen:
    uuid: UUID
    name: str
    active: bool
    persistent: bool
    autostart: bool
    bridge: str
    forward: str  # nat, route, open, bridge …; "" for isolated
    addresses: tuple[str, ...]  # "192.168.122.1/24"
    detail: Mapping[str, Any] = field(default_factory=dict)  # hypervisor.xml.network_spec, of its next start
    xml: str = ""  # of what runs, or would
    inactive_xml: str = ""  # of its next start, where that is another one
    pending: tuple[Mapping[str, str | None], ...] = ()  # in what: `path`, `live`, `inactive`


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything of a node in a number of calls that does not grow with its domains.

    A kind that the driver does not keep is an empty tuple with the kind missing from `complete`;
    only what is missing from a *complete* kind is gone.
    """

    domains: tuple[DomainSeen, ...]
    pools: tuple[PoolSeen, ...]
    networks: tuple[NetworkSeen, ...]
    complete: frozenset[Kind]


@dataclass(frozen=True, slots=True)
class Event:
    """The node says that an object changed. It only says *look again*; what is true is read from the node."""

    kind: Kind
    uuid: UUID
    change: Change = Change.SEEN
    config: bool = False  # its XML changed, not only its state
    what: str = ""  # libvirt's words: "started: booted", "device removed: vda"


@dataclass(frozen=True, slots=True)
class DiskStats:
    """Counters of one disk."""

    target: str
    read_bytes: int
    write_bytes: int
    read_requests: int
    write_requests: int


@dataclass(frozen=True, slots=True)
class InterfaceStats:
    """Counters of one interface, by its device on the node."""

    target: str
    rx_bytes: int
    tx_bytes: int
    rx_packets: int
    tx_packets: int


@dataclass(frozen=True, slots=True)
class DomainStats:
    """Counters since the domain's start, of one running domain. What its driver or its balloon does not say is None."""

    uuid: UUID
    cpu_time_ns: int
    vcpus: int
    memory_bytes: int
    memory_unused_bytes: int | None
    disk_read_bytes: int
    disk_write_bytes: int
    net_rx_bytes: int
    net_tx_bytes: int
    memory_usable_bytes: int | None = None  # what the guest could give to a new program
    memory_rss_bytes: int | None = None  # what it takes on the node
    vcpu_times_ns: tuple[int, ...] = ()
    disks: tuple[DiskStats, ...] = ()
    interfaces: tuple[InterfaceStats, ...] = ()


@dataclass(frozen=True, slots=True)
class NodeStats:
    """Load of the machine itself; None where the driver does not say."""

    cpu_time_ns: int | None  # not idle, of all cpus, since boot
    cpus: int
    memory_bytes: int | None
    memory_used_bytes: int | None


@dataclass(frozen=True, slots=True)
class Screenshot:
    mime_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class MigrationProgress:
    """How far a migration under way is. Memory and disks together, in bytes; rate in bytes a second.

    What was processed may stay below the total (empty pages cost nothing) or pass it (pages that change go again).
    """

    total_bytes: int
    processed_bytes: int
    remaining_bytes: int
    rate_bytes: int
    elapsed_seconds: float
    iteration: int = 0
    downtime_seconds: float | None = None

    @property
    def fraction(self) -> float:
        """From 0 to 1, by what remains: the one figure that ends at its end."""
        return 1 - min(1.0, self.remaining_bytes / self.total_bytes) if self.total_bytes else 0.0


@dataclass(frozen=True, slots=True)
class MigrationOptions:
    """The plain form: peer to peer and live. `destination_uri` is how the *source node* reaches the other one."""

    destination_uri: str
    migrate_uri: str = ""  # e.g. tcp://10.77.0.12: where the data goes; "" lets the destination decide
    copy_storage: bool = False
    bandwidth_bytes: int | None = None  # a second
    live: bool = True
    persist: bool = True
    undefine_source: bool = True
    kept: tuple[str, ...] = ()  # disks that both nodes see: never copied over themselves
    vouched: bool = False  # somebody answers for it that these are shared, though libvirt does not know it


@dataclass(frozen=True, slots=True)
class CopiedVolume:
    """A disk whose content a migration with copied storage fills on the destination, where it must exist first."""

    target: str  # vda
    path: str
    format: str
    capacity_bytes: int


@dataclass(frozen=True, slots=True)
class Credentials:
    """Secrets to reach a node. All are file contents, PEM or OpenSSH text; empty means not given."""

    ssh_private_key: str = field(default="", repr=False)
    known_hosts: str = ""
    tls_ca_certificate: str = ""
    tls_certificate: str = ""
    tls_private_key: str = field(default="", repr=False)
