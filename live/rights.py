"""What the sockets of one process may hear, kept up to date: one look at the database for all of them."""

import asyncio
import logging
from typing import Protocol

from channels.db import database_sync_to_async
from django.db import DatabaseError

from access.actor import Actor
from access.standing import ASKED_EVERY_SECONDS, still

logger = logging.getLogger(__name__)


class Listener(Protocol):
    """A socket and who opened it."""

    actor: Actor

    def now_asked_by(self, actor: Actor | None) -> None:
        """Who it is today; None for nobody any more. Called often: most times nothing differs."""


class Rights:
    """Asks while anybody listens."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self._task: asyncio.Task[None] | None = None

    def join(self, listener: Listener) -> None:
        """Keep this one up to date from now on."""
        self._listeners.add(listener)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="rights of sockets")

    def leave(self, listener: Listener) -> None:
        self._listeners.discard(listener)
        if not self._listeners and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(ASKED_EVERY_SECONDS)
            listeners = list(self._listeners)
            try:
                actors = await database_sync_to_async(still)([one.actor for one in listeners])
            except DatabaseError as error:
                # They hear on as before: a database that is away changes nothing, and tells nothing either.
                logger.warning("cannot ask what sockets may hear: %s", error)
                continue
            for listener, actor in zip(listeners, actors, strict=True):
                if listener in self._listeners:
                    listener.now_asked_by(actor)


_of_loops: dict[asyncio.AbstractEventLoop, Rights] = {}


def rights() -> Rights:
    """This event loop's."""
    for old in [known for known in _of_loops if known.is_closed()]:
        _of_loops.pop(old, None)
    return _of_loops.setdefault(asyncio.get_running_loop(), Rights())
