"""Which domains a host has, and which stand in a pool. Domains lie above this layer, so they register how to ask."""

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

from access.actor import Actor
from hosts.models import Host
from storage.models import Pool
from storage.users import Told

# Of these domains those that are on the host, and whether each is active.
Finder = Callable[[Host, Collection[UUID]], Mapping[UUID, bool]]
# Who of the pool's host names something in it; only those that are active, if that is asked for.
Standing = Callable[[Pool, Actor, bool], Told | None]

_finders: list[Finder] = []
_standing: list[Standing] = []


def register(find: Finder) -> None:
    """Make a way to ask known."""
    _finders.append(find)


def register_standing(find: Standing) -> None:
    """The same, for who stands in a pool."""
    _standing.append(find)


def domains_on(host: Host, ids: Collection[UUID]) -> dict[UUID, bool]:
    """Of these domains those that are on the host, and whether each is active."""
    return {id: active for find in _finders for id, active in find(host, ids).items()}


def standing_in(pool: Pool, by: Actor, *, running: bool) -> Told | None:
    """The domains of its host that name something in the pool, also where its volumes are not known."""
    return next((told for find in _standing if (told := find(pool, by, running)) is not None), None)
