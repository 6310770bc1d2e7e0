"""Load of the domains and of the machine."""

from typing import Any
from uuid import UUID

import libvirt

from hypervisor.data import DiskStats, DomainStats, InterfaceStats, NodeStats
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
    disks = tuple(
        DiskStats(
            target=one.get("name", ""),
            read_bytes=one.get("rd.bytes", 0),
            write_bytes=one.get("wr.bytes", 0),
            read_requests=one.get("rd.reqs", 0),
            write_requests=one.get("wr.reqs", 0),
        )
        for one in _each(figures, "block")
    )
    interfaces = tuple(
        InterfaceStats(
            target=one.get("name", ""),
            rx_bytes=one.get("rx.bytes", 0),
            tx_bytes=one.get("tx.bytes", 0),
            rx_packets=one.get("rx.pkts", 0),
            tx_packets=one.get("tx.pkts", 0),
        )
        for one in _each(figures, "net")
    )
    return DomainStats(
        uuid=UUID(bytes=domain.UUID()),
        cpu_time_ns=figures["cpu.time"],
        vcpus=figures.get("vcpu.current", 1),
        memory_bytes=figures.get("balloon.current", 0) * 1024,
        memory_unused_bytes=_kibibytes(figures, "balloon.unused"),
        disk_read_bytes=sum(disk.read_bytes for disk in disks),
        disk_write_bytes=sum(disk.write_bytes for disk in disks),
        net_rx_bytes=sum(interface.rx_bytes for interface in interfaces),
        net_tx_bytes=sum(interface.tx_bytes for interface in interfaces),
        memory_usable_bytes=_kibibytes(figures, "balloon.usable"),
        memory_rss_bytes=_kibibytes(figures, "balloon.rss"),
        vcpu_times_ns=tuple(
            figures[f"vcpu.{number}.time"]
            for number in range(figures.get("vcpu.maximum", 0))
            if f"vcpu.{number}.time" in figures
        ),
        disks=disks,
        interfaces=interfaces,
    )


def _kibibytes(figures: dict[str, Any], name: str) -> int | None:
    return figures[name] * 1024 if name in figures else None


def _each(figures: dict[str, Any], group: str) -> list[dict[str, Any]]:
    """libvirt's flat `block.0.rd.bytes` as one dictionary for each."""
    found: list[dict[str, Any]] = [{} for _ in range(figures.get(f"{group}.count", 0))]
    for name, value in figures.items():
        kind, _, rest = name.partition(".")
        number, _, figure = rest.partition(".")
        if kind == group and number.isdigit() and int(number) < len(found):
            found[int(number)][figure] = value
    return found
