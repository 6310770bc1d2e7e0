"""The `<clock>` of a domain."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Annotated, ClassVar

from hypervisor.errors import InvalidField
from hypervisor.xml.codecs import YES_NO, Text, Whole, words
from hypervisor.xml.document import Element
from hypervisor.xml.model import Many, Model
from hypervisor.xml.places import At, Present

_ZONE = Text(longest=64, pattern=r"[a-zA-Z0-9_.+/-]+", like="a time zone such as Europe/Vienna")
_ADJUSTMENT = Text(longest=20, pattern=r"reset|[+-]?[0-9]+", like="a number of seconds, or reset")


@dataclass(frozen=True, slots=True)
class Timer(Model):
    """One of the guest's timers, and what becomes of ticks that it missed."""

    KIND: ClassVar[str] = "timer"

    name: Annotated[str, At("@name", words("platform rtc tsc hpet pit armvtimer kvmclock hypervclock"))]
    present: Annotated[bool | None, At("@present", YES_NO)] = None
    tick_policy: Annotated[str | None, At("@tickpolicy", words("delay catchup merge discard"))] = None
    track: Annotated[str | None, At("@track", words("boot guest wall realtime"))] = None
    frequency_hertz: Annotated[int | None, At("@frequency", Whole())] = None
    mode: Annotated[str | None, At("@mode", words("auto native emulate paravirt smpsafe"))] = None

    @classmethod
    def settle(cls, element: Element, changed: AbstractSet[str]) -> None:
        if element.get("tickpolicy") != "catchup":
            Present("catchup").clear(element)


@dataclass(frozen=True, slots=True)
class Clock(Model):
    """What the guest's clock shows at its start; `adjustment` seconds beside `basis` for a variable one."""

    KIND: ClassVar[str] = "clock"

    offset: Annotated[str | None, At("@offset", words("utc localtime timezone variable absolute"))] = None
    timezone: Annotated[str | None, At("@timezone", _ZONE)] = None
    adjustment: Annotated[str | None, At("@adjustment", _ADJUSTMENT)] = None
    basis: Annotated[str | None, At("@basis", words("utc localtime"))] = None
    start_seconds: Annotated[int | None, At("@start", Whole())] = None  # of absolute: since 1970
    timers: Annotated[tuple[Timer, ...], Many("timer", Timer, key="name")] = ()

    @classmethod
    def settle(cls, element: Element, changed: AbstractSet[str]) -> None:
        offset = element.get("offset")
        if "offset" in changed and "adjustment" not in changed:
            At("@adjustment").clear(element)
        for name, owners in _OWNERS.items():
            if offset not in owners:
                cls.forgo(
                    element, changed, "offset", name, f"An offset of {offset or 'none'} does not have it."
                )
        if offset == "timezone" and not element.get("timezone"):
            raise InvalidField("timezone", "It is required for this offset.")
        if offset == "absolute" and not element.get("start"):
            raise InvalidField("start_seconds", "It is required for this offset.")


_OWNERS = {
    "timezone": {"timezone"}, "adjustment": {"utc", "localtime", "variable"}, "basis": {"variable"},
    "start_seconds": {"absolute"},
}  # fmt: skip
