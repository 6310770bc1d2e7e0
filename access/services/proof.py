"""Proof that the person is still at the browser, asked before what would let a stranger in for good."""

from datetime import timedelta

from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils import timezone

from access import audit
from access.actor import Actor
from access.errors import Invalid, NotPermitted
from access.models import SignedInSession, User
from access.services import lock_out
from access.services.checks import own

HOLDS_FOR = timedelta(minutes=5)


def has_password(user: User) -> bool:
    """Whether the user can be asked for a password, ours or the directory's."""
    return user.source == "ldap" or user.has_usable_password()


def need(by: Actor) -> None:
    """Raises NotPermitted (`confirm_password`, `sign_in_again`) unless the session saw a proof lately."""
    told = SignedInSession.objects.filter(session=by.session_key, user=by.user).first()
    if told is not None and timezone.now() - told.proved_at < HOLDS_FOR:
        return
    if has_password(own(by)):
        raise NotPermitted("Confirm this with your password.", code="confirm_password")
    raise NotPermitted("Sign out and in again for this: it is too long ago.", code="sign_in_again")


def confirm(request: HttpRequest, password: str, *, by: Actor) -> None:
    """Prove it with the password. Raises Invalid, TooMany, NotPermitted (who has none). Failures are audited."""
    user = own(by)
    if not has_password(user):
        raise NotPermitted("Sign out and in again for this.", code="sign_in_again")
    if authenticate(request, username=user.username, password=password) != user:
        audit.record(by, "me.confirm", "user", user.pk, user.username, "failed")
        raise Invalid("That is not your password.", errors={"password": ["That is not your password."]})
    lock_out.forget(user.username, by.address)
    SignedInSession.objects.filter(session=by.session_key, user=user).update(proved_at=timezone.now())
