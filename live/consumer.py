"""`/ws/events/`: notices to one client, who registers first and reads what it missed second: nothing falls between."""

import asyncio
import contextlib
import json
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import redis
from channels.generic.websocket import AsyncWebsocketConsumer

from access.actor import Actor
from access.sockets import actor_of_scope
from live.hub import hub
from live.notices import Notice
from live.rights import rights

HEARTBEAT_SECONDS = 15.0
WAIT_FOR_REDIS_SECONDS = 5.0
MOST_PENDING = 5_000
KINDS = frozenset(
    {
        "host", "cluster", "domain", "pool", "volume", "network", "cluster_network", "filter", "snapshot",
        "template", "job", "image",
    }
)  # fmt: skip
CLOSE_NOT_SIGNED_IN = 4401
CLOSE_BAD_REQUEST = 4400
CLOSE_TRY_AGAIN = 1013

# A volume is seen by who sees its pool, and so on: they have no permission of their own.
_PERMISSION = {
    "volume": "pool.read",
    "image": "pool.read",
    "snapshot": "domain.read",
    "cluster_network": "network.read",
    "filter": "network.read",
}


class EventsConsumer(AsyncWebsocketConsumer):
    """One client. Notices wait in a table by object, so a slow client hears of an object once, not of each change."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = Actor()
        self._kinds = KINDS
        self._pending: dict[tuple[str, UUID], tuple[Notice, str]] = {}
        self._resync: str | None = None
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def connect(self) -> None:
        """Check who it is; say hello; then what was missed; then what comes."""
        actor = await actor_of_scope(dict(self.scope))
        await self.accept()
        if actor is None:
            await self.close(CLOSE_NOT_SIGNED_IN)
            return
        self.actor = actor
        query = parse_qs(self.scope["query_string"].decode("latin-1"))
        if "kinds" in query:
            asked = {kind for given in query["kinds"] for kind in given.split(",") if kind}
            if not asked <= KINDS:
                await self.close(CLOSE_BAD_REQUEST)
                return
            self._kinds = frozenset(asked)
        try:
            async with asyncio.timeout(WAIT_FOR_REDIS_SECONDS):
                cursor = await hub().join(self)
        except TimeoutError:
            await self.close(CLOSE_TRY_AGAIN)
            return
        await self._say({"type": "hello", "cursor": cursor})
        if "since" in query:
            await self._catch_up(query["since"][0])
        self._tasks = [asyncio.create_task(self._deliver()), asyncio.create_task(self._beat())]
        rights().join(self)

    async def disconnect(self, code: int) -> None:
        hub().leave(self)
        rights().leave(self)
        for task in self._tasks:
            task.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Clients have nothing to say."""

    # What the hub calls: only enqueue

    def offer(self, notice: Notice, cursor: str) -> None:
        if not self._may_hear(notice):
            return
        key = (notice.kind, notice.id)
        known = self._pending.pop(key, None)
        if known is not None and known[0].type == "created" and notice.type == "updated":
            notice = Notice("created", notice.kind, notice.id, notice.version, notice.within)
        self._pending[key] = (notice, cursor)
        if len(self._pending) > MOST_PENDING:
            self.resync(cursor)
        self._wake.set()

    def resync(self, cursor: str) -> None:
        self._pending.clear()
        self._resync = cursor
        self._wake.set()

    # What live.rights calls, every other second

    def now_asked_by(self, actor: Actor | None) -> None:
        if actor is None:
            rights().leave(self)
            self._tasks.append(asyncio.create_task(self.close(CLOSE_NOT_SIGNED_IN)))
            return
        before, self.actor = self.actor.rights, actor
        if actor.rights is not before and actor.rights != before:
            # What was given is nowhere on the page yet, and what was taken must not stay there.
            self.resync(hub().cursor)

    # Sending

    async def _deliver(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._resync is not None:
                cursor, self._resync = self._resync, None
                await self._say({"type": "resync", "cursor": cursor})
            while self._pending:
                key = next(iter(self._pending))
                notice, cursor = self._pending.pop(key)
                await self._tell(notice, cursor)

    async def _catch_up(self, since: str) -> None:
        try:
            missed = await hub().missed(since)
        except (redis.RedisError, OSError, ValueError):
            missed = None
        if missed is None:
            await self._say({"type": "resync", "cursor": hub().cursor})
            return
        latest = {(notice.kind, notice.id): (notice, cursor) for cursor, notice in missed}
        for notice, cursor in latest.values():
            if self._may_hear(notice):
                await self._tell(notice, cursor)

    async def _tell(self, notice: Notice, cursor: str) -> None:
        await self._say(
            {
                "type": notice.type,
                "kind": notice.kind,
                "id": str(notice.id),
                "version": notice.version,
                "cursor": cursor,
            }
        )

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            await self._say({"type": "heartbeat", "cursor": hub().cursor})

    async def _say(self, message: dict[str, Any]) -> None:
        with contextlib.suppress(RuntimeError):  # closed meanwhile: disconnect() follows
            await self.send(text_data=json.dumps(message, separators=(",", ":")))

    def _may_hear(self, notice: Notice) -> bool:
        if notice.kind not in self._kinds:
            return False
        scope = self.actor.scope(_PERMISSION.get(notice.kind, f"{notice.kind}.read"))
        # What a person asked for about many objects, or about a new one, has none that a grant could stand on.
        own = notice.within.get("person") if notice.kind == "job" else None
        return scope.covers(notice.paths) or (own is not None and own == self.actor.id)
