"""The main loop of a nodewatch process: leases, questions of workers, starting and ending watches."""

import json
import logging
import threading
import time
from uuid import UUID

import redis
from django.db import DatabaseError, close_old_connections

from domains.guest.inventory import record_addresses
from hosts import looking, nodes
from hypervisor.guests import GuestSeen
from hypervisor.libvirt import start_events
from jobs import worker
from jobs.models import Process
from live.doorbell import client
from ovirtlite.nodewatch import leases
from ovirtlite.nodewatch.dhcp import Leases
from ovirtlite.nodewatch.guests import Guests
from ovirtlite.nodewatch.leases import Lease, fenced
from ovirtlite.nodewatch.statistics import Statistics
from ovirtlite.nodewatch.watch import Look, Watch
from ovirtlite.nodewatch.writer import Writer

logger = logging.getLogger(__name__)
_LEASE_EVERY = 2.0


class Nodewatch:
    """Watches its share of the hosts until stopped."""

    def __init__(self) -> None:
        self._me = worker.name()
        self._writer = Writer()
        self._statistics = Statistics()
        self._guests = Guests(self._statistics, self._written_of)
        self._dhcp = Leases(self._statistics)
        self._watches: dict[UUID, tuple[Lease, Watch]] = {}
        self._stopping = threading.Event()
        self._tidied = False

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        start_events()
        self._writer.start()
        self._statistics.start()
        self._guests.start()
        self._dhcp.start()
        listening: redis.client.PubSub | None = None
        leased = 0.0
        while not self._stopping.is_set():
            try:
                if time.monotonic() - leased > _LEASE_EVERY:
                    leased = time.monotonic()
                    self._lease()
                listening = listening or self._listen()
                message = listening.get_message(ignore_subscribe_messages=True, timeout=0.5)
                if message is not None and self._hear(message):
                    leased = 0.0
            except redis.RedisError as error:
                logger.warning("Redis is away: %s", error)
                listening = None
                self._stopping.wait(0.5)
            except DatabaseError as error:
                logger.warning("the database is away: %s", error)
                close_old_connections()
                self._stopping.wait(1)
        self._end()

    def _listen(self) -> "redis.client.PubSub":
        listening: redis.client.PubSub = client().pubsub()  # type: ignore[no-untyped-call]
        listening.subscribe(looking.CHANNEL, looking.CHANGED)
        return listening

    def _hear(self, message: dict[str, bytes]) -> bool:
        """True when the leases should be looked at now."""
        if message["channel"].decode() == looking.CHANGED:
            return True
        question = json.loads(message["data"])
        known = self._watches.get(UUID(question["host"]))
        if known is not None and question["kind"] == "guest":
            self._guests.soon(known[0].host_id, UUID(question["uuid"]))
        elif known is not None:
            uuid = UUID(question["uuid"]) if question["uuid"] else None
            known[1].look(Look(question["kind"], uuid, question["reply"]))
        return False

    def _written_of(self, host_id: UUID, seen: dict[UUID, GuestSeen]) -> None:
        """Hand addresses to the writer, unless the host is no longer ours."""
        held = self._watches.get(host_id)
        if held is not None:
            self._writer.do(fenced(held[0], lambda: record_addresses(host_id, seen)))

    def _lease(self) -> None:
        worker.alive(Process.Role.NODEWATCH)
        if not self._tidied:
            nodes.forget_gone()
            self._tidied = True
        held = {lease.host_id: lease for lease in leases.share(self._me)}
        for host_id, (lease, watch) in list(self._watches.items()):
            if held.get(host_id) != lease:
                watch.stop()
                self._statistics.forget(host_id)
                del self._watches[host_id]
        for host_id, lease in held.items():
            if host_id not in self._watches:
                watch = Watch(lease, self._writer, self._statistics, self._dhcp)
                self._watches[host_id] = (lease, watch)
                watch.start()

    def _end(self) -> None:
        for _, watch in self._watches.values():
            watch.stop()
        self._guests.stop()
        self._dhcp.stop()
        self._statistics.stop()
        self._writer.stop()
        leases.release(self._me)
        worker.gone()
        looking.hosts_changed()
