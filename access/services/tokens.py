"""Tokens: a program's key to its owner's account, no wider than the owner and no wider than who made it."""

import copy
import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access import audit
from access.actor import Actor
from access.errors import Invalid, NotPermitted, NotThere
from access.models import Token
from access.permissions import usable
from access.querysets import PermittedQuerySet
from access.services import proof
from access.services.checks import locked
from access.unchanged import unchanged

PREFIX = "ovl_"
LIFETIME = timedelta(days=90)
_BYTES = 32
_USE_IS_NOTED_EVERY = timedelta(minutes=1)


def digest_of(text: str) -> str:
    """What is stored of a token. 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(text.encode()).hexdigest()


def seen_by(by: Actor) -> PermittedQuerySet[Token]:
    """One's own tokens; those of all for who manages users."""
    if by.user is None:
        return Token.objects.none()
    if by.scope("user.manage").everywhere:
        return Token.objects.all()
    return Token.objects.filter(user=by.user)


def _check_expiry(expires_at: datetime, by: Actor) -> None:
    wrong = ""
    if expires_at <= timezone.now():
        wrong = "This time has passed."
    elif by.token is not None and expires_at > by.token.expires_at:
        wrong = f"A token makes none that outlives it: {by.token.expires_at:%Y-%m-%dT%H:%M:%SZ} at most."
    if wrong:
        raise Invalid(wrong, errors={"expires_at": [wrong]})


def create(
    *, name: str, permissions: list[str] | None = None, expires_at: datetime | None = None, by: Actor
) -> tuple[Token, str]:
    """A token of one's own and its text, which is told once. Without permissions all that `by` may do.

    Raises Invalid, NotPermitted (a permission that `by` has nowhere; no proof lately of who sits at the browser).
    """
    if by.user is None:
        raise NotPermitted("Sign in to make a token.")
    if by.session_key:
        proof.need(by)
    if permissions is not None:
        lacking = sorted({one for one in permissions if not by.may(one)})
        if lacking:
            raise NotPermitted(
                "This reaches beyond your own permissions.",
                code="beyond_own_permissions",
                permissions=lacking,
            )
    elif by.token is not None:
        permissions = by.token.permissions
    if expires_at is None:
        expires_at = timezone.now() + LIFETIME
        if by.token is not None:
            expires_at = min(expires_at, by.token.expires_at)
    _check_expiry(expires_at, by)
    text = PREFIX + secrets.token_urlsafe(_BYTES)
    with transaction.atomic():
        token = Token.objects.create(
            user=by.user,
            name=name,
            digest=digest_of(text),
            permissions=None if permissions is None else sorted(set(permissions)),
            expires_at=expires_at,
        )
        audit.record(by, "token.create", "token", token.pk, name, permissions=token.permissions)
    return token, text


def _own(id: UUID, expected: int | None, by: Actor) -> Token:
    token = locked(Token, id, expected)
    if not seen_by(by).filter(pk=id).exists():
        raise NotThere
    return token


def _audited(token: Token) -> dict[str, Any]:
    """What the audit log tells of a change of this."""
    return {"name": token.name, "expires_at": token.expires_at.isoformat()}


def change(id: UUID, changes: dict[str, Any], *, expected: int | None, by: Actor) -> Token:
    """Change its name or end. Raises Invalid, NotThere, Stale; NotPermitted for another's."""
    with transaction.atomic():
        token = _own(id, expected, by)
        if by.user is None or token.user_id != by.user.pk:
            raise NotPermitted("Only its owner changes a token; you may delete it.")
        before = _audited(token)
        token.name = changes.get("name", token.name)
        if "expires_at" in changes:
            if by.token is not None and changes["expires_at"] > token.expires_at:
                raise NotPermitted("A token cannot prolong a token.")
            _check_expiry(changes["expires_at"], by)
            token.expires_at = changes["expires_at"]
        token.version += 1
        token.save()
        told = audit.changed(before, _audited(token))
        audit.record(by, "token.edit", "token", token.pk, token.name, changes=told)
    return token


def delete(id: UUID, *, expected: int | None, by: Actor) -> None:
    """Revoke it at once. Raises NotThere, Stale."""
    with transaction.atomic():
        token = _own(id, expected, by)
        audit.record(by, "token.delete", "token", token.pk, token.name, owner=token.user.username)
        token.delete()


def find(text: str) -> Token | None:
    """The token of this text, if it still counts, with its user. Its use is noted, once a minute at most."""
    digest = digest_of(text)
    owned = Token.objects.select_related("user", "user__outside")
    kept = unchanged(("token", digest), owned.filter(digest=digest).first)
    token = copy.deepcopy(kept)  # what is kept is shared
    now = timezone.now()
    if token is None or not usable(token, now) or not token.user.is_active:
        return None
    if token.last_used_at is None or now - token.last_used_at > _USE_IS_NOTED_EVERY:
        Token.objects.filter(pk=token.pk).update(last_used_at=now)
    return token
