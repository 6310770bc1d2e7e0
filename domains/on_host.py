"""Telling storage which domains a host has: it lies below and asks for them."""

from collections.abc import Collection
from uuid import UUID

from domains.models import Domain
from hosts.models import Host
from hypervisor.states import ACTIVE
from storage.pools import domains


def register() -> None:
    domains.register(domains_on)


def domains_on(host: Host, ids: Collection[UUID]) -> dict[UUID, bool]:
    """Of these domains those that are on the host, and whether each is active."""
    rows = Domain.objects.filter(pk__in=ids, host=host, gone_at=None).values_list("pk", "state")
    active = {str(state) for state in ACTIVE}
    return {pk: state in active for pk, state in rows}
