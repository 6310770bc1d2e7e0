"""Roles: the built-in ones as the code says, others as people make them."""

from typing import Any
from uuid import UUID

from django.db import transaction

from access import audit
from access.actor import Actor
from access.errors import Conflict, Invalid
from access.models import Role
from access.permissions import BUILT_IN_ROLES
from access.services.checks import administrator_remains, everywhere, locked, need, within_own


def write_built_in() -> None:
    """Make the built-in roles what access.permissions says, touching only what differs."""
    stored = {
        role.name: role for role in Role.objects.filter(name__in=[role.name for role in BUILT_IN_ROLES])
    }
    for wanted in BUILT_IN_ROLES:
        permissions = sorted(wanted.permissions)
        role = stored.get(wanted.name)
        if role is None:
            Role.objects.create(
                name=wanted.name, description=wanted.description, permissions=permissions, built_in=True
            )
        elif (role.permissions, role.description, role.built_in) != (permissions, wanted.description, True):
            role.permissions, role.description, role.built_in = permissions, wanted.description, True
            role.version += 1
            role.save()


def _check_name(name: str, but: UUID | None = None) -> None:
    others = Role.objects.filter(name=name)
    if (others if but is None else others.exclude(pk=but)).exists():
        raise Invalid("Another role has this name.", errors={"name": ["Another role has this name."]})


def _own(id: UUID, expected: int | None, by: Actor) -> Role:
    role = locked(Role, id, expected)
    if role.built_in:
        raise Conflict("Built-in roles stay as they are; make a role of your own.", code="built_in_role")
    within_own(by, everywhere(role.permissions))
    return role


def create(*, name: str, permissions: list[str], description: str = "", by: Actor) -> Role:
    """A new role of permissions that `by` has everywhere. Raises Invalid, NotPermitted."""
    need(by, "role.manage")
    within_own(by, everywhere(permissions))
    _check_name(name)
    with transaction.atomic():
        role = Role.objects.create(name=name, description=description, permissions=sorted(set(permissions)))
        audit.record(by, "role.create", "role", role.pk, name, permissions=role.permissions)
    return role


def _audited(role: Role) -> dict[str, Any]:
    """What the audit log tells of a change of this."""
    return {"name": role.name, "description": role.description, "permissions": role.permissions}


def change(id: UUID, changes: dict[str, Any], *, expected: int | None, by: Actor) -> Role:
    """Change name, description or permissions. Raises Invalid, NotPermitted, NotThere, Stale, Conflict."""
    need(by, "role.manage")
    with administrator_remains(by):
        role = _own(id, expected, by)
        before = _audited(role)
        if "name" in changes:
            _check_name(changes["name"], role.pk)
            role.name = changes["name"]
        role.description = changes.get("description", role.description)
        if "permissions" in changes:
            within_own(by, everywhere(changes["permissions"]))
            role.permissions = sorted(set(changes["permissions"]))
        role.version += 1
        role.save()
        told = audit.changed(before, _audited(role))
        audit.record(by, "role.edit", "role", role.pk, role.name, changes=told)
    return role


def delete(id: UUID, *, expected: int | None, by: Actor) -> None:
    """Delete a role that nobody has. Raises NotPermitted, NotThere, Stale, Conflict."""
    need(by, "role.manage")
    with transaction.atomic():
        role = _own(id, expected, by)
        given = role.grants.count()
        if given:
            raise Conflict(
                f"It is given {given} times; take it back first.", code="role_in_use", grants=given
            )
        audit.record(by, "role.delete", "role", role.pk, role.name)
        role.delete()
