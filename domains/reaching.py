"""Who may let a definition name what of its host: the permissions domain.host_paths, host_devices and raw_qemu."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from django.db.models import Q

from access.actor import Actor
from access.errors import NotPermitted
from access.permissions import PERMISSIONS
from domains.models import Domain
from hosts.models import Host
from hosts.offers import offers_of
from hypervisor.xml.reach import Known, Reach, newly_reached, reaches
from hypervisor.xml.uses import Use
from storage.models import Volume
from storage.second import lacks_attaching

_SHOWN = 10
_DEEPEST = 32  # layers


def known_on(host: Host, by: Actor | None) -> Known:
    """What `by` may name of it without a permission: emulators and firmware it offers, volumes.

    Of volumes, as disks those that they may see (domains.second asks for more); for anything else, those that they may
    give to domains, and to be read alone also what is in the library. Without `by`: all, for what a domain has already.
    """
    offers = offers_of(host.pk)
    guests = host.capabilities.get("guests", [])
    volumes = Volume.objects.filter(pool__host=host)
    seen = Volume.objects.permitted(by, "pool.read").filter(pool__host=host) if by is not None else volumes

    def is_volume(path: str, use: Use) -> bool:
        """It, and all that it is a layer over: what stands on another file is a way to that file."""
        found = seen.filter(_called(path)).select_related("pool__host").first()
        if (
            found is not None
            and by is not None
            and use != "disk"
            and lacks_attaching(found, by, read_only=use == "read")
        ):
            return False
        for _ in range(_DEEPEST):
            if found is None or not found.backing:
                return found is not None
            found = volumes.filter(path=found.backing).first()
        return False

    return Known(
        emulators=frozenset(one.emulator for one in offers)
        | frozenset(emulator for guest in guests if (emulator := guest.get("emulator"))),
        firmware=frozenset(loader for one in offers for loader in one.loaders),
        is_volume=is_volume,
        format_of=lambda path: volumes.filter(_called(path)).values_list("format", flat=True).first() or "",
    )


def _called(path: str) -> Q:
    """A volume by its path, or as `pool/name`."""
    if path.startswith("/"):
        return Q(path=path)
    pool, _, name = path.partition("/")
    return Q(pool__name=pool, name=name)


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


def refuse_copied_reach(xml: str, own: Collection[str], host: Host, by: Actor, *, field: str) -> None:
    """Raises NotPermitted, by field: a copy would be one more domain that reaches out of its host's pools.

    `own`: the disks that become copies. Media and shared disks may be any volume, for the original has them already.
    """
    known = known_on(host, None)
    is_volume = known.is_volume
    known = replace(known, is_volume=lambda path, use: path in own or is_volume(path, use))
    at = {"host": host.pk, "cluster": host.cluster_id}
    missing = [one for one in reaches(xml, known) if not by.scope(f"domain.{one.permission}").covers(at)]
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
