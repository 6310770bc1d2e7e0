"""Watching one node: connect, register, list everything, then look at what its events name. One thread a host."""

import dataclasses
import itertools
import logging
import queue
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

import redis

from domains.definitions import record_xml
from domains.inventory import Recorded, record, vanished
from domains.snapshots.inventory import record_snapshots
from hosts import inventory as host_inventory
from hosts import looking, nodes
from hosts.models import Host, HostState
from hypervisor import errors
from hypervisor.data import Change, Event, Inventory, Kind
from hypervisor.node import Node
from hypervisor.states import PoolState
from networks.inventory import filter_vanished, network_vanished, record_filters, record_networks
from ovirtlite.nodewatch.dhcp import Leases
from ovirtlite.nodewatch.leases import Lease, fenced
from ovirtlite.nodewatch.statistics import Statistics
from ovirtlite.nodewatch.surroundings import Surroundings
from ovirtlite.nodewatch.writer import Writer
from storage.inventory import pool_vanished, record_pools, record_volumes
from storage.pools.offers import record_offers

logger = logging.getLogger(__name__)
T = TypeVar("T")
_RESYNC_SECONDS = 60.0
_SEEN_EVERY = 5.0
_MANY = 60  # so many objects changed at once are read in one bulk call
_LONGEST_WAIT = 5.0
_QUICK_OPEN = 4.0
_STANDS_AFTER = 5.0  # a connection that lasted so long is no sign of a node that comes and goes
_LONGEST_WAIT_ERROR = 30.0
_ONLY_A_PERSON = (
    errors.InvalidURI,
    errors.AuthenticationFailed,
    errors.HostKeyChanged,
    errors.HostKeyUnknown,
    errors.AccessDenied,
)


@dataclass(frozen=True, slots=True)
class Look:
    """A worker's question: look at this object (None: at everything) now, and answer at `reply` when it is written."""

    kind: str
    uuid: UUID | None
    reply: str


@dataclass(frozen=True, slots=True)
class _Closed:
    reason: str


class Watch:
    """One host's thread. It ends by itself soon after `stop`, whatever its node does."""

    def __init__(self, lease: Lease, writer: Writer, statistics: Statistics, leases: Leases) -> None:
        self._lease = lease
        self._writer = writer
        self._statistics = statistics
        self._leases = leases
        self._surroundings = Surroundings(lease.host_id, self._write)
        self._queue: queue.SimpleQueue[Event | Look | _Closed | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._looks: list[Look] = []
        self._backlog: deque[UUID] = deque()
        self._waiting: set[UUID] = set()
        self._stood = False
        self._thread = threading.Thread(target=self._run, name=f"watch {lease.host_id}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._queue.put(None)

    def look(self, look: Look) -> None:
        self._queue.put(look)

    # Connecting

    def _run(self) -> None:
        wait = 0.5
        # By turns: a quick attempt finds a node that has just come back, a patient one a node that is slow.
        patience = itertools.cycle((_QUICK_OPEN, nodes.OPEN_SECONDS))
        while not self._stopping.is_set():
            self._stood = False
            try:
                host = self._writer.do(lambda: Host.objects.filter(pk=self._lease.host_id).first()).result()
                if host is None:
                    return
                self._session(host, next(patience))
            except errors.HypervisorError as error:
                self._lost(error)
                limit = _LONGEST_WAIT_ERROR if isinstance(error, _ONLY_A_PERSON) else _LONGEST_WAIT
            except Exception:  # a bug here must not end the watch of this host for ever
                logger.exception("watching host %s broke; starting over", self._lease.host_id)
                limit = _LONGEST_WAIT_ERROR
            else:
                limit = _LONGEST_WAIT
            if self._stood:
                wait = 0.5
            self._pause(wait * random.uniform(0.7, 1.3))
            wait = min(wait * 2, limit)

    def _pause(self, seconds: float) -> None:
        """Wait before the next try; whoever asks meanwhile is told that the node does not answer."""
        until = time.monotonic() + seconds
        while not self._stopping.is_set() and (left := until - time.monotonic()) > 0:
            try:
                item = self._queue.get(timeout=left)
            except queue.Empty:
                return
            if isinstance(item, Look):
                self._answer(item, "unreachable")

    def _session(self, host: Host, patience: float) -> None:
        node = nodes.connect(host, deadline=patience)
        try:
            self._drop_old()
            self._surroundings = Surroundings(host.pk, self._write)
            node.watch(self._queue.put, lambda reason: self._queue.put(_Closed(reason)))
            info, capabilities, offered = node.info(), node.capabilities(), node.domain_capabilities()
            self._resync(node, first=host.seen_at is None, everything=True)
            pools = node.pool_offers()
            self._write(lambda: record_offers(host.pk, pools)).result()
            self._write(lambda: host_inventory.connected(host.pk, info, capabilities, offered)).result()
            self._statistics.watch(host)
            self._answer_looks("seen")
            self._listen(node)
        finally:
            self._statistics.forget(self._lease.host_id)
            self._leases.forget(self._lease.host_id)
            node.close()

    def _drop_old(self) -> None:
        """Forget what an earlier connection said; questions stay."""
        while True:
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return
            if isinstance(item, Look):
                self._looks.append(item)

    def _lost(self, error: errors.HypervisorError) -> None:
        state = HostState.ERROR if isinstance(error, _ONLY_A_PERSON) else HostState.UNREACHABLE
        self._write(lambda: host_inventory.lost(self._lease.host_id, state, error)).result()
        self._answer_looks("unreachable")

    # Listening

    def _listen(self, node: Node) -> None:
        resync_at = time.monotonic() + _RESYNC_SECONDS * random.uniform(0.8, 1.2)
        seen_at = time.monotonic()
        stands_at = time.monotonic() + _STANDS_AFTER
        while not self._stopping.is_set():
            events = self._take(0.02 if self._backlog else 1.0)
            if self._stopping.is_set():
                return
            if not node.alive():
                raise errors.NodeUnreachable("the connection broke: no answer to keepalive")
            if len(events) > _MANY or any(look.uuid is None for look in self._looks):
                self._resync(node)
            else:
                for event in events:
                    self._refresh(node, event)
            self._answer_looks("seen", node)
            if not events and not self._read_one_xml(node):
                self._surroundings.read(node)
            now = time.monotonic()
            self._stood = now > stands_at
            if now > resync_at:
                self._resync(node)
                resync_at = now + _RESYNC_SECONDS * random.uniform(0.8, 1.2)
            if now - seen_at > _SEEN_EVERY:
                seen_at = now
                self._write(lambda: host_inventory.refreshed(self._lease.host_id))

    def _take(self, timeout: float) -> list[Event]:
        """The next events, those of one object as one. Raises NodeUnreachable when the connection closed."""
        merged: dict[tuple[Kind, UUID], Event] = {}
        try:
            item = self._queue.get(timeout=timeout)
            while True:
                match item:
                    case Event():
                        key = (item.kind, item.uuid)
                        merged[key] = _merge(merged.get(key), item)
                    case Look():
                        self._looks.append(item)
                    case _Closed(reason):
                        raise errors.NodeUnreachable(f"the connection closed: {reason}")
                    case None:
                        return []
                item = self._queue.get_nowait()
        except queue.Empty:
            return list(merged.values())

    # Reading from the node, handing to the writer

    def _resync(self, node: Node, *, first: bool = False, everything: bool = False) -> None:
        """Read all in one bulk call. `everything`: read each XML again too, for it may have changed unheard."""
        seen = node.inventory()
        recorded = self._write(lambda: self._record(seen, first)).result()
        wanted = recorded.read_xml if recorded is not None else set()
        self._queue_xml(wanted | {domain.uuid for domain in seen.domains} if everything else wanted)
        for pool in seen.pools:
            if pool.state is PoolState.RUNNING:
                self._queue.put(Event(Kind.POOL, pool.uuid))  # its volumes, when there is time

    def _record(self, seen: Inventory, first: bool) -> Recorded:
        host_id = self._lease.host_id
        recorded = record(host_id, seen.domains, complete=Kind.DOMAIN in seen.complete, first=first)
        record_pools(host_id, seen.pools, complete=Kind.POOL in seen.complete)
        record_networks(host_id, seen.networks, complete=Kind.NETWORK in seen.complete)
        self._leases.seen(host_id, seen.networks, complete=True)
        host_inventory.refreshed(host_id)
        return recorded

    def _refresh(self, node: Node, event: Event) -> None:
        """Look at one object. That it is not there is an answer too."""
        host_id, uuid = self._lease.host_id, event.uuid
        try:
            match event.kind:
                case Kind.DOMAIN:
                    seen = dataclasses.replace(node.domain(uuid), change=event.change)
                    recorded = self._write(lambda: record(host_id, [seen], complete=False)).result()
                    wanted = recorded.read_xml if recorded is not None else set()
                    self._queue_xml(wanted | {uuid} if event.config else wanted, front=True)
                case Kind.POOL:
                    pool = node.pool(uuid)
                    volumes = node.volumes(uuid) if pool.state is PoolState.RUNNING else ()
                    self._write(lambda: record_pools(host_id, [pool], complete=False))
                    self._write(lambda: record_volumes(host_id, uuid, volumes))
                case Kind.NETWORK:
                    self._surroundings.soon()  # its bridge came or went
                    network = node.network(uuid)
                    self._leases.seen(host_id, [network], complete=False)
                    self._write(lambda: record_networks(host_id, [network], complete=False))
                case Kind.FILTER:
                    found = node.filter(uuid)
                    self._write(lambda: record_filters(host_id, [found]))
        except errors.NotFound:
            self._gone(event)
        except errors.NotSupported as error:
            logger.info("host %s: %s", host_id, error)

    def _gone(self, event: Event) -> None:
        host_id, uuid = self._lease.host_id, event.uuid
        match event.kind:
            case Kind.DOMAIN:
                self._write(lambda: vanished(host_id, uuid, left=event.change is Change.LEFT)).result()
            case Kind.POOL:
                self._write(lambda: pool_vanished(host_id, uuid))
            case Kind.NETWORK:
                self._write(lambda: network_vanished(host_id, uuid))
            case Kind.FILTER:
                self._write(lambda: filter_vanished(host_id, uuid))

    def _queue_xml(self, wanted: set[UUID], *, front: bool = False) -> None:
        """XML is read one by one, after what is more urgent: its cost grows with the domains."""
        for uuid in wanted - self._waiting:
            self._waiting.add(uuid)
            if front:
                self._backlog.appendleft(uuid)
            else:
                self._backlog.append(uuid)

    def _read_one_xml(self, node: Node) -> bool:
        """Whether there was one to read."""
        if not self._backlog:
            return False
        uuid = self._backlog.popleft()
        self._waiting.discard(uuid)
        self._read_xml(node, uuid)
        return True

    def _read_xml(self, node: Node, uuid: UUID) -> None:
        try:
            xml, snapshots = node.domain_xml(uuid), node.snapshots(uuid)
        except errors.NotFound:
            return  # its event is on the way
        self._write(lambda: record_xml(self._lease.host_id, uuid, xml))
        self._write(lambda: record_snapshots(self._lease.host_id, uuid, snapshots))

    def _write(self, work: Callable[[], T]) -> "Future[T | None]":
        return self._writer.do(fenced(self._lease, work))

    # Answering

    def _answer_looks(self, said: looking.Answer, node: Node | None = None) -> None:
        looks, self._looks = self._looks, []
        for look in looks:
            if node is not None and look.uuid is not None:
                self._refresh(node, Event(Kind(look.kind), look.uuid))
                if look.kind == Kind.DOMAIN:
                    self._read_xml(node, look.uuid)
            self._written()
            self._answer(look, said)

    def _written(self) -> None:
        """Wait until all that was handed in is in the database."""
        self._writer.do(lambda: None).result()

    def _answer(self, look: Look, said: looking.Answer) -> None:
        try:
            looking.answer(look.reply, said)
        except redis.RedisError as error:
            logger.warning("an answer is lost, it will be asked for again: %s", error)


def _merge(old: Event | None, new: Event) -> Event:
    """Several events of one object as one: that it arrived or left is not forgotten, the latest counts."""
    if old is None:
        return new
    change = new.change if new.change is not Change.SEEN else old.change
    return dataclasses.replace(new, change=change, config=old.config or new.config)
