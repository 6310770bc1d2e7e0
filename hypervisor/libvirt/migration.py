"""Live migration: the source node speaks with the destination itself (peer to peer), we only ask for it and look on.

Copied storage: the source streams each local disk to the destination, where a file of the same path must be. libvirt
makes missing ones only within a pool that is active there and has the same folder, and writes over those that are
there, whosever they are. So the caller asks the source for `volumes_to_copy`, has the destination `make_volumes`,
and, when the migration failed, has it `remove_volumes` those that were made.
"""

import os.path
import re
from collections.abc import Sequence
from uuid import UUID

import libvirt

from hypervisor import errors
from hypervisor.data import CopiedVolume, MigrationOptions, MigrationProgress
from hypervisor.libvirt.calls import CHANGE_SECONDS
from hypervisor.libvirt.connected import UNSUPPORTED, Connected, Domain, Pool
from hypervisor.libvirt.translation import clean, translated
from hypervisor.xml.capabilities import read_capabilities
from hypervisor.xml.disk import read_disk, read_source
from hypervisor.xml.domain import bound_to_host, copied_disks
from hypervisor.xml.pool import read_pool
from hypervisor.xml.volume import read_volume, write_volume

_UNDER_WAY = frozenset({libvirt.VIR_DOMAIN_JOB_BOUNDED, libvirt.VIR_DOMAIN_JOB_UNBOUNDED})
_MIB = 2**20
# What libvirt and QEMU say under codes that mean nothing by themselves.
_CANCELLED = re.compile("cancell?ed by client|operation aborted|was cancell?ed", re.IGNORECASE)
_REFUSED_CODES = frozenset(
    {
        libvirt.VIR_ERR_MIGRATE_UNSAFE,
        libvirt.VIR_ERR_CPU_INCOMPATIBLE,
        libvirt.VIR_ERR_CONFIG_UNSUPPORTED,
        libvirt.VIR_ERR_OPERATION_UNSUPPORTED,
        libvirt.VIR_ERR_ARGUMENT_UNSUPPORTED,
        libvirt.VIR_ERR_NO_SUPPORT,
        libvirt.VIR_ERR_INVALID_ARG,
        libvirt.VIR_ERR_DOM_EXIST,
        libvirt.VIR_ERR_NO_STORAGE_POOL,
        libvirt.VIR_ERR_NO_STORAGE_VOL,
        libvirt.VIR_ERR_NO_NETWORK,
        libvirt.VIR_ERR_XML_ERROR,
        libvirt.VIR_ERR_XML_DETAIL,
    }
)
_REFUSED_WORDS = re.compile(
    "cannot be migrated|attempt to migrate guest to the same host|pre-?create storage|no such file|"
    "cannot access (?:storage|backing)|does not exist|is already (?:active|defined)|not migratable|does not support",
    re.IGNORECASE,
)


class Migrating(Connected):
    """Fulfils `hypervisor.node.Migrates`."""

    def check_migration(self, uuid: UUID, options: MigrationOptions) -> None:
        """What is known without asking the destination. Raises MigrationRefused, NotFound, OperationInvalid.

        libvirt has no dry run: its own checks (unsafe disks, processor, missing networks) come with `migrate`.
        """
        self._run(lambda: self._check(uuid, options))

    def migrate(self, uuid: UUID, options: MigrationOptions) -> None:
        """Blocks until done, without a deadline. Raises MigrationRefused, Cancelled, NotFound, HypervisorError."""
        with self._apart() as other:
            other._run(lambda: other._migrate(uuid, options), seconds=None)

    def migration_progress(self, uuid: UUID) -> MigrationProgress | None:
        """None while no migration away from this node is under way. Raises NotFound, HypervisorError."""
        return self._run(lambda: self._progress(uuid))

    def abort_migration(self, uuid: UUID) -> None:
        """Raises OperationInvalid when there is nothing to abort, or not any more."""
        self._run(lambda: self._ask(self._domain(uuid).abortJob))

    def volumes_to_copy(self, uuid: UUID) -> tuple[CopiedVolume, ...]:
        """The local, writable disks of a running domain. Raises NotFound, HypervisorError."""
        return self._run(lambda: self._to_copy(uuid))

    def make_volumes(self, volumes: Sequence[CopiedVolume]) -> tuple[str, ...]:
        """On the destination: make those that are missing, empty; give their paths.

        Raises MigrationRefused where there is no pool for one, where one that exists is too small or another domain's.
        """
        return self._run(lambda: self._make(volumes), seconds=CHANGE_SECONDS)

    def remove_volumes(self, paths: Sequence[str]) -> None:
        """Remove what `make_volumes` made. What is not there any more is no error."""
        self._run(lambda: self._remove(paths), seconds=CHANGE_SECONDS)

    def _check(self, uuid: UUID, options: MigrationOptions) -> None:
        domain = self._domain(uuid)
        if not self._ask(domain.isActive):
            raise errors.OperationInvalid(
                "The domain is off; only a running one is migrated live.", node=self._calls.node
            )
        said = self._supported(self._connection.getCapabilities, default="<capabilities/>")
        if not read_capabilities(said).migration:
            raise errors.MigrationRefused("The node's driver cannot migrate.", node=self._calls.node)
        bound = bound_to_host(self._ask(domain.XMLDesc, 0))
        if bound:
            raise errors.MigrationRefused(f"The domain uses {', '.join(bound)}.", node=self._calls.node)
        if not options.live and options.copy_storage:
            raise errors.MigrationRefused(
                "Storage is copied for a live migration only.", node=self._calls.node
            )

    def _migrate(self, uuid: UUID, options: MigrationOptions) -> None:
        domain = self._domain(uuid)
        flags = libvirt.VIR_MIGRATE_PEER2PEER
        for wanted, flag in (
            (options.live, libvirt.VIR_MIGRATE_LIVE),
            (options.persist, libvirt.VIR_MIGRATE_PERSIST_DEST),
            (options.undefine_source, libvirt.VIR_MIGRATE_UNDEFINE_SOURCE),
            (options.vouched, libvirt.VIR_MIGRATE_UNSAFE),
        ):
            flags |= flag if wanted else 0
        params: dict[str, object] = {}
        if options.migrate_uri:
            params[libvirt.VIR_MIGRATE_PARAM_URI] = options.migrate_uri
        if options.bandwidth_bytes:
            params[libvirt.VIR_MIGRATE_PARAM_BANDWIDTH] = max(1, options.bandwidth_bytes // _MIB)
        if options.copy_storage:
            # Named one by one: libvirt's own choice takes network disks too, which both nodes see anyway.
            targets = [read_disk(disk).target for disk in copied_disks(self._ask(domain.XMLDesc, 0))]
            targets = [target for target in targets if target not in options.kept]
            if targets:
                flags |= libvirt.VIR_MIGRATE_NON_SHARED_DISK
                params[libvirt.VIR_MIGRATE_PARAM_MIGRATE_DISKS] = targets
        try:
            self._ask(domain.migrateToURI3, options.destination_uri, params, flags)
        except libvirt.libvirtError as error:
            raise self._explained(error) from None

    def _explained(self, error: "libvirt.libvirtError") -> errors.HypervisorError:
        """A migration fails in many words; what matters is whether it was refused, cancelled or broke."""
        words = clean(error.get_error_message() or str(error))
        ours = translated(error, self._calls.node)
        if isinstance(ours, errors.Cancelled) or _CANCELLED.search(words):
            return errors.Cancelled(words, node=ours.node)
        if isinstance(ours, errors.NotFound) and error.get_error_code() == libvirt.VIR_ERR_NO_DOMAIN:
            return ours
        if error.get_error_code() in _REFUSED_CODES or _REFUSED_WORDS.search(words):
            return errors.MigrationRefused(words, node=ours.node)
        if isinstance(ours, errors.OperationInvalid | errors.Busy | errors.Timeout):
            return ours
        if self._connection.isAlive() == 1 and isinstance(
            ours,
            errors.NodeUnreachable | errors.AuthenticationFailed | errors.HostKeyChanged | errors.HostKeyUnknown
            | errors.AccessDenied,
        ):  # fmt: skip
            # We still reach the source: it is the source that does not reach the destination.
            return errors.MigrationRefused(
                f"The source cannot reach the destination: {words}", node=ours.node
            )
        return ours

    def _progress(self, uuid: UUID) -> MigrationProgress | None:
        domain = self._domain(uuid)
        try:
            job = self._ask(domain.jobStats)
        except libvirt.libvirtError as error:
            # There are no figures on the destination, of a domain that is off, and for drivers without jobs.
            if error.get_error_code() in UNSUPPORTED | {libvirt.VIR_ERR_OPERATION_INVALID}:
                return None
            raise
        if job.get("type") not in _UNDER_WAY:
            return None
        if job.get("operation") != libvirt.VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT:
            return None
        # Disks go first, and while they do libvirt counts no memory: without what is still to come, the figures would
        # say that all is done, and then fall back.
        memory = 0 if job.get("memory_total") else self._ask(domain.maxMemory) * 1024
        elapsed = job.get("time_elapsed", 0) / 1000
        processed = job.get("data_processed", 0)
        rate = job.get("memory_bps", 0) + job.get("disk_bps", 0)
        return MigrationProgress(
            total_bytes=job.get("data_total", 0) + memory,
            processed_bytes=processed,
            remaining_bytes=job.get("data_remaining", 0) + memory,
            rate_bytes=rate or (int(processed / elapsed) if elapsed else 0),
            elapsed_seconds=elapsed,
            iteration=job.get("memory_iteration", 0),
            downtime_seconds=job["downtime"] / 1000 if "downtime" in job else None,
        )

    def _to_copy(self, uuid: UUID) -> tuple[CopiedVolume, ...]:
        domain = self._domain(uuid)
        return tuple(
            self._copied(
                domain,
                read_disk(disk).target,
                read_disk(disk).format,
                read_source(disk),
                disk.get("type", ""),
            )
            for disk in copied_disks(self._ask(domain.XMLDesc, 0))
        )

    def _copied(self, domain: Domain, target: str, format: str, source: str, type: str) -> CopiedVolume:
        path = source
        if type == "volume":
            pool, _, volume = source.partition("/")
            found = self._ask(
                self._ask(self._connection.storagePoolLookupByName, pool).storageVolLookupByName, volume
            )
            path = self._ask(found.path)
        capacity, _, _ = self._ask(domain.blockInfo, target, 0)
        return CopiedVolume(target=target, path=path, format=format or "raw", capacity_bytes=capacity)

    def _make(self, volumes: Sequence[CopiedVolume]) -> tuple[str, ...]:
        made: list[str] = []
        try:
            for volume in volumes:
                made += [volume.path] if self._make_one(volume) else []
        except (libvirt.libvirtError, errors.HypervisorError):
            self._remove(made)
            raise
        return tuple(made)

    def _make_one(self, wanted: CopiedVolume) -> bool:
        """False when it is there already and may be written over: most likely from an earlier move back and forth."""
        folder, name = os.path.split(wanted.path)
        pool = self._pool_of(folder)
        if pool is None:
            raise errors.MigrationRefused(
                f"The destination has no active storage pool for the folder {folder}; make one there first.",
                node=self._calls.node,
            )
        self._ask(pool.refresh, 0)
        try:
            there = self._ask(pool.storageVolLookupByName, name)
        except libvirt.libvirtError as error:
            if error.get_error_code() != libvirt.VIR_ERR_NO_STORAGE_VOL:
                raise
            # In a volume group all of it: LVM makes of a sparse one a snapshot of nothing.
            whole = read_pool(self._ask(pool.XMLDesc, 0)).type == "logical"
            allocated = wanted.capacity_bytes if whole else 0
            document = write_volume(name, wanted.format, wanted.capacity_bytes, allocation_bytes=allocated)
            self._ask(pool.createXML, document, 0)
            return True
        seen = read_volume(self._ask(there.XMLDesc, 0))
        if seen.capacity_bytes < wanted.capacity_bytes:
            raise errors.MigrationRefused(
                f"{wanted.path} exists on the destination and is smaller than the disk.",
                node=self._calls.node,
            )
        owner = self._user_of(wanted.path)
        if owner:
            raise errors.MigrationRefused(
                f"{wanted.path} is the disk of {owner} on the destination.", node=self._calls.node
            )
        return False

    def _pool_of(self, folder: str) -> Pool | None:
        try:
            return self._ask(self._connection.storagePoolLookupByTargetPath, folder)
        except libvirt.libvirtError as error:
            if error.get_error_code() == libvirt.VIR_ERR_NO_STORAGE_POOL:
                return None
            raise

    def _user_of(self, path: str) -> str:
        """The name of a domain here that has this disk; "" when none has. One call a domain, and only before a copy."""
        for domain in self._ask(self._connection.listAllDomains, 0):
            try:
                xml = self._ask(domain.XMLDesc, 0)
            except libvirt.libvirtError as error:
                if error.get_error_code() == libvirt.VIR_ERR_NO_DOMAIN:
                    continue  # removed since the list was made
                raise
            if any(read_source(disk) == path for disk in copied_disks(xml)):
                return str(domain.name())
        return ""

    def _remove(self, paths: Sequence[str]) -> None:
        for path in paths:
            try:
                volume = self._ask(self._connection.storageVolLookupByPath, path)
                self._ask(volume.delete, 0)
            except libvirt.libvirtError as error:
                if error.get_error_code() != libvirt.VIR_ERR_NO_STORAGE_VOL:
                    raise
