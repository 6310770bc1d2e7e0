"""The `<iommu>` of a domain."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from hypervisor.xml.codecs import ON_OFF, Whole, words
from hypervisor.xml.model import Model
from hypervisor.xml.places import At


@dataclass(frozen=True, slots=True)
class Iommu(Model):
    """An IOMMU for the guest; `interrupt_remapping` needs the I/O APIC of QEMU (see the features)."""

    KIND: ClassVar[str] = "iommu"

    model: Annotated[str, At("@model", words("intel smmuv3 virtio"))]
    interrupt_remapping: Annotated[bool | None, At("driver@intremap", ON_OFF)] = None
    caching_mode: Annotated[bool | None, At("driver@caching_mode", ON_OFF)] = None
    extended_interrupts: Annotated[bool | None, At("driver@eim", ON_OFF)] = None
    iotlb: Annotated[bool | None, At("driver@iotlb", ON_OFF)] = None
    address_width_bits: Annotated[int | None, At("driver@aw_bits", Whole(39, 57))] = None
