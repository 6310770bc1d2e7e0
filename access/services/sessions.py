"""Sessions as people see them: begun at each sign-in, seen with their requests, ended one by one or all at once."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import IntegrityError, models, transaction
from django.http import HttpRequest
from django.utils import timezone

from access import audit
from access.actor import Actor
from access.errors import NotThere
from access.models import SignedInSession, User
from access.permissions import rights_of
from access.services.checks import need, own, within_own
from access.sessions import told_of

_SEEN_EVERY = timedelta(minutes=1)
_LONGEST_AGENT = 200


def _begun(request: HttpRequest, user: User) -> dict[str, Any]:
    agent = request.META.get("HTTP_USER_AGENT", "")
    return {
        "user": user,
        "address": (request.META.get("REMOTE_ADDR") or "")[:64],
        "user_agent": "".join(letter if letter.isprintable() else "?" for letter in agent)[:_LONGEST_AGENT],
        "last_seen_at": timezone.now(),
    }


def begin(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    """Hears of every sign-in, whatever its way. Its session ends at a fixed time, used or not."""
    session = request.session
    if session.session_key is None:
        session.create()
    session.set_expiry(timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE))
    SignedInSession.objects.update_or_create(
        session_id=session.session_key, defaults={**_begun(request, user), "proved_at": timezone.now()}
    )


def see(request: HttpRequest, user: User) -> None:
    """Note that the session is used, once a minute at most."""
    key = request.session.session_key or ""
    told, now = told_of(key), timezone.now()
    if told is None:
        # Begun by an older version: it is listed from now on, and proves nothing.
        long_ago = now - timedelta(days=1)
        try:
            with transaction.atomic():
                SignedInSession.objects.create(session_id=key, proved_at=long_ago, **_begun(request, user))
        except IntegrityError:
            return  # another request was faster, or the session has just ended
    elif now - told.last_seen_at > _SEEN_EVERY:
        SignedInSession.objects.filter(pk=told.pk, last_seen_at=told.last_seen_at).update(last_seen_at=now)


def _shown(rows: models.QuerySet[SignedInSession], current: str) -> list[dict[str, Any]]:
    return [
        {
            "id": row.pk,
            "address": row.address,
            "user_agent": row.user_agent,
            "created_at": row.created_at,
            "last_seen_at": row.last_seen_at,
            "expires_at": row.session.expire_date,
            "current": row.session_id == current,
        }
        for row in rows.filter(session__expire_date__gt=timezone.now())
        .select_related("session")
        .order_by("-last_seen_at", "pk")
    ]


def list_own(by: Actor) -> list[dict[str, Any]]:
    """One's own, the one that asks among them."""
    return _shown(SignedInSession.objects.filter(user=own(by)), by.session_key)


def end_own(id: UUID, *, by: Actor) -> None:
    """End one of one's own. Raises NotThere."""
    user = own(by)
    with transaction.atomic():
        row = SignedInSession.objects.filter(pk=id, user=user).first()
        if row is None:
            raise NotThere
        audit.record(by, "session.end", "user", user.pk, user.username, address_of_session=row.address)
        Session.objects.filter(pk=row.session_id).delete()


def end_others(*, by: Actor) -> int:
    """End all of one's own but the one that asks; returns how many."""
    user = own(by)
    with transaction.atomic():
        ended = end_all(user, but=by.session_key)
        audit.record(by, "session.end_others", "user", user.pk, user.username, ended=ended)
    return ended


def end_all(user: User, *, but: str = "") -> int:
    """End the sessions of a user, and with them what hangs on them. Called in the transaction of what is the reason."""
    keys = list(
        SignedInSession.objects.filter(user=user).exclude(session=but).values_list("session_id", flat=True)
    )
    Session.objects.filter(pk__in=keys).delete()
    return len(keys)


def managed(id: UUID, by: Actor) -> User:
    """A user of whom `by` may see and end sessions. Raises NotPermitted, NotThere."""
    need(by, "user.manage")
    user: User | None = User.objects.filter(pk=id).first()
    if user is None:
        raise NotThere
    within_own(by, rights_of(user))
    return user


def list_of(id: UUID, *, by: Actor) -> list[dict[str, Any]]:
    """Another's, for who manages users. Raises NotPermitted, NotThere."""
    return _shown(SignedInSession.objects.filter(user=managed(id, by)), by.session_key)


def end_of(id: UUID, *, by: Actor) -> int:
    """End all of another's; returns how many. Raises NotPermitted, NotThere."""
    user = managed(id, by)
    with transaction.atomic():
        ended = end_all(user)
        audit.record(by, "user.end_sessions", "user", user.pk, user.username, ended=ended)
    return ended
