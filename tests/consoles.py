"""A console as a page of some origin opens it, for tests."""

import re
import time
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.rfb_viewer import Screen, greet, look, look_again


def dial(url: str, origin: str | None, **more: Any) -> ClientConnection:
    """A socket to be used in a `with`. Raises websockets' InvalidStatus when an HTTP error is the answer."""
    opened: ClientConnection = connect(
        url,
        origin=Origin(origin) if origin is not None else None,
        compression=None,
        proxy=None,
        max_size=None,
        **more,
    )
    return opened


class Browser:
    """A console as a page opens it."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self._got = b""

    def read(self, size: int) -> bytes:
        while len(self._got) < size:
            message = self.socket.recv(timeout=30)
            assert isinstance(message, bytes)
            self._got += message
        wanted, self._got = self._got[:size], self._got[size:]
        return wanted

    def write(self, data: bytes) -> None:
        self.socket.send(data)

    def look(self) -> Screen:
        greet(self.read, self.write)
        return look(self.read, self.write)

    def moves(self, screen: Screen) -> bool:
        """Whether the screen, looked at once more, shows something else in more than two colours."""
        now = look_again(self.read, self.write, screen)
        return now.pixels != screen.pixels and now.colours > 2

    def read_until(self, pattern: bytes, seconds: float = 60.0) -> "re.Match[bytes]":
        """Of a serial line."""
        ends = time.monotonic() + seconds
        while (found := re.search(pattern, self._got)) is None:
            message = self.socket.recv(timeout=max(0.1, ends - time.monotonic()))
            assert isinstance(message, bytes)
            self._got += message
        self._got = self._got[found.end() :]
        return found

    def closing(self, seconds: float = 10.0) -> tuple[int, str]:
        """The code and reason with which the other side ends the console."""
        closed = self.closed(seconds)
        assert closed.rcvd is not None
        return closed.rcvd.code, closed.rcvd.reason

    def closed(self, seconds: float = 10.0) -> ConnectionClosed:
        """The end of the console, in whatever way; what still arrives before is read and forgotten."""
        ends = time.monotonic() + seconds
        try:
            while True:
                self.socket.recv(timeout=max(0.1, ends - time.monotonic()))
        except ConnectionClosed as closed:
            return closed


def refused(url: str, origin: str | None) -> int:
    """The HTTP status instead of a WebSocket, hence not one byte of the node's."""
    with pytest.raises(InvalidStatus) as answer, dial(url, origin):
        pass
    return answer.value.response.status_code


def ending(url: str, origin: str) -> int:
    """How a console ends that never begins: an HTTP status, or the code of a close without any byte before."""
    try:
        with dial(url, origin) as socket:
            socket.recv(timeout=10)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd is not None else 0
    except InvalidStatus as answer:
        return answer.response.status_code
    pytest.fail("a byte of the node's arrived")
