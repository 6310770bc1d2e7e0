"""The content of volumes, as libvirt's streams."""

from typing import Any
from uuid import UUID

import libvirt

from hypervisor.libvirt.calls import CHANGE_SECONDS
from hypervisor.libvirt.connected import Connected, Volume
from hypervisor.libvirt.translation import translated

# Of a message to the node. With libvirt 9.0, 1 MiB costs least, a quarter half as much again, 4 MiB the double.
_WRITE_BYTES = 2 * 2**20
_READ_BYTES = 256 * 1024  # the node sends no larger ones


class MovingContent(Connected):
    """Fulfils `hypervisor.content.MovesContent`."""

    def content_size(self, pool: UUID, name: str) -> int:
        """Raises NotFound, HypervisorError."""

        def work() -> int:
            volume = self._content_of(pool, name)
            # The third figure is then not what is allocated, but where the file or the device ends.
            return int(self._ask(volume.infoFlags, libvirt.VIR_STORAGE_VOL_GET_PHYSICAL)[2])

        return self._run(work)

    def content_sink(self, pool: UUID, name: str, offset: int, length: int) -> "LibvirtStream":
        """Raises NotFound, NotSupported, HypervisorError."""
        return self._stream(pool, name, "upload", offset, length)

    def content_source(self, pool: UUID, name: str, offset: int, length: int) -> "LibvirtStream":
        """Raises NotFound, NotSupported, HypervisorError."""
        return self._stream(pool, name, "download", offset, length)

    def _stream(self, pool: UUID, name: str, way: str, offset: int, length: int) -> "LibvirtStream":
        def work() -> Any:
            volume = self._content_of(pool, name)
            stream = self._ask(self._connection.newStream, 0)
            self._ask(getattr(volume, way), stream, offset, length, 0)
            return stream

        return LibvirtStream(self._run(work, seconds=CHANGE_SECONDS), self._calls.node)

    def _content_of(self, pool: UUID, name: str) -> Volume:
        found = self._ask(self._connection.storagePoolLookupByUUID, pool.bytes)
        return self._ask(found.storageVolLookupByName, name)


class LibvirtStream:
    """One stream with one volume, in one direction, for one thread at a time."""

    def __init__(self, stream: Any, node: str) -> None:
        self._stream = stream
        self._node = node

    def write(self, data: bytes) -> None:
        """Raises HypervisorError; then it is over."""
        try:
            sent = self._stream.send(data) if len(data) <= _WRITE_BYTES else 0
            view = memoryview(data)[sent:]
            while view:
                sent = self._stream.send(bytes(view[:_WRITE_BYTES]))
                view = view[sent:]
        except libvirt.libvirtError as error:
            self._let_go()
            raise translated(error, self._node) from None

    def read(self, size: int) -> bytes:
        """Raises HypervisorError; then it is over."""
        parts: list[bytes] = []
        try:
            while size > 0:
                got = self._stream.recv(min(size, _READ_BYTES))
                if not got:
                    break
                parts.append(got)
                size -= len(got)
        except libvirt.libvirtError as error:
            self._let_go()
            raise translated(error, self._node) from None
        return b"".join(parts)

    def finish(self) -> None:
        """Raises HypervisorError: then nobody knows how much of it is in the volume."""
        stream, self._stream = self._stream, None
        if stream is None:
            return
        try:
            stream.finish()
        except libvirt.libvirtError as error:
            raise translated(error, self._node) from None

    def abort(self) -> None:
        """Whatever state it is in."""
        self._let_go()

    def close(self) -> None:
        """Of what was read, it does not matter whether the node has more."""
        self._let_go()

    def _let_go(self) -> None:
        stream, self._stream = self._stream, None
        if stream is None:
            return
        try:
            stream.abort()
        except libvirt.libvirtError:
            return  # the node ended it before
