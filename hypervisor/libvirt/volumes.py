"""Volumes made, copied, filled and removed."""

from uuid import UUID

import libvirt

from hypervisor import errors
from hypervisor.data import NewVolume, VolumeSeen
from hypervisor.libvirt.calls import CHANGE_SECONDS
from hypervisor.libvirt.connected import Connected, Pool, Volume
from hypervisor.xml.pool import read_pool
from hypervisor.xml.volume import Qcow2, read_qcow2, read_volume, write_volume

_PIECE_BYTES = 256 * 1024  # as much as one message of libvirt's holds
# QEMU measures its speed, to choose how often a passphrase is hashed. Where that clock is coarse, it fails by chance.
_TOO_FAST = "accurate CPU usage"
_LUKS_TRIES = 6
_WIPE = {
    "zero": libvirt.VIR_STORAGE_VOL_WIPE_ALG_ZERO,
    "nnsa": libvirt.VIR_STORAGE_VOL_WIPE_ALG_NNSA,
    "dod": libvirt.VIR_STORAGE_VOL_WIPE_ALG_DOD,
    "bsi": libvirt.VIR_STORAGE_VOL_WIPE_ALG_BSI,
    "gutmann": libvirt.VIR_STORAGE_VOL_WIPE_ALG_GUTMANN,
    "schneier": libvirt.VIR_STORAGE_VOL_WIPE_ALG_SCHNEIER,
    "pfitzner7": libvirt.VIR_STORAGE_VOL_WIPE_ALG_PFITZNER7,
    "pfitzner33": libvirt.VIR_STORAGE_VOL_WIPE_ALG_PFITZNER33,
    "random": libvirt.VIR_STORAGE_VOL_WIPE_ALG_RANDOM,
    "trim": libvirt.VIR_STORAGE_VOL_WIPE_ALG_TRIM,
}


class KeepingVolumes(Connected):
    """Fulfils `hypervisor.node.KeepsVolumes`."""

    def create_volume(self, pool: UUID, new: NewVolume) -> VolumeSeen:
        """Raises NotFound, OperationInvalid, NoCapacity, NotSupported, HypervisorError."""
        return self._run(lambda: self._create(pool, new), seconds=CHANGE_SECONDS)

    def preallocate_volume(self, pool: UUID, new: NewVolume) -> VolumeSeen:
        """On a connection apart, without a deadline. Raises NotFound, OperationInvalid, NoCapacity, HypervisorError."""
        with self._apart() as other:
            return other._run(lambda: other._create(pool, new), seconds=None)

    def clone_volume(self, pool: UUID, new: NewVolume, source: str) -> VolumeSeen:
        """On a connection apart, without a deadline. Raises NotFound, OperationInvalid, NoCapacity, HypervisorError."""
        with self._apart() as other:
            return other._run(lambda: other._clone(pool, new, source), seconds=None)

    def wipe_volume(self, pool: UUID, name: str, algorithm: str) -> None:
        """On a connection apart, without a deadline. Raises NotFound, NotSupported, HypervisorError."""
        pattern = _WIPE[algorithm]
        with self._apart() as other:
            other._run(lambda: other._ask(other._volume(pool, name).wipePattern, pattern, 0), seconds=None)

    def read_volume_part(self, pool: UUID, name: str, offset: int, size: int) -> bytes:
        """Raises NotFound, OperationInvalid (it is still being made), HypervisorError."""
        return self._run(lambda: self._read_part(pool, name, offset, size), seconds=CHANGE_SECONDS)

    def delete_volume(self, pool: UUID, name: str) -> None:
        """Raises NotFound, OperationInvalid, HypervisorError."""

        def work() -> None:
            self._ask(self._volume(pool, name).delete, 0)

        self._run(work, seconds=CHANGE_SECONDS)

    def resize_volume(self, pool: UUID, name: str, capacity_bytes: int) -> None:
        """Larger, or smaller. Raises NotFound, NoCapacity, NotSupported, HypervisorError."""

        def work() -> None:
            volume = self._volume(pool, name)
            now = read_volume(self._ask(volume.XMLDesc, 0)).capacity_bytes
            flags = libvirt.VIR_STORAGE_VOL_RESIZE_SHRINK if capacity_bytes < now else 0
            if capacity_bytes != now:
                self._ask(volume.resize, capacity_bytes, flags)

        self._run(work, seconds=CHANGE_SECONDS)

    def upload_volume(self, pool: UUID, name: str, content: bytes) -> None:
        """Raises NotFound, NoCapacity, HypervisorError."""
        self._run(lambda: self._upload(pool, name, content), seconds=CHANGE_SECONDS)

    def volume(self, pool: UUID, name: str) -> VolumeSeen:
        """Raises NotFound, HypervisorError."""
        return self._run(lambda: self._look_at(self._volume(pool, name)))

    def volume_at(self, path: str) -> tuple[UUID, VolumeSeen]:
        """Raises NotFound, HypervisorError."""

        def work() -> tuple[UUID, VolumeSeen]:
            volume = self._ask(self._connection.storageVolLookupByPath, path)
            pool = self._ask(volume.storagePoolLookupByVolume)
            return UUID(bytes=pool.UUID()), self._look_at(volume)

        return self._run(work)

    def _pool_of_uuid(self, uuid: UUID) -> Pool:
        return self._ask(self._connection.storagePoolLookupByUUID, uuid.bytes)

    def _volume(self, pool: UUID, name: str) -> Volume:
        return self._ask(self._pool_of_uuid(pool).storageVolLookupByName, name)

    def _look_at(self, volume: Volume) -> VolumeSeen:
        return read_volume(self._ask(volume.XMLDesc, 0))

    def _create(self, pool: UUID, new: NewVolume) -> VolumeSeen:
        # With the flag and all of its size allocated, libvirt has qemu-img take the space at once.
        ahead = new.format == "qcow2" and new.preallocation != "off"
        flags = libvirt.VIR_STORAGE_VOL_CREATE_PREALLOC_METADATA if ahead else 0
        into, document = self._pool_of_uuid(pool), _document(new, whole=self._is_logical(pool))
        for left in reversed(range(_LUKS_TRIES)):
            try:
                return self._look_at(self._ask(into.createXML, document, flags))
            except libvirt.libvirtError as error:
                if new.secret is None or not left or _TOO_FAST not in str(error):
                    raise
        raise errors.HypervisorError("It was not made.", node=self._calls.node)

    def _clone(self, pool: UUID, new: NewVolume, source: str) -> VolumeSeen:
        original = self._ask(self._connection.storageVolLookupByPath, source)
        qcow2 = (
            read_qcow2(self._ask(original.XMLDesc, 0)) if new.as_original and new.format == "qcow2" else None
        )
        document = _document(new, qcow2, whole=self._is_logical(pool))
        made = self._ask(self._pool_of_uuid(pool).createXMLFrom, document, original, 0)
        seen = self._look_at(made)
        if seen.capacity_bytes >= new.capacity_bytes:
            return seen
        # Some ways of copying leave it as large as the original, whatever was asked for.
        try:
            self._ask(made.resize, new.capacity_bytes, 0)
        except libvirt.libvirtError:
            self._ask(made.delete, 0)
            raise
        return self._look_at(made)

    def _is_logical(self, pool: UUID) -> bool:
        """Whether LVM makes its volumes: a sparse one would be a snapshot of nothing, which breaks once it is full."""
        return read_pool(self._ask(self._pool_of_uuid(pool).XMLDesc, 0)).type == "logical"

    def _read_part(self, pool: UUID, name: str, offset: int, size: int) -> bytes:
        volume = self._volume(pool, name)
        stream = self._ask(self._connection.newStream, 0)
        self._ask(volume.download, stream, offset, size, 0)
        parts: list[bytes] = []
        try:
            while piece := stream.recv(min(size, _PIECE_BYTES)):
                parts.append(piece)
            stream.finish()
        except libvirt.libvirtError:
            stream.abort()
            raise
        return b"".join(parts)

    def _upload(self, pool: UUID, name: str, content: bytes) -> None:
        volume = self._volume(pool, name)
        stream = self._ask(self._connection.newStream, 0)
        self._ask(volume.upload, stream, 0, len(content), 0)
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[stream.send(bytes(rest[:_PIECE_BYTES])) :]
            stream.finish()
        except libvirt.libvirtError:
            stream.abort()
            raise


def _document(new: NewVolume, qcow2: Qcow2 | None = None, *, whole: bool = False) -> str:
    return write_volume(
        new.name,
        new.format,
        new.capacity_bytes,
        backing=new.backing,
        backing_format=new.backing_format,
        mode="0600" if new.private else "",
        allocation_bytes=new.capacity_bytes if whole or new.preallocation == "full" else 0,
        secret=new.secret,
        qcow2=qcow2,
    )
