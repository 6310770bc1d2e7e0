"""The one thread of a nodewatch process that touches the database: one connection, writes in order."""

import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from django.db import DatabaseError, OperationalError, close_old_connections, connection

logger = logging.getLogger(__name__)
T = TypeVar("T")
_TRIES = 5


class Writer:
    """Runs what the watching threads hand in. A thousand threads would mean a thousand database connections."""

    def __init__(self) -> None:
        self._work: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._pause = threading.Event()

    def start(self) -> None:
        self._thread.start()

    def do(self, work: Callable[[], T]) -> "Future[T]":
        """Hand in; the future carries its result or its error."""
        future: Future[T] = Future()
        self._work.put((work, future))
        return future

    def stop(self) -> None:
        """Finish what was handed in, then end."""
        self._work.put(None)
        self._thread.join(10)

    def _run(self) -> None:
        while (item := self._work.get()) is not None:
            work, future = item
            try:
                future.set_result(self._try(work))
            except Exception as error:  # the waiting thread gets it; this one must live
                logger.error("a write failed: %s", error, exc_info=not isinstance(error, DatabaseError))
                future.set_exception(error)
        connection.close()

    def _try(self, work: Callable[[], T]) -> T:
        """A database that is away or locked for a moment is waited for: what the nodes said must not be lost."""
        for attempt in range(1, _TRIES):
            try:
                return work()
            except OperationalError as error:
                logger.warning("the database is away, try %d: %s", attempt, error)
                close_old_connections()
                self._pause.wait(0.2 * 2**attempt)
        return work()
