"""What guests say of themselves, every minute, and sooner while a domain has just started or somebody looks.

On the connections of the statistics: an agent that does not answer takes its seconds, and stalls no events.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import UUID

import redis

from domains.guest import known
from hypervisor import errors
from hypervisor.guests import GuestSeen
from ovirtlite.nodewatch.statistics import Statistics

logger = logging.getLogger(__name__)
EVERY_SECONDS = 60.0
_LOOK_SECONDS = 2.0
_SOON_SECONDS = 10.0
_YOUNG_SECONDS = 180.0  # so long a start may take until there is an address
_AT_ONCE = 4

Write = Callable[[UUID, dict[UUID, GuestSeen]], None]


@dataclass
class _Read:
    """When a domain was first met, and last read; whether it told an address."""

    met: float
    last: float = 0.0
    found: bool = False
    wanted: bool = False

    def due(self, now: float) -> bool:
        young = now - self.met < _YOUNG_SECONDS and not self.found
        return self.wanted or now - self.last > (_SOON_SECONDS if young else EVERY_SECONDS)


class Guests:
    """One look after another at the guests that are due; `write` gets what a host's guests told."""

    def __init__(self, statistics: Statistics, write: Write) -> None:
        self._statistics = statistics
        self._write = write
        self._read: dict[UUID, dict[UUID, _Read]] = {}
        self._busy: set[UUID] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="guests")
        self._thread = threading.Thread(target=self._run, name="guests", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._wake.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def soon(self, host_id: UUID, uuid: UUID) -> None:
        """Somebody looks at it."""
        with self._lock:
            self._read.setdefault(host_id, {}).setdefault(uuid, _Read(time.monotonic())).wanted = True
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            for host_id, due in self._due().items():
                self._pool.submit(self._look, host_id, due)
            self._wake.wait(_LOOK_SECONDS)
            self._wake.clear()

    def _due(self) -> dict[UUID, list[UUID]]:
        """By host, what is to be read now. A host that is still being read waits for its next turn."""
        now, running = time.monotonic(), self._statistics.running()
        found: dict[UUID, list[UUID]] = {}
        with self._lock:
            for host_id in [host_id for host_id in self._read if host_id not in running]:
                del self._read[host_id]
            for host_id, uuids in running.items():
                known_here = self._read.setdefault(host_id, {})
                ended = [uuid for uuid, read in known_here.items() if uuid not in uuids and not read.wanted]
                for uuid in ended:
                    del known_here[uuid]
                for uuid in uuids:
                    known_here.setdefault(uuid, _Read(now))
                if host_id in self._busy:
                    continue
                due = [uuid for uuid, read in known_here.items() if read.due(now)]
                if due or ended:  # of what ended, the addresses go
                    self._busy.add(host_id)
                    found[host_id] = due
        return found

    def _look(self, host_id: UUID, due: list[UUID]) -> None:
        seen: dict[UUID, GuestSeen] = {}
        try:
            for uuid in due:
                node = self._statistics.node(host_id)
                if node is None or self._stopping.is_set():
                    return
                try:
                    seen[uuid] = node.guest(uuid)
                except (errors.NodeUnreachable, errors.Timeout):
                    raise
                except errors.HypervisorError as error:
                    # It ended, or its driver knows nothing of its inside: that keeps nobody from the others.
                    logger.debug("guest %s: %s", uuid, error.detail)
                    known.forget(uuid)
                else:
                    known.keep(uuid, seen[uuid], time.time())
                self._note(host_id, uuid, seen.get(uuid))
            self._write(host_id, seen)
        except errors.HypervisorError as error:
            logger.info("the guests of host %s were not read: %s", host_id, error.detail)
        except redis.RedisError as error:
            logger.info("what the guests of host %s said is lost: %s", host_id, error)
        except Exception:  # a look at one host must not end the others'
            logger.exception("the guests of host %s could not be read", host_id)
        finally:
            with self._lock:
                self._busy.discard(host_id)

    def _note(self, host_id: UUID, uuid: UUID, told: GuestSeen | None) -> None:
        with self._lock:
            read = self._read.get(host_id, {}).get(uuid)
            if read is not None:
                read.last, read.wanted = time.monotonic(), False
                read.found = told is not None and bool(told.addresses)
