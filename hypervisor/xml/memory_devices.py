"""`<memballoon>`, which gives memory back to the node, and `<memory>`, a module that can be plugged in."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from hypervisor.xml.codecs import CPUSET, ON_OFF, PATH, UUID, YES_NO, Whole, words
from hypervisor.xml.model import Model
from hypervisor.xml.places import At, Present, Size

_MODELS = words("virtio virtio-transitional virtio-non-transitional xen none")


@dataclass(frozen=True, slots=True)
class Memballoon(Model):
    """The balloon. `none` says that there shall be none, where libvirt would add one by itself."""

    KIND: ClassVar[str] = "memballoon"
    MOVED_BY: ClassVar[frozenset[str]] = frozenset({"model"})

    model: Annotated[str, At("@model", _MODELS)]
    auto_deflate: Annotated[bool | None, At("@autodeflate", ON_OFF)] = None
    free_page_reporting: Annotated[bool | None, At("@freePageReporting", ON_OFF)] = None
    stats_period_seconds: Annotated[int | None, At("stats@period", Whole(1))] = None
    iommu: Annotated[bool | None, At("driver@iommu", ON_OFF)] = None
    ats: Annotated[bool | None, At("driver@ats", ON_OFF)] = None


@dataclass(frozen=True, slots=True)
class MemoryDevice(Model):
    """A DIMM or another kind of module. `node` is the guest's NUMA cell that it belongs to."""

    KIND: ClassVar[str] = "memory"

    model: Annotated[str, At("@model", words("dimm nvdimm virtio-pmem virtio-mem sgx-epc"))]
    size_bytes: Annotated[int, Size("target/size", least=1)]
    node: Annotated[int | None, At("target/node", Whole())] = None
    access: Annotated[str | None, At("@access", words("shared private"))] = None
    discard: Annotated[bool | None, At("@discard", YES_NO)] = None
    uuid: Annotated[str | None, At("uuid", UUID)] = None
    path: Annotated[str | None, At("source/path", PATH)] = None  # of nvdimm and virtio-pmem
    page_size_bytes: Annotated[int | None, Size("source/pagesize", least=1)] = None
    source_nodes: Annotated[str | None, At("source/nodemask", CPUSET)] = None
    align_size_bytes: Annotated[int | None, Size("source/alignsize", least=1)] = None
    persistent: Annotated[bool, Present("source/pmem")] = False
    block_size_bytes: Annotated[int | None, Size("target/block", least=1)] = None  # of virtio-mem
    requested_size_bytes: Annotated[int | None, Size("target/requested")] = None
    label_size_bytes: Annotated[int | None, Size("target/label/size", least=1)] = None  # of nvdimm
    readonly: Annotated[bool, Present("target/readonly")] = False
