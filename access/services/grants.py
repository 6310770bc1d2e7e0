"""Grants: a role given to a user or a group, on one object or everywhere; changed, taken back.

Who manages grants (`grant.manage`) gives any role that is within their own rights, anywhere. Who may share an object
(`grant.share` on it; its owner) does the same on that object alone.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from access import audit
from access.actor import Actor
from access.bundles import owner_of
from access.errors import Conflict, Invalid, NotPermitted, NotThere
from access.models import Grant, Group, Role, User
from access.objects import names_of, paths_of
from access.permissions import OWNER, concerning
from access.services.checks import administrator_remains, everywhere, found, locked, within_own


def manages(by: Actor) -> bool:
    return by.scope("grant.manage").everywhere


def may_share(by: Actor, kind: str, id: UUID) -> bool:
    """Whether `by` may give and take back roles on this object, within their own rights there."""
    return manages(by) or by.scope("grant.share").covers(paths_of(kind, id))


def shares_anything(by: Actor) -> bool:
    return manages(by) or by.may("grant.share")


def within(by: Actor, permissions: Iterable[str], kind: str, id: UUID | None) -> bool:
    """Whether `by` has all of these that mean anything there, by whatever grant; without an object, everywhere."""
    if id is None:
        return all(by.scope(name).everywhere for name in permissions)
    return covered(by, permissions, kind, paths_of(kind, id))


def covered(by: Actor, permissions: Iterable[str], kind: str, paths: Mapping[str, UUID | None]) -> bool:
    """The same of an object whose paths are known."""
    return all(by.scope(name).covers(paths) for name in concerning(kind, permissions))


def _need(by: Actor, permissions: Iterable[str], kind: str, id: UUID | None) -> None:
    """Raises NotPermitted unless `by` may give or take a role of these permissions there."""
    if id is None:
        if not manages(by):
            raise NotPermitted("This needs the permission grant.manage: it would hold everywhere.")
        within_own(by, everywhere(permissions))
        return
    if not may_share(by, kind, id):
        raise NotPermitted(f"This needs the permission grant.manage, or grant.share on this {kind}.")
    if not within(by, permissions, kind, id):
        beyond = sorted(name for name in permissions if not within(by, (name,), kind, id))
        raise NotPermitted(
            "This reaches beyond your own permissions there.",
            code="beyond_own_permissions",
            permissions=beyond,
        )


def _object(given: dict[str, Any] | None, by: Actor) -> tuple[str, UUID | None]:
    if given is None:
        return "", None
    kind, at = given["kind"], given["id"]
    known = (kind, at) in names_of([(kind, at)])
    # Who neither manages nor shares nor sees it does not learn that it is there.
    if not known or not (may_share(by, kind, at) or sees(by, kind, at)):
        raise Invalid(f"There is no {kind} {at}.", errors={"object": [f"There is no {kind} {at}."]})
    return kind, at


def sees(by: Actor, kind: str, id: UUID) -> bool:
    """Whether `by` may know of this object. A tag is seen by whoever sees something that bears it."""
    name = "domain.read" if kind == "tag" else f"{kind}.read"
    return by.scope(name).covers(paths_of(kind, id))


def _to(user: UUID | None, group: UUID | None, username: str | None) -> dict[str, User | Group]:
    if sum(one is not None for one in (user, group, username)) != 1:
        wrong = "Name a user or a group, and not both."
        raise Invalid(wrong, errors={"user": [wrong], "group": [wrong]})
    if group is not None:
        return {"group": found(Group, [group], "group")[0]}
    if user is not None:
        return {"user": found(User, [user], "user")[0]}
    named = User.objects.filter(username__iexact=username).first()
    if named is None:
        wrong = f"There is no user named {username}."
        raise Invalid(wrong, errors={"username": [wrong]})
    return {"user": named}


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
    username: str | None = None,
    object: dict[str, Any] | None = None,
    by: Actor,
) -> Grant:
    """Give a role. Raises Invalid, NotPermitted (beyond the rights of `by`), Conflict (given already)."""
    if not shares_anything(by):
        raise NotPermitted("This needs the permission grant.manage, or grant.share on an object.")
    with transaction.atomic():
        kind, at = _object(object, by)
        if not (manages(by) or (at is not None and may_share(by, kind, at))):
            _need(by, (), kind, at)  # before anything is said of users and groups
        grant = Grant(role=found(Role, [role], "role")[0], **_to(user, group, username))
        grant.object_kind, grant.object_id = kind, at
        _need(by, grant.role.permissions, kind, at)
        _save(grant)
        audit.record(by, "grant.create", "grant", grant.pk, str(grant.role), **_describe(grant))
    return grant


def change(id: UUID, changes: dict[str, Any], *, expected: int | None, by: Actor) -> Grant:
    """Change its role or object. Raises Invalid, NotPermitted, NotThere, Stale, Conflict."""
    _may_know(id, by)
    with administrator_remains(by):
        grant = locked(Grant, id, expected)
        _need_to_take(grant, by)
        before = _describe(grant)
        if "role" in changes:
            grant.role = found(Role, [changes["role"]], "role")[0]
        if "object" in changes:
            grant.object_kind, grant.object_id = _object(changes["object"], by)
        _need(by, grant.role.permissions, grant.object_kind, grant.object_id)
        grant.version += 1
        _save(grant)
        told = _describe(grant)
        changed = audit.changed(before, told)
        audit.record(by, "grant.edit", "grant", grant.pk, str(grant.role), changes=changed, to=told["to"])
    return grant


def delete(id: UUID, *, expected: int | None, by: Actor) -> None:
    """Take it back. Raises NotPermitted, NotThere, Stale, Conflict."""
    _may_know(id, by)
    with administrator_remains(by):
        grant = locked(Grant, id, expected)
        _need_to_take(grant, by)
        audit.record(by, "grant.delete", "grant", grant.pk, str(grant.role), **_describe(grant))
        grant.delete()


def _may_know(id: UUID, by: Actor) -> None:
    """Raises NotPermitted for who gives nothing to anybody; NotThere for a grant on what they may not share."""
    if manages(by):
        return
    if not shares_anything(by):
        raise NotPermitted("This needs the permission grant.manage, or grant.share on an object.")
    grant = Grant.objects.filter(pk=id).first()
    if grant is None or grant.object_id is None or not may_share(by, grant.object_kind, grant.object_id):
        raise NotThere


def _need_to_take(grant: Grant, by: Actor) -> None:
    _need(by, grant.role.permissions, grant.object_kind, grant.object_id)
    if manages(by) or grant.object_id is None or grant.user_id is None:
        return
    if is_owners(grant.role, grant.object_kind, grant.object_id, grant.user_id):
        raise NotPermitted(
            "This is what makes the owner the owner; only who manages grants takes it away.",
            code="grant_of_the_owner",
        )


def is_owner_role(role: Role) -> bool:
    """Whether it is the one that owners have."""
    return role.built_in and role.name == OWNER


def is_owners(role: Role, kind: str, id: UUID, user: UUID) -> bool:
    """Whether this is the owner's own grant on what is theirs."""
    return is_owner_role(role) and owner_of(kind, id) == user


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
