"""Backups by libvirt's own job, and the checkpoints that tell what was written since.

Found out with libvirt 9.0 and QEMU 7.2: only qcow2 of its third version keeps bitmaps; a domain with checkpoints goes
back to no snapshot (QEMU refuses, and the guest is dead by then) and takes none while it is off; a checkpoint of a
domain that is off cannot be deleted with its bitmaps; after a migration the bitmaps are there and the checkpoints not.
"""

import hashlib
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import libvirt

from hypervisor import errors
from hypervisor.backups import BackedUpDisk, BackupProgress, BackupWish, CheckpointSeen
from hypervisor.libvirt.calls import BULK_SECONDS, CHANGE_SECONDS
from hypervisor.libvirt.connected import UNSUPPORTED, Connected, Domain
from hypervisor.libvirt.translation import clean, translated
from hypervisor.xml.backup import read_backup_volumes, write_backup, written_disks
from hypervisor.xml.checkpoint import read_checkpoint, without_parent, write_checkpoint

_PIECE_BYTES = 256 * 1024
_PARENTS_FIRST = libvirt.VIR_DOMAIN_CHECKPOINT_LIST_TOPOLOGICAL
_NO_DOMAIN = libvirt.VIR_DOMAIN_CHECKPOINT_XML_NO_DOMAIN
_RECORD_ALONE = libvirt.VIR_DOMAIN_CHECKPOINT_DELETE_METADATA_ONLY
_AGAIN = (
    libvirt.VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE | libvirt.VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE_VALIDATE
)
_LAST = libvirt.VIR_DOMAIN_JOB_STATS_COMPLETED | libvirt.VIR_DOMAIN_JOB_STATS_KEEP_COMPLETED
_BROKEN = frozenset(
    {
        libvirt.VIR_ERR_CHECKPOINT_INCONSISTENT,
        libvirt.VIR_ERR_NO_DOMAIN_CHECKPOINT,
        libvirt.VIR_ERR_INVALID_DOMAIN_CHECKPOINT,
    }
)
_NONE_UNDER_WAY = frozenset({libvirt.VIR_ERR_NO_DOMAIN_BACKUP, libvirt.VIR_ERR_OPERATION_INVALID})
_KEEPS_NOTHING = re.compile(
    "cannot store dirty bitmaps|bitmaps? (?:is|are) not supported|checkpoint for disk", re.IGNORECASE
)


class BackingUp(Connected):
    """Fulfils `hypervisor.backups.BacksUp`."""

    def disks_to_back_up(self, uuid: UUID) -> tuple[BackedUpDisk, ...]:
        """One call, and one for each disk. Raises NotFound, HypervisorError."""

        def work() -> tuple[BackedUpDisk, ...]:
            domain = self._domain(uuid)
            return tuple(
                BackedUpDisk(
                    disk.target,
                    disk.format,
                    self._ask(domain.blockInfo, disk.target, 0)[0],
                )
                for disk in written_disks(self._ask(domain.XMLDesc, 0))
            )

        return self._run(work)

    def begin_backup(self, uuid: UUID, wish: BackupWish) -> None:
        """Raises CheckpointBroken, OperationInvalid, NotSupported, HypervisorError."""
        self._run(lambda: self._begin(uuid, wish), seconds=CHANGE_SECONDS)

    def backup_progress(self, uuid: UUID) -> BackupProgress | None:
        """None while none is under way. Raises NotFound, HypervisorError."""

        def work() -> BackupProgress | None:
            domain = self._domain(uuid)
            try:
                volumes = read_backup_volumes(self._ask(domain.backupGetXMLDesc, 0))
            except libvirt.libvirtError as error:
                if error.get_error_code() in UNSUPPORTED | _NONE_UNDER_WAY:
                    return None
                raise
            job = self._ask(domain.jobStats)
            return BackupProgress(
                total_bytes=job.get("disk_total", 0),
                processed_bytes=job.get("disk_processed", 0),
                elapsed_seconds=job.get("time_elapsed", 0) / 1000,
                volumes=volumes,
            )

        return self._run(work)

    def backup_succeeded(self, uuid: UUID) -> bool | None:
        """None when the node does not know, or its last job was another. Raises NotFound, HypervisorError."""

        def work() -> bool | None:
            job: dict[str, Any] = self._supported(self._domain(uuid).jobStats, _LAST, default={})
            if job.get("operation") != libvirt.VIR_DOMAIN_JOB_OPERATION_BACKUP or "success" not in job:
                return None
            return bool(job["success"])

        return self._run(work)

    def abort_backup(self, uuid: UUID) -> None:
        """Raises NotFound, HypervisorError."""

        def work() -> None:
            domain = self._domain(uuid)
            try:
                self._ask(domain.abortJob)
            except libvirt.libvirtError as error:
                if error.get_error_code() != libvirt.VIR_ERR_OPERATION_INVALID:
                    raise

        self._run(work)

    def checkpoints(self, uuid: UUID) -> tuple[CheckpointSeen, ...]:
        """One call, and one for each. Raises NotFound, HypervisorError."""
        return self._run(lambda: self._checkpoints(self._domain(uuid)), seconds=BULK_SECONDS)

    def redefine_checkpoint(self, uuid: UUID, xml: str) -> None:
        """Of a running domain. Raises CheckpointBroken, NotFound, OperationInvalid, HypervisorError."""

        def work() -> None:
            try:
                self._ask(self._domain(uuid).checkpointCreateXML, without_parent(xml), _AGAIN)
            except libvirt.libvirtError as error:
                raise self._why(error) from None

        self._run(work, seconds=CHANGE_SECONDS)

    def delete_checkpoint(self, uuid: UUID, name: str) -> None:
        """Raises NotFound, HypervisorError."""
        self._run(lambda: self._delete_checkpoint(self._domain(uuid), name), seconds=CHANGE_SECONDS)

    def forget_checkpoints(self, uuid: UUID) -> int:
        """Raises NotFound, OperationInvalid, HypervisorError."""
        return self._run(lambda: self._forget(self._domain(uuid)), seconds=CHANGE_SECONDS)

    def digest_volume(self, pool: UUID, name: str, tell: Callable[[int], None]) -> str:
        """On a connection apart, without a deadline. Raises NotFound, HypervisorError, and what `tell` raises."""
        with self._apart() as other:
            return other._run(lambda: other._digest(pool, name, tell), seconds=None)

    def _begin(self, uuid: UUID, wish: BackupWish) -> None:
        domain = self._domain(uuid)
        wanted = tuple(disk.target for disk in wish.disks)
        named = [disk.target for disk in written_disks(self._ask(domain.XMLDesc, 0))]
        others = tuple(target for target in named if target not in wanted)
        checkpoint = write_checkpoint(wish.checkpoint, wanted, others) if wish.checkpoint else None
        try:
            self._ask(
                domain.backupBegin,
                write_backup(wish, others),
                checkpoint,
                libvirt.VIR_DOMAIN_BACKUP_BEGIN_REUSE_EXTERNAL,
            )
        except libvirt.libvirtError as error:
            raise self._why(error) from None

    def _why(self, error: "libvirt.libvirtError") -> errors.HypervisorError:
        words = clean(error.get_error_message() or str(error))
        if error.get_error_code() in _BROKEN:
            return errors.CheckpointBroken(words, node=self._calls.node)
        if _KEEPS_NOTHING.search(words):
            return errors.NotSupported(words, node=self._calls.node)
        return translated(error, self._calls.node)

    def _checkpoints(self, domain: Domain) -> tuple[CheckpointSeen, ...]:
        found = []
        listed: list[Any] = self._supported(domain.listAllCheckpoints, _PARENTS_FIRST, default=[])
        for checkpoint in listed:
            try:
                found.append(read_checkpoint(self._ask(checkpoint.getXMLDesc, _NO_DOMAIN)))
            except libvirt.libvirtError as error:
                if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN_CHECKPOINT:
                    raise  # else deleted since the list was made
        return tuple(found)

    def _delete_checkpoint(self, domain: Domain, name: str) -> None:
        checkpoint = self._ask(domain.checkpointLookupByName, name)
        flags = 0 if self._ask(domain.isActive) else _RECORD_ALONE
        try:
            self._ask(checkpoint.delete, flags)
        except libvirt.libvirtError:
            if flags:
                raise
            # Its bitmap is gone already, or was never whole: then only the record is left to delete.
            self._ask(checkpoint.delete, _RECORD_ALONE)

    def _forget(self, domain: Domain) -> int:
        known = [one.name for one in self._checkpoints(domain)]
        if not known:
            return 0
        off = not self._ask(domain.isActive)
        if off:
            self._ask(domain.createWithFlags, libvirt.VIR_DOMAIN_START_PAUSED)
        try:
            for name in reversed(known):
                self._delete_checkpoint(domain, name)
        finally:
            if off:
                self._ask(domain.destroyFlags, libvirt.VIR_DOMAIN_DESTROY_GRACEFUL)
        return len(known)

    def _digest(self, pool: UUID, name: str, tell: Callable[[int], None]) -> str:
        found = self._ask(self._connection.storagePoolLookupByUUID, pool.bytes)
        volume = self._ask(found.storageVolLookupByName, name)
        stream = self._ask(self._connection.newStream, 0)
        self._ask(volume.download, stream, 0, 0, 0)
        digest = hashlib.sha256()
        size = 0
        try:
            while got := stream.recv(_PIECE_BYTES):
                digest.update(got)
                size += len(got)
                tell(size)
            stream.finish()
        except BaseException:
            stream.abort()
            raise
        return digest.hexdigest()
