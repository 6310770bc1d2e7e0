"""Who opens a WebSocket: the browser's session from one of our own pages, or a program with its token."""

from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from access.actor import Actor
from access.models import User


async def actor_of_scope(scope: dict[str, Any]) -> Actor | None:
    """The actor of an ASGI WebSocket scope, its rights already read; None when nobody is signed in.

    A browser sends the Origin of the page that opens the socket, and cookies whatever page that is: so a session
    counts only from our exact origins. A program sends a token and no cookie, so its Origin does not matter.
    """
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    address = (scope.get("client") or ("", 0))[0]
    authorization = headers.get("authorization", "")
    if authorization.lower().startswith("bearer "):
        return await database_sync_to_async(_by_token)(authorization[7:].strip(), address)
    if headers.get("origin") not in settings.ORIGINS:
        return None
    key = _cookies(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME, "")
    return await database_sync_to_async(_by_session)(key, address) if key else None


def _by_token(text: str, address: str) -> Actor | None:
    from access.services.tokens import find

    token = find(text)
    return _ready(Actor(user=token.user, token=token, address=address)) if token is not None else None


def _by_session(key: str, address: str) -> Actor | None:
    from access.services.duties import unmet
    from access.sessions import stands

    user = User.objects.filter(pk=SessionStore(session_key=key).get(SESSION_KEY)).first()
    if user is None or not stands(key, user) or unmet(user) is not None:
        return None
    return _ready(Actor(user=user, address=address, session_key=key))


def _ready(actor: Actor) -> Actor | None:
    if actor.user is None or not actor.user.is_active:
        return None
    _ = actor.rights, actor.held
    return actor


def _cookies(header: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in header.split(";"))
    return {name: value for name, _, value in pairs if name}
