"""A device that has no model: it is seen, it survives every edit, and it can be removed."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from hypervisor.xml.model import Model
from hypervisor.xml.places import At


@dataclass(frozen=True, slots=True)
class Other(Model):
    """Its kind is the name of its element."""

    KIND: ClassVar[str] = "other"

    type: Annotated[str | None, At("@type")] = None
    model: Annotated[str | None, At("@model")] = None
