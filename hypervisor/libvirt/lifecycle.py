"""libvirt's verbs on one domain."""

from collections.abc import Callable
from uuid import UUID

import libvirt

from hypervisor.libvirt import states
from hypervisor.libvirt.calls import CHANGE_SECONDS, LONG_SECONDS
from hypervisor.libvirt.connected import UNSUPPORTED, Connected, Domain
from hypervisor.states import DomainState
from hypervisor.xml.domain import check_definition
from hypervisor.xml.schema import takes_long

# What else belongs to a definition. From all to none: drivers know different ones, and refuse what they do not know.
_UNDEFINE_FLAGS = (
    libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE
    | libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA
    | libvirt.VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA
    | libvirt.VIR_DOMAIN_UNDEFINE_NVRAM,
    libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA,
    libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE,
)


class Living(Connected):
    """Fulfils `hypervisor.node.Lifecycle`. All raise NotFound, OperationInvalid, Busy, HypervisorError."""

    def start(self, uuid: UUID) -> None:
        """From its managed save where it has one."""
        self._act(uuid, lambda domain: self._ask(domain.create))

    def shutdown(self, uuid: UUID) -> None:
        self._act(uuid, lambda domain: self._ask(domain.shutdown))

    def reboot(self, uuid: UUID) -> None:
        self._act(uuid, lambda domain: self._ask(domain.reboot, 0))

    def reset(self, uuid: UUID) -> None:
        self._act(uuid, lambda domain: self._ask(domain.reset, 0))

    def destroy(self, uuid: UUID) -> None:
        self._act(uuid, lambda domain: self._ask(domain.destroy))

    def suspend(self, uuid: UUID) -> None:
        self._act(uuid, lambda domain: self._ask(domain.suspend))

    def resume(self, uuid: UUID) -> None:
        """Also wakes one that its guest put to sleep."""
        self._act(uuid, self._resume)

    def save(self, uuid: UUID) -> None:
        with self._apart() as other:
            other._act(uuid, lambda domain: other._ask(domain.managedSave, 0), seconds=LONG_SECONDS)

    def undefine(self, uuid: UUID, *, keep_nvram: bool = False) -> None:
        self._act(uuid, lambda domain: self._undefine(domain, keep_nvram))

    def define(self, xml: str) -> UUID:
        """Raises InvalidXML, NotSupported."""
        checked = check_definition(xml)

        def work() -> UUID:
            flags = 0 if takes_long(checked) else libvirt.VIR_DOMAIN_DEFINE_VALIDATE
            domain = self._ask(self._connection.defineXMLFlags, checked, flags)
            return UUID(bytes=domain.UUID())

        return self._run(work, seconds=CHANGE_SECONDS)

    def _act(
        self,
        uuid: UUID,
        act: Callable[[Domain], object],
        *,
        seconds: float = CHANGE_SECONDS,
    ) -> None:
        def work() -> None:
            act(self._domain(uuid))

        self._run(work, seconds=seconds)

    def _resume(self, domain: Domain) -> None:
        number, _ = self._ask(domain.state)
        if states.domain_state(number) is DomainState.PMSUSPENDED:
            self._ask(domain.pMWakeup, 0)
        else:
            self._ask(domain.resume)

    def _undefine(self, domain: Domain, keep_nvram: bool) -> None:
        swap = libvirt.VIR_DOMAIN_UNDEFINE_NVRAM | libvirt.VIR_DOMAIN_UNDEFINE_KEEP_NVRAM
        for flags in _UNDEFINE_FLAGS:
            kept = keep_nvram and flags & libvirt.VIR_DOMAIN_UNDEFINE_NVRAM
            try:
                self._ask(domain.undefineFlags, flags ^ swap if kept else flags)
            except libvirt.libvirtError as error:
                if error.get_error_code() not in UNSUPPORTED:
                    raise
            else:
                return
        self._ask(domain.undefine)
