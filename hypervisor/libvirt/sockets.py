"""The kernel's own keepalive for connections that libvirt opens: it has no switch for it.

A call that waits for the first word of a node has nothing on its way that could be missed. If the node loses power
then, its side of the connection is gone, ours would wait for ever, and so would the thread. With the kernel's keepalive
it breaks some 20 s after the machine died or came back; one that is only frozen keeps it, and answers when it thaws.
"""

import contextlib
import os
import socket
from collections.abc import Collection, Iterator
from pathlib import Path

_IDLE_SECONDS = 5
_EVERY_SECONDS = 5
_MISSED = 3
_OPTIONS = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _IDLE_SECONDS),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, _EVERY_SECONDS),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, _MISSED),
)


def keep_alive(host: str, port: int) -> int:
    """Switch it on for every TCP connection of this process to that port of the host; gives how many there are.

    All of them, since nobody can tell which one a call waits on; on the others it does no harm.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return 0  # then there is no connection to it by this name either
    peers = {address[:2] for *_, address in found}
    return sum(_keep(int(entry.name), peers) for entry in Path("/proc/self/fd").iterdir())


def _keep(descriptor: int, peers: Collection[object]) -> bool:
    # Others close theirs at any time: what is gone, or is no connection, is none of ours.
    with contextlib.suppress(OSError), _borrowed(descriptor) as one:
        if one.family not in {socket.AF_INET, socket.AF_INET6} or one.getpeername()[:2] not in peers:
            return False
        for level, option, value in _OPTIONS:
            one.setsockopt(level, option, value)
        return True
    return False


@contextlib.contextmanager
def _borrowed(descriptor: int) -> Iterator[socket.socket]:
    """The socket behind a descriptor that stays its owner's. Raises OSError where there is none."""
    copy = os.dup(descriptor)
    try:
        one = socket.socket(fileno=copy)
    except OSError:
        os.close(copy)
        raise
    with one:
        yield one
