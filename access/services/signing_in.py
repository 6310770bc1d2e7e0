"""Signing in: the password, bounded by name and address; then the second factor, if there is one; then a session."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth import authenticate, load_backend, login
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from access import audit
from access.actor import Actor
from access.errors import Invalid, Refused, TooMany
from access.models import User
from access.services import failures, lock_out, second_factors, security_keys
from access.services.security_keys import Page
from access.sessions import take

LONGEST_PASSWORD = 1024
WAITS_FOR = timedelta(minutes=5)
_WAITING = "waits_for_second_factor"


class WrongCredentials(Invalid):
    """The name or the password is wrong, or the account is closed: which of them is not said."""

    code = "wrong_credentials"
    status = 401
    title = "Sign-in failed"


class WrongCode(Invalid):
    """The second factor is not the right one, was used before, or came too late: which of them is not said."""

    code = "wrong_code"
    status = 401
    title = "Sign-in failed"


class SecondFactorRequired(Refused):
    """The password is right. The session waits for the second factor and is good for nothing else."""

    code = "second_factor_required"
    status = 401
    title = "Second factor required"


class NotWaiting(Refused):
    """No password was given in this session, or too long ago."""

    code = "sign_in_again"
    status = 401
    title = "Sign in again"


def sign_in(request: HttpRequest, username: str, password: str, *, page: Page, by: Actor) -> User:
    """Sign the browser in by name and password. Audited.

    Raises WrongCredentials, TooMany, SecondFactorRequired.
    """
    try:
        user = authenticate(request, username=username, password=password)
    except TooMany:
        failures.locked_out(username, by.address, lock_out.PASSWORD)
        raise
    if not isinstance(user, User):
        failures.signing_in(username, by=by)
        raise WrongCredentials("The name or the password is wrong.")
    lock_out.forget(username, by.address)
    return admit(request, user, page=page, by=by)


def admit(request: HttpRequest, user: User, *, page: Page, by: Actor) -> User:
    """Let in who proved to be this user, by whatever `user.backend`. Raises SecondFactorRequired if one is set up."""
    request.session.flush()  # whoever was signed in here is not any more
    if not second_factors.methods_of(user):
        return _complete(request, user, by=by, method="")
    request.session[_WAITING] = {
        "user": str(user.pk),
        "backend": user.backend,  # authenticate() puts it there
        "until": (timezone.now() + WAITS_FOR).timestamp(),
        "hash": user.get_session_auth_hash(),
    }
    request.session.set_expiry(int(WAITS_FOR.total_seconds()))
    raise _required(request, user, page)


def _required(request: HttpRequest, user: User, page: Page) -> SecondFactorRequired:
    return SecondFactorRequired(
        "The password is right; now the second factor.",
        methods=second_factors.methods_of(user),
        webauthn=security_keys.options_to_sign_in(user, page, request.session),
    )


@dataclass(frozen=True)
class _Waiting:
    user: User
    backend: str


def _waiting(request: HttpRequest) -> _Waiting:
    held: Any = request.session.get(_WAITING)
    user = None
    if held is not None and held["until"] > timezone.now().timestamp():
        user = User.objects.filter(pk=held["user"], is_active=True).first()
    if user is None or user.get_session_auth_hash() != held["hash"]:
        raise NotWaiting("Sign in with your name and password first.")
    return _Waiting(user, held["backend"])


def ask_again(request: HttpRequest, *, page: Page) -> SecondFactorRequired:
    """What the session waits for, with a challenge of its own. Raises NotWaiting."""
    return _required(request, _waiting(request).user, page)


def second_step(
    request: HttpRequest,
    *,
    code: str | None = None,
    recovery_code: str | None = None,
    webauthn: dict[str, Any] | None = None,
    page: Page,
    by: Actor,
) -> User:
    """Sign in whoever the session waits for. Audited. Raises NotWaiting, WrongCode, TooMany, Invalid."""
    waiting = _waiting(request)
    user = waiting.user
    if sum(given is not None for given in (code, recovery_code, webauthn)) != 1:
        raise Invalid("Give one of code, recovery_code and webauthn.")
    method = "totp" if code is not None else "recovery_code" if recovery_code is not None else "webauthn"
    try:
        lock_out.count(user.username, by.address, lock_out.SECOND_FACTOR)
    except TooMany:
        failures.locked_out(user.username, by.address, lock_out.SECOND_FACTOR)
        raise
    if code is not None:
        right = second_factors.take_code(user, code)
    elif recovery_code is not None:
        right = second_factors.take_recovery_code(user, recovery_code)
    else:
        right = security_keys.is_answer(user, webauthn or {}, page, request.session)
    if not right:
        audit.record(by, "auth.second_factor", "user", user.pk, user.username, "failed", method=method)
        raise WrongCode("That is not right, or was used before.")
    if take(request.session, _WAITING) is None:  # another request was faster with the same password
        raise NotWaiting("Sign in with your name and password first.")
    lock_out.forget(user.username, by.address, lock_out.SECOND_FACTOR)
    load_backend(waiting.backend)
    user.backend = waiting.backend
    return _complete(request, user, by=by, method=method)


def _complete(request: HttpRequest, user: User, *, by: Actor, method: str) -> User:
    """Django gives the session a new key here: one that was known before means nothing after."""
    with transaction.atomic():
        login(request, user)
        detail: dict[str, Any] = {"second_factor": method} if method else {}
        audit.record(
            Actor(user=user, address=by.address), "auth.login", "user", user.pk, user.username, **detail
        )
    return user
