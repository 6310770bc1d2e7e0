"""Who may open `/ws/events/`: cookies come from any page, so a session counts from our own pages alone."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.test import Client

from access.actor import Actor
from access.services import tokens
from live.consumer import CLOSE_NOT_SIGNED_IN, EventsConsumer
from tests.private_redis import PrivateRedis
from tests.unit.access.people import person

pytestmark = pytest.mark.django_db(transaction=True)


def _signed_in() -> tuple[str, str]:
    """Somebody's session cookie, and a token of theirs."""
    user = person("ada", "viewer")
    browser = Client()
    browser.force_login(user)
    _, text = tokens.create(name="t", by=Actor(user=user))
    return browser.cookies[settings.SESSION_COOKIE_NAME].value, text


async def _answer(**headers: str) -> Any:
    """What comes first: hello, or the code of the close."""
    scope = {
        "type": "websocket",
        "path": "/ws/events/",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
    }
    communicator: Any = ApplicationCommunicator  # it has no types
    page = communicator(EventsConsumer.as_asgi(), scope)
    await page.send_input({"type": "websocket.connect"})
    assert (await page.receive_output())["type"] == "websocket.accept"
    first = await page.receive_output()
    await page.send_input({"type": "websocket.disconnect", "code": 1000})
    await page.wait()
    return first.get("code") or first.get("text")


@pytest.mark.parametrize(
    "origin",
    [None, "null", "http://evil.example", "https://127.0.0.1:8000", "http://127.0.0.1:8000.evil.example"],
)
async def test_a_session_from_another_page_opens_nothing(doorbell: PrivateRedis, origin: str | None) -> None:
    cookie, _ = await sync_to_async(_signed_in)()
    headers = {"cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"}
    if origin is not None:
        headers["origin"] = origin
    assert await _answer(**headers) == CLOSE_NOT_SIGNED_IN


async def test_our_own_page_and_a_program_are_let_in(doorbell: PrivateRedis) -> None:
    cookie, token = await sync_to_async(_signed_in)()
    session = f"{settings.SESSION_COOKIE_NAME}={cookie}"
    assert "hello" in await _answer(cookie=session, origin=settings.ORIGINS[0])
    assert "hello" in await _answer(authorization=f"Bearer {token}")
    assert await _answer(authorization=f"Bearer {token}x") == CLOSE_NOT_SIGNED_IN
    assert await _answer(origin=settings.ORIGINS[0]) == CLOSE_NOT_SIGNED_IN
