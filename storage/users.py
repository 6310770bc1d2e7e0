"""Who stands on a volume. Domains, templates and their like lie above this layer, so they register how to find them."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from access.actor import Actor
from access.errors import Conflict
from hosts.models import Host
from jobs.models import Job


@dataclass(frozen=True, slots=True)
class Told:
    """Those who stand on something, as one person may hear of them.

    `words` speaks of all of them, unnamed where the person may not see them; `users` are (kind, id, name) of the rest,
    and `hidden` counts those that are not named.
    """

    words: str
    users: tuple[tuple[str, UUID, str], ...] = ()
    hidden: int = 0

    @property
    def count(self) -> int:
        return len(self.users) + self.hidden

    def __add__(self, other: "Told") -> "Told":
        return Told(f"{self.words}, {other.words}", (*self.users, *other.users), self.hidden + other.hidden)


@dataclass(frozen=True, slots=True)
class DomainDisk:
    """A domain's disk that is this very volume (no layer over it). `written`: the domain may write to it."""

    domain: UUID
    name: str
    host: UUID  # another one where the storage is shared
    target: str
    format: str  # as the definition says it
    active: bool
    written: bool


At = TypeVar("At", bound=Hashable)
ByHost = Mapping[UUID, Sequence[str]]
Finder = Callable[[Host, Sequence[str], Actor], Mapping[str, Told]]
# Of many hosts at once: paths by the host's id; (host, path) → who.
BulkFinder = Callable[[ByHost, Actor], Mapping[tuple[UUID, str], Told]]
DiskFinder = Callable[[Host, str], Sequence[DomainDisk]]
Namer = Callable[[Iterable[str], Host, Job], list[str]]

_finders: list[tuple[Finder, BulkFinder | None]] = []
_disk_finders: list[DiskFinder] = []
_namers: list[Namer] = []


def register(find: Finder, bulk: BulkFinder | None = None) -> None:
    """`find(host, paths, by)` gives by path who stands on it, over layers too; paths without users are left out.

    `bulk`: the same for lists, of many hosts in a number of queries that grows with neither.
    """
    _finders.append((find, bulk))


def register_bulk(find: BulkFinder) -> None:
    """For what is found as well for many at once as for one."""

    def find_on(host: Host, paths: Sequence[str], by: Actor) -> dict[str, Told]:
        return {path: told for (_, path), told in find({host.pk: paths}, by).items()}

    register(find_on, find)


def register_disks(find: DiskFinder) -> None:
    """`find(host, path)` gives the disks of domains that are this volume."""
    _disk_finders.append(find)


def register_names(name: Namer) -> None:
    """`name(names, host, job)`: names of domains that a node gave, as whoever asked for the job may hear them."""
    _namers.append(name)


def users_of(
    host: Host, paths: Sequence[str], by: Actor, *, without: Finder | BulkFinder | None = None
) -> dict[str, Told]:
    """Who stands on these paths of a host, but for those whom the finder `without` gives."""
    wanted = tuple(dict.fromkeys(path for path in paths if path))
    found: dict[str, Told] = {}
    for find, bulk in _finders:
        if without is None or without not in (find, bulk):
            _add(found, find(host, wanted, by) if wanted else {})
    return found


def users_of_many(paths: Mapping[Host, Sequence[str]], by: Actor) -> dict[tuple[UUID, str], Told]:
    """Who stands on these paths of several hosts, by (host, path), for lists."""
    wanted = {host: tuple(dict.fromkeys(path for path in of_host if path)) for host, of_host in paths.items()}
    found: dict[tuple[UUID, str], Told] = {}
    for find, bulk in _finders:
        if bulk is not None:
            _add(found, bulk({host.pk: of_host for host, of_host in wanted.items()}, by))
            continue
        for host, of_host in wanted.items():
            _add(found, {(host.pk, path): told for path, told in find(host, of_host, by).items()})
    return found


def disks_of(host: Host, path: str) -> list[DomainDisk]:
    """The disks of domains that are the volume at this path."""
    return [disk for find in _disk_finders for disk in find(host, path)]


def names_for(names: Iterable[str], host: Host, job: Job) -> list[str]:
    """Names that a node gave, as whoever asked for the job may hear them."""
    wanted = list(names)
    for name in _namers:
        wanted = name(wanted, host, job)
    return wanted


def _add(found: dict[At, Told], more: Mapping[At, Told]) -> None:
    for at, told in more.items():
        found[at] = found[at] + told if at in found else told


class InUse(Conflict):
    """Somebody stands on what would go or change."""

    code = "in_use"

    def __init__(self, what: str, told: Told) -> None:
        super().__init__(
            f"{what} is used by {told.words}.",
            users=[{"kind": kind, "id": str(id), "name": name} for kind, id, name in told.users],
        )
