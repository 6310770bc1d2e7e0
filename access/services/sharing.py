"""Who has what on one object, whatever the grants stand on."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from access.actor import Actor
from access.bundles import around, owner_of
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
    paths, owner, manages = paths_of(kind, id), owner_of(kind, id), grants.manages(by)
    holding = [(held, at) for held, at in paths.items() if at is not None and held != kind]
    holding += around(kind, id)
    names = names_of(one for one in holding if manages or grants.sees(by, *one))
    nearest = {(kind, id): 0, **{one: place for place, one in enumerate(holding, 1)}}
    found = []
    for grant in _reaching([(kind, id), *holding]):
        if not _concerns(grant, kind):
            continue
        here = grant.object_id == id
        owners = (
            here and grant.user_id is not None and grant.user_id == owner and grants.is_owner_role(grant.role)
        )
        # Whoever came so far may share it; so what is asked of a change is known without another look.
        within = here and grants.covered(by, grant.role.permissions, kind, paths)
        found.append(
            Held(grant, _through(grant, (kind, id), names), owners, within and (manages or not owners))
        )
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
    grant: Grant, on: tuple[str, UUID], names: dict[tuple[str, UUID], str]
) -> tuple[str, UUID | None, str] | None:
    """What the grant stands on; by its kind alone where it is not among those that may be named."""
    kind, id = grant.object_kind, grant.object_id
    if id is None:
        return EVERYWHERE, None, ""
    if (kind, id) == on:
        return None
    return (kind, id, names[kind, id]) if (kind, id) in names else (kind, None, "")
