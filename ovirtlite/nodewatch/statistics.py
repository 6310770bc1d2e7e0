"""Load of hosts and domains, every ten seconds, into Redis: figures that are gone in a minute are no inventory.

On connections of its own, so that a sweep never stalls the events of the same node.
"""

import json
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any
from uuid import UUID

import redis

from hosts import nodes
from hosts.models import Host
from hypervisor import errors
from hypervisor.data import DomainStats, NodeStats
from hypervisor.node import Node
from live.doorbell import client

logger = logging.getLogger(__name__)
EVERY_SECONDS = 10.0
KEPT_SECONDS = 35
_AT_ONCE = 8


class Statistics:
    """Sweeps over the watched hosts; a node that hangs holds one of the few threads until its deadline."""

    def __init__(self) -> None:
        self._hosts: dict[UUID, Host] = {}
        self._nodes: dict[UUID, Node] = {}
        self._before: dict[UUID, tuple[float, dict[str, Any]]] = {}
        self._busy: set[UUID] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="statistics")
        self._thread = threading.Thread(target=self._run, name="statistics", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def watch(self, host: Host) -> None:
        with self._lock:
            self._hosts[host.pk] = host

    def forget(self, host_id: UUID) -> None:
        with self._lock:
            self._hosts.pop(host_id, None)
            node = self._nodes.pop(host_id, None)
        if node is not None:
            node.close()

    def _run(self) -> None:
        while not self._stopping.is_set():
            with self._lock:
                due = [host for host in self._hosts.values() if host.pk not in self._busy]
                self._busy.update(host.pk for host in due)
            for host in due:
                self._pool.submit(self._sweep, host)
            self._stopping.wait(EVERY_SECONDS)

    def _sweep(self, host: Host) -> None:
        try:
            node = self._node(host)
            if node is None:
                return
            machine, domains = _measured(node)
            self._keep(host.pk, machine, domains)
        except errors.HypervisorError as error:
            logger.info("no statistics of %s: %s", host.name, error.detail)
            self._close(host.pk)
        except redis.RedisError as error:
            logger.info("statistics of %s are lost: %s", host.name, error)
        except Exception:  # the sweep of one host must not end for ever
            logger.exception("statistics of %s broke", host.name)
        finally:
            with self._lock:
                self._busy.discard(host.pk)

    def _node(self, host: Host) -> Node | None:
        with self._lock:
            node = self._nodes.get(host.pk)
        if node is not None and node.alive():
            return node
        if node is not None:
            self._close(host.pk)
        made = nodes.connect(host)
        with self._lock:
            if host.pk in self._hosts:
                self._nodes[host.pk] = made
                return made
        made.close()
        return None

    def _close(self, host_id: UUID) -> None:
        with self._lock:
            node = self._nodes.pop(host_id, None)
        if node is not None:
            node.close()

    def _keep(self, host_id: UUID, machine: NodeStats | None, domains: tuple[DomainStats, ...]) -> None:
        now = time.time()
        figures: dict[str, dict[str, Any]] = {}
        if machine is not None:
            cpu = self._rate(host_id, now, {"cpu": machine.cpu_time_ns})
            figures[f"stats:host:{host_id}"] = {
                "at": now,
                "cpu_percent": _percent(cpu.get("cpu"), machine.cpus),
                "memory_used_bytes": machine.memory_used_bytes,
            }
        for domain in domains:
            counters = asdict(domain)
            rates = self._rate(
                domain.uuid, now, {"cpu": domain.cpu_time_ns, **{name: counters[name] for name in _RATES}}
            )
            figures[f"stats:domain:{domain.uuid}"] = {
                "at": now,
                "cpu_percent": _percent(rates.get("cpu"), domain.vcpus),
                "memory_bytes": domain.memory_bytes,
                "memory_unused_bytes": domain.memory_unused_bytes,
                **{f"{name}_per_second": rates.get(name) for name in _RATES},
            }
        with client().pipeline(transaction=False) as pipe:
            for key, value in figures.items():
                pipe.set(key, json.dumps(value), ex=KEPT_SECONDS)
            pipe.execute()

    def _rate(self, id: UUID, now: float, counters: dict[str, Any]) -> dict[str, float]:
        """What grew a second since the last sweep; nothing at the first, or after the counters began anew."""
        with self._lock:
            before = self._before.get(id)
            self._before[id] = (now, counters)
        if before is None or now <= before[0]:
            return {}
        then, old = before
        return {
            name: (value - old[name]) / (now - then)
            for name, value in counters.items()
            if value is not None and old.get(name) is not None and value >= old[name]
        }


_RATES = ("disk_read_bytes", "disk_write_bytes", "net_rx_bytes", "net_tx_bytes")


def _measured(node: Node) -> tuple[NodeStats | None, tuple[DomainStats, ...]]:
    machine: NodeStats | None
    domains: tuple[DomainStats, ...]
    try:
        machine = node.node_stats()
    except errors.NotSupported:
        machine = None
    try:
        domains = node.domain_stats()
    except errors.NotSupported:
        domains = ()
    return machine, domains


def _percent(nanoseconds_a_second: float | None, cpus: int) -> float | None:
    """Of all its CPUs together, 0 to 100."""
    if nanoseconds_a_second is None or not cpus:
        return None
    return round(min(100.0, nanoseconds_a_second / 1e9 / cpus * 100), 1)
