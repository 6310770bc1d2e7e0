"""Reading what domains may have on a host, as its node said when it was last connected to. Asks no node."""

from dataclasses import fields
from typing import Any
from uuid import UUID

from hosts.models import HostOffers
from hypervisor.data import DomainCapabilities

_KNOWN = frozenset(field.name for field in fields(DomainCapabilities))
_TUPLES = frozenset(field.name for field in fields(DomainCapabilities) if str(field.type).startswith("tuple"))


def offers_of(host_id: UUID) -> tuple[DomainCapabilities, ...]:
    """All that is known of the host; empty where its driver says nothing, or it never answered."""
    known = HostOffers.objects.select_related("host").filter(pk=host_id).first()
    if known is None:
        return ()
    own = known.host.arch
    # What the machine runs best comes first: with KVM, and of its own architecture.
    return tuple(
        sorted(map(_read, known.offers), key=lambda one: (one.domain_type != "kvm", one.arch != own))
    )


def offer_for(
    host_id: UUID, *, domain_type: str = "", arch: str = "", machine: str = ""
) -> DomainCapabilities | None:
    """What a domain of that type, architecture and machine may have; None where nothing is known of such.

    What is left empty is the best of the host: KVM, its own architecture. A machine is found by its name in full
    (`pc-q35-7.2`), else by its family (`q35`, `pc-q35-6.0`): its figures hold for the whole family.
    """
    fitting = [
        one for one in offers_of(host_id) if domain_type in {"", one.domain_type} and arch in {"", one.arch}
    ]
    exact = [one for one in fitting if machine == one.machine]
    family = [one for one in fitting if machine and _family(one.machine) == _family(machine)]
    unnamed = [] if machine else fitting
    return next(iter((*exact, *family, *unnamed)), None)


def _family(machine: str) -> str:
    """pc-q35-7.2, q35 → q35; pc-i440fx-7.2, pc → pc; virt-7.2 → virt."""
    name = machine.removeprefix("pc-") if machine.startswith("pc-q35") else machine
    family = name.split("-")[0]
    return "pc" if machine.startswith("pc-i440fx") or machine == "pc" else family


def _read(plain: dict[str, Any]) -> DomainCapabilities:
    values: dict[str, Any] = {
        name: tuple(value) if name in _TUPLES else value for name, value in plain.items() if name in _KNOWN
    }
    values["devices"] = {
        device: {name: tuple(of_it) for name, of_it in enums.items()}
        for device, enums in plain.get("devices", {}).items()
    }
    return DomainCapabilities(**values)
