"""Pools and volumes, as they are."""

from functools import partial
from uuid import UUID

import libvirt

from hypervisor.data import PoolSeen, VolumeSeen
from hypervisor.libvirt import states
from hypervisor.libvirt.calls import BULK_SECONDS
from hypervisor.libvirt.connected import Connected, Pool, Volume
from hypervisor.states import PoolState
from hypervisor.xml.pool import read_pool
from hypervisor.xml.volume import read_volume

_BATCH = 50


class KeepingPools(Connected):
    """The part of `hypervisor.node.Inventories` that is about storage."""

    def pool(self, uuid: UUID) -> PoolSeen:
        """Raises NotFound, HypervisorError."""
        return self._run(lambda: self._one_pool(uuid))

    def volumes(self, pool: UUID) -> tuple[VolumeSeen, ...]:
        """Of an active pool; one call a volume, and two. Raises NotFound, OperationInvalid, HypervisorError."""
        found = self._run(lambda: list(self._ask(self._pool(pool).listAllVolumes, 0)), seconds=BULK_SECONDS)
        seen: list[VolumeSeen] = []
        try:
            # In batches with a deadline each: a pool of thousands on a slow line is no reason to give the node up.
            for first in range(0, len(found), _BATCH):
                batch = found[first : first + _BATCH]
                seen += self._run(partial(self._read_volumes, batch), seconds=BULK_SECONDS)
                batch.clear()
        finally:
            found.clear()  # whoever keeps an error would keep these, and they the connection
        return tuple(seen)

    def _pool(self, uuid: UUID) -> Pool:
        return self._ask(self._connection.storagePoolLookupByUUID, uuid.bytes)

    def _pools(self) -> tuple[PoolSeen, ...]:
        pools = self._ask(self._connection.listAllStoragePools, 0)
        active, persistent, autostart = (
            frozenset(pool.UUID() for pool in self._ask(self._connection.listAllStoragePools, flag))
            for flag in (
                libvirt.VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE,
                libvirt.VIR_CONNECT_LIST_STORAGE_POOLS_PERSISTENT,
                libvirt.VIR_CONNECT_LIST_STORAGE_POOLS_AUTOSTART,
            )
        )
        seen = []
        for pool in pools:
            uuid = pool.UUID()
            try:
                seen.append(self._read(pool, uuid in active, uuid in persistent, uuid in autostart))
            except libvirt.libvirtError as error:
                if error.get_error_code() != libvirt.VIR_ERR_NO_STORAGE_POOL:
                    raise
                # Removed since the list was made: it is not there any more, and an event says so.
        return tuple(seen)

    def _one_pool(self, uuid: UUID) -> PoolSeen:
        pool = self._pool(uuid)
        return self._read(
            pool,
            bool(self._ask(pool.isActive)),
            bool(self._ask(pool.isPersistent)),
            bool(self._supported(pool.autostart, default=0)),
        )

    def _read(self, pool: Pool, active: bool, persistent: bool, autostart: bool) -> PoolSeen:
        said = read_pool(self._ask(pool.XMLDesc, 0))
        # Only an active one can be worse than running.
        state = states.pool_state(self._ask(pool.info)[0]) if active else PoolState.INACTIVE
        return PoolSeen(
            uuid=UUID(bytes=pool.UUID()),
            name=pool.name(),
            type=said.type,
            state=state,
            persistent=persistent,
            autostart=autostart,
            capacity_bytes=said.capacity_bytes,
            allocation_bytes=said.allocation_bytes,
            available_bytes=said.available_bytes,
            target=said.target,
            source=said.source,
            detail=said.detail,
        )

    def _read_volumes(self, volumes: list[Volume]) -> list[VolumeSeen]:
        seen = []
        for volume in volumes:
            try:
                seen.append(read_volume(self._ask(volume.XMLDesc, 0)))
            except libvirt.libvirtError as error:
                if error.get_error_code() != libvirt.VIR_ERR_NO_STORAGE_VOL:
                    raise
                # Removed since the list was made.
        return seen
