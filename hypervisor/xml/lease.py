"""The `<lease>` of a domain: what its lock manager must hold before it starts."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from hypervisor.xml.codecs import NAME, PATH, Whole
from hypervisor.xml.model import Model
from hypervisor.xml.places import At


@dataclass(frozen=True, slots=True)
class Lease(Model):
    """A lease of a lock space, kept at an offset of a file or device of the node."""

    KIND: ClassVar[str] = "lease"

    lockspace: Annotated[str, At("lockspace", NAME)]
    key: Annotated[str, At("key", NAME)]
    path: Annotated[str, At("target@path", PATH)]
    offset_bytes: Annotated[int | None, At("target@offset", Whole())] = None
