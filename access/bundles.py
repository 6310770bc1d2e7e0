"""What access must know of objects above it: which ones a grant on a word reaches, and whose an object is.

A grant on a tag is one on every object that bears it. The app of those objects says which they are whenever rights
are read, so that querysets, notices, consoles and jobs need not know of tags at all.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Bundle:
    """Objects of kind `of` that are reached through those of kind `kind`."""

    kind: str
    of: str
    members: Callable[[Collection[UUID]], Iterable[tuple[UUID, UUID]]]  # (of the bundle, of the member)
    around: Callable[[UUID], Iterable[UUID]]  # the bundles that a member is in


@dataclass(frozen=True, slots=True)
class Held:
    """What whoever an object is of may do with it, where no grant says so. `of` gives the ids of a user's."""

    kind: str
    permissions: frozenset[str]
    of: Callable[[UUID], Iterable[UUID]]


_bundles: dict[str, Bundle] = {}
_held: dict[str, Held] = {}
_owners: dict[str, Callable[[UUID], UUID | None]] = {}


def register(bundle: Bundle) -> None:
    """A higher app calls this once, when it is ready."""
    _bundles[bundle.kind] = bundle


def register_owner(kind: str, owner_of: Callable[[UUID], UUID | None]) -> None:
    """How to find the user whose an object of this kind is."""
    _owners[kind] = owner_of


def register_held(held: Held) -> None:
    """Objects of this kind are their owner's by themselves."""
    _held[held.kind] = held


def held_by(user: UUID) -> list[tuple[frozenset[str], str, UUID]]:
    """What is the user's without a grant, as `access.permissions.add_up` takes it; one query a kind at least."""
    return [(one.permissions, one.kind, at) for one in _held.values() for at in one.of(user)]


def held_permissions() -> frozenset[str]:
    """All that reach what is somebody's without a grant."""
    return frozenset().union(*(one.permissions for one in _held.values()))


def spread(ids: dict[str, dict[str, set[UUID]]]) -> None:
    """Add to the ids of each permission those that are reached through bundles; one query a kind of bundle."""
    for bundle in _bundles.values():
        named = set().union(*(kinds.get(bundle.kind, ()) for kinds in ids.values()))
        if not named:
            continue
        members: dict[UUID, set[UUID]] = {}
        for at, member in bundle.members(named):
            members.setdefault(at, set()).add(member)
        for kinds in ids.values():
            reached = set().union(*(members.get(at, ()) for at in kinds.get(bundle.kind, ())))
            if reached:
                kinds.setdefault(bundle.of, set()).update(reached)


def around(kind: str, id: UUID) -> list[tuple[str, UUID]]:
    """The bundles that an object is in."""
    return [(one.kind, at) for one in _bundles.values() if one.of == kind for at in one.around(id)]


def owner_of(kind: str, id: UUID) -> UUID | None:
    """Whose it is; None for nobody's, and for what nobody owns."""
    find = _owners.get(kind)
    return find(id) if find is not None else None
