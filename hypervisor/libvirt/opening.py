"""Opening a connection within a deadline, whatever the other end does.

libvirt's open cannot be cancelled: a daemon that accepts and stays silent holds it for ever. So it runs in a thread of
its own that is left behind at the deadline; should it come back after all, it closes what it got and ends.
"""

import errno
import logging
import os
import threading
import time
from collections import Counter
from pathlib import Path

import libvirt

from hypervisor.data import Credentials
from hypervisor.errors import HostKeyChanged, HypervisorError, NodeUnreachable, Timeout
from hypervisor.libvirt import files, sockets, ssh, tls
from hypervisor.libvirt.connected import Connection
from hypervisor.libvirt.loop import start_events
from hypervisor.libvirt.node import LibvirtNode
from hypervisor.libvirt.probe import connect_once
from hypervisor.libvirt.translation import clean, translated
from hypervisor.uri import NodeURI

logger = logging.getLogger(__name__)
# A silent node is given up after some six seconds; a busy one, or a busy machine of ours, may stall for a few.
_KEEPALIVE_SECONDS = 1
_KEEPALIVE_COUNT = 5
# Time for a lost packet to be sent twice more. A host that comes back is found by a new attempt sooner than by an old
# one, whose packets come ever more rarely.
_PROBE_SECONDS = 4.0
# So many opens of one address may hang at once; more would only pile up threads and sockets.
_MOST_LEFT_BEHIND = 6
# What libvirt says instead of ssh's words when those are longer than it takes.
_TOO_LONG = os.strerror(errno.EOVERFLOW)
_counting = threading.Lock()
_left_behind: Counter[str] = Counter()


def open_node(
    uri: NodeURI, credentials: Credentials, *, workdir: Path, deadline: float = 10.0
) -> LibvirtNode:
    """A fresh connection to the node; the caller closes it. Returns or raises within `deadline` seconds.

    `workdir` is a private folder for what ssh and TLS need for this node. Raises NodeUnreachable, Timeout,
    AuthenticationFailed, AccessDenied, HostKeyChanged, HostKeyUnknown, NotSupported.
    """
    start_events()
    with _counting:
        hanging = _left_behind[str(uri)]
    if hanging >= _MOST_LEFT_BEHIND:
        raise Timeout(
            f"{hanging} earlier attempts to connect still wait for a word of the node.", node=uri.host
        )
    return _Opening(uri, credentials, workdir, deadline).result()


class _Opening:
    """One attempt."""

    def __init__(self, uri: NodeURI, credentials: Credentials, workdir: Path, deadline: float) -> None:
        self._uri = uri
        self._credentials = credentials
        self._workdir = workdir
        self._seconds = deadline
        self._lock = threading.Lock()
        self._given_up = False
        self._done = threading.Event()
        self._node: LibvirtNode | None = None
        self._error: Exception | None = None

    def result(self) -> LibvirtNode:
        # A daemon: the process may end while a silent node keeps it.
        threading.Thread(target=self._run, name=f"open {self._uri.host or self._uri}", daemon=True).start()
        if not self._done.wait(self._seconds):
            with self._lock:
                self._given_up = not self._done.is_set()
                if self._given_up:
                    with _counting:
                        _left_behind[str(self._uri)] += 1
                    if self._uri.remote and self._uri.server_port is not None:
                        sockets.keep_alive(self._uri.host, self._uri.server_port)
                    raise Timeout(
                        f"The node accepted the connection, but said nothing for {self._seconds:g} s.",
                        node=self._uri.host,
                    )
        if self._node is None:
            raise self._error or NodeUnreachable("The connection could not be opened.", node=self._uri.host)
        return self._node

    def _run(self) -> None:
        try:
            node = self._open()
            error = None
        except Exception as failure:  # noqa: BLE001 - it is raised where the node was asked for
            node, error = None, failure
        with self._lock:
            self._node, self._error = node, error
            self._done.set()
            given_up = self._given_up
        if given_up:
            with _counting:
                _left_behind[str(self._uri)] -= 1
                if not _left_behind[str(self._uri)]:
                    del _left_behind[str(self._uri)]
            if node is not None:
                node.close()

    def _open(self) -> LibvirtNode:
        until = time.monotonic() + self._seconds
        address = self._address()
        if self._uri.remote and self._uri.server_port is not None:
            # A dead host is found out here, where nothing has to be left behind.
            left = until - time.monotonic() - 0.2
            connect_once(self._uri.host, self._uri.server_port, max(0.1, min(left, _PROBE_SECONDS)))
        try:
            connection: Connection = libvirt.open(address)
        except libvirt.libvirtError as error:
            raise self._explained(error, until) from None
        return LibvirtNode(self._uri, connection, self._once_more if _kept_alive(connection) else None)

    def _once_more(self) -> LibvirtNode:
        return open_node(self._uri, self._credentials, workdir=self._workdir, deadline=self._seconds)

    def _explained(self, error: "libvirt.libvirtError", until: float) -> HypervisorError:
        """Our error, without the paths of our own folders in it."""
        ours = translated(error, self._uri.host or str(self._uri))
        if self._uri.transport == "ssh" and type(ours) is NodeUnreachable and _TOO_LONG in ours.detail:
            left = max(1.0, until - time.monotonic())
            return ssh.why_refused(self._uri, self._credentials, self._workdir, left) or ours
        detail = ours.detail.replace(str(self._workdir.resolve()) + "/", "")
        told = type(ours)(clean(detail), node=ours.node)
        if isinstance(ours, HostKeyChanged) and isinstance(told, HostKeyChanged):
            told.shown = ours.shown
        return told

    def _address(self) -> str:
        if self._uri.transport == "ssh":
            wrapper = ssh.write_wrapper(self._credentials, self._workdir)
            return self._uri.with_params(("command", str(wrapper)))
        if self._uri.transport == "tls":
            pki = tls.write_pki(self._credentials, files.prepare(self._workdir))
            return self._uri.with_params(("pkipath", str(pki))) if pki else str(self._uri)
        return str(self._uri)


def _kept_alive(connection: Connection) -> bool:
    """Switch keepalive on. False for drivers that live in our own process: there is nothing to keep."""
    try:
        connection.setKeepAlive(_KEEPALIVE_SECONDS, _KEEPALIVE_COUNT)
    except libvirt.libvirtError as error:
        if error.get_error_code() == libvirt.VIR_ERR_NO_SUPPORT:
            return False
        raise
    return True
