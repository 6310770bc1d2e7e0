"""One TCP connection, made and closed: whether anything listens, before libvirt is let loose on it."""

import socket
import time

from hypervisor.errors import NodeUnreachable


def connect_once(host: str, port: int, seconds: float) -> None:
    """Raises NodeUnreachable within `seconds`, apart from the time that name resolution takes."""
    until = time.monotonic() + seconds
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NodeUnreachable(f"The name {host} cannot be resolved: {error.strerror}.", node=host) from None
    last = "it has no address"
    for family, kind, protocol, _, address in addresses:
        left = until - time.monotonic()
        if left <= 0:
            break
        with socket.socket(family, kind, protocol) as trying:
            trying.settimeout(left)
            try:
                trying.connect(address)
            except TimeoutError:
                last = "no answer in time"
            except OSError as error:
                last = (error.strerror or str(error)).lower()
            else:
                return
    raise NodeUnreachable(f"{host} does not answer on port {port}: {last}.", node=host)
