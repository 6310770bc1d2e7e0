"""Sessions in the database, read again only after it changed; and who they belong to."""

import copy
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession

from access.models import User
from access.unchanged import unchanged


class SessionStore(db.SessionStore):
    """Django's, with what it read shared among requests that follow one another closely."""

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        find = super()._get_session_from_db  # type: ignore[misc]  # the stubs leave it out
        found: AbstractBaseSession | None = unchanged(("session", self.session_key), find)
        if found is None:
            self._session_key = None  # as Django does: a key of nothing is forgotten
        return found


class AccountBackend(ModelBackend):
    """Sign-in by password; the account of a session."""

    def get_user(self, user_id: Any) -> User | None:
        """The active user of that id, of the caller's own."""
        user = unchanged(("user", str(user_id)), lambda: super(AccountBackend, self).get_user(user_id))
        return copy.copy(user) if isinstance(user, User) else None
