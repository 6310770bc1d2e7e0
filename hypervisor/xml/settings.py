"""What a domain is beside its devices, as one model of the whole `<domain>`."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from hypervisor.xml.codecs import Text
from hypervisor.xml.counts import Memory, MostMemory, MostVcpus, Vcpus
from hypervisor.xml.model import Model
from hypervisor.xml.places import At

_TITLE = Text(longest=512)
_DESCRIPTION = Text(longest=65536, lines=True)


@dataclass(frozen=True, slots=True)
class Settings(Model):
    """Everything of it that can be changed. Maxima stand before what they limit, so both can be changed at once."""

    KIND: ClassVar[str] = "domain"

    title: Annotated[str | None, At("title", _TITLE)] = None
    description: Annotated[str | None, At("description", _DESCRIPTION)] = None
    max_vcpus: Annotated[int, MostVcpus()] = 1
    vcpus: Annotated[int, Vcpus()] = 1
    max_memory_bytes: Annotated[int, MostMemory()] = 0
    memory_bytes: Annotated[int, Memory()] = 0
