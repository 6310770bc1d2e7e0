"""Who the node is and what it can do, by its own word."""

from itertools import product

import libvirt

from hypervisor.data import Capabilities, DomainCapabilities, NodeInfo
from hypervisor.libvirt.calls import BULK_SECONDS
from hypervisor.libvirt.connected import UNSUPPORTED, Connected
from hypervisor.xml.capabilities import HostCapabilities, offers_graphics, read_capabilities
from hypervisor.xml.domain_capabilities import read_domain_capabilities

_MACHINES = ("q35", "pc", "virt")
_MOST_CAPABILITIES = 60


class Describing(Connected):
    """Fulfils `hypervisor.node.Describes`."""

    def info(self) -> NodeInfo:
        """Raises HypervisorError."""
        return self._run(self._info, seconds=BULK_SECONDS)

    def capabilities(self) -> Capabilities:
        """Raises HypervisorError."""
        return self._run(self._capabilities, seconds=BULK_SECONDS)

    def domain_capabilities(self) -> tuple[DomainCapabilities, ...]:
        """Raises HypervisorError."""
        return self._run(self._domain_capabilities, seconds=BULK_SECONDS)

    def _info(self) -> NodeInfo:
        connection = self._connection
        said = self._host_capabilities()[0]
        model, mebibytes, cpus, mhz, nodes, sockets, cores, threads = self._ask(connection.getInfo)
        return NodeInfo(
            driver=str(self._ask(connection.getType)).lower(),
            uuid=said.uuid,
            hostname=self._supported(connection.getHostname, default=""),
            libvirt_version=_version(self._ask(connection.getLibVersion)),
            hypervisor_version=_version(self._supported(connection.getVersion, default=0)),
            arch=said.arch or model,
            cpu_model=said.cpu_model or model,
            cpus=cpus,
            cpu_mhz=mhz,
            sockets=sockets * nodes,  # libvirt counts them a NUMA node
            cores=cores,
            threads=threads,
            memory_bytes=mebibytes * 2**20,
        )

    def _capabilities(self) -> Capabilities:
        connection = self._connection
        said, xml = self._host_capabilities()
        return Capabilities(
            guests=said.guests,
            migration=said.migration,
            migration_uris=said.migration_uris,
            consoles=self._has_consoles(said),
            storage=self._supported(connection.numOfStoragePools, default=None) is not None,
            networks=self._supported(connection.numOfNetworks, default=None) is not None,
            events=self._has_events(),
            xml=xml,
        )

    def _domain_capabilities(self) -> tuple[DomainCapabilities, ...]:
        """The machines that libvirt takes by itself, and those that people name, without their dated versions."""
        said = self._host_capabilities()[0]
        found: dict[tuple[str, str, str], DomainCapabilities] = {}
        for guest in said.guests:
            named = [name for name in _MACHINES if name in guest.machines]
            for domain_type, machine in product(guest.domain_types, (None, *named)):
                if len(found) >= _MOST_CAPABILITIES:
                    break
                xml = self._supported(
                    self._connection.getDomainCapabilities,
                    None,
                    guest.arch,
                    machine,
                    domain_type,
                    0,
                    default="",
                )
                if xml:
                    one = read_domain_capabilities(xml)
                    found.setdefault((one.domain_type, one.arch, one.machine), one)
        return tuple(found.values())

    def _host_capabilities(self) -> tuple[HostCapabilities, str]:
        """What the document says, and the document. A driver without one says nothing."""
        xml = self._supported(self._connection.getCapabilities, default="")
        return read_capabilities(xml or "<capabilities/>"), xml

    def _has_consoles(self, said: HostCapabilities) -> bool:
        """Screens by the emulator's own capabilities; a container (exe) has a terminal in any case."""
        if any(guest.os_type in {"exe", "linux"} for guest in said.guests):
            return True
        xml = self._supported(self._connection.getDomainCapabilities, None, None, None, None, 0, default="")
        return bool(xml) and offers_graphics(xml)

    def _has_events(self) -> bool:
        connection = self._connection
        try:
            number = self._ask(
                connection.domainEventRegisterAny, None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, _nothing, None
            )
        except libvirt.libvirtError as error:
            if error.get_error_code() in UNSUPPORTED:
                return False
            raise
        self._ask(connection.domainEventDeregisterAny, number)
        return True


def _nothing(*_: object) -> None:
    """A callback that is never waited for."""


def _version(number: int) -> str:
    """libvirt counts 1,000,000 a major, 1,000 a minor version."""
    return f"{number // 1_000_000}.{number // 1000 % 1000}.{number % 1000}" if number else ""
