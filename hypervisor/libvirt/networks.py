"""Networks, as they are."""

from uuid import UUID

import libvirt

from hypervisor.data import NetworkSeen
from hypervisor.libvirt.connected import Connected, Network
from hypervisor.xml.network import read_network


class KeepingNetworks(Connected):
    """The part of `hypervisor.node.Inventories` that is about networks."""

    def network(self, uuid: UUID) -> NetworkSeen:
        """Raises NotFound, HypervisorError."""
        return self._run(lambda: self._one_network(uuid))

    def _network(self, uuid: UUID) -> Network:
        return self._ask(self._connection.networkLookupByUUID, uuid.bytes)

    def _networks(self) -> tuple[NetworkSeen, ...]:
        networks = self._ask(self._connection.listAllNetworks, 0)
        active, persistent, autostart = (
            frozenset(network.UUID() for network in self._ask(self._connection.listAllNetworks, flag))
            for flag in (
                libvirt.VIR_CONNECT_LIST_NETWORKS_ACTIVE,
                libvirt.VIR_CONNECT_LIST_NETWORKS_PERSISTENT,
                libvirt.VIR_CONNECT_LIST_NETWORKS_AUTOSTART,
            )
        )
        seen = []
        for network in networks:
            uuid = network.UUID()
            try:
                seen.append(
                    self._read_network(network, uuid in active, uuid in persistent, uuid in autostart)
                )
            except libvirt.libvirtError as error:
                if error.get_error_code() != libvirt.VIR_ERR_NO_NETWORK:
                    raise
                # Removed since the list was made: it is not there any more, and an event says so.
        return tuple(seen)

    def _one_network(self, uuid: UUID) -> NetworkSeen:
        network = self._network(uuid)
        return self._read_network(
            network,
            bool(self._ask(network.isActive)),
            bool(self._ask(network.isPersistent)),
            bool(self._supported(network.autostart, default=0)),
        )

    def _read_network(self, network: Network, active: bool, persistent: bool, autostart: bool) -> NetworkSeen:
        said = read_network(self._ask(network.XMLDesc, 0))
        return NetworkSeen(
            uuid=UUID(bytes=network.UUID()),
            name=network.name(),
            active=active,
            persistent=persistent,
            autostart=autostart,
            bridge=said.bridge,
            forward=said.forward,
            addresses=said.addresses,
        )
