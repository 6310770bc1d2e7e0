"""The `<shmem>` of a domain: memory that guests of one node share."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from hypervisor.xml.codecs import ON_OFF, PATH, Text, Whole, words
from hypervisor.xml.model import Model
from hypervisor.xml.places import At, Size

_NAME = Text(longest=255, pattern=r"[^/]+", like="a name without a slash")


@dataclass(frozen=True, slots=True)
class Shmem(Model):
    """A region, shared by everyone who names it. libvirt wants a power of two, from 1 MiB on."""

    KIND: ClassVar[str] = "shmem"

    name: Annotated[str, At("@name", _NAME)]
    model: Annotated[str | None, At("model@type", words("ivshmem ivshmem-plain ivshmem-doorbell"))] = None
    size_bytes: Annotated[int | None, Size("size", "bytes", least=1)] = None
    role: Annotated[str | None, At("@role", words("master peer"))] = None
    server: Annotated[str | None, At("server@path", PATH)] = None  # of ivshmem-doorbell
    vectors: Annotated[int | None, At("msi@vectors", Whole(1))] = None
    io_event_fd: Annotated[bool | None, At("msi@ioeventfd", ON_OFF)] = None
