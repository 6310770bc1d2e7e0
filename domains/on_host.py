"""Telling storage which domains a host has, and which of them stand in a pool: it lies below and asks for them."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q

from access.actor import Actor
from domains.copies.users import VolumeUser, told
from domains.models import Definition, Domain
from hosts.models import Host
from hypervisor.errors import InvalidXML
from hypervisor.states import ACTIVE
from hypervisor.xml.sources import disk_uses
from storage.models import Pool
from storage.pools import domains
from storage.users import Told

# Whose folder is theirs alone, so that a path in it says enough.
_FOLDERS = frozenset({"dir", "fs", "netfs", "vstorage", "logical", "zfs"})
_ACTIVE = frozenset(str(state) for state in ACTIVE)


def register() -> None:
    domains.register(domains_on)
    domains.register_standing(standing_in)


def domains_on(host: Host, ids: Collection[UUID]) -> dict[UUID, bool]:
    """Of these domains those that are on the host, and whether each is active."""
    rows = Domain.objects.filter(pk__in=ids, host=host, gone_at=None).values_list("pk", "state")
    return {pk: state in _ACTIVE for pk, state in rows}


def standing_in(pool: Pool, by: Actor, running: bool) -> Told | None:
    """The domains of its host that name something in it, also while it is stopped and its volumes are not known."""
    folder = f"{pool.target.rstrip('/')}/" if pool.type in _FOLDERS and pool.target else ""
    names = Q(live__contains=pool.name) | Q(inactive__contains=pool.name)
    if folder:
        names |= Q(live__contains=folder) | Q(inactive__contains=folder)
    rows = Definition.objects.filter(names, domain__host_id=pool.host_id, domain__gone_at=None)
    if running:
        rows = rows.filter(domain__state__in=_ACTIVE)
    found = [
        VolumeUser("domain", one.domain.name, one.domain.pk)
        for one in rows.select_related("domain")
        if any(_names(text, pool.name, folder) for text in (one.live, one.inactive) if text)
    ]
    if not found:
        return None
    words, shown = told(sorted(found), by)
    return Told(words, tuple((user.kind, user.id, user.name) for user in shown), len(found) - len(shown))


def _names(xml: str, pool: str, folder: str) -> bool:
    try:
        uses = disk_uses(xml)
    except InvalidXML:
        return bool(folder) and folder in xml  # better one user too many
    return any(
        use.source.startswith(f"{pool}/")
        if use.type == "volume"
        else bool(folder) and any(path.startswith(folder) for path in (use.source, *use.below))
        for use in uses
    )
