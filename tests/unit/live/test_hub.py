"""Notices over a real Redis: nothing is lost to who registers first and reads second, and an outage is told."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async

from live import notices
from live.hub import Hub
from live.notices import STREAM, Notice
from tests.private_redis import PrivateRedis


class Ear:
    """A listener that keeps what it heard."""

    def __init__(self) -> None:
        self.heard: list[tuple[UUID, str]] = []
        self.resyncs = 0

    def offer(self, notice: Notice, cursor: str) -> None:
        self.heard.append((notice.id, cursor))

    def resync(self, cursor: str) -> None:
        self.resyncs += 1


def say(*ids: UUID) -> None:
    notices._send([Notice("updated", "domain", id, 1, {"host": uuid4()}) for id in ids])


async def until(condition: Any, seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.fixture
async def hub(doorbell: PrivateRedis) -> AsyncIterator[Hub]:
    made = Hub()
    yield made
    if made._task is not None:
        made._task.cancel()


async def test_every_notice_comes_once_and_in_order(hub: Hub) -> None:
    ear = Ear()
    await hub.join(ear)
    ids = [uuid4() for _ in range(500)]
    await sync_to_async(say)(*ids)
    await until(lambda: len(ear.heard) == 500)
    assert [id for id, _ in ear.heard] == ids


async def test_what_was_missed_is_told_since_the_cursor(hub: Hub) -> None:
    ear = Ear()
    cursor = await hub.join(ear)
    first, second = uuid4(), uuid4()
    await sync_to_async(say)(first)
    await sync_to_async(say)(second)
    missed = await hub.missed(cursor)
    assert missed is not None
    assert [notice.id for _, notice in missed] == [first, second]
    after_first = await hub.missed(missed[0][0])
    assert after_first is not None
    assert [notice.id for _, notice in after_first] == [second]


@pytest.mark.parametrize("since", ["", "nonsense", "x.y", "0123456789ab.0-0", "0123456789ab.1-1-1"])
async def test_an_unknown_cursor_means_read_everything(since: str, hub: Hub) -> None:
    await hub.join(Ear())
    assert await hub.missed(since) is None


async def test_a_cursor_that_was_trimmed_away_means_read_everything(hub: Hub, doorbell: PrivateRedis) -> None:
    await sync_to_async(say)(uuid4())
    cursor = await hub.join(Ear())
    await sync_to_async(say)(*(uuid4() for _ in range(10)))
    doorbell.client().xtrim(STREAM, maxlen=2, approximate=False)
    assert await hub.missed(cursor) is None


async def test_an_emptied_redis_is_told_and_forgets_old_cursors(hub: Hub, doorbell: PrivateRedis) -> None:
    ear = Ear()
    old = await hub.join(ear)
    doorbell.client().flushall()
    await until(lambda: ear.resyncs > 0)
    assert await hub.missed(old) is None
    id = uuid4()
    await sync_to_async(say)(id)
    await until(lambda: [heard for heard, _ in ear.heard] == [id])


async def test_a_restarted_redis_is_found_again_and_told(hub: Hub, redis_server: PrivateRedis) -> None:
    ear = Ear()
    await hub.join(ear)
    await asyncio.to_thread(redis_server.stop)
    await asyncio.sleep(0.2)
    await asyncio.to_thread(redis_server.start)
    await until(lambda: ear.resyncs > 0)
    id = uuid4()
    await sync_to_async(say)(id)
    await until(lambda: id in [heard for heard, _ in ear.heard])


def test_a_notice_survives_its_journey() -> None:
    notice = Notice("deleted", "pool", uuid4(), 2**40, {"host": uuid4(), "cluster": uuid4()})
    assert Notice.unpack(notice.pack()) == notice
    assert set(notice.paths) == {"pool", "host", "cluster"}
