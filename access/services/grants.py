"""Grants: a role given to a user or a group, on one object or everywhere; changed, taken back."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from access import audit
from access.actor import Actor
from access.errors import Conflict, Invalid
from access.models import Grant, Group, Role, User
from access.objects import names_of
from access.permissions import OWNER
from access.services.checks import administrator_remains, found, locked, need, on, within_own


def _object(given: dict[str, Any] | None) -> tuple[str, UUID | None]:
    if given is None:
        return "", None
    kind, at = given["kind"], given["id"]
    if (kind, at) not in names_of([(kind, at)]):
        raise Invalid(f"There is no {kind} {at}.", errors={"object": [f"There is no {kind} {at}."]})
    return kind, at


def _describe(grant: Grant) -> dict[str, Any]:
    whom = grant.user or grant.group
    return {
        "to": str(whom),
        "role": grant.role.name,
        "object": {"kind": grant.object_kind, "id": str(grant.object_id)} if grant.object_id else None,
    }


def _save(grant: Grant) -> None:
    try:
        with transaction.atomic():
            grant.save()
    except IntegrityError:
        raise Conflict("This grant is there already.", code="already_granted") from None


def create(
    *,
    role: UUID,
    user: UUID | None = None,
    group: UUID | None = None,
    object: dict[str, Any] | None = None,
    by: Actor,
) -> Grant:
    """Give a role. Raises Invalid, NotPermitted (beyond the rights of `by`), Conflict (given already)."""
    need(by, "grant.manage")
    if (user is None) == (group is None):
        wrong = "Name a user or a group, and not both."
        raise Invalid(wrong, errors={"user": [wrong], "group": [wrong]})
    with transaction.atomic():
        grant = Grant(role=found(Role, [role], "role")[0])
        if user is not None:
            grant.user = found(User, [user], "user")[0]
        if group is not None:
            grant.group = found(Group, [group], "group")[0]
        grant.object_kind, grant.object_id = _object(object)
        within_own(by, on(grant.role.permissions, grant.object_kind, grant.object_id))
        _save(grant)
        audit.record(by, "grant.create", "grant", grant.pk, str(grant.role), **_describe(grant))
    return grant


def change(id: UUID, changes: dict[str, Any], *, expected: int | None, by: Actor) -> Grant:
    """Change its role or object. Raises Invalid, NotPermitted, NotThere, Stale, Conflict."""
    need(by, "grant.manage")
    with administrator_remains():
        grant = locked(Grant, id, expected)
        within_own(by, on(grant.role.permissions, grant.object_kind, grant.object_id))
        if "role" in changes:
            grant.role = found(Role, [changes["role"]], "role")[0]
        if "object" in changes:
            grant.object_kind, grant.object_id = _object(changes["object"])
        within_own(by, on(grant.role.permissions, grant.object_kind, grant.object_id))
        grant.version += 1
        _save(grant)
        audit.record(by, "grant.edit", "grant", grant.pk, str(grant.role), **_describe(grant))
    return grant


def delete(id: UUID, *, expected: int | None, by: Actor) -> None:
    """Take it back. Raises NotPermitted, NotThere, Stale, Conflict."""
    need(by, "grant.manage")
    with administrator_remains():
        grant = locked(Grant, id, expected)
        within_own(by, on(grant.role.permissions, grant.object_kind, grant.object_id))
        audit.record(by, "grant.delete", "grant", grant.pk, str(grant.role), **_describe(grant))
        grant.delete()


def give_owner(user: User, kind: str, id: UUID, *, by: Actor) -> None:
    """Give the role `owner` on an object; nothing if they have it. Whether `by` may say so is asked by the caller."""
    role = Role.objects.get(name=OWNER, built_in=True)
    grant, new = Grant.objects.get_or_create(user=user, role=role, object_kind=kind, object_id=id)
    if new:
        audit.record(by, "grant.create", "grant", grant.pk, role.name, **_describe(grant))


def take_owner(user: UUID, kind: str, id: UUID, *, by: Actor) -> None:
    """Take that role back; nothing if they have it not."""
    role = Role.objects.get(name=OWNER, built_in=True)
    for grant in Grant.objects.filter(user=user, role=role, object_kind=kind, object_id=id):
        audit.record(by, "grant.delete", "grant", grant.pk, role.name, **_describe(grant))
        grant.delete()


def roles_of(user: User) -> list[str]:
    """The names of all roles that the user has anywhere, by own grants or groups'."""
    own = Grant.objects.filter(user=user) | Grant.objects.filter(group__users=user)
    return sorted(set(own.values_list("role__name", flat=True)))
