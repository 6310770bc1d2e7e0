"""What sockets may hear follows what their people may, within moments."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async

from access.actor import Actor
from access.models import Grant, Token, User
from access.services import tokens
from live import rights
from live.consumer import EventsConsumer
from live.notices import Notice
from live.rights import Rights
from tests.unit.access.people import give, person

pytestmark = pytest.mark.django_db(transaction=True)


def _program() -> tuple[Actor, Grant]:
    user = person("eve")
    grant = give(user, "viewer")
    token, _ = tokens.create(name="t", by=Actor(user=user))
    actor = Actor(user=user, token=token)
    _ = actor.rights
    return actor, grant


class Socket(EventsConsumer):
    """A real consumer without a wire."""

    def __init__(self, actor: Actor) -> None:
        super().__init__()
        self.actor = actor
        self.closed = asyncio.Event()

    async def close(self, code: Any = None, reason: Any = None) -> None:
        self.closed.set()


async def _until(condition: Any) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def test_who_lost_a_grant_hears_no_more_and_is_told_to_read_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rights, "ASKED_EVERY_SECONDS", 0.01)
    actor, grant = await sync_to_async(_program)()
    socket, all_rights = Socket(actor), rights.rights()
    about = Notice("updated", "domain", uuid4(), 1, {"host": uuid4()})
    all_rights.join(socket)
    try:
        socket.offer(about, "1")
        assert len(socket._pending) == 1
        await sync_to_async(grant.delete)()
        await _until(lambda: socket._resync is not None)
        socket.offer(about, "2")
        assert not socket._pending, "what it was about to hear is forgotten as well"
        await sync_to_async(Token.objects.all().delete)()
        await asyncio.wait_for(socket.closed.wait(), 10)
    finally:
        all_rights.leave(socket)


async def test_nobody_asks_while_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rights, "ASKED_EVERY_SECONDS", 0.01)
    actor, _ = await sync_to_async(_program)()
    own = Rights()
    socket = Socket(actor)
    own.join(socket)
    task = own._task
    own.leave(socket)
    await asyncio.sleep(0)
    assert own._task is None
    assert task is not None
    await _until(task.done)
    assert await sync_to_async(User.objects.count)() == 1
