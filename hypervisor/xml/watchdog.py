"""The `<watchdog>` of a domain."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from hypervisor.xml.codecs import words
from hypervisor.xml.model import Model
from hypervisor.xml.places import At

_ACTIONS = words("reset shutdown poweroff pause none dump inject-nmi")


@dataclass(frozen=True, slots=True)
class Watchdog(Model):
    """What becomes of the domain when the guest stops feeding it."""

    KIND: ClassVar[str] = "watchdog"
    MOVED_BY: ClassVar[frozenset[str]] = frozenset({"model"})

    model: Annotated[str, At("@model", words("i6300esb ib700 diag288 itco"))]
    action: Annotated[str | None, At("@action", _ACTIONS)] = None
