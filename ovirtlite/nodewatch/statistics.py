"""Load of hosts and domains, every ten seconds, into Redis: figures that are gone in a minute are no inventory.

On connections of its own, so that a sweep never stalls the events of the same node.
"""

import json
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import redis

from hosts import nodes
from hosts.models import Host
from hypervisor import errors
from hypervisor.data import DiskStats, DomainStats, InterfaceStats, NodeStats
from hypervisor.node import Node
from live import hour
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
        self._running: dict[UUID, tuple[UUID, ...]] = {}
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
            self._running.pop(host_id, None)
            node = self._nodes.pop(host_id, None)
        if node is not None:
            node.close()

    def running(self) -> dict[UUID, tuple[UUID, ...]]:
        """By host, which domains ran at the last sweep."""
        with self._lock:
            return dict(self._running)

    def node(self, host_id: UUID) -> Node | None:
        """The connection that this sweeps on, while there is one: others may ask on it too, a few at once."""
        with self._lock:
            node = self._nodes.get(host_id)
        return node if node is not None and node.alive() else None

    def _run(self) -> None:
        while not self._stopping.is_set():
            with self._lock:
                due = [host for host in self._hosts.values() if host.pk not in self._busy]
                self._busy.update(host.pk for host in due)
            for host in due:
                self._pool.submit(self._sweep, host)
            # By the clock, so that each sweep has a step of the last hour to itself.
            wait = EVERY_SECONDS - time.time() % EVERY_SECONDS
            self._stopping.wait(wait if wait > 1 else wait + EVERY_SECONDS)

    def _sweep(self, host: Host) -> None:
        try:
            node = self._node(host)
            if node is None:
                return
            machine, domains = _measured(node)
            with self._lock:
                if host.pk in self._hosts:
                    self._running[host.pk] = tuple(domain.uuid for domain in domains)
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
        figures: dict[tuple[str, UUID], dict[str, Any]] = {}
        devices: dict[UUID, dict[str, hour.Rates]] = {}
        if machine is not None:
            cpu = self._rate(host_id, now, {"cpu": machine.cpu_time_ns})
            figures["host", host_id] = {
                "at": now,
                "cpu_percent": _percent(cpu.get("cpu"), machine.cpus),
                "memory_used_bytes": machine.memory_used_bytes,
            }
        for domain in domains:
            rates = self._rate(domain.uuid, now, _counters(domain))
            devices[domain.uuid] = {
                name: (rates.get(f"{name} {one}"), rates.get(f"{name} {other}"))
                for name, one, other in _devices(domain)
            }
            figures["domain", domain.uuid] = {
                "at": now,
                "cpu_percent": _percent(rates.get("cpu"), domain.vcpus),
                "vcpu_percents": [
                    _percent(rates.get(f"vcpu {number}"), 1) for number in range(len(domain.vcpu_times_ns))
                ],
                **{name: getattr(domain, name) for name in _MEMORY},
                **{f"{name}_per_second": rates.get(name) for name in _RATES},
                "disks": [_disk_figures(disk, rates) for disk in domain.disks],
                "interfaces": [_interface_figures(interface, rates) for interface in domain.interfaces],
            }
        with client().pipeline(transaction=False) as pipe:
            for (kind, id), value in figures.items():
                pipe.set(f"stats:{kind}:{id}", json.dumps(value), ex=KEPT_SECONDS)
                hour.append(pipe, kind, id, now, value, devices.get(id))
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
_MEMORY = ("memory_bytes", "memory_unused_bytes", "memory_usable_bytes", "memory_rss_bytes")
_OF_DISK = ("read_bytes", "write_bytes", "read_requests", "write_requests")
_OF_INTERFACE = ("rx_bytes", "tx_bytes", "rx_packets", "tx_packets")


def _counters(domain: DomainStats) -> dict[str, int]:
    """All that grows, by a name of its own."""
    return {
        "cpu": domain.cpu_time_ns,
        **{f"vcpu {number}": spent for number, spent in enumerate(domain.vcpu_times_ns)},
        **{name: getattr(domain, name) for name in _RATES},
        **{f"disk:{disk.target} {name}": getattr(disk, name) for disk in domain.disks for name in _OF_DISK},
        **{
            f"interface:{interface.target} {name}": getattr(interface, name)
            for interface in domain.interfaces
            for name in _OF_INTERFACE
        },
    }


def _devices(domain: DomainStats) -> list[tuple[str, str, str]]:
    """Those whose last hour is kept, with the two counters that count."""
    return [(f"disk:{disk.target}", "read_bytes", "write_bytes") for disk in domain.disks] + [
        (f"interface:{interface.target}", "rx_bytes", "tx_bytes") for interface in domain.interfaces
    ]


def _disk_figures(disk: DiskStats, rates: dict[str, float]) -> dict[str, Any]:
    rate = {f"{name}_per_second": rates.get(f"disk:{disk.target} {name}") for name in _OF_DISK}
    return {"target": disk.target, **rate}


def _interface_figures(interface: InterfaceStats, rates: dict[str, float]) -> dict[str, Any]:
    rate = {f"{name}_per_second": rates.get(f"interface:{interface.target} {name}") for name in _OF_INTERFACE}
    return {"target": interface.target, **rate}


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
