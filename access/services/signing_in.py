"""Signing in by password: bounded by name and by address, the same for wrong names and wrong passwords."""

import logging
from datetime import timedelta

from django.contrib.auth import authenticate
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from access import audit
from access.actor import Actor
from access.errors import Invalid, TooMany
from access.models import SignInAttempt, User

log = logging.getLogger(__name__)

WINDOW = timedelta(minutes=5)
# Failures within WINDOW: of one name from one address, of one address, of one name from anywhere. The last is the
# widest, so that a stranger who guesses at a name does not soon lock its owner out.
_PER_NAME_AND_ADDRESS = 10
_PER_ADDRESS = 50
_PER_NAME = 100
LONGEST_PASSWORD = 1024


class WrongCredentials(Invalid):
    """The name or the password is wrong, or the account is closed: which of them is not said."""

    code = "wrong_credentials"
    status = 401
    title = "Sign-in failed"


def _count_attempt(username: str, address: str) -> SignInAttempt:
    attempt = SignInAttempt.objects.create(username=username, address=address)
    recent = SignInAttempt.objects.filter(at__gt=timezone.now() - WINDOW)
    by_name = recent.filter(username=username)
    if (
        by_name.filter(address=address).count() > _PER_NAME_AND_ADDRESS
        or recent.filter(address=address).count() > _PER_ADDRESS
        or by_name.count() > _PER_NAME
    ):
        # What is refused here does not count, so that the wait ends even for who keeps trying.
        attempt.delete()
        oldest = recent.filter(Q(username=username) | Q(address=address)).order_by("at").first()
        left = (oldest.at + WINDOW - timezone.now()).total_seconds() if oldest else WINDOW.total_seconds()
        raise TooMany("Too many failed sign-ins; wait a while.", retry_after_seconds=max(1, int(left) + 1))
    return attempt


def sign_in(username: str, password: str, *, by: Actor) -> User:
    """The user whose name and password these are. Raises WrongCredentials, TooMany. Audited."""
    key = username.casefold()[:150]
    try:
        # Committed before the slow hash: a hundred tries sent at once are counted as a hundred.
        attempt = _count_attempt(key, by.address)
    except TooMany:
        # Not in the audit log: a stranger could fill it at will.
        log.warning("sign-in refused: too many failures, from %s", by.address)
        raise
    user = authenticate(username=username, password=password)
    if not isinstance(user, User):
        audit.record(by, "auth.login", "user", None, username, "failed")
        raise WrongCredentials("The name or the password is wrong.")
    with transaction.atomic():
        attempt.delete()
        SignInAttempt.objects.filter(username=key, address=by.address).delete()
        audit.record(Actor(user=user, address=by.address), "auth.login", "user", user.pk, user.username)
    return user


def prune() -> int:
    """Delete attempts that no longer count; returns how many."""
    deleted, _ = SignInAttempt.objects.filter(at__lt=timezone.now() - 2 * WINDOW).delete()
    return deleted
