"""One reader of the notice stream a process, which hands each notice to this process's sockets.

A cursor is `<epoch>.<stream id>`. The epoch is a random word kept in Redis: when Redis was emptied it differs,
and a client that asks for what it missed is told to read everything anew.
"""

import asyncio
import contextlib
import logging
import secrets
from typing import Any, Protocol

import redis
import redis.asyncio

from live.doorbell import async_client
from live.notices import EPOCH, STREAM, Notice

logger = logging.getLogger(__name__)
_BLOCK_MS = 5_000
_BATCH = 1_000


class Listener(Protocol):
    """A socket, as the hub sees it: both methods only enqueue."""

    def offer(self, notice: Notice, cursor: str) -> None: ...
    def resync(self, cursor: str) -> None: ...


class Hub:
    """Reads the stream while anybody listens."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self._task: asyncio.Task[None] | None = None
        self._epoch = ""
        self._last = "0-0"
        self._ready = asyncio.Event()

    @property
    def cursor(self) -> str:
        return f"{self._epoch}.{self._last}"

    async def join(self, listener: Listener) -> str:
        """Listen from now on; returns the cursor of now. Waits until Redis answers."""
        if self._task is None or self._task.done():
            self._ready.clear()
            self._task = asyncio.create_task(self._run(), name="live hub")
        await self._ready.wait()
        self._listeners.add(listener)
        return self.cursor

    def leave(self, listener: Listener) -> None:
        self._listeners.discard(listener)
        if not self._listeners and self._task is not None:
            self._task.cancel()
            self._task = None

    async def missed(self, since: str) -> list[tuple[str, Notice]] | None:
        """What was told after `since`, oldest first; None when that is no longer known."""
        epoch, _, last = since.partition(".")
        if epoch != self._epoch or not last.replace("-", "", 1).isdigit():
            return None
        async with async_client() as client:
            try:
                about = await client.xinfo_stream(STREAM)
                oldest: Any = about["first-entry"]
                whole = about["entries-added"] == about["length"]
                if not whole and (oldest is None or _order(last) < _order(_text(oldest[0]))):
                    return None
                entries: Any = await client.xrange(STREAM, min=f"({last}", count=_BATCH + 1)
            except redis.RedisError:
                return None
        if len(entries) > _BATCH:
            return None
        return [(f"{epoch}.{_text(id)}", Notice.unpack(fields[b"n"])) for id, fields in entries]

    async def _run(self) -> None:
        wait = 0.1
        while True:
            try:
                async with async_client() as client:
                    await self._attach(client)
                    wait = 0.1
                    while True:
                        await self._read(client)
            except (redis.RedisError, OSError) as error:
                task = asyncio.current_task()
                if task is not None and task.cancelling():
                    return  # redis-py may turn a cancellation into its own error
                logger.warning("the notice stream is away: %s", error)
                await asyncio.sleep(wait)
                wait = min(wait * 2, 2.0)

    async def _attach(self, client: "redis.asyncio.Redis") -> None:
        """Stand at the stream's end. Whatever was told while nobody read is unknown: listeners read anew."""
        await client.set(EPOCH, secrets.token_hex(6), nx=True)
        self._epoch = _text(await client.get(EPOCH) or b"")
        last: Any = await client.xrevrange(STREAM, count=1)
        self._last = _text(last[0][0]) if last else "0-0"
        self._ready.set()
        for listener in list(self._listeners):
            listener.resync(self.cursor)

    async def _read(self, client: "redis.asyncio.Redis") -> None:
        answer: Any = await client.xread({STREAM: self._last}, block=_BLOCK_MS, count=_BATCH)
        if not answer:
            if _text(await client.get(EPOCH) or b"") != self._epoch:
                await self._attach(client)  # Redis was emptied under us
            return
        entries = answer[0][1] if isinstance(answer, list) else next(iter(answer.values()))[0]
        for id, fields in entries:
            self._last = _text(id)
            notice = Notice.unpack(fields[b"n"])
            for listener in list(self._listeners):
                listener.offer(notice, self.cursor)


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _order(id: str) -> tuple[int, int]:
    milliseconds, _, sequence = id.partition("-")
    return int(milliseconds), int(sequence or 0)


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}


def hub() -> Hub:
    """This event loop's hub."""
    loop = asyncio.get_running_loop()
    for old in [known for known in _hubs if known.is_closed()]:
        with contextlib.suppress(KeyError):
            del _hubs[old]
    return _hubs.setdefault(loop, Hub())
