"""What every change of accounts asks first: may they, is it within their own rights, does an administrator remain."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce

from access.actor import Actor
from access.errors import Conflict, Invalid, NotPermitted, NotThere, Stale
from access.models import Grant, Group, Role, Row, User
from access.permissions import ADMINISTER, EVERYWHERE, Rights, Scope, add_up

R = TypeVar("R", bound=Row)


def need(by: Actor, permission: str) -> None:
    """Raises NotPermitted unless `by` has the permission everywhere."""
    if not by.scope(permission).everywhere:
        raise NotPermitted(f"This needs the permission {permission}.")


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


def locked(model: type[R], id: UUID, expected: int | None) -> R:
    """The row, held until the transaction ends. Raises NotThere, or Stale unless it is still version `expected`."""
    row: R | None = model._default_manager.select_for_update().filter(pk=id).first()
    if row is None:
        raise NotThere
    if expected is not None and row.version != expected:
        raise Stale(f"It is at version {row.version} now, not at {expected}.", version=row.version)
    return row


def within_own(by: Actor, rights: Rights) -> None:
    """Raises NotPermitted if `rights` reach further than those of `by`: nobody gives or takes what they lack."""
    beyond = sorted(name for name, scope in rights.items() if not by.scope(name).includes(scope))
    if beyond:
        raise NotPermitted(
            "This reaches beyond your own permissions.", code="beyond_own_permissions", permissions=beyond
        )


def everywhere(permissions: Iterable[str]) -> Rights:
    """The rights that these permissions give without an object."""
    return dict.fromkeys(permissions, EVERYWHERE)


def on(permissions: Iterable[str], kind: str, id: UUID | None) -> Rights:
    """The rights that these permissions give on one object; without an id, everywhere."""
    return (
        everywhere(permissions)
        if id is None
        else dict.fromkeys(permissions, Scope(ids={kind: frozenset({id})}))
    )


def rights_of_groups(groups: Iterable[Group]) -> Rights:
    """What membership in all of these gives."""
    grants = Grant.objects.filter(group__in=list(groups))
    return add_up(grants.values_list("role__permissions", "object_kind", "object_id"))


def found(model: type[R], ids: Iterable[UUID], field: str) -> list[R]:
    """The rows of all `ids`. Raises Invalid, naming `field`, if one is missing."""
    wanted = list(dict.fromkeys(ids))
    rows: dict[UUID, R] = model._default_manager.in_bulk(wanted)
    if missing := [str(one) for one in wanted if one not in rows]:
        raise Invalid(
            f"There is no {missing[0]}.", errors={field: [f"There is no {one}." for one in missing]}
        )
    return [rows[one] for one in wanted]


def administrators() -> set[UUID]:
    """The active users who may manage users, roles and grants, everywhere."""
    may: dict[UUID, set[str]] = {}
    grants = Grant.objects.filter(object_id=None)
    active = Q(user__is_active=True) | Q(group__users__is_active=True)
    holder = Coalesce("user_id", "group__users__id")
    for permissions, user in grants.filter(active).values_list("role__permissions", holder):
        may.setdefault(user, set()).update(permissions)
    return {
        user
        for user in User.objects.filter(pk__in=may, is_active=True).values_list("pk", flat=True)
        if may[user] >= ADMINISTER
    }


@contextmanager
def administrator_remains(by: Actor | None = None) -> Iterator[None]:
    """A transaction that is undone, with Conflict, if it would leave nobody to manage accounts, or lock `by` out.

    The lock on one row makes such changes follow one another: two last administrators cannot remove each other.
    """
    with transaction.atomic():
        Role.objects.select_for_update().get(name="administrator")
        before = administrators()
        yield
        after = administrators()
        if before and not after:
            raise Conflict(
                "This would leave nobody who can manage users, roles and grants.", code="last_administrator"
            )
        if by is not None and by.id in before - after:
            raise Conflict(
                "This would take from yourself what makes you an administrator. Another administrator can do it.",
                code="own_administrator",
            )
