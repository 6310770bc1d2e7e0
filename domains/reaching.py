"""Who may let a definition name what of its host: the permissions domain.host_paths, host_devices and raw_qemu."""

from collections.abc import Iterable

from access.actor import Actor
from access.errors import NotPermitted
from access.permissions import PERMISSIONS
from domains.models import Domain
from hosts.models import Host
from hosts.offers import offers_of
from hypervisor.xml.reach import Known, Reach, newly_reached
from storage.models import Volume

_SHOWN = 10


def known_on(host: Host, by: Actor) -> Known:
    """What `by` may name of it without a permission: emulators and firmware it offers, volumes that they may see."""
    offers = offers_of(host.pk)
    guests = host.capabilities.get("guests", [])
    volumes = Volume.objects.permitted(by, "pool.read").filter(pool__host=host)
    return Known(
        emulators=frozenset(one.emulator for one in offers)
        | frozenset(emulator for guest in guests if (emulator := guest.get("emulator"))),
        firmware=frozenset(loader for one in offers for loader in one.loaders),
        is_volume=lambda path: volumes.filter(path=path).exists(),
    )


def not_permitted(
    before: str | None, after: str, host: Host, by: Actor, domain: Domain | None = None
) -> tuple[Reach, ...]:
    """What `after` newly reaches of the host and `by` may not let it. Raises InvalidXML."""
    at = {
        "domain": domain.pk if domain is not None else None,
        "host": host.pk,
        "cluster": host.cluster_id,
    }
    return tuple(
        one
        for one in newly_reached(before, after, known_on(host, by))
        if not by.scope(f"domain.{one.permission}").covers(at)
    )


def refuse_reach(
    before: str | None, after: str, host: Host, by: Actor, domain: Domain | None = None, *, field: str = "xml"
) -> None:
    """Raises NotPermitted, by field, when the definition newly reaches what `by` may not let it; InvalidXML."""
    missing = not_permitted(before, after, host, by, domain)
    if missing:
        needed = sorted({f"domain.{one.permission}" for one in missing})
        raise NotPermitted(
            f"This needs the permission {' and '.join(needed)}.",
            errors={field: sentences(missing)},
            permissions=needed,
        )


def sentences(missing: Iterable[Reach]) -> list[str]:
    """What each names, and the permission that this takes."""
    return [
        f"{one.path} names {one.what}: this needs the permission "
        f"“{PERMISSIONS[f'domain.{one.permission}']}” (domain.{one.permission})."
        for one in list(missing)[:_SHOWN]
    ]
