"""Sessions in the database, read again only after something changed; who they belong to, and whether they stand."""

import copy
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from access.models import SignedInSession, User
from access.unchanged import unchanged


class SessionStore(db.SessionStore):
    """Django's, with what it read shared among requests that follow one another closely."""

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        find = super()._get_session_from_db  # type: ignore[misc]  # the stubs leave it out
        found: AbstractBaseSession | None = unchanged(("session", self.session_key), find)
        if found is None:
            self._session_key = None  # as Django does: a key of nothing is forgotten
        return found

    def cycle_key(self) -> None:
        """As Django's, but what people are told of the session goes along."""
        key, data = self.session_key, self._session  # type: ignore[attr-defined]
        self.create()
        self._session_cache = data
        if key:
            SignedInSession.objects.filter(session=key).update(session=self.session_key)
            self.delete(key)


class AccountBackend(ModelBackend):
    """Sign-in by a password of ours; the account of a session."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **rest: Any,
    ) -> User | None:
        """The user whose password this is. Whom others vouch for has none here, whatever their row holds."""
        user = super().authenticate(request, username=username, password=password, **rest)
        return user if isinstance(user, User) and user.source == "local" else None

    def get_user(self, user_id: Any) -> User | None:
        """The active user of that id, of the caller's own."""
        user = unchanged(("user", str(user_id)), lambda: super(AccountBackend, self).get_user(user_id))
        return copy.copy(user) if isinstance(user, User) else None


def told_of(session_key: str) -> SignedInSession | None:
    """What is kept beside the session; shared, so nobody may change it."""
    return unchanged(("told", session_key), SignedInSession.objects.filter(session=session_key).first)


def idle_too_long(session_key: str) -> bool:
    """Whether no request used the session for longer than OVIRTLITE_SESSION_IDLE_SECONDS."""
    if not settings.SESSION_IDLE_SECONDS:
        return False
    told = told_of(session_key)
    limit = timedelta(seconds=settings.SESSION_IDLE_SECONDS)
    return told is not None and timezone.now() - told.last_seen_at > limit


def stands(session_key: str, user: User) -> bool:
    """Whether the session is still this user's, under the password of today. `user` is read anew by the caller."""
    store = SessionStore(session_key)
    if not user.is_active or store.get(SESSION_KEY) != str(user.pk):
        return False
    same = constant_time_compare(store.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    return same and not idle_too_long(session_key)


def take(session: SessionBase, name: str) -> Any:
    """What the session holds under this name, for one taker alone, also of two at once; None if nothing."""
    if session.session_key is None:
        return None
    with transaction.atomic():
        row = Session.objects.select_for_update().filter(pk=session.session_key).first()
        if row is None:
            return None
        held = row.get_decoded()
        value = held.pop(name, None)
        if value is not None:
            row.session_data = SessionStore().encode(held)
            row.save(update_fields=["session_data"])
    session.pop(name, None)
    return value
