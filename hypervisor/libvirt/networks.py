"""Networks: as they are, made, changed and run."""

from dataclasses import asdict
from uuid import UUID

import libvirt

from hypervisor.data import NetworkSeen
from hypervisor.errors import InvalidXML
from hypervisor.libvirt.calls import CHANGE_SECONDS
from hypervisor.libvirt.connected import Connected, Network
from hypervisor.libvirt.translation import clean
from hypervisor.networking import Change, Lease, NetworkEdited
from hypervisor.xml.network import read_network, uncounted
from hypervisor.xml.network_pending import Update, pending, updates
from hypervisor.xml.network_spec import plain, read_spec

_SECTIONS = {
    "ip-dhcp-host": libvirt.VIR_NETWORK_SECTION_IP_DHCP_HOST,
    "ip-dhcp-range": libvirt.VIR_NETWORK_SECTION_IP_DHCP_RANGE,
    "forward-interface": libvirt.VIR_NETWORK_SECTION_FORWARD_INTERFACE,
    "portgroup": libvirt.VIR_NETWORK_SECTION_PORTGROUP,
    "dns-host": libvirt.VIR_NETWORK_SECTION_DNS_HOST,
    "dns-txt": libvirt.VIR_NETWORK_SECTION_DNS_TXT,
    "dns-srv": libvirt.VIR_NETWORK_SECTION_DNS_SRV,
}


class KeepingNetworks(Connected):
    """The part of `hypervisor.node.Inventories` that is about networks, and `hypervisor.networking.KeepsNetworks`."""

    def network(self, uuid: UUID) -> NetworkSeen:
        """Raises NotFound, HypervisorError."""
        return self._run(lambda: self._one_network(uuid))

    def define_network(self, xml: str) -> UUID:
        """Raises InvalidXML, OperationInvalid, HypervisorError."""
        return self._run(
            lambda: UUID(bytes=self._ask(self._connection.networkDefineXML, xml).UUID()),
            seconds=CHANGE_SECONDS,
        )

    def edit_network(self, uuid: UUID, change: Change) -> NetworkEdited:
        """Raises NotFound, InvalidXML, InvalidField, HypervisorError; then nothing has changed."""
        return self._run(lambda: self._edit(uuid, change), seconds=CHANGE_SECONDS)

    def start_network(self, uuid: UUID) -> None:
        self._run(lambda: self._ask(self._network(uuid).create), seconds=CHANGE_SECONDS)

    def stop_network(self, uuid: UUID) -> None:
        self._run(lambda: self._ask(self._network(uuid).destroy), seconds=CHANGE_SECONDS)

    def undefine_network(self, uuid: UUID) -> None:
        self._run(lambda: self._ask(self._network(uuid).undefine), seconds=CHANGE_SECONDS)

    def set_network_autostart(self, uuid: UUID, on: bool) -> None:
        self._run(lambda: self._ask(self._network(uuid).setAutostart, int(on)), seconds=CHANGE_SECONDS)

    def leases(self, uuid: UUID) -> tuple[Lease, ...]:
        """Raises NotFound, NotSupported, HypervisorError."""
        return self._run(lambda: self._leases(uuid))

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
        xml = self._ask(network.XMLDesc, 0)
        said = read_network(xml)
        xml = uncounted(xml)
        inactive = uncounted(self._inactive(network, xml)) if active and persistent else xml
        waiting = pending(xml, inactive)
        try:
            detail = plain(read_spec(inactive))
        except InvalidXML:
            detail = {}  # of a driver that writes it in a way of its own
        return NetworkSeen(
            uuid=UUID(bytes=network.UUID()),
            name=network.name(),
            active=active,
            persistent=persistent,
            autostart=autostart,
            bridge=said.bridge,
            forward=said.forward,
            addresses=said.addresses,
            detail=detail,
            xml=xml,
            inactive_xml=inactive if waiting else "",
            pending=tuple(asdict(one) for one in waiting),
        )

    def _inactive(self, network: Network, xml: str) -> str:
        """The definition; `xml` where the driver knows no difference."""
        return self._supported(network.XMLDesc, libvirt.VIR_NETWORK_XML_INACTIVE, default=xml)

    def _edit(self, uuid: UUID, change: Change) -> NetworkEdited:
        network = self._network(uuid)
        live = self._ask(network.XMLDesc, 0)
        before = self._inactive(network, live)
        after = change(before)
        self._ask(self._connection.networkDefineXML, after)
        refused = []
        if self._ask(network.isActive):
            for update in updates(live, after):
                words = self._update(network, update)
                if words:
                    refused.append(words)
        return NetworkEdited(before, tuple(refused))

    def _update(self, network: Network, update: Update) -> str:
        """Change what runs. What does not take hold waits for the next start; libvirt's words say why."""
        command = (
            libvirt.VIR_NETWORK_UPDATE_COMMAND_ADD_LAST
            if update.add
            else libvirt.VIR_NETWORK_UPDATE_COMMAND_DELETE
        )
        try:
            self._ask(
                network.update,
                command,
                _SECTIONS[update.section],
                update.index,
                update.xml,
                libvirt.VIR_NETWORK_UPDATE_AFFECT_LIVE,
            )
        except libvirt.libvirtError as error:
            if error.get_error_domain() == libvirt.VIR_FROM_RPC:
                raise
            return f"{update.words}: {clean(error.get_error_message() or str(error))}"
        return ""

    def _leases(self, uuid: UUID) -> tuple[Lease, ...]:
        told = self._ask(self._network(uuid).DHCPLeases)
        return tuple(
            Lease(
                address=lease.get("ipaddr") or "",
                prefix=lease.get("prefix"),
                mac=(lease.get("mac") or "").lower(),
                hostname=lease.get("hostname") or "",
                client_id=lease.get("clientid") or "",
                interface=lease.get("iface") or "",
                expires_at=lease.get("expirytime") or None,
            )
            for lease in told
        )
