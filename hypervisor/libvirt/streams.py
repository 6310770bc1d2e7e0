"""A stream of bytes with the node, as blocking calls for threads."""

import threading
import time
from typing import Any, TypeAlias

import libvirt

from hypervisor.errors import NoCapacity, Timeout
from hypervisor.libvirt.translation import translated

RawStream: TypeAlias = Any
_WRITE_BYTES = 64 * 1024  # libvirt takes at most 256 KiB at once, and less over the wire of old ones


class SerialStream:
    """An open serial line. One thread may read while another writes; `close` from a third ends both."""

    def __init__(self, stream: RawStream, node: str) -> None:
        self._stream = stream
        self._node = node
        self._closing = threading.Lock()
        self._closed = False

    def read(self, size: int) -> bytes:
        """Blocks; b"" at the end. Raises HypervisorError."""
        try:
            got = self._stream.recv(size)
        except libvirt.libvirtError as error:
            if self._closed:
                return b""
            raise translated(error, self._node) from None
        return got if isinstance(got, bytes) else b""

    def write(self, data: bytes) -> None:
        """Blocks until the node took all of it. Raises HypervisorError."""
        view = memoryview(data)
        while view:
            try:
                sent = self._stream.send(bytes(view[:_WRITE_BYTES]))
            except libvirt.libvirtError as error:
                if self._closed:
                    return
                raise translated(error, self._node) from None
            view = view[sent:]

    def close(self) -> None:
        """Ends both directions. Twice does no harm."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
        try:
            self._stream.abort()
        except libvirt.libvirtError:
            return  # the node ended it before


def read_all(stream: RawStream, most: int, seconds: float, node: str) -> bytes:
    """Everything that a stream has, and the end of it. Raises NoCapacity for more than `most` bytes, Timeout."""
    until = time.monotonic() + seconds
    parts: list[bytes] = []
    size = 0
    while True:
        got = stream.recv(_WRITE_BYTES)
        if not got:
            stream.finish()
            return b"".join(parts)
        parts.append(got)
        size += len(got)
        if size > most or time.monotonic() > until:
            stream.abort()
            if size > most:
                raise NoCapacity(f"The node sent more than {most // 2**20} MiB.", node=node)
            raise Timeout("The node did not send all of it in time.", node=node)
