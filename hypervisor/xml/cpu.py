"""The `<cpu>` of a domain: what its processors are, and how they are arranged."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Annotated, ClassVar

from hypervisor.errors import InvalidField
from hypervisor.xml.codecs import CPUSET, ON_OFF, YES_NO, Text, Whole, words
from hypervisor.xml.document import Element, attr_at, text
from hypervisor.xml.model import Many, Model
from hypervisor.xml.places import At, SizeAttribute

_MODEL = Text(
    longest=64, pattern=r"[A-Za-z0-9_.+-]+", like="the name of a CPU model such as Skylake-Server-IBRS"
)
_FEATURE = Text(longest=64, pattern=r"[A-Za-z0-9_.-]+", like="the name of a CPU feature such as vmx")
_COUNT = Whole(1, 65535)


@dataclass(frozen=True, slots=True)
class Topology(Model):
    """Sockets × dies × cores × threads make the most vCPUs that there can be."""

    KIND: ClassVar[str] = "topology"

    sockets: Annotated[int, At("@sockets", _COUNT)]
    dies: Annotated[int | None, At("@dies", _COUNT)] = None
    cores: Annotated[int, At("@cores", _COUNT)] = 1
    threads: Annotated[int, At("@threads", _COUNT)] = 1

    @classmethod
    def settle(cls, element: Element, changed: AbstractSet[str]) -> None:
        if element.get("sockets") is None:
            raise InvalidField("sockets", "It is required.")
        for name in ("cores", "threads"):
            if element.get(name) is None:
                element.set(name, "1")

    @property
    def vcpus(self) -> int:
        """All of its threads."""
        return self.sockets * (self.dies or 1) * self.cores * self.threads


@dataclass(frozen=True, slots=True)
class CpuFeature(Model):
    """A feature beside what the model has."""

    KIND: ClassVar[str] = "feature"

    name: Annotated[str, At("@name", _FEATURE)]
    policy: Annotated[str, At("@policy", words("force require optional disable forbid"))] = "require"


@dataclass(frozen=True, slots=True)
class Cpu(Model):
    """Which CPU the guest sees. A model is of mode custom alone; the others take the node's."""

    KIND: ClassVar[str] = "cpu"

    mode: Annotated[str | None, At("@mode", words("custom host-model host-passthrough maximum"))] = None
    match: Annotated[str | None, At("@match", words("minimum exact strict"))] = None
    check: Annotated[str | None, At("@check", words("none partial full"))] = None
    migratable: Annotated[bool | None, At("@migratable", ON_OFF)] = None
    model: Annotated[str | None, At("model", _MODEL)] = None
    fallback: Annotated[str | None, At("model@fallback", words("allow forbid"))] = None
    vendor_id: Annotated[
        str | None, At("model@vendor_id", Text(pattern="[^,]{12}", like="12 characters"))
    ] = None
    vendor: Annotated[str | None, At("vendor", _MODEL)] = None
    features: Annotated[tuple[CpuFeature, ...], Many("feature", CpuFeature, key="name")] = ()
    cache_mode: Annotated[str | None, At("cache@mode", words("emulate passthrough disable"))] = None
    cache_level: Annotated[int | None, At("cache@level", Whole(1, 3))] = None
    address_bits_mode: Annotated[str | None, At("maxphysaddr@mode", words("passthrough emulate"))] = None
    address_bits: Annotated[int | None, At("maxphysaddr@bits", Whole(32, 64))] = None

    @classmethod
    def settle(cls, element: Element, changed: AbstractSet[str]) -> None:
        mode = element.get("mode")
        if mode in {"host-model", "host-passthrough", "maximum"}:
            # What an earlier model and its match said would be refused, or hold the guest back.
            for name in ("match", "model", "vendor_id"):
                cls.forgo(element, changed, "mode", name, f"The mode {mode} takes what the node has.")
            if mode != "host-model" or "fallback" not in changed:
                cls.forgo(
                    element, changed, "mode", "fallback", f"The mode {mode} has nothing to fall back to."
                )
        if mode not in {"host-passthrough", "maximum"}:
            if attr_at(element, "cache", "mode") == "passthrough":
                cls.forgo(
                    element, changed, "mode", "cache_mode", "Only the node's own CPU passes its cache on."
                )
            cls.forgo(
                element, changed, "mode", "migratable", "It is of the modes host-passthrough and maximum."
            )
        if mode == "custom" and not text(element, "model"):
            raise InvalidField("model", "The mode custom needs one.")
        address = element.find("maxphysaddr")
        if address is not None and address.get("mode") == "emulate" and address.get("bits") is None:
            raise InvalidField("address_bits", "To emulate them takes their number.")


@dataclass(frozen=True, slots=True)
class NumaDistance(Model):
    """How far another cell is; 10 is near itself."""

    KIND: ClassVar[str] = "sibling"

    id: Annotated[int, At("@id", Whole())]
    value: Annotated[int, At("@value", Whole(10, 255))]


@dataclass(frozen=True, slots=True)
class NumaCell(Model):
    """A NUMA cell of the guest: some of its vCPUs and some of its memory."""

    KIND: ClassVar[str] = "cell"

    id: Annotated[int, At("@id", Whole())]
    memory_bytes: Annotated[int, SizeAttribute("@memory")]
    vcpus: Annotated[str | None, At("@cpus", CPUSET)] = None
    access: Annotated[str | None, At("@memAccess", words("shared private"))] = None
    discard: Annotated[bool | None, At("@discard", YES_NO)] = None
    distances: Annotated[tuple[NumaDistance, ...], Many("distances/sibling", NumaDistance, key="id")] = ()
