"""A domain's serial line as a socket: libvirt's stream on one end, pumped both ways by two threads.

libvirt gives a serial line to one reader at a time. Who comes later gets it; who had it is told so.
"""

import logging
import socket
import threading
from collections.abc import Callable
from uuid import UUID

from hypervisor.errors import HypervisorError
from hypervisor.node import Node, Stream

_READ_BYTES = 65536

logger = logging.getLogger("domains.console.opener")
_taken: dict[UUID, "Line"] = {}
_taking = threading.Lock()


class Line:
    """One open serial line. `socket` is the end to hand over; closing this closes the stream and its connection."""

    def __init__(self, node: Node, uuid: UUID, lost: Callable[[], None]) -> None:
        """Take the line from whoever had it. `lost` is called when someone else takes it. Raises HypervisorError."""
        with _taking:
            before = _taken.pop(uuid, None)
        if before is not None:
            before.lose()
        self._node = node
        self._uuid = uuid
        self._lost = lost
        self._closing = threading.Lock()
        self._stream: Stream | None = node.serial(uuid)
        self._ours, self.socket = socket.socketpair()
        with _taking:
            _taken[uuid] = self
        for name, pump in (("down", self._down), ("up", self._up)):
            threading.Thread(target=pump, args=(self._stream,), name=f"serial-{name}", daemon=True).start()

    def lose(self) -> None:
        """Someone else takes the line."""
        self._lost()
        self.close()

    def close(self) -> None:
        """End both pumps; once is enough, twice does no harm."""
        with self._closing:
            stream, self._stream = self._stream, None
        if stream is None:
            return
        with _taking:
            if _taken.get(self._uuid) is self:
                del _taken[self._uuid]
        self._hang_up()
        try:
            stream.close()
        except HypervisorError as error:
            logger.info("closing the serial line of %s: %s", self._uuid, error.detail)
        self._node.close()

    def _down(self, stream: Stream) -> None:
        try:
            while data := stream.read(_READ_BYTES):
                self._ours.sendall(data)  # waits for the browser; so nothing piles up here
        except HypervisorError as error:
            logger.info("the serial line of %s ended: %s", self._uuid, error.detail)
        except OSError:
            return  # the relay is gone, and whoever waits for it closes this line
        self._hang_up()

    def _up(self, stream: Stream) -> None:
        try:
            while data := self._ours.recv(_READ_BYTES):
                stream.write(data)
        except HypervisorError as error:
            logger.info("the serial line of %s takes no more: %s", self._uuid, error.detail)
            self._hang_up()
        except OSError:
            return  # closed from our side

    def _hang_up(self) -> None:
        """Let both our own pump and the relay see the end."""
        try:
            self._ours.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # shut down already
