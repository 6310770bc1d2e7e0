"""How much memory a domain has, and what backs it: `<memory>`, `<currentMemory>`, `<maxMemory>`, `<memoryBacking>`."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from hypervisor.errors import InvalidField
from hypervisor.xml.codecs import CPUSET, Whole, words
from hypervisor.xml.document import Element, size_bytes
from hypervisor.xml.model import Many, Model
from hypervisor.xml.places import At, Present, Size, SizeAttribute

_CELL = SizeAttribute("@memory")


@dataclass(frozen=True, slots=True)
class HugePage(Model):
    """Pages of one size, for some of the guest's NUMA cells or for all."""

    KIND: ClassVar[str] = "page"

    size_bytes: Annotated[int, SizeAttribute("@size")]
    cells: Annotated[str | None, At("@nodeset", CPUSET)] = None


@dataclass(frozen=True, slots=True)
class MemoryBacking(Model):
    """Where the node takes the guest's memory from. virtiofs needs shared access."""

    KIND: ClassVar[str] = "memoryBacking"

    hugepages: Annotated[bool, Present("hugepages")] = False
    pages: Annotated[tuple[HugePage, ...], Many("hugepages/page", HugePage, keep=True)] = ()
    no_shared_pages: Annotated[bool, Present("nosharepages")] = False
    locked: Annotated[bool, Present("locked")] = False
    source: Annotated[str | None, At("source@type", words("file anonymous memfd"))] = None
    access: Annotated[str | None, At("access@mode", words("shared private"))] = None
    allocation: Annotated[str | None, At("allocation@mode", words("immediate ondemand"))] = None
    allocation_threads: Annotated[int | None, At("allocation@threads", Whole(1))] = None
    discard: Annotated[bool, Present("discard")] = False


@dataclass(frozen=True, slots=True)
class Memory:
    """What the guest has now, in bytes; all of its memory where nothing is said."""

    def read(self, element: Element) -> int:
        return size_bytes(element.find("currentMemory")) or size_bytes(element.find("memory"))

    def accept(self, value: Any) -> Any:
        return value

    def write(self, element: Element, value: Any) -> None:
        Size("currentMemory", least=1).write(element, value)
        most = size_bytes(element.find("memory"))
        if value > most:
            raise ValueError(f"The domain has {most} bytes at most.")

    def clear(self, element: Element) -> None:
        Size("currentMemory").clear(element)


@dataclass(frozen=True, slots=True)
class MostMemory:
    """What the guest can have, its memory devices included, in bytes."""

    def read(self, element: Element) -> int:
        return size_bytes(element.find("memory"))

    def accept(self, value: Any) -> Any:
        return value

    def write(self, element: Element, value: Any) -> None:
        if value == self.read(element):
            return
        Size("memory", least=1).write(element, value)
        if size_bytes(element.find("currentMemory")) > value:
            Size("currentMemory").write(element, value)
        _share_out(element, value - _plugged_bytes(element))

    def clear(self, element: Element) -> None:
        raise InvalidField("max_memory_bytes", "It is required.")


def follow_cells(domain: Element) -> None:
    """Where there are NUMA cells, libvirt counts their memory and not what `<memory>` says: let it say the same."""
    cells = domain.findall("cpu/numa/cell")
    if not cells:
        return
    total = sum(_CELL.read(cell) or 0 for cell in cells) + _plugged_bytes(domain)
    MostMemory().write(domain, total)


def settle_slots(domain: Element) -> None:
    """Memory can be plugged in where there are slots for it, and NUMA cells that it belongs to."""
    limit = domain.find("maxMemory")
    if limit is None:
        if domain.get("type") in {"kvm", "qemu"} and domain.find("devices/memory") is not None:
            raise InvalidField("memory_limit_bytes", "The memory devices of the domain need it.")
        return
    if not (limit.text or "").strip():
        raise InvalidField("memory_limit_bytes", "Slots need a limit.")
    if limit.get("slots") is None:
        limit.set("slots", "16")
    if size_bytes(limit) < size_bytes(domain.find("memory")):
        raise InvalidField(
            "memory_limit_bytes", "It is less than the memory that the domain has without plugging in."
        )
    if domain.get("type") in {"kvm", "qemu"} and domain.find("cpu/numa/cell") is None:
        raise InvalidField("memory_limit_bytes", "To plug memory in takes at least one NUMA cell.")


def _plugged_bytes(domain: Element) -> int:
    return sum(size_bytes(size) for size in domain.iterfind("devices/memory/target/size"))


def _share_out(domain: Element, total: int) -> None:
    """Each cell keeps its share."""
    cells = domain.findall("cpu/numa/cell")
    before = sum(_CELL.read(cell) or 0 for cell in cells)
    if not cells or before == total:
        return
    if total < 1024 * len(cells):
        raise ValueError("It is not enough for the memory devices and NUMA cells that the domain has.")
    left = total
    for cell in cells[:-1]:
        share = max((_CELL.read(cell) or 0) * total // before // 1024, 1) * 1024 if before else 1024
        _CELL.write(cell, share)
        left -= share
    _CELL.write(cells[-1], left - left % 1024)
