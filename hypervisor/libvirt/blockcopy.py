"""A running domain's disk copied into another volume, and used from there on."""

from uuid import UUID

import libvirt

from hypervisor import errors
from hypervisor.backups import CopyProgress
from hypervisor.libvirt.calls import CHANGE_SECONDS
from hypervisor.libvirt.connected import Connected, Domain
from hypervisor.xml.backup import WrittenDisk, write_destination, written_disks


class CopyingBlocks(Connected):
    """Fulfils `hypervisor.backups.MovesDisks`."""

    def begin_copy(self, uuid: UUID, target: str, path: str, format: str, *, block: bool = False) -> None:
        """Raises NotFound, OperationInvalid (a copy is under way already), HypervisorError.

        The volume is made beforehand and not by this call, so that it is of the pool's making, with its rights and
        its size. libvirt takes a copy of a persistent domain only as one that does not outlive a crash of the guest.
        """
        document = write_destination(path, format, block=block)
        flags = libvirt.VIR_DOMAIN_BLOCK_COPY_REUSE_EXT | libvirt.VIR_DOMAIN_BLOCK_COPY_TRANSIENT_JOB
        self._run(
            lambda: self._ask(self._domain(uuid).blockCopy, target, document, {}, flags),
            seconds=CHANGE_SECONDS,
        )

    def copy_progress(self, uuid: UUID, target: str) -> CopyProgress | None:
        """Raises NotFound, HypervisorError."""

        def work() -> CopyProgress | None:
            domain = self._domain(uuid)
            disk = self._written(domain, target)
            if not disk.mirror:
                return None
            job = self._ask(domain.blockJobInfo, target, 0)
            if not job:
                return None
            return CopyProgress(disk.mirror, int(job["end"]), int(job["cur"]), disk.mirror_ready)

        return self._run(work)

    def pivot(self, uuid: UUID, target: str) -> None:
        """Raises NotFound, OperationInvalid (not ready yet), HypervisorError."""
        self._end(uuid, target, libvirt.VIR_DOMAIN_BLOCK_JOB_ABORT_PIVOT)

    def abort_copy(self, uuid: UUID, target: str) -> None:
        """Raises NotFound, HypervisorError."""
        try:
            self._end(uuid, target, 0)
        except errors.OperationInvalid:
            if self.copy_progress(uuid, target) is not None:
                raise

    def disk_capacity(self, uuid: UUID, target: str) -> int:
        """Raises NotFound, HypervisorError."""
        return self._run(lambda: int(self._ask(self._domain(uuid).blockInfo, target, 0)[0]))

    def _end(self, uuid: UUID, target: str, flags: int) -> None:
        self._run(lambda: self._ask(self._domain(uuid).blockJobAbort, target, flags), seconds=CHANGE_SECONDS)

    def _written(self, domain: Domain, target: str) -> WrittenDisk:
        for disk in written_disks(self._ask(domain.XMLDesc, 0)):
            if disk.target == target:
                return disk
        raise errors.NotFound(f"The domain has no disk {target} that it writes to.", node=self._calls.node)
