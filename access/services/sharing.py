"""Who has what on one object, whatever the grants stand on."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from access.actor import Actor
from access.bundles import around
from access.errors import NotPermitted, NotThere
from access.models import Grant
from access.objects import names_of, paths_of
from access.permissions import concerning
from access.services import grants

EVERYWHERE = "everywhere"


@dataclass(frozen=True)
class Held:
    """One grant that reaches an object, and by what; `through` is None where it stands on the object itself."""

    grant: Grant
    through: tuple[str, UUID | None, str] | None
    owner: bool
    may_take: bool


def on(kind: str, id: UUID, *, by: Actor) -> list[Held]:
    """All grants that reach it, nearest first. Raises NotThere, NotPermitted (to who may not share it)."""
    if (kind, id) not in names_of([(kind, id)]):
        raise NotThere
    if not grants.may_share(by, kind, id):
        if not grants.sees(by, kind, id):
            raise NotThere
        raise NotPermitted(f"This needs the permission grant.manage, or grant.share on this {kind}.")
    holding = [(held, at) for held, at in paths_of(kind, id).items() if at is not None and held != kind]
    holding += around(kind, id)
    names = names_of(holding)
    nearest = {(kind, id): 0, **{one: place for place, one in enumerate(holding, 1)}}
    found = [
        Held(
            grant,
            _through(grant, (kind, id), names, by),
            grant.user_id is not None
            and grant.object_id == id
            and grants.is_owners(grant.role, kind, id, grant.user_id),
            grant.object_id == id and grants.may_take(grant, by),
        )
        for grant in _reaching([(kind, id), *holding])
        if _concerns(grant, kind)
    ]
    far = len(nearest)
    return sorted(
        found,
        key=lambda one: (
            nearest.get((one.grant.object_kind, one.grant.object_id), far) if one.grant.object_id else far,
            not one.owner,
            str(one.grant.user or one.grant.group).lower(),
            one.grant.role.name,
        ),
    )


def _reaching(objects: list[tuple[str, UUID]]) -> QuerySet[Grant]:
    reached = Q(object_id=None)
    for kind, id in objects:
        reached |= Q(object_kind=kind, object_id=id)
    return Grant.objects.filter(reached).select_related("user", "group", "role")


def _concerns(grant: Grant, kind: str) -> bool:
    return bool(concerning(kind, grant.role.permissions))


def _through(
    grant: Grant, on: tuple[str, UUID], names: dict[tuple[str, UUID], str], by: Actor
) -> tuple[str, UUID | None, str] | None:
    kind, id = grant.object_kind, grant.object_id
    if id is None:
        return EVERYWHERE, None, ""
    if (kind, id) == on:
        return None
    if not grants.sees(by, kind, id) and not grants.manages(by):
        return kind, None, ""
    return kind, id, names.get((kind, id), "")
