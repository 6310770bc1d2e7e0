"""The `<video>` of a domain: its graphics card."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Annotated, ClassVar

from hypervisor.xml.codecs import ON_OFF, PATH, YES_NO, Kibibytes, Whole, words
from hypervisor.xml.document import Element, attr_at
from hypervisor.xml.model import Model
from hypervisor.xml.places import At

_MODELS = words("vga cirrus vmvga xen vbox virtio gop none bochs ramfb qxl")


@dataclass(frozen=True, slots=True)
class Video(Model):
    """A graphics card. `ram_bytes`, `vga_memory_bytes` and `vram64_bytes` are of qxl alone."""

    KIND: ClassVar[str] = "video"
    MOVED_BY: ClassVar[frozenset[str]] = frozenset({"model"})

    model: Annotated[str, At("model@type", _MODELS)]
    driver: Annotated[str | None, At("driver@name", words("qemu vhostuser"))] = None
    vga_config: Annotated[str | None, At("driver@vgaconf", words("io on off"))] = None
    iommu: Annotated[bool | None, At("driver@iommu", ON_OFF)] = None
    ats: Annotated[bool | None, At("driver@ats", ON_OFF)] = None
    vram_bytes: Annotated[int | None, At("model@vram", Kibibytes())] = None
    ram_bytes: Annotated[int | None, At("model@ram", Kibibytes())] = None
    vga_memory_bytes: Annotated[int | None, At("model@vgamem", Kibibytes())] = None
    vram64_bytes: Annotated[int | None, At("model@vram64", Kibibytes())] = None
    heads: Annotated[int | None, At("model@heads", Whole(1, 16))] = None
    primary: Annotated[bool | None, At("model@primary", YES_NO)] = None
    acceleration_3d: Annotated[bool | None, At("model/acceleration@accel3d", YES_NO)] = None
    acceleration_2d: Annotated[bool | None, At("model/acceleration@accel2d", YES_NO)] = None
    render_node: Annotated[str | None, At("model/acceleration@rendernode", PATH)] = None
    width: Annotated[int | None, At("model/resolution@x", Whole(1, 65535))] = None
    height: Annotated[int | None, At("model/resolution@y", Whole(1, 65535))] = None

    @classmethod
    def settle(cls, element: Element, changed: AbstractSet[str]) -> None:
        if attr_at(element, "model", "type") != "qxl":
            for name in ("ram_bytes", "vga_memory_bytes", "vram64_bytes"):
                cls.forgo(element, changed, "model", name, "Only qxl has it.")
