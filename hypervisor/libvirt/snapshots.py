"""A domain's snapshots: read, taken, gone back to, deleted."""

import logging
import posixpath
from collections.abc import Iterable
from uuid import UUID

import libvirt

from hypervisor.libvirt.calls import BULK_SECONDS, CHANGE_SECONDS
from hypervisor.libvirt.connected import Connected, Domain, Pool
from hypervisor.snapshots import Kept, SnapshotSeen, SnapshotWish
from hypervisor.xml.pool import read_pool
from hypervisor.xml.snapshot import described, read_snapshot, wanted

logger = logging.getLogger(__name__)
_DISK_ONLY = libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY
_REDEFINE = libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE
_CURRENT = libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT
SECURE = libvirt.VIR_DOMAIN_SNAPSHOT_XML_SECURE
_PARENTS_FIRST = libvirt.VIR_DOMAIN_SNAPSHOT_LIST_TOPOLOGICAL
_RUNNING = {
    None: 0,
    True: libvirt.VIR_DOMAIN_SNAPSHOT_REVERT_RUNNING,
    False: libvirt.VIR_DOMAIN_SNAPSHOT_REVERT_PAUSED,
}


class Snapshotting(Connected):
    """Fulfils `hypervisor.snapshots.TakesSnapshots`, but for going back to external ones."""

    def snapshots(self, uuid: UUID) -> tuple[SnapshotSeen, ...]:
        """One call, and three where there are some, and one for each of them."""
        return self._run(lambda: self._snapshots(self._domain(uuid)), seconds=BULK_SECONDS)

    def create_snapshot(self, uuid: UUID, wish: SnapshotWish) -> None:
        flags = 0
        if wish.only_disks:
            flags |= _DISK_ONLY
        if wish.external:
            flags |= libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_ATOMIC
        if wish.memory is Kept.EXTERNAL:
            flags |= (
                libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_LIVE
            )  # the guest stands still for its last pages alone
        if wish.quiesce:
            flags |= libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_QUIESCE
        document = wanted(wish)
        with self._apart() as other:
            other._run(
                lambda: other._ask(other._domain(uuid).snapshotCreateXML, document, flags), seconds=None
            )
        self._look_into([wish.memory_file, *(disk.source for disk in wish.disks)])

    def snapshot_under_way(self, uuid: UUID) -> bool:
        def work() -> bool:
            kind = self._supported(self._domain(uuid).jobInfo, default=None)
            return kind is not None and kind[0] != libvirt.VIR_DOMAIN_JOB_NONE

        return self._run(work)

    def revert_to_snapshot(
        self, uuid: UUID, name: str, *, running: bool | None = None, force: bool = False
    ) -> None:
        flags = _RUNNING[running] | (libvirt.VIR_DOMAIN_SNAPSHOT_REVERT_FORCE if force else 0)

        with self._apart() as other:

            def work() -> None:
                domain = other._domain(uuid)
                snapshot = other._ask(domain.snapshotLookupByName, name)
                other._ask(domain.revertToSnapshot, snapshot, flags)

            other._run(work, seconds=None)

    def delete_snapshot(self, uuid: UUID, name: str, *, metadata_only: bool = False) -> tuple[str, ...]:
        with self._apart() as other:
            gone, left = other._run(lambda: other._delete(uuid, name, metadata_only), seconds=None)
        self._look_into(gone)
        return left

    def edit_snapshot(
        self, uuid: UUID, name: str, *, description: str | None = None, current: bool = False
    ) -> None:
        def work() -> None:
            domain = self._domain(uuid)
            snapshot = self._ask(domain.snapshotLookupByName, name)
            self._redefine(domain, snapshot, description=description, current=current)

        self._run(work, seconds=CHANGE_SECONDS)

    # For this and for going back to external ones, within `_run` alone

    def _snapshots(self, domain: Domain) -> tuple[SnapshotSeen, ...]:
        listed = self._supported(domain.listAllSnapshots, _PARENTS_FIRST, default=None)
        if listed is None:  # a driver that has them in no order, or has none
            listed = self._supported(domain.listAllSnapshots, 0, default=[])
        if not listed:
            return ()
        current = self._ask(domain.snapshotCurrent).getName() if self._ask(domain.hasCurrentSnapshot) else ""
        found = []
        for snapshot in listed:
            try:
                xml = self._ask(snapshot.getXMLDesc, 0)
            except libvirt.libvirtError as error:
                if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN_SNAPSHOT:
                    raise
                continue  # deleted since the list was made
            found.append(read_snapshot(xml, current=snapshot.getName() == current))
        return tuple(found)

    def _redefine(
        self,
        domain: Domain,
        snapshot: object,
        *,
        description: str | None = None,
        current: bool = False,
        files: dict[str, str] | None = None,
    ) -> None:
        """Its metadata alone. Whichever was current stays so, unless this one is to be it."""
        xml = self._ask(snapshot.getXMLDesc, SECURE)  # type: ignore[attr-defined]
        stays = current or bool(self._ask(snapshot.isCurrent, 0))  # type: ignore[attr-defined]
        flags = _REDEFINE | (_CURRENT if stays else 0)
        self._ask(domain.snapshotCreateXML, described(xml, description=description, files=files), flags)

    def _look_into(self, files: Iterable[str]) -> None:
        """Let the pools know of files that came or went, so that what is told of them is true."""
        folders = {posixpath.dirname(file) for file in files if file}
        if folders:
            self._run(lambda: self._refresh(folders), seconds=BULK_SECONDS)

    def _refresh(self, folders: Iterable[str]) -> None:
        for folder in folders:
            pool = self._pool_of_folder(f"{folder}/")
            if pool is None:
                continue
            try:
                self._ask(pool.refresh, 0)
            except libvirt.libvirtError as error:
                # It was stopped, or something else is at it; the snapshot is taken all the same.
                logger.info("%s: the pool of %s was not read: %s", self._calls.node, folder, error)

    def _delete(self, uuid: UUID, name: str, metadata_only: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The files that are no more, and those that should be."""
        domain = self._domain(uuid)
        snapshot = self._ask(domain.snapshotLookupByName, name)
        seen = read_snapshot(self._ask(snapshot.getXMLDesc, 0))
        memory_alone = seen.memory is Kept.EXTERNAL and all(disk.snapshot is Kept.NO for disk in seen.disks)
        # libvirt 9.0 fails at memory without disks, and leaves the file of memory in every case.
        only = metadata_only or memory_alone
        self._ask(snapshot.delete, libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY if only else 0)
        if metadata_only:
            return (), ()
        left = (seen.memory_file,) if seen.memory_file and not self._remove_file(seen.memory_file) else ()
        return tuple(disk.source for disk in seen.disks), left

    def _remove_file(self, path: str) -> bool:
        """Through its pool. False where it is in none that runs."""
        pool = self._pool_of_folder(path)
        if pool is None:
            return False
        try:
            self._ask(pool.refresh, 0)
            self._ask(self._ask(pool.storageVolLookupByName, posixpath.basename(path)).delete, 0)
        except libvirt.libvirtError as error:
            return bool(error.get_error_code() == libvirt.VIR_ERR_NO_STORAGE_VOL)
        return True

    def _pool_of_folder(self, path: str) -> Pool | None:
        """The pool that runs in the file's folder."""
        pools: list[Pool] = self._supported(
            self._connection.listAllStoragePools, libvirt.VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE, default=[]
        )
        folder = posixpath.dirname(path)
        return next((pool for pool in pools if read_pool(self._ask(pool.XMLDesc, 0)).target == folder), None)
