"""The `<vsock>` of a domain: sockets between guest and node without a network."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from hypervisor.xml.codecs import ON_OFF, YES_NO, Whole, words
from hypervisor.xml.model import Model
from hypervisor.xml.places import At

_MODELS = words("virtio virtio-transitional virtio-non-transitional")


@dataclass(frozen=True, slots=True)
class Vsock(Model):
    """`cid` is the guest's address; with `auto` libvirt chooses it at every start."""

    KIND: ClassVar[str] = "vsock"

    model: Annotated[str | None, At("@model", _MODELS)] = None
    auto: Annotated[bool | None, At("cid@auto", YES_NO)] = None
    cid: Annotated[int | None, At("cid@address", Whole(3, 2**32 - 1))] = None
    iommu: Annotated[bool | None, At("driver@iommu", ON_OFF)] = None
    ats: Annotated[bool | None, At("driver@ats", ON_OFF)] = None
