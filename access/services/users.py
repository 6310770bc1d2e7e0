"""Users: made, changed, deleted; passwords set and changed."""

import re
from typing import Any
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from access import audit
from access.actor import Actor
from access.errors import Conflict, Invalid, NotPermitted
from access.models import Group, User
from access.permissions import rights_of
from access.services.checks import administrator_remains, found, locked, need, rights_of_groups, within_own

# ASCII alone, so that no name can look like another's.
_USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@+-]{0,149}")


def _check_username(username: str, but: UUID | None = None) -> None:
    if not _USERNAME.fullmatch(username):
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
    by: Actor,
) -> User:
    """A new user; without a password one that cannot sign in yet. Raises Invalid, NotPermitted."""
    need(by, "user.manage")
    _check_username(username)
    user = User(username=username, display_name=name, is_active=active)
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


def change(id: UUID, changes: dict[str, Any], *, expected: int | None, by: Actor) -> User:
    """Change username, name, active, groups or password. Raises Invalid, NotPermitted, NotThere, Stale, Conflict."""
    need(by, "user.manage")
    with administrator_remains():
        user = locked(User, id, expected)
        within_own(by, rights_of(user))
        if "username" in changes:
            _check_username(changes["username"], user.pk)
            user.username = changes["username"]
        user.display_name = changes.get("name", user.display_name)
        user.is_active = changes.get("active", user.is_active)
        if changes.get("password") is not None:
            check_password(changes["password"], user)
            user.set_password(changes["password"])
        if "groups" in changes:
            groups = found(Group, changes["groups"], "groups")
            within_own(by, rights_of_groups(groups))
            user.groups.set(groups)
        user.version += 1
        user.save()
        audit.record(by, "user.edit", "user", user.pk, user.username, fields=sorted(changes))
    return user


def delete(id: UUID, *, expected: int | None, by: Actor) -> None:
    """Delete with all grants and tokens. Raises NotPermitted, NotThere, Stale, Conflict (own, last administrator)."""
    need(by, "user.manage")
    with administrator_remains():
        user = locked(User, id, expected)
        if by.user is not None and user.pk == by.user.pk:
            raise Conflict("Nobody deletes their own account.", code="own_account")
        within_own(by, rights_of(user))
        audit.record(by, "user.delete", "user", user.pk, user.username)
        user.delete()


def signed_in(by: Actor) -> User:
    """Who is signed in. Raises NotPermitted for nobody."""
    if by.user is None:
        raise NotPermitted("Nobody is signed in.")
    return by.user


def own(by: Actor) -> User:
    """The person's own account. Raises NotPermitted for a token: it speaks for a program, not for the person."""
    if by.user is None or by.token is not None:
        raise NotPermitted("Sign in with the password for this; a token cannot do it.")
    return by.user


def change_own(changes: dict[str, Any], *, by: Actor) -> User:
    """Change one's own name or theme."""
    with transaction.atomic():
        user = locked(User, own(by).pk, None)
        user.display_name = changes.get("name", user.display_name)
        user.theme = changes.get("theme", user.theme)
        user.version += 1
        user.save()
    return user


def change_password(current: str, new: str, *, by: Actor) -> User:
    """Change one's own password; every other session of the person ends. Raises Invalid."""
    user = own(by)
    if not user.check_password(current):
        raise Invalid(
            "That is not your password.", errors={"current_password": ["That is not your password."]}
        )
    check_password(new, user, "new_password")
    with transaction.atomic():
        user = locked(User, user.pk, None)
        user.set_password(new)
        user.version += 1
        user.save()
        audit.record(by, "user.password", "user", user.pk, user.username)
    return user
