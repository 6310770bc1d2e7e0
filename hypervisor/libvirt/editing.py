"""Changing a domain: its definition, and what runs of it."""

from collections.abc import Callable, Mapping
from uuid import UUID

import libvirt

from hypervisor.edits import Change
from hypervisor.errors import NotSupported
from hypervisor.libvirt.calls import CHANGE_SECONDS
from hypervisor.libvirt.connected import Connected, Domain
from hypervisor.libvirt.translation import clean
from hypervisor.xml.domain import check_definition
from hypervisor.xml.schema import takes_long

_LIVE = libvirt.VIR_DOMAIN_AFFECT_LIVE
# Complete definitions hold what the bare ones hide: passwords that would be lost when they are written back.
_INACTIVE = libvirt.VIR_DOMAIN_XML_INACTIVE | libvirt.VIR_DOMAIN_XML_SECURE
_LIMITS = (
    "total_bytes_sec", "read_bytes_sec", "write_bytes_sec", "total_iops_sec", "read_iops_sec", "write_iops_sec",
    "total_bytes_sec_max", "read_bytes_sec_max", "write_bytes_sec_max",
    "total_iops_sec_max", "read_iops_sec_max", "write_iops_sec_max", "size_iops_sec",
)  # fmt: skip
_UNDER_WAY = "in the process of unplug"


class Editing(Connected):
    """Fulfils `hypervisor.edits.Edits`. All raise NotFound, OperationInvalid, NotSupported, HypervisorError."""

    def redefine(self, uuid: UUID, change: Change) -> str:
        def work() -> str:
            domain = self._domain(uuid)
            before: str = self._ask(domain.XMLDesc, _INACTIVE)
            after = check_definition(change(before))
            if after != before:
                flags = 0 if takes_long(after) else libvirt.VIR_DOMAIN_DEFINE_VALIDATE
                self._ask(self._connection.defineXMLFlags, after, flags)
            return before

        return self._run(work, seconds=CHANGE_SECONDS)

    def attach_device(self, uuid: UUID, device: str) -> None:
        self._change(uuid, lambda domain: self._ask(domain.attachDeviceFlags, device, _LIVE))

    def detach_device(self, uuid: UUID, device: Change) -> None:
        def detach(domain: Domain) -> None:
            try:
                self._ask(domain.detachDeviceFlags, self._device(domain, device), _LIVE)
            except libvirt.libvirtError as error:
                if _UNDER_WAY not in str(error):  # asked before, and the guest has not answered yet
                    raise

        self._change(uuid, detach)

    def update_device(self, uuid: UUID, device: Change, *, force: bool = False) -> None:
        flags = _LIVE | (libvirt.VIR_DOMAIN_DEVICE_MODIFY_FORCE if force else 0)
        self._change(
            uuid, lambda domain: self._ask(domain.updateDeviceFlags, self._device(domain, device), flags)
        )

    def limit_disk(self, uuid: UUID, target: str, limits: Mapping[str, int | str]) -> None:
        # What is not named would stay as it is.
        wanted = {**dict.fromkeys(_LIMITS, 0), **limits}
        self._change(uuid, lambda domain: self._ask(domain.setBlockIoTune, target, wanted, _LIVE))

    def resize_disk(self, uuid: UUID, target: str, capacity_bytes: int) -> None:
        self._change(
            uuid,
            lambda domain: self._ask(
                domain.blockResize, target, capacity_bytes, libvirt.VIR_DOMAIN_BLOCK_RESIZE_BYTES
            ),
        )

    def set_vcpus(self, uuid: UUID, count: int) -> None:
        def set_count(domain: Domain) -> None:
            try:
                self._ask(domain.setVcpusFlags, count, _LIVE)
            except libvirt.libvirtError as error:
                # The guest was asked and has not answered within libvirt's few seconds: it may still do it.
                if error.get_error_code() != libvirt.VIR_ERR_OPERATION_TIMEOUT:
                    raise

        self._change(uuid, set_count)

    def set_memory(self, uuid: UUID, size_bytes: int) -> None:
        self._change(uuid, lambda domain: self._ask(domain.setMemoryFlags, size_bytes // 1024, _LIVE))

    def set_words(self, uuid: UUID, *, title: str | None = None, description: str | None = None) -> None:
        def set_each(domain: Domain) -> None:
            for kind, words in (
                (libvirt.VIR_DOMAIN_METADATA_TITLE, title),
                (libvirt.VIR_DOMAIN_METADATA_DESCRIPTION, description),
            ):
                if words is not None:
                    self._ask(domain.setMetadata, kind, words or None, None, None, _LIVE)

        self._change(uuid, set_each)

    def pin(self, uuid: UUID, *, vcpus: Mapping[int, str], emulator: str = "") -> None:
        def pin_each(domain: Domain) -> None:
            count: int = self._ask(self._connection.getCPUMap, 0)[0]
            for vcpu, cpus in vcpus.items():
                self._ask(domain.pinVcpuFlags, vcpu, _map_of(cpus, count), _LIVE)
            if emulator:
                self._ask(domain.pinEmulator, _map_of(emulator, count), _LIVE)

        self._change(uuid, pin_each)

    def tune(
        self, uuid: UUID, *, cpu: Mapping[str, int], memory: Mapping[str, int], block: Mapping[str, int]
    ) -> None:
        def tune_each(domain: Domain) -> None:
            for method, parameters in (
                (domain.setSchedulerParametersFlags, cpu),
                (domain.setMemoryParameters, memory),
                (domain.setBlkioParameters, block),
            ):
                if parameters:
                    self._ask(method, dict(parameters), _LIVE)

        self._change(uuid, tune_each)

    def _device(self, domain: Domain, device: Change) -> str:
        """One device of what runs, complete with its secrets."""
        return device(self._ask(domain.XMLDesc, libvirt.VIR_DOMAIN_XML_SECURE))

    def _change(self, uuid: UUID, act: Callable[[Domain], object]) -> None:
        def work() -> None:
            try:
                act(self._domain(uuid))
            except libvirt.libvirtError as error:
                if not _cannot_while_it_runs(str(error)):
                    raise
                raise NotSupported(clean(str(error)), node=self._calls.node) from None

        self._run(work, seconds=CHANGE_SECONDS)


# What libvirt and QEMU say, without a code of its own, of what only a fresh start brings.
_NOT_NOW = (
    "does not support hotplugging",
    "no more available pci slots",
    "no virtio-serial controllers are available",
    "max allowable vcpus",
    "higher than max memory",
)


def _map_of(cpus: str, count: int) -> tuple[bool, ...]:
    """The set as libvirt's binding wants it; what is taken out (`^2`) wins, as it does there."""
    wanted: set[int] = set() if cpus else set(range(count))
    without: set[int] = set()
    for part in cpus.split(",") if cpus else ():
        first, _, last = part.removeprefix("^").partition("-")
        (without if part.startswith("^") else wanted).update(range(int(first), int(last or first) + 1))
    return tuple(number in wanted - without for number in range(count))


def _cannot_while_it_runs(words: str) -> bool:
    return any(said in words.lower() for said in _NOT_NOW)
