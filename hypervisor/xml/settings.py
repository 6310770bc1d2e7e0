"""What a domain is beside its devices, as one model of the whole `<domain>`."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Annotated, ClassVar

from hypervisor.errors import InvalidField
from hypervisor.xml.boot import BootDevices, BootOrder, Firmware, Init, Kernel, Loader
from hypervisor.xml.clock import Clock
from hypervisor.xml.codecs import PATH, UUID, YES_NO, Milliseconds, Text, Whole, words
from hypervisor.xml.cpu import Cpu, Topology
from hypervisor.xml.document import Element
from hypervisor.xml.features import Features
from hypervisor.xml.memory import Memory, MemoryBacking, MostMemory, settle_slots
from hypervisor.xml.model import Model, Part
from hypervisor.xml.osinfo_id import OsId
from hypervisor.xml.places import At, Size, under
from hypervisor.xml.tuning import Numa, Pinning, Tuning
from hypervisor.xml.vcpus import IoThreads, MostVcpus, Vcpus, most_vcpus

_DESCRIPTION = Text(longest=65536, lines=True)
_MACHINE = Text(longest=64, pattern=r"[a-zA-Z0-9_.-]+", like="the name of a machine such as q35")
_ARCH = Text(longest=32, pattern=r"[a-z0-9_]+", like="an architecture such as x86_64")
_OFF = words("destroy restart preserve rename-restart")
_CRASH = words("destroy restart preserve rename-restart coredump-destroy coredump-restart")


@dataclass(frozen=True, slots=True)
class Settings(Model):
    """Everything of it that can be changed. A maximum stands before what it limits: both can be changed at once."""

    KIND: ClassVar[str] = "domain"

    title: Annotated[str | None, At("title", Text(longest=512))] = None
    description: Annotated[str | None, At("description", _DESCRIPTION)] = None
    os_id: Annotated[str | None, OsId()] = None
    generation_id: Annotated[str | None, At("genid", UUID)] = None
    arch: Annotated[str | None, At("os/type@arch", _ARCH, keep=True)] = None
    machine: Annotated[str | None, At("os/type@machine", _MACHINE, keep=True)] = None
    emulator: Annotated[str | None, At("devices/emulator", PATH)] = None
    max_vcpus: Annotated[int, MostVcpus()] = 1
    vcpus: Annotated[int, Vcpus()] = 1
    topology: Annotated[Topology | None, Part("cpu/topology", Topology)] = None
    cpu: Annotated[Cpu | None, Part("cpu", Cpu)] = None
    iothreads: Annotated[int, IoThreads()] = 0
    max_memory_bytes: Annotated[int, MostMemory()] = 0
    memory_bytes: Annotated[int, Memory()] = 0
    numa: Annotated[Numa | None, Part("", Numa)] = None
    memory_limit_bytes: Annotated[int | None, Size("maxMemory", least=1)] = (
        None  # with all that can be plugged in
    )
    memory_slots: Annotated[int | None, At("maxMemory@slots", Whole(1, 255))] = None
    memory_backing: Annotated[MemoryBacking | None, Part("memoryBacking", MemoryBacking)] = None
    pinning: Annotated[Pinning | None, Part("", Pinning)] = None
    tuning: Annotated[Tuning | None, Part("", Tuning)] = None
    firmware: Annotated[str | None, Firmware()] = None
    loader: Annotated[Loader | None, Part("os", Loader)] = None
    kernel: Annotated[Kernel | None, Part("os", Kernel)] = None
    init: Annotated[Init | None, Part("os", Init)] = None
    boot_devices: Annotated[tuple[str, ...], BootDevices("os/boot@dev", words("hd cdrom network fd"))] = ()
    boot_order: Annotated[tuple[str, ...], BootOrder()] = ()
    boot_menu: Annotated[bool | None, At("os/bootmenu@enable", YES_NO)] = None
    boot_menu_timeout_seconds: Annotated[float | None, At("os/bootmenu@timeout", Milliseconds(65.535))] = None
    bios_on_serial: Annotated[bool | None, At("os/bios@useserial", YES_NO)] = None
    bios_reboot_seconds: Annotated[float | None, At("os/bios@rebootTimeout", Milliseconds(65.535))] = None
    clock: Annotated[Clock | None, Part("clock", Clock)] = None
    features: Annotated[Features | None, Part("features", Features)] = None
    on_poweroff: Annotated[str | None, At("on_poweroff", _OFF)] = None
    on_reboot: Annotated[str | None, At("on_reboot", _OFF)] = None
    on_crash: Annotated[str | None, At("on_crash", _CRASH)] = None
    on_lock_failure: Annotated[str | None, At("on_lockfailure", words("poweroff restart pause ignore"))] = (
        None
    )
    suspend_to_memory: Annotated[bool | None, At("pm/suspend-to-mem@enabled", YES_NO)] = None
    suspend_to_disk: Annotated[bool | None, At("pm/suspend-to-disk@enabled", YES_NO)] = None

    @classmethod
    def settle(cls, element: Element, changed: AbstractSet[str]) -> None:
        if changed & {"topology", "max_vcpus"}:
            _check_topology(element)
        if changed & {"memory_limit_bytes", "memory_slots", "max_memory_bytes", "numa"}:
            settle_slots(element)
        if "max_vcpus" in changed:
            try:
                Pinning.settle(element, changed)
            except InvalidField as error:
                raise under("pinning", error) from None


def _check_topology(domain: Element) -> None:
    found = domain.find("cpu/topology")
    if found is None:
        return
    topology, most = Topology.from_xml(found), most_vcpus(domain)
    if topology.vcpus != most:
        raise InvalidField(
            "topology",
            f"Its threads are {topology.vcpus}, and the domain may have {most} vCPUs: they must be as many.",
        )
