"""What the DHCP servers of networks gave out, every ten seconds, into Redis: it is gone with the lease.

On the connections of the statistics, so that a slow answer stalls no events.
"""

import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import redis

from hypervisor import errors
from hypervisor.data import NetworkSeen
from networks import leases
from ovirtlite.nodewatch.statistics import Statistics

logger = logging.getLogger(__name__)
EVERY_SECONDS = 10.0
_AT_ONCE = 4


class Leases:
    """Of the hosts that are watched, those networks that run and give out addresses."""

    def __init__(self, statistics: Statistics) -> None:
        self._statistics = statistics
        self._serving: dict[UUID, set[UUID]] = {}
        self._busy: set[UUID] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="leases")
        self._thread = threading.Thread(target=self._run, name="leases", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def seen(self, host_id: UUID, networks: Sequence[NetworkSeen], *, complete: bool) -> None:
        """What the host's watch has just read of its networks."""
        with self._lock:
            serving = set() if complete else self._serving.get(host_id, set())
            for network in networks:
                gives = network.active and "<dhcp" in network.xml
                (serving.add if gives else serving.discard)(network.uuid)
            self._serving[host_id] = serving

    def forget(self, host_id: UUID) -> None:
        with self._lock:
            self._serving.pop(host_id, None)

    def _run(self) -> None:
        while not self._stopping.wait(EVERY_SECONDS):
            with self._lock:
                due = {
                    host_id: tuple(uuids)
                    for host_id, uuids in self._serving.items()
                    if uuids and host_id not in self._busy
                }
                self._busy.update(due)
            for host_id, uuids in due.items():
                self._pool.submit(self._look, host_id, uuids)

    def _look(self, host_id: UUID, uuids: Sequence[UUID]) -> None:
        try:
            for uuid in uuids:
                node = self._statistics.node(host_id)
                if node is None or self._stopping.is_set():
                    return
                try:
                    leases.keep(host_id, uuid, node.leases(uuid), time.time())
                except (errors.NotFound, errors.NotSupported, errors.OperationInvalid) as error:
                    logger.debug("leases of network %s: %s", uuid, error)
        except errors.HypervisorError as error:
            logger.info("the leases of host %s were not read: %s", host_id, error.detail)
        except redis.RedisError as error:
            logger.info("the leases of host %s are lost: %s", host_id, error)
        except Exception:  # a look at one host must not end the others'
            logger.exception("the leases of host %s could not be read", host_id)
        finally:
            with self._lock:
                self._busy.discard(host_id)
