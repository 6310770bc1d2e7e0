"""An appliance as plain data: what hypervisor.xml.ovf reads and writes. Sizes are bytes."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ApplianceDisk:
    """A disk. `file` is the member of the archive that holds it, "" for one that begins empty."""

    id: str
    file: str
    capacity_bytes: int  # as declared; 0 where it is not
    size_bytes: int = 0  # of the file, as declared; 0 where it is not
    bus: str = "scsi"  # ide, sata or scsi


@dataclass(frozen=True, slots=True)
class ApplianceCard:
    """A network card: the network by the appliance's own name for it, and the model as it calls it."""

    network: str
    model: str = ""
    mac: str = ""


@dataclass(frozen=True, slots=True)
class Appliance:
    """One machine. `system` are the words that it has for its operating system, the most telling first."""

    name: str
    vcpus: int
    memory_bytes: int
    system: tuple[str, ...] = ()
    windows: bool = False
    firmware: str = "bios"
    product: str = ""
    description: str = ""
    disks: tuple[ApplianceDisk, ...] = ()
    cards: tuple[ApplianceCard, ...] = ()
    warnings: tuple[str, ...] = field(default=())  # what it has and is left out
