"""People for tests: made with a role, signed in, with tokens."""

from functools import cache
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from rest_framework.test import APIClient

from access.actor import Actor
from access.models import Grant, Group, Role, User
from access.services import tokens

PASSWORD = "a long enough phrase"


@cache
def _hashed() -> str:
    """Hashing is slow on purpose; once is enough."""
    return make_password(PASSWORD)


def person(username: str, role: str | None = None, *, kind: str = "", at: UUID | None = None) -> User:
    """A user with that role, everywhere or on one object."""
    user: User = User.objects.create(username=username, password=_hashed())
    if role is not None:
        give(user, role, kind=kind, at=at)
    return user


def give(whom: User | Group, role: str, *, kind: str = "", at: UUID | None = None) -> Grant:
    """A grant, without asking anybody."""
    to: dict[str, Any] = {"user": whom} if isinstance(whom, User) else {"group": whom}
    return Grant.objects.create(role=Role.objects.get(name=role), object_kind=kind, object_id=at, **to)


def client_of(user: User | None = None) -> APIClient:
    """A client with that user's session, which sends CSRF tokens as a browser does."""
    client = APIClient(raise_request_exception=False)
    if user is not None:
        client.force_login(user)
    return client


def client_with(text: str) -> APIClient:
    """A program's client with that bearer token."""
    client = APIClient(enforce_csrf_checks=True, raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


def program_of(user: User, **of_token: Any) -> APIClient:
    """A program's client with a new token of that user."""
    _, text = tokens.create(name="program", **of_token, by=Actor(user=user))
    return client_with(text)
