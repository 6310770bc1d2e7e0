"""The `<sound>` of a domain, its sound card, and the `<audio>` where that is heard."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from hypervisor.xml.codecs import PATH, YES_NO, Text, Whole, words
from hypervisor.xml.model import Model
from hypervisor.xml.places import At, Items

_MODELS = words("sb16 es1370 pcspk ac97 ich6 ich7 ich9 usb")


@dataclass(frozen=True, slots=True)
class Sound(Model):
    """A sound card. `codecs` are of the ich cards; `audio` is the id of the back end."""

    KIND: ClassVar[str] = "sound"
    MOVED_BY: ClassVar[frozenset[str]] = frozenset({"model"})

    model: Annotated[str, At("@model", _MODELS)]
    codecs: Annotated[tuple[str, ...], Items("codec@type", words("duplex micro output"))] = ()
    audio: Annotated[int | None, At("audio@id", Whole(1, 255))] = None


@dataclass(frozen=True, slots=True)
class Audio(Model):
    """Where sound goes to and comes from on the node."""

    KIND: ClassVar[str] = "audio"

    id: Annotated[int, At("@id", Whole(1, 255))]
    type: Annotated[str, At("@type", words("none alsa coreaudio dbus jack oss pulseaudio sdl spice file"))]
    timer_period_microseconds: Annotated[int | None, At("@timerPeriod", Whole(1, 2**32 - 1))] = None
    server_name: Annotated[str | None, At("@serverName", Text(longest=255))] = None  # of pulseaudio
    path: Annotated[str | None, At("@path", PATH)] = None  # of file
    exclusive: Annotated[bool | None, At("@exclusive", YES_NO)] = None  # of oss
