"""Who stands on a volume. Domains, templates and their like lie above this layer, so they register how to find them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from access.actor import Actor
from access.errors import Conflict
from hosts.models import Host


@dataclass(frozen=True, slots=True)
class Told:
    """Those who stand on something, as one person may hear of them.

    `words` speaks of all of them, unnamed where the person may not see them; `users` are (kind, id, name) of the rest.
    """

    words: str
    users: tuple[tuple[str, UUID, str], ...] = ()


Finder = Callable[[Host, Sequence[str], Actor], Mapping[str, Told]]

_finders: list[Finder] = []


def register(find: Finder) -> None:
    """`find(host, paths, by)` gives by path who stands on it, over layers too; paths without users are left out."""
    _finders.append(find)


def users_of(host: Host, paths: Sequence[str], by: Actor) -> dict[str, Told]:
    """Who stands on these paths of a host. A constant number of queries, however many paths."""
    found: dict[str, Told] = {}
    for find in _finders:
        found.update(find(host, paths, by))
    return found


class InUse(Conflict):
    """Somebody stands on what would go or change."""

    code = "in_use"

    def __init__(self, what: str, told: Told) -> None:
        super().__init__(
            f"{what} is used by {told.words}.",
            users=[{"kind": kind, "id": str(id), "name": name} for kind, id, name in told.users],
        )
