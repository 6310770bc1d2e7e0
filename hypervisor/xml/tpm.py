"""The `<tpm>` of a domain."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Annotated, ClassVar

from hypervisor.errors import InvalidField
from hypervisor.xml.codecs import PATH, UUID, YES_NO, words
from hypervisor.xml.document import Element, attr_at
from hypervisor.xml.model import Model
from hypervisor.xml.places import At, Names, Of, Present

_EMULATED = ("backend@type", "emulator")
_PASSED = ("backend@type", "passthrough")
_BANKS = ("sha1", "sha256", "sha384", "sha512")


@dataclass(frozen=True, slots=True)
class Tpm(Model):
    """A TPM: the node's own passed through, or one that swtpm emulates and whose state the node keeps."""

    KIND: ClassVar[str] = "tpm"

    backend: Annotated[str, At("backend@type", words("emulator passthrough"))]
    model: Annotated[str | None, At("@model", words("tpm-tis tpm-crb tpm-spapr spapr-tpm-proxy"))] = None
    version: Annotated[str | None, At("backend@version", words("1.2 2.0"))] = None
    persistent_state: Annotated[bool | None, Of(*_EMULATED, At("backend@persistent_state", YES_NO))] = None
    encryption_secret: Annotated[str | None, Of(*_EMULATED, At("backend/encryption@secret", UUID))] = None
    active_pcr_banks: Annotated[
        tuple[str, ...], Of(*_EMULATED, Names("backend/active_pcr_banks", _BANKS))
    ] = ()
    device: Annotated[str | None, Of(*_PASSED, At("backend/device@path", PATH))] = None

    @classmethod
    def settle(cls, element: Element, changed: AbstractSet[str]) -> None:
        if attr_at(element, "backend", "type") != "passthrough":
            At("backend/device@path").clear(element)
            return
        for name in ("encryption", "active_pcr_banks"):
            Present(f"backend/{name}").clear(element)
        At("backend@persistent_state").clear(element)
        if element.find("backend/device") is None:
            raise InvalidField("device", "To pass one through takes its path on the node, such as /dev/tpm0.")
