"""The `<features>` of a domain: what its machine has."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Annotated, ClassVar

from hypervisor.errors import InvalidField
from hypervisor.xml.codecs import ON_OFF, Text, Whole, words
from hypervisor.xml.document import Element, attr_at
from hypervisor.xml.model import Model, Part
from hypervisor.xml.places import At, Present, Size

_RETRIES = "8191"  # what libosinfo and virt-manager have for Windows
_VENDOR = Text(pattern="[^,]{0,12}", like="at most 12 characters")


@dataclass(frozen=True, slots=True)
class Hyperv(Model):
    """Enlightenments, by which Windows runs faster. With the mode passthrough the node's are all on."""

    KIND: ClassVar[str] = "hyperv"

    mode: Annotated[str | None, At("@mode", words("custom passthrough"))] = None
    relaxed: Annotated[bool | None, At("relaxed@state", ON_OFF)] = None
    vapic: Annotated[bool | None, At("vapic@state", ON_OFF)] = None
    spinlocks: Annotated[bool | None, At("spinlocks@state", ON_OFF)] = None
    spinlock_retries: Annotated[int | None, At("spinlocks@retries", Whole(4095, 2**32 - 1))] = None
    vpindex: Annotated[bool | None, At("vpindex@state", ON_OFF)] = None
    runtime: Annotated[bool | None, At("runtime@state", ON_OFF)] = None
    synic: Annotated[bool | None, At("synic@state", ON_OFF)] = None
    stimer: Annotated[bool | None, At("stimer@state", ON_OFF)] = None
    stimer_direct: Annotated[bool | None, At("stimer/direct@state", ON_OFF)] = None
    reset: Annotated[bool | None, At("reset@state", ON_OFF)] = None
    vendor_id: Annotated[bool | None, At("vendor_id@state", ON_OFF)] = None
    vendor_id_value: Annotated[str | None, At("vendor_id@value", _VENDOR)] = None
    frequencies: Annotated[bool | None, At("frequencies@state", ON_OFF)] = None
    reenlightenment: Annotated[bool | None, At("reenlightenment@state", ON_OFF)] = None
    tlbflush: Annotated[bool | None, At("tlbflush@state", ON_OFF)] = None
    ipi: Annotated[bool | None, At("ipi@state", ON_OFF)] = None
    evmcs: Annotated[bool | None, At("evmcs@state", ON_OFF)] = None
    avic: Annotated[bool | None, At("avic@state", ON_OFF)] = None

    @classmethod
    def settle(cls, element: Element, changed: AbstractSet[str]) -> None:
        spinlocks, stimer = element.find("spinlocks"), element.find("stimer")
        if spinlocks is not None and spinlocks.get("state") == "on" and spinlocks.get("retries") is None:
            spinlocks.set("retries", _RETRIES)
        if attr_at(element, "vendor_id", "state") == "on" and not attr_at(element, "vendor_id", "value"):
            raise InvalidField("vendor_id_value", "To show one takes the value.")
        if stimer is not None and stimer.get("state") is None:
            raise InvalidField("stimer", "Direct timers need it on.")


@dataclass(frozen=True, slots=True)
class Kvm(Model):
    """What KVM shows of itself, or hides."""

    KIND: ClassVar[str] = "kvm"

    hidden: Annotated[bool | None, At("hidden@state", ON_OFF)] = None
    hint_dedicated: Annotated[bool | None, At("hint-dedicated@state", ON_OFF)] = None
    poll_control: Annotated[bool | None, At("poll-control@state", ON_OFF)] = None
    pv_ipi: Annotated[bool | None, At("pv-ipi@state", ON_OFF)] = None
    dirty_ring: Annotated[bool | None, At("dirty-ring@state", ON_OFF)] = None
    dirty_ring_size: Annotated[int | None, At("dirty-ring@size", Whole(1024, 65536))] = None


@dataclass(frozen=True, slots=True)
class Features(Model):
    """Switches; None leaves one to the hypervisor."""

    KIND: ClassVar[str] = "features"

    acpi: Annotated[bool, Present("acpi")] = False
    apic: Annotated[bool, Present("apic")] = False
    apic_eoi: Annotated[bool | None, At("apic@eoi", ON_OFF, keep=True)] = None
    pae: Annotated[bool, Present("pae")] = False
    viridian: Annotated[bool, Present("viridian")] = False
    private_network: Annotated[bool, Present("privnet")] = False
    hap: Annotated[bool | None, At("hap@state", ON_OFF)] = None
    pmu: Annotated[bool | None, At("pmu@state", ON_OFF)] = None
    vmport: Annotated[bool | None, At("vmport@state", ON_OFF)] = None
    smm: Annotated[bool | None, At("smm@state", ON_OFF)] = None
    smm_tseg_bytes: Annotated[int | None, Size("smm/tseg", "bytes")] = None
    pv_spinlock: Annotated[bool | None, At("pvspinlock@state", ON_OFF)] = None
    core_info: Annotated[bool | None, At("vmcoreinfo@state", ON_OFF)] = None
    htm: Annotated[bool | None, At("htm@state", ON_OFF)] = None
    nested_hv: Annotated[bool | None, At("nested-hv@state", ON_OFF)] = None
    ccf_assist: Annotated[bool | None, At("ccf-assist@state", ON_OFF)] = None
    gic: Annotated[str | None, At("gic@version", words("host 2 3"))] = None
    ioapic: Annotated[str | None, At("ioapic@driver", words("qemu kvm"))] = None
    unknown_msrs: Annotated[str | None, At("msrs@unknown", words("ignore fault"))] = None
    capabilities: Annotated[str | None, At("capabilities@policy", words("default allow deny"))] = None
    tcg_cache_bytes: Annotated[int | None, Size("tcg/tb-cache")] = None
    hyperv: Annotated[Hyperv | None, Part("hyperv", Hyperv)] = None
    kvm: Annotated[Kvm | None, Part("kvm", Kvm)] = None
