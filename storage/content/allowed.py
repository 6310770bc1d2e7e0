"""Content that goes on for hours, while what its person may do does not: asked again as often as for sockets."""

import logging
import threading
import time
from collections import Counter
from uuid import UUID

from django.db import DatabaseError, close_old_connections

from access.actor import Actor
from access.errors import NotPermitted
from access.standing import ASKED_EVERY_SECONDS, still
from storage.content.giving import Reading
from storage.models import Volume
from storage.uploads.errors import TooManyTransfers

MOST_READ_OF_A_PERSON = 16  # at once, by one web process

logger = logging.getLogger(__name__)
_lock = threading.Lock()
_of_user: Counter[UUID | None] = Counter()


class ReadingWhileAllowed:
    """A reading of one person's, that ends with their right to it. Fulfils `storage.content.replies.Giver`."""

    def __init__(self, giver: Reading, volume: UUID, by: Actor) -> None:
        """Takes `giver` over, and the place that the caller took (see take_place)."""
        self._giver = giver
        self._volume = volume
        self._by = by
        self._asked = time.monotonic()
        self._has_place = True

    def read(self) -> bytes:
        """Raises NotPermitted, HypervisorError."""
        if time.monotonic() - self._asked >= ASKED_EVERY_SECONDS:
            self._check()
            self._asked = time.monotonic()
        return self._giver.read()

    def close(self) -> None:
        try:
            self._giver.close()
        finally:
            if self._has_place:
                self._has_place = False
                give_place_back(self._by)

    def _check(self) -> None:
        try:
            close_old_connections()
            now = still([self._by])[0]
            volumes = Volume.objects.filter(pk=self._volume)
            if now is not None and volumes.permitted(now, "volume.download").exists():
                return
        except DatabaseError as error:
            # As for sockets: a database that is away takes nothing from anybody.
            logger.warning("cannot ask who may read on: %s", error)
            return
        raise NotPermitted("Whoever reads it may not do that any more.")


def take_place(by: Actor) -> None:
    """Raises TooManyTransfers."""
    with _lock:
        if _of_user[by.id] >= MOST_READ_OF_A_PERSON:
            raise TooManyTransfers(
                f"You read {MOST_READ_OF_A_PERSON} volumes already; wait until one has ended."
            )
        _of_user[by.id] += 1


def give_place_back(by: Actor) -> None:
    with _lock:
        _of_user[by.id] -= 1
        if not _of_user[by.id]:
            del _of_user[by.id]
