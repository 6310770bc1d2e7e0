"""Answers that hold for as long as nothing is committed to the database.

One change on a node makes every open page ask the same again. Both databases can say in microseconds whether anything
at all was committed since: then what was found a moment ago is still the answer, for the session, the rights and a
list alike. Nothing is ever told to forget anything, so nothing can be forgotten wrongly.
"""

import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, TypeVar, cast

from django.db import connection

T = TypeVar("T")

# Bounds what depends on the clock too, such as the end of a session or how stale a host is.
HOLDS_SECONDS = 1.0
_MOST = 512


class _Watch:
    """A connection that never writes: SQLite tells it of every commit, also of those in this very process."""

    def __init__(self, path: str) -> None:
        self._lock = threading.Lock()
        address = f"{Path(path).absolute().as_uri()}?mode=ro"
        self._connection = sqlite3.connect(address, uri=True, check_same_thread=False)

    def mark(self) -> int:
        with self._lock:
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])


_watches: dict[str, _Watch] = {}
_found: OrderedDict[Hashable, tuple[Hashable, float, Any]] = OrderedDict()
_lock = threading.Lock()


def _mark() -> Hashable | None:
    """What differs after every commit by anybody. None inside a transaction: it sees what nobody else does."""
    if connection.in_atomic_block:
        return None
    if connection.vendor == "sqlite":
        path = str(connection.settings_dict["NAME"])
        if ":memory:" in path or "mode=memory" in path:
            return None
        with _lock:
            watch = _watches.get(path)
            if watch is None:
                connection.ensure_connection()  # makes the file where there is none yet
                watch = _watches[path] = _Watch(path)
        return path, watch.mark()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        return cast("str", cursor.fetchone()[0])


def unchanged(key: Hashable, find: Callable[[], T]) -> T:
    """What `find` found for this key, found anew after any commit or a second.

    The value is shared among threads: nobody may change it.
    """
    # Taken before looking: what is committed in between only makes the next look a fresh one.
    mark = _mark()
    if mark is None:
        return find()
    now = time.monotonic()
    with _lock:
        held = _found.get(key)
    if held is not None and held[0] == mark and now - held[1] < HOLDS_SECONDS:
        return cast("T", held[2])
    value = find()
    with _lock:
        _found[key] = (mark, now, value)
        _found.move_to_end(key)
        while len(_found) > _MOST:
            _found.popitem(last=False)
    return value
