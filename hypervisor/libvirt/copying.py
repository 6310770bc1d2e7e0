"""What copies, deletion and a new name of a domain ask of its node, beside volumes and the verbs."""

import os.path
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from uuid import UUID, uuid4

import libvirt

from hypervisor import errors
from hypervisor.libvirt.calls import BULK_SECONDS, CHANGE_SECONDS
from hypervisor.libvirt.connected import Connected, Pool, Volume
from hypervisor.xml.clone import bearer_of_nvram, nvram_of, with_nvram
from hypervisor.xml.document import parse, text
from hypervisor.xml.pool import write_folder
from hypervisor.xml.sources import disk_uses
from hypervisor.xml.volume import read_volume, write_volume

_WHOLE_NODE_SECONDS = 300.0  # thousands of definitions and volumes over a slow line
_INACTIVE = libvirt.VIR_DOMAIN_XML_INACTIVE | libvirt.VIR_DOMAIN_XML_SECURE


class Copying(Connected):
    """Fulfils `hypervisor.node.Copies`."""

    def secret_definition(self, uuid: UUID) -> str:
        """Raises NotFound, HypervisorError."""
        return self._run(lambda: str(self._ask(self._domain(uuid).XMLDesc, _INACTIVE)))

    def rename(self, uuid: UUID, name: str) -> None:
        """Raises NotFound, OperationInvalid, NotSupported, HypervisorError."""
        self._run(lambda: self._rename(uuid, name), seconds=CHANGE_SECONDS)

    def set_autostart(self, uuid: UUID, on: bool) -> None:
        """Raises NotFound, NotSupported, HypervisorError."""
        self._run(lambda: self._ask(self._domain(uuid).setAutostart, int(on)), seconds=CHANGE_SECONDS)

    def refresh_pool(self, pool: UUID) -> None:
        """Raises NotFound, OperationInvalid, HypervisorError."""

        def work() -> None:
            try:
                self._ask(self._ask(self._connection.storagePoolLookupByUUID, pool.bytes).refresh, 0)
            except libvirt.libvirtError as error:
                # A volume is just being made in it. libvirt has no code for that.
                if "asynchronous jobs running" not in str(error):
                    raise

        self._run(work, seconds=BULK_SECONDS)

    def volume_users(
        self, paths: Sequence[str], *, besides: UUID | None = None
    ) -> Mapping[str, tuple[str, ...]]:
        """One call a domain and a volume of the node, so only before something is removed."""
        return self._run(lambda: self._users(frozenset(paths), besides), seconds=_WHOLE_NODE_SECONDS)

    def remove_nvram(self, xml: str) -> None:
        """Raises OperationInvalid when the node has that domain (again): then the variables are its own."""
        if not nvram_of(xml):
            return
        self._run(lambda: self._remove_nvram(xml), seconds=CHANGE_SECONDS)

    def _rename(self, uuid: UUID, name: str) -> None:
        """libvirt leaves the file of UEFI variables under the old name, where the next domain of that name finds it."""
        domain = self._domain(uuid)
        before = nvram_of(self._ask(domain.XMLDesc, _INACTIVE))
        folder, file = os.path.split(before)
        stem, ending = os.path.splitext(file)
        if stem != f"{domain.name()}_VARS":
            self._ask(domain.rename, name, 0)
            return
        with self._folder(folder) as pool:
            after = f"{name}_VARS{ending}"
            copied = self._copy_file(pool, file, after)
            try:
                self._ask(domain.rename, name, 0)
                moved = with_nvram(self._ask(domain.XMLDesc, _INACTIVE), os.path.join(folder, after))
                self._ask(self._connection.defineXML, moved)
            except libvirt.libvirtError:
                if copied is not None:
                    self._ask(copied.delete, 0)
                raise
            if copied is not None:
                self._ask(self._ask(pool.storageVolLookupByName, file).delete, 0)

    @contextmanager
    def _folder(self, path: str) -> Iterator[Pool]:
        """The pool that has this folder, or one for this moment. Inside of `_run` alone."""
        try:
            pool = self._ask(self._connection.storagePoolLookupByTargetPath, path)
        except libvirt.libvirtError as error:
            if error.get_error_code() != libvirt.VIR_ERR_NO_STORAGE_POOL:
                raise
        else:
            self._ask(pool.refresh, 0)
            yield pool
            return
        pool = self._ask(
            self._connection.storagePoolCreateXML, write_folder(f"moving-{uuid4().hex[:12]}", path)
        )
        try:
            yield pool
        finally:
            self._ask(pool.destroy)  # libvirt's word for letting go of it: the folder stays

    def _copy_file(self, pool: Pool, name: str, to: str) -> Volume | None:
        """None when there is no such file: variables are written at the first start."""
        try:
            found = self._ask(pool.storageVolLookupByName, name)
        except libvirt.libvirtError as error:
            if error.get_error_code() == libvirt.VIR_ERR_NO_STORAGE_VOL:
                return None
            raise
        seen = read_volume(self._ask(found.XMLDesc, 0))
        wanted = write_volume(to, seen.format, seen.capacity_bytes, mode="0600")
        return self._ask(pool.createXMLFrom, wanted, found, 0)

    def _users(self, paths: frozenset[str], besides: UUID | None) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, set[str]] = {}
        for domain in self._ask(self._connection.listAllDomains, 0):
            if besides is not None and domain.UUID() == besides.bytes:
                continue
            try:
                active = bool(self._ask(domain.isActive))
                documents = [self._ask(domain.XMLDesc, 0)] if active else []
                documents.append(self._ask(domain.XMLDesc, libvirt.VIR_DOMAIN_XML_INACTIVE))
            except libvirt.libvirtError as error:
                if error.get_error_code() == libvirt.VIR_ERR_NO_DOMAIN:
                    continue  # removed since the list was made
                raise
            for path in paths & self._paths(documents):
                found.setdefault(path, set()).add(str(domain.name()))
        for path, name in self._layers():
            if path in paths:
                found.setdefault(path, set()).add(f"volume {name}")
        return {path: tuple(sorted(users)) for path, users in found.items()}

    def _paths(self, documents: Iterable[str]) -> frozenset[str]:
        """Every path that the definitions stand on, those of volumes looked up."""
        paths: set[str] = set()
        for document in documents:
            for disk in disk_uses(document):
                paths.update(disk.below)
                paths.add(self._volume_path(disk.source) if disk.type == "volume" else disk.source)
        return frozenset(paths)

    def _volume_path(self, source: str) -> str:
        pool, _, name = source.partition("/")
        try:
            found = self._ask(self._connection.storagePoolLookupByName, pool)
            return str(self._ask(self._ask(found.storageVolLookupByName, name).path))
        except libvirt.libvirtError as error:
            if error.get_error_code() in {libvirt.VIR_ERR_NO_STORAGE_POOL, libvirt.VIR_ERR_NO_STORAGE_VOL}:
                return ""
            raise

    def _layers(self) -> Iterable[tuple[str, str]]:
        """(what it is a layer over, its name) of each volume of the active pools that is a layer."""
        active = libvirt.VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE
        for pool in self._ask(self._connection.listAllStoragePools, active):
            for volume in self._ask(pool.listAllVolumes, 0):
                try:
                    seen = read_volume(self._ask(volume.XMLDesc, 0))
                except libvirt.libvirtError as error:
                    if error.get_error_code() == libvirt.VIR_ERR_NO_STORAGE_VOL:
                        continue
                    raise
                if seen.backing:
                    yield seen.backing, f"{pool.name()}/{seen.name}"

    def _remove_nvram(self, xml: str) -> None:
        uuid = UUID(text(parse(xml, "domain"), "uuid"))
        try:
            self._domain(uuid)
        except libvirt.libvirtError as error:
            if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN:
                raise
        else:
            raise errors.OperationInvalid("The node has this domain again.", node=self._calls.node)
        bearer = uuid4()
        document = bearer_of_nvram(xml, f"removing-{bearer.hex[:12]}", bearer)
        domain = self._ask(self._connection.defineXML, document)
        self._ask(domain.undefineFlags, libvirt.VIR_DOMAIN_UNDEFINE_NVRAM)
