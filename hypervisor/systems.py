"""Guest operating systems: what suits each, as far as it matters when a domain is made."""

from dataclasses import dataclass, field

MIB = 2**20
GIB = 2**30


@dataclass(frozen=True, slots=True)
class GuestOS:
    """An operating system. The defaults of the fields are those of a Linux of our time, whose name nobody gave."""

    id: str = ""  # libosinfo's, a URL; "" for one that nobody named
    short_id: str = ""
    aliases: tuple[str, ...] = ()  # further short ids
    name: str = ""
    vendor: str = ""
    family: str = "linux"
    version: str = ""
    released: str = ""  # YYYY-MM-DD
    ended: str = ""
    vcpus: int = 2
    memory_bytes: int = 2 * GIB
    minimum_memory_bytes: int = 0
    disk_bytes: int = 20 * GIB
    efi_only: frozenset[str] = frozenset()  # the architectures on which it has given BIOS up
    virtio_disk: bool = True
    virtio_scsi: bool = True
    virtio_net: bool = True
    virtio_gpu: bool = True
    virtio_rng: bool = True
    virtio_balloon: bool = True
    virtio_serial: bool = True
    usb3: bool = True
    q35: bool = True
    net_models: tuple[str, ...] = field(default=())  # that it knows beside virtio

    @property
    def is_windows(self) -> bool:
        return self.family in {"winnt", "win9x", "win16"}

    @property
    def local_clock(self) -> bool:
        """Whether it takes the hardware's clock for local time."""
        return self.is_windows or self.family == "solaris"


UNNAMED = GuestOS()
