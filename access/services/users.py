"""Users: made, changed, deleted; passwords set and changed."""

import re
from typing import Any
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from access import audit
from access.actor import Actor
from access.errors import Conflict, Invalid
from access.models import Group, OutsideIdentity, User
from access.permissions import rights_of
from access.services import lock_out
from access.services.checks import (
    administrator_remains,
    found,
    locked,
    need,
    own,
    rights_of_groups,
    within_own,
)
from access.services.sessions import end_all, managed

# ASCII alone, so that no name can look like another's.
_USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@+-]{0,149}")


def is_username(text: str) -> bool:
    """Whether a user may be called so."""
    return _USERNAME.fullmatch(text) is not None


def _check_username(username: str, but: UUID | None = None) -> None:
    if not is_username(username):
        wrong = "Letters, digits and _.@+- only, beginning with a letter or digit."
    elif User.objects.filter(username__iexact=username).exclude(pk=but).exists():
        wrong = "Another user has this name."
    else:
        return
    raise Invalid(wrong, errors={"username": [wrong]})


def check_password(password: str, user: User, field: str = "password") -> None:
    """Raises Invalid, naming `field`, with all that is wrong with a new password."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid("The password is not good enough.", errors={field: error.messages}) from None


def create(
    *,
    username: str,
    password: str | None = None,
    name: str = "",
    active: bool = True,
    groups: list[UUID] | None = None,
    must_change_password: bool = False,
    by: Actor,
) -> User:
    """A new user; without a password one that cannot sign in yet. Raises Invalid, NotPermitted."""
    need(by, "user.manage")
    _check_username(username)
    user = User(
        username=username,
        display_name=name,
        is_active=active,
        must_change_password=must_change_password and password is not None,
    )
    if password is None:
        user.set_unusable_password()
    else:
        check_password(password, user)
        user.set_password(password)
    with transaction.atomic():
        members_of = found(Group, groups or [], "groups")
        within_own(by, rights_of_groups(members_of))
        user.save()
        user.groups.set(members_of)
        audit.record(by, "user.create", "user", user.pk, username)
    return user


def _audited(user: User) -> dict[str, Any]:
    """What the audit log tells of a change of this."""
    return {
        "username": user.username,
        "name": user.display_name,
        "active": user.is_active,
        "must_change_password": user.must_change_password,
        "groups": sorted(user.groups.values_list("name", flat=True)),
    }


def change(id: UUID, changes: dict[str, Any], *, expected: int | None, by: Actor) -> User:
    """Change username, name, active, groups, password or whether it must be changed.

    With another password, or closed, the user's sessions end. Raises Invalid, NotPermitted, NotThere, Stale, Conflict.
    """
    need(by, "user.manage")
    with administrator_remains(by):
        user = locked(User, id, expected)
        before = _audited(user)
        within_own(by, rights_of(user))
        if user.pk == by.id and changes.get("active") is False:
            raise Conflict(
                "Nobody closes their own account: they could not open it again.", code="own_account"
            )
        if user.pk == by.id and changes.get("password") is not None:
            raise Conflict(
                "Change your own password under your account: the present one is asked there.",
                code="own_account",
            )
        if "username" in changes:
            _check_username(changes["username"], user.pk)
            user.username = changes["username"]
        user.display_name = changes.get("name", user.display_name)
        user.is_active = changes.get("active", user.is_active)
        if "active" in changes:
            # Closed by a person's word it stays so, also once the directory has them again.
            OutsideIdentity.objects.filter(user=user).update(left_at=None)
        if changes.get("password") is not None:
            check_password(changes["password"], user)
            user.set_password(changes["password"])
        user.must_change_password = changes.get("must_change_password", user.must_change_password)
        if "groups" in changes:
            groups = found(Group, changes["groups"], "groups")
            within_own(by, rights_of_groups(groups))
            user.groups.set(groups)
        user.version += 1
        user.save()
        if not user.is_active or changes.get("password") is not None:
            end_all(user)
        password = {"password": "another"} if changes.get("password") is not None else {}
        told = audit.changed(before, _audited(user) | password)
        audit.record(by, "user.edit", "user", user.pk, user.username, changes=told)
    return user


def delete(id: UUID, *, expected: int | None, by: Actor) -> None:
    """Delete with all grants and tokens. Raises NotPermitted, NotThere, Stale, Conflict (own, last administrator)."""
    need(by, "user.manage")
    with administrator_remains(by):
        user = locked(User, id, expected)
        if by.user is not None and user.pk == by.user.pk:
            raise Conflict("Nobody deletes their own account.", code="own_account")
        within_own(by, rights_of(user))
        audit.record(by, "user.delete", "user", user.pk, user.username)
        user.delete()


def change_own(changes: dict[str, Any], *, by: Actor) -> User:
    """Change one's own name or theme."""
    with transaction.atomic():
        user = locked(User, own(by).pk, None)
        before = {"name": user.display_name}
        user.display_name = changes.get("name", user.display_name)
        user.theme = changes.get("theme", user.theme)
        user.version += 1
        user.save()
        if told := audit.changed(before, {"name": user.display_name}):
            audit.record(by, "user.edit", "user", user.pk, user.username, changes=told)
    return user


def change_password(current: str, new: str, *, by: Actor) -> User:
    """Change one's own password; every other session of the person ends. Raises Invalid, Conflict, TooMany."""
    user = own(by)
    if user.source == "ldap":
        raise Conflict("This password is the directory's; change it there.", code="password_elsewhere")
    lock_out.count(user.username, by.address)
    if not user.check_password(current):
        audit.record(by, "user.password", "user", user.pk, user.username, "failed")
        raise Invalid(
            "That is not your password.", errors={"current_password": ["That is not your password."]}
        )
    lock_out.forget(user.username, by.address)
    check_password(new, user, "new_password")
    if user.must_change_password and new == current:
        wrong = "Choose another one than before."
        raise Invalid(wrong, errors={"new_password": [wrong]})
    with transaction.atomic():
        user = locked(User, user.pk, None)
        user.set_password(new)
        user.must_change_password = False
        user.version += 1
        user.save()
        end_all(user, but=by.session_key)
        audit.record(by, "user.password", "user", user.pk, user.username)
    return user


def set_password_of(user: User, password: str, *, by: Actor) -> int:
    """Set it without asking for the old one, for who has the machine. All sessions end; returns how many did."""
    check_password(password, user)
    with transaction.atomic():
        user = locked(User, user.pk, None)
        user.set_password(password)
        user.must_change_password = False
        user.version += 1
        user.save()
        lock_out.unlock(user.username)
        ended = end_all(user)
        audit.record(by, "user.password", "user", user.pk, user.username, sessions_ended=ended)
    return ended


def unlock(id: UUID, *, by: Actor) -> None:
    """Let a user try again at once who failed too often. Raises NotPermitted, NotThere."""
    user = managed(id, by)
    with transaction.atomic():
        forgotten = lock_out.unlock(user.username)
        audit.record(by, "user.unlock", "user", user.pk, user.username, failures=forgotten)
