"""Who comes from elsewhere: found again by what ties them to a user of ours, made at the first time, their groups."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from access import audit
from access.actor import Actor
from access.errors import Conflict, Refused
from access.identities.configuration import GroupRules
from access.models import Group, OutsideIdentity, User
from access.services.checks import administrator_remains
from access.services.users import is_username

log = logging.getLogger(__name__)

_LONGEST_SUBJECT = 255

NAME_TAKEN, NOT_ALLOWED, CLOSED, FAILED = "name_taken", "not_allowed", "closed", "failed"


class NotAdmitted(Refused):
    """The provider or directory vouches for the person, but they do not come in; `code` says why."""

    status = 401
    title = "Sign-in failed"


@dataclass(frozen=True)
class Vouched:
    """What a provider or directory says of a person who has proved to it who they are.

    `usernames` are what the user may be called, the best first; `groups` are theirs, not ours.
    """

    source: str
    issuer: str
    subject: str
    usernames: tuple[str, ...]
    display_name: str
    groups: frozenset[str]


def user_of(vouched: Vouched, rules: GroupRules, *, by: Actor) -> User:
    """The user of ours, with the groups that the rules give. Audited. Raises NotAdmitted."""
    if not vouched.subject or len(vouched.subject) > _LONGEST_SUBJECT:
        raise NotAdmitted("The subject is empty or too long.", code=FAILED)
    if not rules.lets_in(vouched.groups):
        raise NotAdmitted("They are not in the group that is required.", code=NOT_ALLOWED)
    try:
        return _admit(vouched, rules, by)
    except IntegrityError:
        # Another sign-in of the same person was faster, or somebody took the name at this moment.
        return _admit(vouched, rules, by)
    except Conflict as error:
        log.warning("%s of %s is not signed in: %s", vouched.subject, vouched.issuer, error.detail)
        raise NotAdmitted(error.detail, code=NOT_ALLOWED) from None


def _admit(vouched: Vouched, rules: GroupRules, by: Actor) -> User:
    with administrator_remains():
        identity = (
            OutsideIdentity.objects.select_related("user")
            .filter(issuer=vouched.issuer, subject=vouched.subject)
            .first()
        ) or _introduce(vouched, by)
        user = identity.user
        if not user.is_active and identity.left_at is None:
            raise NotAdmitted("The account is closed.", code=CLOSED)
        if not user.is_active:
            _open_again(user, vouched, by)
        identity.vouched_at, identity.left_at = timezone.now(), None
        identity.save(update_fields=["vouched_at", "left_at"])
        _bring_in_line(identity, vouched, rules, by)
    return user


def _introduce(vouched: Vouched, by: Actor) -> OutsideIdentity:
    """A new user. One who has the name already stays who they are: a name proves nothing."""
    username = next((name for name in vouched.usernames if is_username(name)), None)
    if username is None:
        raise NotAdmitted(f"None of {vouched.usernames} can be a name here.", code=FAILED)
    if User.objects.filter(username__iexact=username).exists():
        raise NotAdmitted(f"The name {username} is another user's.", code=NAME_TAKEN)
    user = User(username=username, display_name=vouched.display_name[:150], source=vouched.source)
    user.set_unusable_password()
    user.save()
    audit.record(
        Actor(user=user, address=by.address),
        "user.create",
        "user",
        user.pk,
        username,
        source=vouched.source,
        issuer=vouched.issuer,
        subject=vouched.subject,
    )
    return OutsideIdentity.objects.create(user=user, issuer=vouched.issuer, subject=vouched.subject)


def _open_again(user: User, vouched: Vouched, by: Actor) -> None:
    """Who was closed because they had left is back before anybody asked: see access.identities.leavers."""
    user.is_active = True
    user.version += 1
    user.save()
    audit.record(
        Actor(user=user, address=by.address),
        "user.edit",
        "user",
        user.pk,
        user.username,
        changes=audit.changed({"active": False}, {"active": True}),
        source=vouched.source,
        reason="back",
    )


def _bring_in_line(identity: OutsideIdentity, vouched: Vouched, rules: GroupRules, by: Actor) -> None:
    """Give and take what is decided elsewhere: what the rules name, and what earlier sign-ins gave. No other group."""
    user = identity.user
    wanted = set(Group.objects.filter(name__in=rules.wanted(vouched.groups)))
    has = set(user.groups.all())
    given = set(identity.given.all())
    ruled = given | {group for group in has if group.name in rules.ruled}
    give, take = wanted - has, (has & ruled) - wanted
    if give:
        user.groups.add(*give)
    if take:
        user.groups.remove(*take)
    if (now_given := wanted & (given | give)) != given:
        identity.given.set(now_given)
    if give or take:
        before, after = _names(has), _names((has | give) - take)
        audit.record(
            Actor(user=user, address=by.address),
            "user.groups",
            "user",
            user.pk,
            user.username,
            changes=audit.changed({"groups": before}, {"groups": after}),
            source=vouched.source,
        )


def _names(groups: Iterable[Group]) -> list[str]:
    return sorted(group.name for group in groups)


def record_failure(vouched: Vouched, error: NotAdmitted, *, by: Actor) -> None:
    """Write that somebody who is known elsewhere was not let in."""
    name = next(iter(vouched.usernames), vouched.subject)
    with transaction.atomic():
        audit.record(by, "auth.login", "user", None, name, "failed", source=vouched.source, reason=error.code)
