"""The `<panic>` of a domain, by which the node learns that the guest's kernel has given up."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from hypervisor.xml.codecs import words
from hypervisor.xml.model import Model
from hypervisor.xml.places import At


@dataclass(frozen=True, slots=True)
class Panic(Model):
    """Without a model the one that suits the machine."""

    KIND: ClassVar[str] = "panic"
    MOVED_BY: ClassVar[frozenset[str]] = frozenset({"model"})

    model: Annotated[str | None, At("@model", words("isa pseries hyperv s390 pvpanic"))] = None
