"""A session for whom the provider vouches. No second factor of ours is asked: that is the provider's matter."""

from typing import Any

from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest

from access import audit
from access.actor import Actor
from access.identities import admission
from access.identities.admission import NotAdmitted, Vouched
from access.identities.configuration import GroupRules
from access.models import User
from access.sessions import AccountBackend


class ProviderBackend(AccountBackend):
    """The account of a session that began at the provider. Knows no password."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> User | None:
        return None


def sign_in(request: HttpRequest, vouched: Vouched, rules: GroupRules, *, by: Actor) -> User:
    """Begin a session of the user. Audited, refusals too. Raises NotAdmitted."""
    try:
        user = admission.user_of(vouched, rules, by=by)
    except NotAdmitted as error:
        admission.record_failure(vouched, error, by=by)
        raise
    request.session.flush()  # whoever was signed in here is not any more
    with transaction.atomic():
        login(request, user, backend=f"{ProviderBackend.__module__}.{ProviderBackend.__qualname__}")
        audit.record(
            Actor(user=user, address=by.address),
            "auth.login",
            "user",
            user.pk,
            user.username,
            source=vouched.source,
        )
    return user
