"""Load of the domains and of the machine."""

from typing import Any
from uuid import UUID

import libvirt

from hypervisor.data import DomainStats, NodeStats
from hypervisor.libvirt.calls import BULK_SECONDS
from hypervisor.libvirt.connected import Connected, Domain

_GROUPS = (
    libvirt.VIR_DOMAIN_STATS_CPU_TOTAL
    | libvirt.VIR_DOMAIN_STATS_BALLOON
    | libvirt.VIR_DOMAIN_STATS_VCPU
    | libvirt.VIR_DOMAIN_STATS_INTERFACE
    | libvirt.VIR_DOMAIN_STATS_BLOCK
)
_RUNNING = libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE
_NOWAIT = libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT


class Measuring(Connected):
    """Fulfils `hypervisor.node.Measures`."""

    def domain_stats(self) -> tuple[DomainStats, ...]:
        """Of all running domains, in one call. Raises NotSupported for drivers without it, HypervisorError."""

        def work() -> tuple[DomainStats, ...]:
            told = self._ask(self._connection.getAllDomainStats, _GROUPS, _RUNNING | _NOWAIT)
            # A domain that is busy, or whose driver keeps no such figures, tells nothing of its processors.
            return tuple(_read(domain, figures) for domain, figures in told if "cpu.time" in figures)

        return self._run(work, seconds=BULK_SECONDS)

    def node_stats(self) -> NodeStats:
        """Raises HypervisorError."""
        return self._run(self._node_stats)

    def _node_stats(self) -> NodeStats:
        connection = self._connection
        cpus = self._ask(connection.getInfo)[2]
        cpu: dict[str, int] = self._supported(
            connection.getCPUStats, libvirt.VIR_NODE_CPU_STATS_ALL_CPUS, 0, default={}
        )
        memory: dict[str, int] = self._supported(
            connection.getMemoryStats, libvirt.VIR_NODE_MEMORY_STATS_ALL_CELLS, 0, default={}
        )
        total = memory.get("total")
        # What the kernel would give back at once is not used.
        free = memory.get("free", 0) + memory.get("buffers", 0) + memory.get("cached", 0)
        return NodeStats(
            cpu_time_ns=cpu["user"] + cpu["kernel"] if {"user", "kernel"} <= cpu.keys() else None,
            cpus=cpus,
            memory_bytes=None if total is None else total * 1024,
            memory_used_bytes=None if total is None else max(0, total - free) * 1024,
        )


def _read(domain: Domain, figures: dict[str, Any]) -> DomainStats:
    return DomainStats(
        uuid=UUID(bytes=domain.UUID()),
        cpu_time_ns=figures["cpu.time"],
        vcpus=figures.get("vcpu.current", 1),
        memory_bytes=figures.get("balloon.current", 0) * 1024,
        memory_unused_bytes=figures["balloon.unused"] * 1024 if "balloon.unused" in figures else None,
        disk_read_bytes=_sum(figures, "block", "rd.bytes"),
        disk_write_bytes=_sum(figures, "block", "wr.bytes"),
        net_rx_bytes=_sum(figures, "net", "rx.bytes"),
        net_tx_bytes=_sum(figures, "net", "tx.bytes"),
    )


def _sum(figures: dict[str, Any], group: str, name: str) -> int:
    return sum(
        figures.get(f"{group}.{number}.{name}", 0) for number in range(figures.get(f"{group}.count", 0))
    )
