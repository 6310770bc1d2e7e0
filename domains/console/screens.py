"""The way to a domain's screen: where its VNC listens now, how to get there from here, and signing in there.

The address comes from the node's live XML at the moment of connecting, never from what was once recorded: a port
that one domain leaves another one takes. What a node says of addresses is not believed further than needed: a node
over the network is reached at its own address or one that is not ours, and nothing that answers reaches the browser
unless it speaks RFB and lets us in.
"""

import ipaddress
import logging
import os
import pwd
import secrets
import socket
import stat
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from hypervisor import rfb
from hypervisor.data import GraphicsSeen
from hypervisor.errors import HypervisorError, NodeUnreachable, NotSupported
from hypervisor.node import HasConsole
from hypervisor.uri import NodeURI

PASSWORD_SECONDS = 30  # from setting it until it opens nothing any more
_ANY_CLOCK_SECONDS = 2 * 86400
CONNECT_SECONDS = 5.0
_WILDCARDS = frozenset({"", "0.0.0.0", "::"})
_EMULATOR_USERS = ("libvirt-qemu", "qemu")

logger = logging.getLogger("domains.console.opener")
_keeping_locks = threading.Lock()
_password_locks: dict[UUID, threading.Lock] = {}


class NoScreen(HypervisorError):
    """The domain has no VNC, or none that can be reached from here."""

    code = "no_screen"


@dataclass(frozen=True)
class Way:
    """How to get to a node. `tunnel(host, port)` connects on the other side of ssh."""

    uri: NodeURI
    tunnel: Callable[[str, int], socket.socket]

    @property
    def local(self) -> bool:
        return not self.uri.remote


def open_screen(node: HasConsole, uuid: UUID, way: Way) -> socket.socket:
    """A socket to the domain's VNC on which the viewer's ClientInit is due. Raises HypervisorError."""
    if way.local:
        try:
            # libvirt hands us a socket of QEMU's own: no port, no password, nothing that anyone could sit on.
            return _signed_in(socket.socket(fileno=node.open_graphics(uuid)), None)
        except NotSupported as error:
            logger.info("no direct way to the screen of %s: %s", uuid, error.detail)
    seen = vnc_of(node, uuid)
    with _lock_of(uuid):
        try:
            return _signed_in(_connect(seen, way), one_time_password(node, uuid))
        except rfb.PasswordRefused as error:
            # The end of a password's time counts on the node's clock, and that may run ahead of ours.
            logger.warning("the VNC of %s refused a fresh password, trying once more: %s", uuid, error.detail)
            server = _signed_in(
                _connect(seen, way), one_time_password(node, uuid, seconds=_ANY_CLOCK_SECONDS)
            )
            one_time_password(node, uuid)  # so that the one with the long time is good for nothing
            return server


def vnc_of(node: HasConsole, uuid: UUID) -> GraphicsSeen:
    """Where the domain's VNC listens now. Raises NoScreen, HypervisorError."""
    for seen in node.graphics(uuid):
        if seen.type == "vnc" and (seen.socket or seen.port):
            return seen
    raise NoScreen("The domain has no VNC screen at present.")


def one_time_password(node: HasConsole, uuid: UUID, *, seconds: int = PASSWORD_SECONDS) -> str | None:
    """A fresh password that the domain's VNC takes for so long; None where its VNC asks for none."""
    password = secrets.token_urlsafe(6)  # eight characters: VNC looks at no more
    try:
        node.set_vnc_password(uuid, password, seconds)
    except NotSupported as error:
        logger.warning("the VNC of %s is open to whoever reaches its address: %s", uuid, error.detail)
        return None
    return password


def _lock_of(uuid: UUID) -> threading.Lock:
    """Two who open one screen at once would set each other's passwords aside."""
    with _keeping_locks:
        return _password_locks.setdefault(uuid, threading.Lock())


def _signed_in(server: socket.socket, password: str | None) -> socket.socket:
    try:
        rfb.log_in(server, password)
    except BaseException:
        server.close()
        raise
    return server


def _connect(seen: GraphicsSeen, way: Way) -> socket.socket:
    if seen.socket:
        if not way.local:
            raise NoScreen(
                "The domain's VNC listens on a Unix socket of its host, which cannot be reached from here."
            )
        return connect_unix(Path(seen.socket), _trusted_owners(way.uri))
    if seen.port is None:
        raise NoScreen("The domain's VNC has no port at present.")
    host = address_seen_from_here(seen.listen, way.uri)
    if way.uri.transport == "ssh":
        return way.tunnel(host, seen.port)
    try:
        return socket.create_connection((host, seen.port), CONNECT_SECONDS)
    except OSError as error:
        raise NodeUnreachable(
            f"The domain's VNC at {host} port {seen.port} does not answer: {error}."
        ) from error


def address_seen_from_here(listen: str, uri: NodeURI) -> str:
    """The host to connect to. Raises NoScreen where the node names an address that is none of its own."""
    if not uri.remote or uri.transport == "ssh":
        return "127.0.0.1" if listen in _WILDCARDS else listen  # on the node itself: here, or beyond ssh
    if listen in _WILDCARDS:
        return uri.host
    try:
        address = ipaddress.ip_address(listen)
    except ValueError:
        return uri.host  # a name means something else here than there
    if address.is_loopback:
        raise NoScreen(
            "The domain's VNC listens on its host's loopback only. Add the host over ssh, or set vnc_listen there."
        )
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        raise NoScreen(f"The domain's VNC names {listen}, which is no address to connect to.")
    return listen


def connect_unix(path: Path, owners: frozenset[int]) -> socket.socket:
    """Connect to that very socket: not through a link, not to one that a stranger put in its place.

    Raises NoScreen, NodeUnreachable.
    """
    try:
        place = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise NodeUnreachable(f"The domain's VNC socket cannot be opened: {error.strerror}.") from error
    try:
        found = os.fstat(place)
        if not stat.S_ISSOCK(found.st_mode) or found.st_uid not in owners:
            raise NoScreen("At the path of the domain's VNC socket stands something else.")
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        server.settimeout(CONNECT_SECONDS)
        try:
            server.connect(f"/proc/self/fd/{place}")
        except OSError as error:
            server.close()
            raise NodeUnreachable(f"The domain's VNC socket does not answer: {error.strerror}.") from error
        return server
    finally:
        os.close(place)


def _trusted_owners(uri: NodeURI) -> frozenset[int]:
    """Root, we ourselves, whoever runs the node's libvirtd, and the users that it gives to its guests."""
    owners = {0, os.geteuid()}
    if uri.socket:
        owners.add(Path(uri.socket).stat().st_uid)
    for name in _EMULATOR_USERS:
        try:
            owners.add(pwd.getpwnam(name).pw_uid)
        except KeyError:
            continue  # this machine has no such user
    return frozenset(owners)
