"""Whether those who have a console open may still: one look at the database for all of an opener's, every 2 s."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import DatabaseError, connections

from access.standing import ASKED_EVERY_SECONDS
from domains.console.admission import refused
from domains.console.closing import Closing, Code
from domains.console.tickets import Ticket

FORGIVEN_FAILURES = 30  # of asking, while the database is away: a minute
LOST = Closing(Code.FAILED, "Whether you may use this console cannot be asked at present.")

logger = logging.getLogger("domains.console.opener")


@dataclass(eq=False, slots=True)
class Held:
    """One open console. `end` is called once, in the guard's thread, when it has to close."""

    ticket: Ticket
    end: Callable[[Closing], None]


class Guard:
    """Asks while any console is open."""

    def __init__(self) -> None:
        self._held: set[Held] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def over(self, ticket: Ticket, end: Callable[[Closing], None]) -> Iterator[None]:
        """Look after this console for the length of the block."""
        held = Held(ticket, end)
        with self._lock:
            self._held.add(held)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="console-guard", daemon=True)
                self._thread.start()
        self._wake.set()
        try:
            yield
        finally:
            with self._lock:
                self._held.discard(held)

    def _run(self) -> None:
        failures = 0
        while True:
            with self._lock:
                held = list(self._held)
                if not held:
                    self._wake.clear()
            if not held:
                self._wake.wait()
                continue
            try:
                ending = self._ask(held)
                failures = 0
            except DatabaseError as error:
                failures += 1
                logger.error("cannot ask whether consoles are still permitted: %s", error)
                ending = [(one, LOST) for one in held] if failures > FORGIVEN_FAILURES else []
            finally:
                connections.close_all()
            for one, closing in ending:
                self._end(one, closing)
            time.sleep(ASKED_EVERY_SECONDS)

    def _ask(self, held: Sequence[Held]) -> list[tuple[Held, Closing]]:
        ending = []
        for one, why in zip(held, refused([one.ticket for one in held]), strict=True):
            if why:
                logger.warning("a console of domain %s ends: %s", one.ticket.domain_id, why)
                ending.append(
                    (one, Closing(Code.NO_LONGER_PERMITTED, f"You may no longer use this console: {why}."))
                )
        return ending

    def _end(self, one: Held, closing: Closing) -> None:
        with self._lock:
            if one not in self._held:
                return
            self._held.discard(one)
        one.end(closing)
