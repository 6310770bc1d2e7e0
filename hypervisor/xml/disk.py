"""The `<disk>` of a domain."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from hypervisor.data import DiskSeen
from hypervisor.errors import InvalidField
from hypervisor.xml.codecs import BOOT_ORDER, NAME, OBJECT, ON_OFF, UUID, YES_NO, Text, Whole, words
from hypervisor.xml.document import Element, attr_at
from hypervisor.xml.model import Many, Model, Part, mapping
from hypervisor.xml.places import At, Present, remove

DEVICES = words("disk cdrom floppy lun")
BUSES = words("virtio scsi sata ide usb fdc sd xen uml")
CACHES = words("default none writeback writethrough directsync unsafe")
POLICIES = words("report stop enospace ignore")
PREFIX_OF_BUS = {"virtio": "vd", "ide": "hd", "fdc": "fd", "xen": "xvd", "uml": "ubd"}  # any other: sd
_TARGET = Text(pattern=r"(hd|sd|vd|xvd|ubd|fd)[a-z]{1,3}", like="a name such as vda, sdb or hdc")
_PROTOCOLS = words("nbd iscsi rbd sheepdog gluster vxhs nfs http https ftp ftps tftp ssh")
_RATE = Whole()
_OF_VIRTIO = (
    "iothread", "queues", "queue_size", "io_event_fd", "event_index", "iommu", "ats", "packed", "model",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DiskHost(Model):
    """One server of a network disk."""

    KIND: ClassVar[str] = "host"

    name: Annotated[str | None, At("@name", NAME)] = None
    port: Annotated[int | None, At("@port", Whole(0, 65535))] = None
    transport: Annotated[str | None, At("@transport", words("tcp unix rdma"))] = None
    socket: Annotated[str | None, At("@socket")] = None


@dataclass(frozen=True, slots=True)
class DiskSource(Model):
    """Where a disk's data is. Which of these count follows from `type`."""

    KIND: ClassVar[str] = "disk"

    type: Annotated[str, At("@type", words("file block volume network dir"))]
    file: Annotated[str | None, At("source@file")] = None
    device: Annotated[str | None, At("source@dev")] = None
    dir: Annotated[str | None, At("source@dir")] = None
    pool: Annotated[str | None, At("source@pool", OBJECT)] = None
    volume: Annotated[str | None, At("source@volume", OBJECT)] = None
    protocol: Annotated[str | None, At("source@protocol", _PROTOCOLS)] = None
    name: Annotated[str | None, At("source@name")] = None
    hosts: Annotated[tuple[DiskHost, ...], Many("source/host", DiskHost)] = ()
    auth_user: Annotated[str | None, At("source/auth@username", NAME)] = None
    auth_secret_type: Annotated[str | None, At("source/auth/secret@type", words("ceph iscsi"))] = None
    auth_secret_uuid: Annotated[str | None, At("source/auth/secret@uuid", UUID)] = None
    auth_secret_usage: Annotated[str | None, At("source/auth/secret@usage")] = None


_NEEDED = {
    "file": ("file",), "block": ("device",), "dir": ("dir",), "volume": ("pool", "volume"),
    "network": ("protocol",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Source:
    """A source is changed as a whole: what belonged to the old one (its encryption, its backing chain) goes with it."""

    model: type[Model] = DiskSource

    def read(self, element: Element) -> Model | None:
        if element.find("source") is None or element.get("type") is None:
            return None
        return DiskSource.from_xml(element)

    def accept(self, value: Any) -> Any:
        return value if isinstance(value, DiskSource) else DiskSource.from_values(mapping(value))

    def write(self, element: Element, value: DiskSource) -> None:
        if value == self.read(element):
            return
        for name in _NEEDED.get(value.type, ()):
            if not getattr(value, name):
                raise InvalidField(name, f"A source of type {value.type} needs it.")
        policy = attr_at(element, "source", "startupPolicy")
        self.clear(element)
        value.write(element)
        source = element.find("source")
        if policy and source is not None:
            source.set("startupPolicy", policy)

    def clear(self, element: Element) -> None:
        for name in ("source", "backingStore", "mirror", "encryption", "auth"):
            for child in element.findall(name):
                remove(child)


@dataclass(frozen=True, slots=True)
class IoTune(Model):
    """What a disk may do in a second; `_max` are short bursts. `group` shares the limits with its other members."""

    KIND: ClassVar[str] = "iotune"

    total_bytes_sec: Annotated[int | None, At("total_bytes_sec", _RATE)] = None
    read_bytes_sec: Annotated[int | None, At("read_bytes_sec", _RATE)] = None
    write_bytes_sec: Annotated[int | None, At("write_bytes_sec", _RATE)] = None
    total_iops_sec: Annotated[int | None, At("total_iops_sec", _RATE)] = None
    read_iops_sec: Annotated[int | None, At("read_iops_sec", _RATE)] = None
    write_iops_sec: Annotated[int | None, At("write_iops_sec", _RATE)] = None
    total_bytes_sec_max: Annotated[int | None, At("total_bytes_sec_max", _RATE)] = None
    read_bytes_sec_max: Annotated[int | None, At("read_bytes_sec_max", _RATE)] = None
    write_bytes_sec_max: Annotated[int | None, At("write_bytes_sec_max", _RATE)] = None
    total_iops_sec_max: Annotated[int | None, At("total_iops_sec_max", _RATE)] = None
    read_iops_sec_max: Annotated[int | None, At("read_iops_sec_max", _RATE)] = None
    write_iops_sec_max: Annotated[int | None, At("write_iops_sec_max", _RATE)] = None
    size_iops_sec: Annotated[int | None, At("size_iops_sec", _RATE)] = None
    group_name: Annotated[str | None, At("group_name", NAME)] = None

    @classmethod
    def settle(cls, element: Element, changed: AbstractSet[str]) -> None:
        for what in ("bytes", "iops"):
            for most in ("", "_max"):
                total = element.find(f"total_{what}_sec{most}") is not None
                if total and any(
                    element.find(f"{way}_{what}_sec{most}") is not None for way in ("read", "write")
                ):
                    raise InvalidField(
                        f"total_{what}_sec{most}", "Either the total is limited, or reads and writes."
                    )


@dataclass(frozen=True, slots=True)
class Disk(Model):
    """A disk, a CD or floppy drive, or a LUN passed through. Without a source it is an empty drive."""

    KIND: ClassVar[str] = "disk"
    MOVED_BY: ClassVar[frozenset[str]] = frozenset({"bus", "target"})

    device: Annotated[str, At("@device", DEVICES)] = "disk"
    source: Annotated[DiskSource | None, _Source()] = None
    target: Annotated[str | None, At("target@dev", _TARGET)] = None
    bus: Annotated[str | None, At("target@bus", BUSES)] = None
    driver: Annotated[str | None, At("driver@name", NAME)] = None
    format: Annotated[str | None, At("driver@type", NAME)] = None
    cache: Annotated[str | None, At("driver@cache", CACHES)] = None
    io: Annotated[str | None, At("driver@io", words("native threads io_uring"))] = None
    discard: Annotated[str | None, At("driver@discard", words("unmap ignore"))] = None
    detect_zeroes: Annotated[str | None, At("driver@detect_zeroes", words("off on unmap"))] = None
    error_policy: Annotated[str | None, At("driver@error_policy", POLICIES)] = None
    read_error_policy: Annotated[str | None, At("driver@rerror_policy", words("report stop ignore"))] = None
    copy_on_read: Annotated[bool | None, At("driver@copy_on_read", ON_OFF)] = None
    io_event_fd: Annotated[bool | None, At("driver@ioeventfd", ON_OFF)] = None
    event_index: Annotated[bool | None, At("driver@event_idx", ON_OFF)] = None
    iothread: Annotated[int | None, At("driver@iothread", Whole(1))] = None
    queues: Annotated[int | None, At("driver@queues", Whole(1, 65535))] = None
    queue_size: Annotated[int | None, At("driver@queue_size", Whole(1, 65535))] = None
    iommu: Annotated[bool | None, At("driver@iommu", ON_OFF)] = None
    ats: Annotated[bool | None, At("driver@ats", ON_OFF)] = None
    packed: Annotated[bool | None, At("driver@packed", ON_OFF)] = None
    serial: Annotated[
        str | None,
        At("serial", Text(longest=36, pattern=r"[A-Za-z0-9_.+ -]+", like="letters, digits and _.+ -")),
    ] = None
    wwn: Annotated[str | None, At("wwn", Text(pattern=r"[0-9a-fA-F]{16}", like="16 hexadecimal digits"))] = (
        None
    )
    vendor: Annotated[str | None, At("vendor", Text(longest=8))] = None
    product: Annotated[str | None, At("product", Text(longest=16))] = None
    model: Annotated[
        str | None, At("@model", words("virtio virtio-transitional virtio-non-transitional"))
    ] = None
    removable: Annotated[bool | None, At("target@removable", ON_OFF)] = None
    rotation_rate: Annotated[int | None, At("target@rotation_rate", Whole(1, 65534))] = None
    tray: Annotated[str | None, At("target@tray", words("open closed"))] = None
    startup_policy: Annotated[
        str | None, At("source@startupPolicy", words("mandatory requisite optional"))
    ] = None
    readonly: Annotated[bool, Present("readonly")] = False
    shareable: Annotated[bool, Present("shareable")] = False
    transient: Annotated[bool, Present("transient")] = False
    snapshot: Annotated[str | None, At("@snapshot", words("internal external no manual"))] = None
    raw_io: Annotated[bool | None, At("@rawio", YES_NO)] = None
    sgio: Annotated[str | None, At("@sgio", words("filtered unfiltered"))] = None
    logical_block_size: Annotated[int | None, At("blockio@logical_block_size", Whole(512))] = None
    physical_block_size: Annotated[int | None, At("blockio@physical_block_size", Whole(512))] = None
    iotune: Annotated[IoTune | None, Part("iotune", IoTune)] = None
    boot_order: Annotated[int | None, At("boot@order", BOOT_ORDER)] = None

    @classmethod
    def settle(cls, element: Element, changed: AbstractSet[str]) -> None:
        source = element.find("source")
        if source is not None and set(source.attrib) <= {"startupPolicy"} and len(source) == 0:
            cls.forgo(element, changed, "source", "startup_policy", "Only what has a source can lack it.")
        device, bus = element.get("device", "disk"), attr_at(element, "target", "bus")
        if (device == "floppy") != (bus == "fdc") and bus:
            raise InvalidField("bus", "A floppy drive stands on the bus fdc, and nothing else does.")
        if device == "cdrom" and bus == "virtio":
            raise InvalidField("bus", "A CD drive cannot stand on virtio: use sata, scsi, usb or ide.")
        if device in {"disk", "lun"} and element.find("source") is None:
            raise InvalidField("source", "A disk needs one; only drives can be empty.")
        if bus:
            _suit_bus(element, bus, changed)
        if element.find("source") is None and element.get("type") is None:
            element.set("type", "file")  # an empty drive has a type too


def _suit_bus(disk: Element, bus: str, changed: AbstractSet[str]) -> None:
    """libvirt refuses on a bus what only another one can have."""
    if bus != "virtio":
        for name in _OF_VIRTIO:
            Disk.forgo(disk, changed, "bus", name, "Only a disk on virtio has it.")
    if bus not in {"usb", "scsi"}:
        Disk.forgo(disk, changed, "bus", "removable", "Only a disk on usb or scsi has it.")
    if bus not in {"usb", "scsi", "sata", "ide"}:
        Disk.forgo(disk, changed, "bus", "rotation_rate", "Only a disk on usb, scsi, sata or ide has it.")


def free_target(bus: str, taken: frozenset[str]) -> str:
    """The first free name on a bus: vda, vdb … vdz, vdaa. Raises InvalidField when there is none."""
    prefix = PREFIX_OF_BUS.get(bus, "sd")
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    for suffix in [*letters, *(first + second for first in letters for second in letters)]:
        if prefix + suffix not in taken:
            return prefix + suffix
    raise InvalidField("target", f"All names on the bus {bus} are taken.")


def fits_bus(target: str, bus: str) -> bool:
    """Whether a disk's name is what one expects on that bus."""
    return target.startswith(PREFIX_OF_BUS.get(bus, "sd"))


def read_disk(disk: Element) -> DiskSeen:
    """What a person wants to know of it."""
    return DiskSeen(
        target=attr_at(disk, "target", "dev"),
        device=disk.get("device", "disk"),
        bus=attr_at(disk, "target", "bus"),
        source=read_source(disk),
        type=disk.get("type", ""),
        format=attr_at(disk, "driver", "type"),
        readonly=disk.find("readonly") is not None or disk.get("device") == "cdrom",
    )


def read_source(disk: Element) -> str:
    """Where its data is: a path, `pool/volume` or `protocol://host/name`; "" for an empty drive."""
    source = disk.find("source")
    if source is None:
        return ""
    match disk.get("type"):
        case "file":
            return source.get("file", "")
        case "block":
            return source.get("dev", "")
        case "dir":
            return source.get("dir", "")
        case "volume":
            return f"{source.get('pool', '')}/{source.get('volume', '')}"
        case "network":
            host = attr_at(source, "host", "name") or attr_at(source, "host", "socket")
            return f"{source.get('protocol', '')}://{host}/{source.get('name', '')}"
        case "vhostuser":
            return source.get("path", "")
        case "nvme":
            return attr_at(source, "address", "bus")
    return ""


def is_copied(disk: Element) -> bool:
    """Whether a migration that copies storage moves this disk: writable, not shared, local and with something in it."""
    seen = read_disk(disk)
    if seen.readonly or disk.find("shareable") is not None or not seen.source:
        return False
    return seen.device in {"disk", "lun"} and seen.type in {"file", "block", "volume", "dir"}
