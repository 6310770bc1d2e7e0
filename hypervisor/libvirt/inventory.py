"""What is on the node. The calls for its domains are four to nine, whether it has one domain or ten thousand."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

import libvirt

from hypervisor.data import DomainSeen, DomainXML, Inventory, Kind
from hypervisor.errors import NotFound, NotSupported
from hypervisor.libvirt import states
from hypervisor.libvirt.calls import BULK_SECONDS
from hypervisor.libvirt.connected import UNSUPPORTED, Domain
from hypervisor.libvirt.filters import KeepingFilters
from hypervisor.libvirt.networks import KeepingNetworks
from hypervisor.libvirt.storage import KeepingPools
from hypervisor.states import ACTIVE, DomainState
from hypervisor.xml.domain import read_domain

T = TypeVar("T")

_GROUPS = libvirt.VIR_DOMAIN_STATS_STATE | libvirt.VIR_DOMAIN_STATS_VCPU | libvirt.VIR_DOMAIN_STATS_BALLOON
# Without it one busy domain, such as one that migrates, would keep the whole list waiting.
_NOWAIT = libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT
# For drivers without bulk statistics: one list a state.
_STATE_FILTERS = (
    (libvirt.VIR_CONNECT_LIST_DOMAINS_RUNNING, DomainState.RUNNING),
    (libvirt.VIR_CONNECT_LIST_DOMAINS_PAUSED, DomainState.PAUSED),
    (libvirt.VIR_CONNECT_LIST_DOMAINS_SHUTOFF, DomainState.SHUTOFF),
)


class Inventorying(KeepingPools, KeepingNetworks, KeepingFilters):
    """Fulfils `hypervisor.node.Inventories` and `hypervisor.node.Holds`."""

    def inventory(self) -> Inventory:
        """Everything, by list and bulk calls. Pools and networks, which are few, cost one or two more calls each.

        Each domain that is paused for a migration at this moment costs one more. Raises HypervisorError.
        """
        return self._run(self._inventory, seconds=BULK_SECONDS)

    def domain(self, uuid: UUID) -> DomainSeen:
        """Raises NotFound, HypervisorError."""
        return self._run(lambda: self._one(uuid))

    def domain_xml(self, uuid: UUID) -> DomainXML:
        """Without secrets such as the VNC password. Raises NotFound, HypervisorError."""
        return self._run(lambda: self._xml(uuid))

    def has(self, kind: Kind, uuid: UUID) -> bool:
        """A driver that keeps no objects of a kind has none. Raises HypervisorError, but not NotFound."""
        find = {
            Kind.DOMAIN: self._domain,
            Kind.POOL: self._pool,
            Kind.NETWORK: self._network,
            Kind.FILTER: self._filter,
        }[kind]
        try:
            self._run(lambda: find(uuid) is not None)
        except (NotFound, NotSupported):
            return False
        return True

    def _inventory(self) -> Inventory:
        domains = self._domains()
        pools = self._unless_unsupported(self._pools)
        networks = self._unless_unsupported(self._networks)
        kept = {Kind.DOMAIN: domains, Kind.POOL: pools, Kind.NETWORK: networks}
        return Inventory(
            domains=domains,
            pools=pools or (),
            networks=networks or (),
            complete=frozenset(kind for kind, seen in kept.items() if seen is not None),
        )

    def _unless_unsupported(self, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except libvirt.libvirtError as error:
            if error.get_error_code() in UNSUPPORTED:
                return None
            raise

    def _domains(self) -> tuple[DomainSeen, ...]:
        # The flags first: a domain made between the calls is then at worst persistent until its event is read.
        kept = _Kept(
            # Of the two the rarer ones: a list of nearly everything would cost as much as all the rest.
            transient=self._listed(libvirt.VIR_CONNECT_LIST_DOMAINS_TRANSIENT),
            autostart=self._listed(libvirt.VIR_CONNECT_LIST_DOMAINS_AUTOSTART),
            saved=self._listed(libvirt.VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE),
        )
        try:
            told = self._bulk()
        except libvirt.libvirtError as error:
            if error.get_error_code() not in UNSUPPORTED:
                raise
            return self._by_lists(kept)
        return tuple(
            self._from_stats(domain, figures, kept) for domain, figures in told if "state.state" in figures
        )

    def _bulk(self) -> list[tuple[Domain, dict[str, Any]]]:
        try:
            return self._ask(self._connection.getAllDomainStats, _GROUPS, _NOWAIT)
        except libvirt.libvirtError as error:
            # Older drivers do not know the flag.
            if error.get_error_code() != libvirt.VIR_ERR_INVALID_ARG:
                raise
            return self._ask(self._connection.getAllDomainStats, _GROUPS, 0)

    def _listed(self, flag: int) -> frozenset[bytes]:
        """The UUIDs of a filtered list; none where the driver does not know the filter."""
        none: list[Domain] = []
        domains = self._supported(self._connection.listAllDomains, flag, default=none)
        return frozenset(domain.UUID() for domain in domains)

    def _from_stats(self, domain: Domain, figures: dict[str, Any], kept: "_Kept") -> DomainSeen:
        state = states.domain_state(figures["state.state"])
        reason = figures.get("state.reason", 0)
        sizes = (figures.get("vcpu.current"), figures.get("balloon.current"), figures.get("balloon.maximum"))
        return kept.seen(domain, state, reason, sizes, self._is_incoming(domain, state, reason))

    def _by_lists(self, kept: "_Kept") -> tuple[DomainSeen, ...]:
        seen: dict[bytes, DomainSeen] = {}
        for flag, state in _STATE_FILTERS:
            for domain in self._ask(self._connection.listAllDomains, flag):
                seen[domain.UUID()] = kept.seen(domain, state, 0)
        # Crashed, dying, blocked: rare enough to ask each for its state.
        for domain in self._ask(self._connection.listAllDomains, libvirt.VIR_CONNECT_LIST_DOMAINS_OTHER):
            number, why = self._ask(domain.state)
            seen[domain.UUID()] = kept.seen(domain, states.domain_state(number), why)
        return tuple(seen.values())

    def _is_incoming(self, domain: Domain, state: DomainState, reason: int) -> bool:
        """Whether this is the end that a migration still fills. Both ends may be paused for it; one has its figures."""
        if state is not DomainState.PAUSED or reason not in states.PAUSED_BY_MIGRATION:
            return False
        try:
            self._ask(domain.jobStats)
        except libvirt.libvirtError as error:
            code = error.get_error_code()
            if code in {
                libvirt.VIR_ERR_NO_SUPPORT,
                libvirt.VIR_ERR_NO_DOMAIN,
                libvirt.VIR_ERR_OPERATION_INVALID,
            }:
                return False
            if code == libvirt.VIR_ERR_OPERATION_UNSUPPORTED:
                return True  # "migration statistics are available only on the source host"
            raise
        return False

    def _one(self, uuid: UUID) -> DomainSeen:
        domain = self._domain(uuid)
        number, reason = self._ask(domain.state)
        state = states.domain_state(number)
        _, max_kib, kib, vcpus, _ = self._ask(domain.info)
        own = domain.UUID()
        kept = _Kept(
            transient=frozenset(() if self._ask(domain.isPersistent) else {own}),
            autostart=frozenset({own} if self._supported(domain.autostart, default=0) else ()),
            saved=frozenset({own} if self._supported(domain.hasManagedSaveImage, default=0) else ()),
        )
        return kept.seen(
            domain, state, reason, (vcpus, kib, max_kib), self._is_incoming(domain, state, reason)
        )

    def _xml(self, uuid: UUID) -> DomainXML:
        domain = self._domain(uuid)
        live = self._ask(domain.XMLDesc, 0) if self._ask(domain.isActive) else None
        inactive = None
        if self._ask(domain.isPersistent):
            inactive = self._ask(domain.XMLDesc, libvirt.VIR_DOMAIN_XML_INACTIVE)
        shown = live or inactive
        if shown is None:
            raise NotFound("The domain ended while it was read.", node=self._calls.node)
        return DomainXML(live, inactive, read_domain(shown))


class _Kept:
    """Which domains are transient, start by themselves, have a saved state."""

    def __init__(
        self, transient: frozenset[bytes], autostart: frozenset[bytes], saved: frozenset[bytes]
    ) -> None:
        self._transient = transient
        self._autostart = autostart
        self._saved = saved

    def seen(
        self,
        domain: Domain,
        state: DomainState,
        reason: int,
        sizes: tuple[int | None, int | None, int | None] = (None, None, None),
        incoming: bool = False,
    ) -> DomainSeen:
        """`sizes`: virtual processors, memory and most memory in KiB."""
        uuid = domain.UUID()
        number = domain.ID()
        vcpus, memory, max_memory = sizes
        return DomainSeen(
            uuid=UUID(bytes=uuid),
            name=domain.name(),
            state=state,
            reason=states.reason(state, reason),
            id=number if number >= 0 and state in ACTIVE else None,
            persistent=uuid not in self._transient,
            autostart=uuid in self._autostart,
            vcpus=vcpus,
            memory_bytes=None if memory is None else memory * 1024,
            max_memory_bytes=None if max_memory is None else max_memory * 1024,
            incoming=incoming,
            has_managed_save=uuid in self._saved,
        )
