"""Which domains a host has and which of them are active. Domains lie above this layer, so they register how to ask."""

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

from hosts.models import Host

# Of these domains those that are on the host, and whether each is active.
Finder = Callable[[Host, Collection[UUID]], Mapping[UUID, bool]]

_finders: list[Finder] = []


def register(find: Finder) -> None:
    """Make a way to ask known."""
    _finders.append(find)


def domains_on(host: Host, ids: Collection[UUID]) -> dict[UUID, bool]:
    """Of these domains those that are on the host, and whether each is active."""
    return {id: active for find in _finders for id, active in find(host, ids).items()}
