"""The `<rng>` of a domain: where its randomness comes from."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Annotated, ClassVar

from hypervisor.xml.codecs import ON_OFF, PATH, Milliseconds, Whole, words
from hypervisor.xml.document import Element, attr_at
from hypervisor.xml.model import Model
from hypervisor.xml.places import At, Of

_MODELS = words("virtio virtio-transitional virtio-non-transitional")


@dataclass(frozen=True, slots=True)
class Rng(Model):
    """A random number generator, which may give `rate_bytes` in each period of `rate_period_seconds`."""

    KIND: ClassVar[str] = "rng"
    MOVED_BY: ClassVar[frozenset[str]] = frozenset({"model"})

    backend: Annotated[str, At("backend@model", words("random builtin"))]
    model: Annotated[str, At("@model", _MODELS)] = "virtio"
    path: Annotated[str | None, Of("backend@model", "random", At("backend", PATH))] = (
        None  # of random, such as /dev/urandom
    )
    rate_bytes: Annotated[int | None, At("rate@bytes", Whole(1))] = None
    rate_period_seconds: Annotated[float | None, At("rate@period", Milliseconds())] = None
    iommu: Annotated[bool | None, At("driver@iommu", ON_OFF)] = None
    ats: Annotated[bool | None, At("driver@ats", ON_OFF)] = None

    @classmethod
    def settle(cls, element: Element, changed: AbstractSet[str]) -> None:
        if "backend" in changed and attr_at(element, "backend", "model") != "random":
            At("backend").clear(element)
