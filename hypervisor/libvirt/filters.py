"""Network filters (nwfilter)."""

from uuid import UUID

from hypervisor.libvirt.calls import CHANGE_SECONDS
from hypervisor.libvirt.connected import Connected, Filter
from hypervisor.networking import FilterSeen
from hypervisor.xml.nwfilter import read_filter


class KeepingFilters(Connected):
    """Fulfils `hypervisor.networking.KeepsFilters`."""

    def filter_names(self) -> dict[UUID, str]:
        """Raises NotSupported, HypervisorError."""
        return self._run(
            lambda: {
                UUID(bytes=one.UUID()): one.name() for one in self._ask(self._connection.listAllNWFilters, 0)
            }
        )

    def filter(self, uuid: UUID) -> FilterSeen:
        """Raises NotFound, NotSupported, HypervisorError."""
        return self._run(lambda: self._read_filter(uuid))

    def define_filter(self, xml: str) -> UUID:
        """Interfaces that name it follow at once. Raises InvalidXML, OperationInvalid, HypervisorError."""
        return self._run(
            lambda: UUID(bytes=self._ask(self._connection.nwfilterDefineXML, xml).UUID()),
            seconds=CHANGE_SECONDS,
        )

    def undefine_filter(self, uuid: UUID) -> None:
        """Raises NotFound, OperationInvalid while something names it, HypervisorError."""
        self._run(lambda: self._ask(self._filter(uuid).undefine), seconds=CHANGE_SECONDS)

    def _filter(self, uuid: UUID) -> Filter:
        return self._ask(self._connection.nwfilterLookupByUUID, uuid.bytes)

    def _read_filter(self, uuid: UUID) -> FilterSeen:
        found = self._filter(uuid)
        xml = self._ask(found.XMLDesc, 0)
        said = read_filter(xml)
        return FilterSeen(uuid, found.name(), said.chain, said.references, said.rules, xml)
