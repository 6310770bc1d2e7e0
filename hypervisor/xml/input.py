"""The `<input>` of a domain: its mouse, tablet or keyboard."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from hypervisor.xml.codecs import ON_OFF, PATH, Only, words
from hypervisor.xml.model import Model
from hypervisor.xml.places import At, Of

_MODELS = words("virtio virtio-transitional virtio-non-transitional")
_TOGGLES = words("ctrl-ctrl alt-alt shift-shift meta-meta scrolllock ctrl-scrolllock")


@dataclass(frozen=True, slots=True)
class Input(Model):
    """An input device; passthrough and evdev give the guest one of the node."""

    KIND: ClassVar[str] = "input"
    MOVED_BY: ClassVar[frozenset[str]] = frozenset({"bus", "model"})

    type: Annotated[str, At("@type", words("tablet mouse keyboard passthrough evdev"))]
    bus: Annotated[str | None, At("@bus", words("ps2 usb virtio xen"))] = None
    model: Annotated[str | None, At("@model", _MODELS)] = None
    passthrough_device: Annotated[str | None, Of("@type", "passthrough", At("source@evdev", PATH))] = None
    evdev_device: Annotated[str | None, Of("@type", "evdev", At("source@dev", PATH))] = None
    grab: Annotated[bool | None, Of("@type", "evdev", At("source@grab", Only("all")))] = None
    grab_toggle: Annotated[str | None, Of("@type", "evdev", At("source@grabToggle", _TOGGLES))] = None
    repeat: Annotated[bool | None, Of("@type", "evdev", At("source@repeat", ON_OFF))] = None
