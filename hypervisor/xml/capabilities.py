"""The `<capabilities>` of a node, and its `<domainCapabilities>`."""

from dataclasses import dataclass
from uuid import UUID

from hypervisor.data import GuestType
from hypervisor.xml.document import Element, attr_at, parse, text


@dataclass(frozen=True, slots=True)
class HostCapabilities:
    """What a node's capabilities say; figures of the machine come from other calls."""

    uuid: UUID | None
    arch: str
    cpu_model: str
    migration: bool
    migration_uris: tuple[str, ...]
    guests: tuple[GuestType, ...]


def read_capabilities(xml: str) -> HostCapabilities:
    """Raises InvalidXML."""
    root = parse(xml, "capabilities")
    features = root.find("host/migration_features")
    uris = (
        ()
        if features is None
        else tuple(text(uri, ".") for uri in features.iterfind("uri_transports/uri_transport"))
    )
    return HostCapabilities(
        uuid=_uuid(text(root, "host/uuid")),
        arch=text(root, "host/cpu/arch"),
        cpu_model=text(root, "host/cpu/model"),
        migration=features is not None and features.find("live") is not None,
        migration_uris=uris,
        guests=tuple(
            _guest(guest, arch) for guest in root.iterfind("guest") for arch in guest.iterfind("arch")
        ),
    )


def offers_graphics(xml: str) -> bool:
    """Whether the emulator of these `<domainCapabilities>` gives its guests a screen. Raises InvalidXML."""
    return attr_at(parse(xml, "domainCapabilities"), "devices/graphics", "supported") == "yes"


def _guest(guest: Element, arch: Element) -> GuestType:
    # Machines and the emulator may stand under the architecture or under the domain type.
    machines = dict.fromkeys(text(machine, ".") for machine in arch.iter("machine"))
    return GuestType(
        os_type=text(guest, "os_type"),
        arch=arch.get("name", ""),
        domain_types=tuple(domain.get("type", "") for domain in arch.iterfind("domain")),
        machines=tuple(machines),
        emulator=text(arch, "emulator") or text(arch, "domain/emulator"),
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
