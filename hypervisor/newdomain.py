"""A domain that is to be made, decided in full: what `hypervisor.xml.creation` writes. Sizes are bytes."""

from dataclasses import dataclass
from uuid import UUID

from hypervisor.systems import UNNAMED, GuestOS

X86 = frozenset({"x86_64", "i686"})


@dataclass(frozen=True, slots=True)
class NewDisk:
    """A disk or drive. `type` says how its volume is named: file and block by `path`, volume by pool and name."""

    type: str = "file"
    path: str = ""  # "" with type file: an empty drive
    pool: str = ""
    volume: str = ""
    format: str = "raw"
    device: str = "disk"
    bus: str = "virtio"
    cache: str = ""
    io: str = ""
    discard: str = ""
    serial: str = ""
    boot_order: int | None = None
    readonly: bool = False  # a CD drive is in any case
    optional: bool = False  # whether the domain starts without it, should it be gone
    encrypted: bool = False  # LUKS; the node has the passphrase as the secret of this path


@dataclass(frozen=True, slots=True)
class NewInterface:
    """A network card. `source` is a network's or bridge's name; a type user has none."""

    type: str
    mac: str
    source: str = ""
    model: str = ""  # "": the hypervisor's choice
    vlan: int | None = None
    filter: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Topology:
    sockets: int
    cores: int
    threads: int

    @property
    def vcpus(self) -> int:
        return self.sockets * self.cores * self.threads


@dataclass(frozen=True, slots=True)
class DirectKernel:
    """A kernel that the emulator boots itself: paths on the node."""

    kernel: str
    initrd: str = ""
    cmdline: str = ""


@dataclass(frozen=True, slots=True)
class Container:
    """What a container runs: its root (`path`, a folder or an image with a file system) and first program."""

    path: str
    is_image: bool = False
    format: str = "raw"  # of an image
    init: str = "/sbin/init"
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewDomain:
    """A domain. What is empty here is not written, so the hypervisor's own default holds."""

    name: str
    uuid: UUID
    type: str
    arch: str
    machine: str
    vcpus: int
    memory_bytes: int
    system: GuestOS = UNNAMED
    title: str = ""
    description: str = ""
    topology: Topology | None = None
    cpu_mode: str = ""
    cpu_model: str = ""
    firmware: str = "bios"  # bios, efi, efi-secure
    boot: tuple[str, ...] = ()  # hd, cdrom, network: where no disk has an order of its own
    kernel: DirectKernel | None = None
    container: Container | None = None
    disks: tuple[NewDisk, ...] = ()
    interfaces: tuple[NewInterface, ...] = ()
    graphics: str = ""  # vnc, spice
    graphics_socket: bool = False  # VNC on a Unix socket instead of a port
    video: str = ""
    sound: str = ""
    tpm: bool = False
    rng: bool = False
    agent: bool = False
    serial: bool = True
    watchdog_model: str = ""
    watchdog_action: str = ""

    @property
    def x86(self) -> bool:
        return self.arch in X86

    @property
    def q35(self) -> bool:
        return self.x86 and "q35" in self.machine
