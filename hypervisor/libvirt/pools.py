"""Pools defined, built, started, stopped and removed, and the sources that a node finds for them."""

import base64
from collections.abc import Callable
from uuid import UUID

import libvirt

from hypervisor import errors
from hypervisor.libvirt.calls import BULK_SECONDS, CHANGE_SECONDS
from hypervisor.libvirt.connected import UNSUPPORTED, Connected, Pool
from hypervisor.storage import NATURES, PoolOffer, PoolSource, PoolSpec, PoolType
from hypervisor.xml.pool import read_pool
from hypervisor.xml.pool_definition import (
    is_secret_of,
    read_found,
    read_pool_offers,
    renamed,
    write_pool,
    write_search,
    write_secret,
)

_SEARCH_SECONDS = 90.0  # a server that does not answer keeps the node's showmount waiting for a minute


class ChangingPools(Connected):
    """Fulfils `hypervisor.storage.KeepsPools`."""

    def pool_offers(self) -> tuple[PoolOffer, ...] | None:
        """Raises HypervisorError."""
        xml = self._run(
            lambda: self._supported(self._connection.getStoragePoolCapabilities, 0, default=None),
            seconds=BULK_SECONDS,
        )
        return None if xml is None else read_pool_offers(xml)

    def define_pool(self, spec: PoolSpec, secret: str = "") -> None:
        """Raises OperationInvalid where its name, target or source is another pool's, InvalidXML, HypervisorError."""
        self._run(lambda: self._define_pool(spec, secret), seconds=CHANGE_SECONDS)

    def rename_pool(self, uuid: UUID, name: str) -> None:
        """libvirt has no such verb: it is defined anew. Raises NotFound, OperationInvalid, HypervisorError."""
        self._run(lambda: self._rename_pool(uuid, name), seconds=CHANGE_SECONDS)

    def build_pool(self, uuid: UUID, *, overwrite: bool) -> None:
        """On a connection apart, without a deadline. Raises NotFound, OperationInvalid, HypervisorError."""
        with self._apart() as other:
            other._run(lambda: other._build_pool(uuid, overwrite), seconds=None)

    def start_pool(self, uuid: UUID) -> None:
        """On a connection apart: a server that is silent keeps a mount waiting for minutes."""
        with self._apart() as other:
            other._run(lambda: other._ask_pool(uuid, lambda pool: pool.create(0)), seconds=None)

    def stop_pool(self, uuid: UUID) -> None:
        """Raises NotFound, OperationInvalid (it is not active), HypervisorError."""
        self._run(lambda: self._ask_pool(uuid, lambda pool: pool.destroy()), seconds=CHANGE_SECONDS)

    def set_pool_autostart(self, uuid: UUID, on: bool) -> None:
        """Raises NotFound, HypervisorError."""
        self._run(
            lambda: self._ask_pool(uuid, lambda pool: pool.setAutostart(int(on))), seconds=CHANGE_SECONDS
        )

    def undefine_pool(self, uuid: UUID) -> None:
        """Raises NotFound, OperationInvalid (it is active), HypervisorError."""
        self._run(lambda: self._undefine_pool(uuid), seconds=CHANGE_SECONDS)

    def delete_pool(self, uuid: UUID) -> None:
        """Raises NotFound, OperationInvalid (it is active), NotSupported, HypervisorError (it is not empty)."""
        self._run(lambda: self._ask_pool(uuid, lambda pool: pool.delete(0)), seconds=CHANGE_SECONDS)

    def discover_pools(self, type: PoolType, source: PoolSource) -> tuple[PoolSource, ...]:
        """Raises NotSupported for a type that cannot be looked for, HypervisorError."""
        with self._apart() as other:
            return other._run(lambda: other._discover_pools(type, source), seconds=_SEARCH_SECONDS)

    def _ask_pool(self, uuid: UUID, change: Callable[[Pool], int]) -> None:
        pool = self._ask(self._connection.storagePoolLookupByUUID, uuid.bytes)
        self._ask(change, pool)

    def _define_pool(self, spec: PoolSpec, word: str) -> None:
        auth = spec.source.auth
        if auth is None or auth.secret is None:
            self._ask(self._connection.storagePoolDefineXML, write_pool(spec), 0)
            return
        secret = self._ask(
            self._connection.secretDefineXML, write_secret(auth.secret, spec.uuid, spec.type), 0
        )
        try:
            # Ceph's keys are written in base64, and libvirt takes what they are.
            value = base64.b64decode(word) if auth.type == "ceph" else word.encode()
            self._ask(secret.setValue, value, 0)
            self._ask(self._connection.storagePoolDefineXML, write_pool(spec), 0)
        except libvirt.libvirtError:
            self._ask(secret.undefine)
            raise

    def _rename_pool(self, uuid: UUID, name: str) -> None:
        pool = self._ask(self._connection.storagePoolLookupByUUID, uuid.bytes)
        if self._ask(pool.isActive):
            raise errors.OperationInvalid("The pool is active.", node=self._calls.node)
        before = self._ask(pool.XMLDesc, libvirt.VIR_STORAGE_XML_INACTIVE)
        autostart = self._ask(pool.autostart)
        after = renamed(before, name)
        self._free_pool_name(name)
        self._ask(pool.undefine)
        try:
            pool = self._ask(self._connection.storagePoolDefineXML, after, 0)
        except libvirt.libvirtError:
            pool = self._ask(self._connection.storagePoolDefineXML, before, 0)
            self._ask(pool.setAutostart, autostart)
            raise
        self._ask(pool.setAutostart, autostart)

    def _free_pool_name(self, name: str) -> None:
        """Raises OperationInvalid: another pool has that name."""
        try:
            self._ask(self._connection.storagePoolLookupByName, name)
        except libvirt.libvirtError as error:
            if error.get_error_code() == libvirt.VIR_ERR_NO_STORAGE_POOL:
                return
            raise
        raise errors.OperationInvalid(f"A pool {name} is there already.", node=self._calls.node)

    def _build_pool(self, uuid: UUID, overwrite: bool) -> None:
        pool = self._ask(self._connection.storagePoolLookupByUUID, uuid.bytes)
        said = read_pool(self._ask(pool.XMLDesc, 0)).type
        flags = 0
        if said in set(PoolType) and NATURES[PoolType(said)].overwrites:
            # Without one of the two libvirt makes no file system at all.
            flags = (
                libvirt.VIR_STORAGE_POOL_BUILD_OVERWRITE
                if overwrite
                else libvirt.VIR_STORAGE_POOL_BUILD_NO_OVERWRITE
            )
        self._ask(pool.build, flags)

    def _undefine_pool(self, uuid: UUID) -> None:
        pool = self._ask(self._connection.storagePoolLookupByUUID, uuid.bytes)
        auth = read_pool(self._ask(pool.XMLDesc, libvirt.VIR_STORAGE_XML_INACTIVE)).detail.auth
        self._ask(pool.undefine)
        if auth is not None and auth.secret is not None:
            self._forget_secret_of_pool(auth.secret, uuid)

    def _forget_secret_of_pool(self, secret: UUID, pool: UUID) -> None:
        """Only one that was made for this pool: others may be shared."""
        try:
            found = self._ask(self._connection.secretLookupByUUID, secret.bytes)
            if is_secret_of(self._ask(found.XMLDesc, 0), pool):
                self._ask(found.undefine)
        except libvirt.libvirtError as error:
            if error.get_error_code() not in UNSUPPORTED | {libvirt.VIR_ERR_NO_SECRET}:
                raise

    def _discover_pools(self, type: PoolType, source: PoolSource) -> tuple[PoolSource, ...]:
        try:
            found = self._ask(
                self._connection.findStoragePoolSources, str(type), write_search(type, source), 0
            )
        except libvirt.libvirtError as error:
            # libvirt's word for an empty answer of a server.
            if "no storage pools were found" in str(error):
                return ()
            raise
        return read_found(found)
