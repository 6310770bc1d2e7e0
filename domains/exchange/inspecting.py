"""What is inside of a volume that a domain is to be made of: an appliance, or one disk of another hypervisor."""

from dataclasses import dataclass
from typing import Any, BinaryIO

from domains.exchange.transfer import VolumeContent, Window
from domains.names import fault
from hosts import nodes
from hypervisor import images
from hypervisor.appliance import Appliance
from hypervisor.errors import HypervisorError
from hypervisor.images import archive, qemu_img
from hypervisor.images.archive import Archive, BadArchive, Checksum, Ranges
from hypervisor.xml.osinfo import systems
from hypervisor.xml.ovf import read_ovf
from jobs.carrying import Carrying
from jobs.errors import JobFailed
from jobs.kinds import Again, Verdict
from jobs.models import Job
from storage.models import Volume

_MIB = 2**20
_LARGEST_DISK_BYTES = 2**53
_LARGEST_MEMORY_BYTES = 2**50
_MOST_VCPUS = 4096


class BadImage(HypervisorError):
    """A disk that nobody should open."""

    code = "bad_image"


@dataclass(frozen=True, slots=True)
class InsideDisk:
    """A disk: bytes of the volume from `offset` on, in that format; without bytes it begins empty."""

    file: str
    format: str
    capacity_bytes: int
    offset: int = 0
    size_bytes: int = 0
    checksum: Checksum | None = None

    def told(self) -> dict[str, Any]:
        names = ("file", "format", "capacity_bytes", "size_bytes")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Inside:
    """`kind`: appliance or disk. `size_bytes` is the volume's. What nobody said is "" or 0."""

    kind: str
    size_bytes: int
    disks: tuple[InsideDisk, ...]
    name: str = ""
    os: str = ""
    windows: bool = False
    firmware: str = ""
    vcpus: int = 0
    memory_bytes: int = 0
    product: str = ""
    cards: tuple[str, ...] = ()  # the networks that they are on, as the appliance calls them
    checked: bool = False  # it has a manifest
    warnings: tuple[str, ...] = ()

    def told(self) -> dict[str, Any]:
        """As a job's result says it."""
        names = ("kind", "size_bytes", "name", "os", "windows", "firmware", "vcpus", "memory_bytes", "product",
                 "checked")  # fmt: skip
        return {
            **{name: getattr(self, name) for name in names},
            "disks": [disk.told() for disk in self.disks],
            "interfaces": [{"network": network} for network in self.cards],
            "warnings": list(self.warnings),
        }


def inspect(carrying: Carrying) -> dict[str, Any]:
    """Look, and tell. Nothing is changed."""
    volume = Volume.objects.select_related("pool__host").filter(pk=carrying.job.object_id).first()
    if volume is None:
        raise JobFailed("not_found_on_node", f"{carrying.job.object_name} is no longer there.")
    carrying.progress(10, f"reading {volume.name}")
    with nodes.pooled(volume.pool.host) as node:
        inside = look(VolumeContent(node, volume.pool.uuid, volume.name)).told()
    # By what the node says of the volume one sees whether it is still the one that was looked at: a disk's format has a
    # size of its own, which is not that of its file.
    return {**inside, "volume_bytes": volume.capacity_bytes}


def recover(job: Job) -> Verdict:
    """It changes nothing, so it can be done again."""
    return Again()


def look(content: Ranges) -> Inside:
    """Raises BadArchive, InvalidXML, BadImage, and what `content` raises."""
    if not content.size_bytes:
        raise BadArchive("It is empty.")
    head = content.read(0, min(archive.BLOCK, content.size_bytes))
    if archive.is_archive(head):
        return _appliance(content)
    disk = _disk(content, "", 0, content.size_bytes, None)
    if disk.format == "raw":
        raise BadArchive(
            "It is no appliance (OVA), and no disk in a format of another hypervisor: vmdk, vdi, vhdx, vpc or qcow2."
        )
    return Inside("disk", content.size_bytes, (disk,), cards=("",))


def check_fetched(disk: InsideDisk, file: BinaryIO) -> None:
    """The copy that is opened is what was looked at: the volume may have been written since. Raises BadImage."""
    now = _disk(_Fetched(file, disk.size_bytes), disk.file, 0, disk.size_bytes, None)
    if (now.format, now.capacity_bytes) != (disk.format, disk.capacity_bytes):
        raise BadImage(f"{archive.shown(disk.file) or 'It'} has changed since it was looked at.")


@dataclass(frozen=True, slots=True)
class _Fetched:
    """A file of the scratch folder, for the readers of headers."""

    file: BinaryIO
    size_bytes: int

    def read(self, offset: int, length: int) -> bytes:
        self.file.seek(offset)
        return self.file.read(length)


def _appliance(content: Ranges) -> Inside:
    found = archive.read_archive(content)
    machine = read_ovf(found.description)
    disks = []
    for one in machine.disks:
        if not one.file:
            disks.append(InsideDisk("", "", one.capacity_bytes))
            continue
        member = found.member(one.file)
        if one.size_bytes and one.size_bytes != member.size_bytes:
            raise BadArchive(
                f"{archive.shown(one.file)} has {member.size_bytes} bytes, and its description says {one.size_bytes}."
            )
        disks.append(_disk(content, one.file, member.offset, member.size_bytes, _checksum(found, one.file)))
    if not disks:
        raise BadArchive("Its machine has no disk.")
    return _inside(content, machine, found, tuple(disks))


def _inside(content: Ranges, machine: Appliance, found: Archive, disks: tuple[InsideDisk, ...]) -> Inside:
    warnings = list(machine.warnings)
    if not found.manifest:
        warnings.append("It has no manifest: nobody can tell whether it was changed on its way.")
    os = _system(machine.system)
    if not os and machine.system:
        warnings.append(f"Its operating system, {archive.shown(machine.system[0])}, is not known here.")
    return Inside(
        kind="appliance",
        size_bytes=content.size_bytes,
        disks=disks,
        name="" if fault(machine.name) else machine.name,
        os=os,
        windows=machine.windows,
        firmware=machine.firmware,
        vcpus=min(machine.vcpus, _MOST_VCPUS),
        memory_bytes=min(machine.memory_bytes, _LARGEST_MEMORY_BYTES) // _MIB * _MIB,
        product=machine.product[:255],
        cards=tuple(card.network[:255] for card in machine.cards),
        checked=bool(found.manifest),
        warnings=tuple(warnings),
    )


def _checksum(found: Archive, file: str) -> Checksum | None:
    if not found.manifest:
        return None
    said = found.manifest.get(file)
    if said is None:
        raise BadArchive(f"Its manifest does not name {archive.shown(file)}.")
    return said


def _disk(content: Ranges, file: str, offset: int, size: int, checksum: Checksum | None) -> InsideDisk:
    """Raises BadImage for a header that names another file, or claims what cannot be."""
    header = images.inspect(Window(content, offset, size).read, size)
    called = archive.shown(file) or "It"
    if wrong := images.refusal(header, ""):
        raise BadImage(f"{called}: {wrong}" if file else wrong)
    format = "raw" if header.format == "iso" else header.format
    if format not in qemu_img.DRIVERS:
        raise BadImage(f"{called} is of the format {format}, which is not taken.")
    if header.encrypted:
        raise BadImage(f"{called} is encrypted.")
    if not 0 < header.capacity_bytes <= _LARGEST_DISK_BYTES:
        raise BadImage(f"{called} claims to be a disk of {header.capacity_bytes} bytes.")
    return InsideDisk(file, format, header.capacity_bytes, offset, size, checksum)


def _system(words: tuple[str, ...]) -> str:
    """libosinfo's id of a system that is called exactly so; "" for none."""
    wanted = {word.lower() for word in words}
    for id, system in systems().items():
        if system.name.lower() in wanted or system.short_id.lower() in wanted:
            return id
    return ""
