"""What of the node a domain may use: `<cputune>`, `<memtune>`, `<blkiotune>` and `<numatune>`."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Annotated, ClassVar

from hypervisor.errors import InvalidField
from hypervisor.xml.codecs import CPUSET, PATH, Whole, words
from hypervisor.xml.cpu import NumaCell
from hypervisor.xml.document import Element, attr_at, number, text
from hypervisor.xml.memory import follow_cells
from hypervisor.xml.model import Many, Model, Part
from hypervisor.xml.places import At, Size

_PERIOD = Whole(1000, 1_000_000)
_QUOTA = Whole(1000, 17_592_186_044_415, unlimited=True)
_WEIGHT = Whole(100, 1000)
_RATE = Whole()
_NUMA_MODES = words("strict preferred interleave restrictive")


@dataclass(frozen=True, slots=True)
class VcpuPin(Model):
    """The node's CPUs that one vCPU may run on."""

    KIND: ClassVar[str] = "vcpupin"

    vcpu: Annotated[int, At("@vcpu", Whole(0, 65535))]
    cpus: Annotated[str, At("@cpuset", CPUSET)]


@dataclass(frozen=True, slots=True)
class IoThreadPin(Model):
    """The node's CPUs that one I/O thread may run on."""

    KIND: ClassVar[str] = "iothreadpin"

    iothread: Annotated[int, At("@iothread", Whole(1))]
    cpus: Annotated[str, At("@cpuset", CPUSET)]


@dataclass(frozen=True, slots=True)
class Pinning(Model):
    """Which of the node's CPUs do the domain's work. `cpus` is for what no line below names."""

    KIND: ClassVar[str] = "domain"

    placement: Annotated[str | None, At("vcpu@placement", words("static auto"), keep=True)] = None
    cpus: Annotated[str | None, At("vcpu@cpuset", CPUSET, keep=True)] = None
    vcpus: Annotated[tuple[VcpuPin, ...], Many("cputune/vcpupin", VcpuPin, key="vcpu")] = ()
    iothreads: Annotated[
        tuple[IoThreadPin, ...], Many("cputune/iothreadpin", IoThreadPin, key="iothread")
    ] = ()
    emulator: Annotated[str | None, At("cputune/emulatorpin@cpuset", CPUSET)] = None

    @classmethod
    def settle(cls, element: Element, changed: AbstractSet[str]) -> None:
        most = number(text(element, "vcpu"))
        beyond = [
            pin.get("vcpu")
            for pin in element.iterfind("cputune/vcpupin")
            if number(pin.get("vcpu", "")) >= most
        ]
        if most and beyond:
            raise InvalidField(
                "vcpus", f"The domain has no vCPU {beyond[0]}: they are counted from 0 to {most - 1}."
            )


@dataclass(frozen=True, slots=True)
class VcpuScheduler(Model):
    """How the node's kernel schedules some vCPUs; a priority is for fifo and rr."""

    KIND: ClassVar[str] = "vcpusched"

    vcpus: Annotated[str, At("@vcpus", CPUSET)]
    scheduler: Annotated[str, At("@scheduler", words("batch idle fifo rr"))]
    priority: Annotated[int | None, At("@priority", Whole(1, 99))] = None


@dataclass(frozen=True, slots=True)
class CpuTuning(Model):
    """Shares weigh it against others; in each period (of microseconds) it may run for the quota.

    The plain period and quota are of each vCPU, the global ones of the whole domain.
    """

    KIND: ClassVar[str] = "cputune"

    shares: Annotated[int | None, At("shares", Whole(2, 262144))] = None
    period_microseconds: Annotated[int | None, At("period", _PERIOD)] = None
    quota_microseconds: Annotated[int | None, At("quota", _QUOTA)] = None
    global_period_microseconds: Annotated[int | None, At("global_period", _PERIOD)] = None
    global_quota_microseconds: Annotated[int | None, At("global_quota", _QUOTA)] = None
    emulator_period_microseconds: Annotated[int | None, At("emulator_period", _PERIOD)] = None
    emulator_quota_microseconds: Annotated[int | None, At("emulator_quota", _QUOTA)] = None
    iothread_period_microseconds: Annotated[int | None, At("iothread_period", _PERIOD)] = None
    iothread_quota_microseconds: Annotated[int | None, At("iothread_quota", _QUOTA)] = None
    schedulers: Annotated[tuple[VcpuScheduler, ...], Many("vcpusched", VcpuScheduler, key="vcpus")] = ()


@dataclass(frozen=True, slots=True)
class MemoryTuning(Model):
    """Limits of the node's memory that all of the domain's processes together may take."""

    KIND: ClassVar[str] = "memtune"

    hard_limit_bytes: Annotated[int | None, Size("hard_limit")] = None
    soft_limit_bytes: Annotated[int | None, Size("soft_limit")] = None
    swap_hard_limit_bytes: Annotated[int | None, Size("swap_hard_limit")] = None
    min_guarantee_bytes: Annotated[int | None, Size("min_guarantee")] = None


@dataclass(frozen=True, slots=True)
class BlockDevice(Model):
    """Limits for one block device of the node."""

    KIND: ClassVar[str] = "device"

    path: Annotated[str, At("path", PATH)]
    weight: Annotated[int | None, At("weight", _WEIGHT)] = None
    read_iops_sec: Annotated[int | None, At("read_iops_sec", _RATE)] = None
    write_iops_sec: Annotated[int | None, At("write_iops_sec", _RATE)] = None
    read_bytes_sec: Annotated[int | None, At("read_bytes_sec", _RATE)] = None
    write_bytes_sec: Annotated[int | None, At("write_bytes_sec", _RATE)] = None


@dataclass(frozen=True, slots=True)
class BlockTuning(Model):
    """The domain's weight against others at the node's disks."""

    KIND: ClassVar[str] = "blkiotune"

    weight: Annotated[int | None, At("weight", _WEIGHT)] = None
    devices: Annotated[tuple[BlockDevice, ...], Many("device", BlockDevice, key="path")] = ()


@dataclass(frozen=True, slots=True)
class Tuning(Model):
    """Its part of the node's processors, memory and disks."""

    KIND: ClassVar[str] = "domain"

    cpu: Annotated[CpuTuning | None, Part("cputune", CpuTuning)] = None
    memory: Annotated[MemoryTuning | None, Part("memtune", MemoryTuning)] = None
    block: Annotated[BlockTuning | None, Part("blkiotune", BlockTuning)] = None


@dataclass(frozen=True, slots=True)
class NumaBinding(Model):
    """The node's NUMA nodes that one cell of the guest takes its memory from."""

    KIND: ClassVar[str] = "memnode"

    cell: Annotated[int, At("@cellid", Whole())]
    mode: Annotated[str, At("@mode", _NUMA_MODES)]
    nodes: Annotated[str, At("@nodeset", CPUSET)]


@dataclass(frozen=True, slots=True)
class Numa(Model):
    """The guest's cells, and the node's that give the memory."""

    KIND: ClassVar[str] = "domain"

    cells: Annotated[tuple[NumaCell, ...], Many("cpu/numa/cell", NumaCell, key="id")] = ()
    mode: Annotated[str | None, At("numatune/memory@mode", _NUMA_MODES)] = None
    nodes: Annotated[str | None, At("numatune/memory@nodeset", CPUSET)] = None
    placement: Annotated[str | None, At("numatune/memory@placement", words("static auto"))] = None
    bindings: Annotated[tuple[NumaBinding, ...], Many("numatune/memnode", NumaBinding, key="cell")] = ()

    @classmethod
    def settle(cls, element: Element, changed: AbstractSet[str]) -> None:
        if "cells" in changed:
            follow_cells(element)
        memory = element.find("numatune/memory")
        if memory is not None and memory.get("placement") != "auto" and memory.get("nodeset") is None:
            raise InvalidField("nodes", "To take memory from some nodes, name them, or let auto choose them.")
        if attr_at(element, "numatune/memory", "placement") == "auto":
            cls.forgo(element, changed, "placement", "nodes", "The placement auto chooses them.")
