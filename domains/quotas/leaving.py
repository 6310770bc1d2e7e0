"""What domains let go stays their owner's: in the transaction in which nodewatch writes that it is no disk any more."""

from collections.abc import Collection, Iterable
from uuid import UUID

from access.models import User
from domains.models import Definition, DeletedDomain, Domain
from domains.quotas.sizes import disks_of, volumes_at, written
from hosts.models import Host
from hypervisor.errors import InvalidXML
from storage import owners, users


def sources_of(*documents: str | None) -> set[str]:
    """Of all disks to write on in these definitions; one that cannot be read names none."""
    found: set[str] = set()
    for xml in filter(None, documents):
        try:
            found |= written(xml)
        except InvalidXML:
            continue
    return found


def let_go(domain: Domain, known: Definition | None, live: str | None, inactive: str | None) -> None:
    """Another definition takes the place of the one that was known."""
    if domain.owner is None or known is None or (known.live, known.inactive) == (live, inactive):
        return
    gone = sources_of(known.live, known.inactive) - sources_of(live, inactive)
    if gone:
        owners.left(domain.owner, volumes_at({(domain.host_id, source) for source in gone}).values())


def let_all_go(gone: Collection[UUID]) -> None:
    """These domains are no longer there."""
    rows = list(Domain.objects.filter(pk__in=list(gone), owner__isnull=False).select_related("owner"))
    disks = disks_of({row.pk: row.host_id for row in rows}, [row.pk for row in rows]) if rows else {}
    places = {row.pk: {(row.host_id, source) for source in disks.get(row.pk, ())} for row in rows}
    known = volumes_at({at for of_row in places.values() for at in of_row})
    for row in rows:
        if row.owner is not None:
            owners.left(row.owner, [known[at] for at in places[row.pk] if at in known])


def entry_gone(entry: DeletedDomain) -> None:
    """The recycle bin forgets a domain: the disks that were not to go with it stay its owner's."""
    if entry.owner is not None:
        places = {(entry.host_id, source) for source in sources_of(entry.xml)}
        owners.left(entry.owner, volumes_at(places).values())


def lend(host: Host, sources: Iterable[str]) -> None:
    """Those of these volumes that no domain has are given to one: let go, they are nobody's again."""
    found = volumes_at({(host.pk, source) for source in sources}).values()
    owners.lent(volume for volume in found if not users.disks_of(host, volume.path))


def hand_over(domain: Domain, before: User, after: User | None) -> None:
    """The domain is another's now, and so is what stood by itself before it got it."""
    disks = disks_of({domain.pk: domain.host_id}, [domain.pk]).get(domain.pk, set())
    owners.given(volumes_at({(domain.host_id, source) for source in disks}).values(), before, after)
