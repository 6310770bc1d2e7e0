"""The first administrator of an installation that has no user yet."""

import secrets

from django.db import IntegrityError, transaction

from access import audit
from access.actor import Actor
from access.models import Grant, Role, User

NAME = "admin"
_BYTES = 15


def make_first_administrator(password: str | None) -> str | None:
    """Make `admin` when there is no user; returns its password: the given one, else a random one.

    Returns None when there is a user already, also when another process made one at this moment.
    """
    if User.objects.exists():
        return None
    password = password or secrets.token_urlsafe(_BYTES)
    user = User(username=NAME)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
            Grant.objects.create(user=user, role=Role.objects.get(name="administrator"))
            audit.record(Actor.SYSTEM, "user.create", "user", user.pk, NAME)
    except IntegrityError:
        return None
    return password
