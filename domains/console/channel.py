"""Short messages between the processes of consoles over a Unix socket pair, with open files handed over."""

import array
import json
import socket
from typing import Any, NamedTuple

_MOST_BYTES = 16 * 1024
_MOST_FILES = 4


class Message(NamedTuple):
    """What came in one piece; the receiver owns the files."""

    said: dict[str, Any]
    files: tuple[int, ...]


def pair() -> tuple[socket.socket, socket.socket]:
    """Two ends that keep each message whole and tell when the other end is gone."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def send(end: socket.socket, said: dict[str, Any], files: tuple[int, ...] = ()) -> None:
    """Send one message. Raises OSError when the other end is gone."""
    socket.send_fds(end, [json.dumps(said).encode()], list(files))


def receive(end: socket.socket) -> Message | None:
    """The next message; None once the other end is gone. Raises TimeoutError as the socket's timeout says."""
    data, ancillary, flags, _ = end.recvmsg(
        _MOST_BYTES, socket.CMSG_SPACE(_MOST_FILES * 4), socket.MSG_CMSG_CLOEXEC
    )
    files = array.array("i")
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            files.frombytes(content[: len(content) - len(content) % files.itemsize])
    if not data:
        return None
    if flags & (socket.MSG_TRUNC | socket.MSG_CTRUNC):
        raise OSError("a message between the console's processes was cut")
    return Message(json.loads(data), tuple(files))
