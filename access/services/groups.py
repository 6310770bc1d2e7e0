"""Groups: made, changed, deleted."""

from typing import Any
from uuid import UUID

from django.db import transaction

from access import audit
from access.actor import Actor
from access.errors import Invalid
from access.models import Group, User
from access.services.checks import administrator_remains, found, locked, need, rights_of_groups, within_own


def _check_name(name: str, but: UUID | None = None) -> None:
    others = Group.objects.filter(name=name)
    if (others if but is None else others.exclude(pk=but)).exists():
        raise Invalid("Another group has this name.", errors={"name": ["Another group has this name."]})


def create(*, name: str, description: str = "", users: list[UUID] | None = None, by: Actor) -> Group:
    """A new group, without grants. Raises Invalid, NotPermitted."""
    need(by, "user.manage")
    _check_name(name)
    with transaction.atomic():
        group = Group.objects.create(name=name, description=description)
        group.users.set(found(User, users or [], "users"))
        audit.record(by, "group.create", "group", group.pk, name)
    return group


def _audited(group: Group) -> dict[str, Any]:
    """What the audit log tells of a change of this."""
    users = sorted(group.users.values_list("username", flat=True))
    return {"name": group.name, "description": group.description, "users": users}


def change(id: UUID, changes: dict[str, Any], *, expected: int | None, by: Actor) -> Group:
    """Change name, description or users. Raises Invalid, NotPermitted, NotThere, Stale, Conflict."""
    need(by, "user.manage")
    with administrator_remains(by):
        group = locked(Group, id, expected)
        before = _audited(group)
        within_own(by, rights_of_groups([group]))
        if "name" in changes:
            _check_name(changes["name"], group.pk)
            group.name = changes["name"]
        group.description = changes.get("description", group.description)
        if "users" in changes:
            group.users.set(found(User, changes["users"], "users"))
        group.version += 1
        group.save()
        told = audit.changed(before, _audited(group))
        audit.record(by, "group.edit", "group", group.pk, group.name, changes=told)
    return group


def delete(id: UUID, *, expected: int | None, by: Actor) -> None:
    """Delete it with its grants. Raises NotPermitted, NotThere, Stale, Conflict."""
    need(by, "user.manage")
    with administrator_remains(by):
        group = locked(Group, id, expected)
        within_own(by, rights_of_groups([group]))
        audit.record(by, "group.delete", "group", group.pk, group.name)
        group.delete()
