"""The `<controller>` of a domain: what other devices are plugged into."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from hypervisor.xml.codecs import ON_OFF, Text, Whole, words
from hypervisor.xml.model import Model
from hypervisor.xml.places import At, Size

_MODEL = Text(longest=64, pattern=r"[a-z0-9-]+", like="the name of a model such as virtio-scsi or qemu-xhci")
_BYTE = Whole(0, 255)


@dataclass(frozen=True, slots=True)
class Controller(Model):
    """A bus's controller. Several of one type are told apart by `index`."""

    KIND: ClassVar[str] = "controller"
    MOVED_BY: ClassVar[frozenset[str]] = frozenset({"type", "model"})

    type: Annotated[str, At("@type", words("scsi usb sata ide fdc pci virtio-serial ccid isa xenbus"))]
    index: Annotated[int | None, At("@index", Whole())] = None
    model: Annotated[str | None, At("@model", _MODEL)] = None
    ports: Annotated[int | None, At("@ports", Whole())] = None
    vectors: Annotated[int | None, At("@vectors", Whole())] = None
    max_grant_frames: Annotated[int | None, At("@maxGrantFrames", Whole())] = None
    max_event_channels: Annotated[int | None, At("@maxEventChannels", Whole())] = None
    queues: Annotated[int | None, At("driver@queues", Whole(1))] = None
    commands_per_lun: Annotated[int | None, At("driver@cmd_per_lun", Whole(1))] = None
    max_sectors: Annotated[int | None, At("driver@max_sectors", Whole(1))] = None
    io_event_fd: Annotated[bool | None, At("driver@ioeventfd", ON_OFF)] = None
    iothread: Annotated[int | None, At("driver@iothread", Whole(1))] = None
    iommu: Annotated[bool | None, At("driver@iommu", ON_OFF)] = None
    ats: Annotated[bool | None, At("driver@ats", ON_OFF)] = None
    packed: Annotated[bool | None, At("driver@packed", ON_OFF)] = None
    pci_model: Annotated[str | None, At("model@name", _MODEL)] = None
    chassis_number: Annotated[int | None, At("target@chassisNr", _BYTE)] = None
    chassis: Annotated[int | None, At("target@chassis", _BYTE)] = None
    port: Annotated[int | None, At("target@port", _BYTE)] = None
    bus_number: Annotated[int | None, At("target@busNr", _BYTE)] = None
    hotplug: Annotated[bool | None, At("target@hotplug", ON_OFF)] = None
    numa_node: Annotated[int | None, At("target/node", Whole())] = None
    pci_hole64_bytes: Annotated[int | None, Size("pcihole64")] = None
