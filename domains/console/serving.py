"""One console in the opener, from its ticket to its end, in a thread of its own."""

import logging
import select
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from uuid import UUID

import redis
from django.db import DatabaseError, connections

from domains.console import channel
from domains.console.admission import Admitted, NotAdmitted, admit
from domains.console.closing import Closing, Code
from domains.console.guard import Guard
from domains.console.reaching import reach
from hypervisor.errors import HypervisorError

MOST_CONSOLES = 512
MOST_OF_A_USER = 64
MOST_OPENING_OF_A_HOST = 4
_WAIT_FOR_A_TURN_SECONDS = 10.0
_LEAVE_SECONDS = 5.0

logger = logging.getLogger("domains.console.opener")
_guard = Guard()


class TooMany(Exception):
    """Every place is taken."""


class Places:
    """How many consoles there may be, in all and of one person; and how many wait for one host at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of_user: Counter[UUID] = Counter()
        self._hosts: dict[UUID, threading.Semaphore] = {}

    @contextmanager
    def taken(self, user: UUID) -> Iterator[None]:
        """Raises TooMany."""
        with self._lock:
            if self._of_user.total() >= MOST_CONSOLES or self._of_user[user] >= MOST_OF_A_USER:
                raise TooMany
            self._of_user[user] += 1
        try:
            yield
        finally:
            with self._lock:
                self._of_user[user] -= 1
                if not self._of_user[user]:
                    del self._of_user[user]

    @contextmanager
    def turn(self, host: UUID) -> Iterator[None]:
        """A host that hangs holds up its own consoles and no other's. Raises TooMany."""
        with self._lock:
            turns = self._hosts.setdefault(host, threading.Semaphore(MOST_OPENING_OF_A_HOST))
        if not turns.acquire(timeout=_WAIT_FOR_A_TURN_SECONDS):
            raise TooMany
        try:
            yield
        finally:
            turns.release()


def serve(lifeline: socket.socket, places: Places) -> None:
    """A thread's work: never raises."""
    try:
        with lifeline:
            Console(lifeline, places).serve()
    except OSError as error:
        logger.info("a console's relay went away: %s", error)
    except Exception:
        logger.exception("a console failed")
    finally:
        connections.close_all()


class Console:
    """One console, from its ticket to its end."""

    def __init__(self, lifeline: socket.socket, places: Places) -> None:
        self._lifeline = lifeline
        self._places = places
        self._telling = threading.Lock()

    def serve(self) -> None:
        """Admit, open, hand over, and hold on."""
        self._lifeline.settimeout(10)
        request = channel.receive(self._lifeline)
        if request is None:
            return
        try:
            admitted = admit(request.said["ticket"])
        except NotAdmitted as error:
            logger.warning("a ticket from %s was refused: %s", request.said["address"], error)
            self._refuse(403, "ticket_refused", "The ticket opens nothing, was used, or is too old.")
            return
        except (redis.RedisError, DatabaseError) as error:
            logger.error("tickets cannot be taken: %s", error)
            self._refuse(503, "console_unavailable", "Consoles cannot be opened at present.")
            return
        try:
            with self._places.taken(admitted.ticket.user_id), ExitStack() as held:
                self._open(admitted, held)
        except TooMany:
            logger.warning("%s: too many consoles", admitted.about)
            self._refuse(503, "too_many_consoles", "Too many consoles are open.")

    def _open(self, admitted: Admitted, held: ExitStack) -> None:
        about = {"about": admitted.about, "type": admitted.type, "view_only": admitted.ticket.view_only}
        try:
            with self._places.turn(admitted.domain.host_id):
                domain = reach(admitted, held, self._taken_over)
        except HypervisorError as error:
            logger.warning("%s: %s: %s", admitted.about, error.code, error)
            channel.send(self._lifeline, {**about, "close": Code.NODE_FAILED, "reason": str(error)})
            return
        with domain:
            channel.send(self._lifeline, about, (domain.fileno(),))
        logger.info("%s is open", admitted.about)
        self._hold(admitted)

    def _hold(self, admitted: Admitted) -> None:
        """Until the relay is gone, by itself or because the guard of all consoles had it end."""
        with _guard.over(admitted.ticket, self._end):
            self._lifeline.settimeout(None)
            select.select([self._lifeline], [], [])  # it says nothing more, so anything to read is its end

    def _end(self, closing: Closing) -> None:
        """Say why; and should the relay not leave, take its lifeline: without it it ends, whatever it was doing."""
        self._tell(closing)
        leaving = threading.Timer(_LEAVE_SECONDS, self._let_go)
        leaving.daemon = True
        leaving.start()

    def _let_go(self) -> None:
        try:
            self._lifeline.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it has left

    def _taken_over(self) -> None:
        self._tell(Closing(Code.TAKEN_OVER, "This serial console was opened elsewhere."))

    def _tell(self, closing: Closing) -> None:
        with self._telling:
            try:
                channel.send(self._lifeline, {"close": closing.code, "reason": closing.reason})
            except OSError:
                return  # it has ended already

    def _refuse(self, status: int, code: str, detail: str) -> None:
        channel.send(self._lifeline, {"status": status, "code": code, "detail": detail})
