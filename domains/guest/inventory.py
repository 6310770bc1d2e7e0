"""Writing the addresses of guests. Only nodewatch calls this."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from domains.models import Domain
from hosts.rows import update_rows
from hypervisor.guests import GuestAddress, GuestSeen
from hypervisor.states import ACTIVE
from live.notices import Notice, tell_all

_LONGEST = 1000


@transaction.atomic
def record_addresses(host_id: UUID, seen: Mapping[UUID, GuestSeen]) -> int:
    """Write the addresses of these, and take those away of what is off. Gives how many rows changed."""
    rows = Domain.objects.filter(host_id=host_id, gone_at=None).order_by("pk")
    known = {row["pk"]: row for row in rows.filter(pk__in=seen).values("pk", "addresses", "version")}
    off = rows.exclude(addresses="").exclude(state__in=ACTIVE).values("pk", "addresses", "version")
    changed = [
        (row, shown(told.addresses))
        for uuid, told in seen.items()
        if (row := known.get(uuid)) is not None and row["addresses"] != shown(told.addresses)
    ] + [(row, "") for row in off if row["pk"] not in seen]
    if not changed:
        return 0
    host = Domain.objects.select_related("host").get(pk=changed[0][0]["pk"]).host
    within = {kind: at for kind, at in host.within.items() if at is not None}
    now = timezone.now()
    update_rows(
        Domain,
        ("addresses",),
        ({"pk": row["pk"], "addresses": text, "updated_at": now} for row, text in changed),
    )
    tell_all([Notice("updated", "domain", row["pk"], row["version"] + 1, within) for row, _ in changed])
    return len(changed)


def shown(addresses: Iterable[GuestAddress]) -> str:
    """What a list shows: addresses that reach the guest from elsewhere, IPv4 first."""
    found = dict.fromkeys(
        one.address
        for one in sorted(addresses, key=lambda one: ":" in one.address)
        if not one.address.lower().startswith(("fe80:", "127.", "::1", "169.254."))
    )
    text = ""
    for address in found:
        if len(text) + len(address) + 1 > _LONGEST:
            break
        text = f"{text} {address}".strip()
    return text
