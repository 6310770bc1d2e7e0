"""Who is on a network or names a filter. Domains lie above this layer, so they register how to find them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from access.actor import Actor
from access.errors import Conflict


@dataclass(frozen=True, slots=True)
class NetworkUser:
    """A domain's interface. `target` is its device on the node while it runs."""

    id: UUID
    name: str
    state: str
    active: bool
    mac: str
    target: str


@dataclass(frozen=True, slots=True)
class Told:
    """Those who use something, as one person may hear of them: by name whom they may see, the others as a number.

    `interfaces` counts all. A domain with two interfaces stands twice in `users` and once in the other numbers.
    """

    users: tuple[NetworkUser, ...] = ()
    others: int = 0
    active_others: int = 0
    interfaces: int = 0

    @property
    def words(self) -> str:
        return _words(dict.fromkeys(user.name for user in self.users), self.others)

    def running(self) -> "Told":
        """Those alone that run."""
        return Told(tuple(user for user in self.users if user.active), self.active_others, self.active_others)

    def __bool__(self) -> bool:
        return bool(self.users or self.others)


class FindsUsers(Protocol):
    """What the layer above tells. A constant number of queries, however much is asked for."""

    def of_networks(
        self, wanted: Collection[tuple[UUID, str, str]], by: Actor
    ) -> Mapping[tuple[UUID, str], Told]:
        """For (host, network, its bridge): who names the network, or the bridge itself. By (host, network)."""
        ...

    def of_filters(self, host_id: UUID, names: Collection[str], by: Actor) -> Mapping[str, Told]:
        """Who names these filters, by name."""
        ...

    def of_macs(self, host_id: UUID, macs: Collection[str], by: Actor) -> Mapping[str, tuple[UUID, str]]:
        """Whose interfaces on the host these are, of those that `by` may see."""
        ...


_finders: list[FindsUsers] = []
_NOBODY = Told()
_NAMED = 10


def register(finder: FindsUsers) -> None:
    """Once, when the app above is ready."""
    _finders.append(finder)


def of_networks(wanted: Collection[tuple[UUID, str, str]], by: Actor) -> dict[tuple[UUID, str], Told]:
    found: dict[tuple[UUID, str], Told] = {}
    for finder in _finders:
        found.update(finder.of_networks(wanted, by))
    return found


def of_network(host_id: UUID, name: str, bridge: str, by: Actor) -> Told:
    return of_networks([(host_id, name, bridge)], by).get((host_id, name), _NOBODY)


def of_filter(host_id: UUID, name: str, by: Actor) -> Told:
    for finder in _finders:
        told = finder.of_filters(host_id, [name], by).get(name)
        if told is not None:
            return told
    return _NOBODY


def of_macs(host_id: UUID, macs: Collection[str], by: Actor) -> dict[str, tuple[UUID, str]]:
    found: dict[str, tuple[UUID, str]] = {}
    for finder in _finders:
        found.update(finder.of_macs(host_id, macs, by))
    return found


class InUse(Conflict):
    """Domains would lose what goes or changes."""

    code = "in_use"

    def __init__(self, what: str, told: Told, hint: str = "") -> None:
        super().__init__(
            f"{what} is used by {told.words}.{f' {hint}' if hint else ''}",
            users=[
                {"kind": "domain", "id": str(id), "name": name}
                for id, name in dict.fromkeys((user.id, user.name) for user in told.users)
            ],
        )


def _words(names: Collection[str], others: int) -> str:
    shown = list(names)[:_NAMED]
    more = len(names) - len(shown) + others
    if more:
        shown.append(f"{more} more" if shown else ("another domain" if more == 1 else f"{more} domains"))
    return ", ".join(shown)
