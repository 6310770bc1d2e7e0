"""What all parts of a node share: the connection, and the way to call it."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self, TypeAlias, TypeVar
from uuid import UUID

import libvirt

from hypervisor.errors import NodeUnreachable
from hypervisor.libvirt.calls import QUERY_SECONDS, Calls
from hypervisor.uri import NodeURI

logger = logging.getLogger(__name__)
T = TypeVar("T")

# libvirt's binding has no types: what comes out of these is made into our own data within the same function.
Connection: TypeAlias = Any
Domain: TypeAlias = Any
Pool: TypeAlias = Any
Volume: TypeAlias = Any
Network: TypeAlias = Any
Filter: TypeAlias = Any

_CLOSE_SECONDS = 2.0


class Connected:
    """One open connection. The methods that start with an underscore are for the parts of the node."""

    def __init__(self, uri: NodeURI, connection: Connection, again: Callable[[], Any] | None = None) -> None:
        """`again` opens the same node once more; None for a driver within this process, whose nodes may be private."""
        self.uri = uri
        self._again = again
        self._connection = connection
        self._calls = Calls(uri.host or str(uri))
        self._ask = self._calls.ask
        self._closing = threading.Lock()
        self._closed = False
        self._before_close: list[Callable[[], object]] = []

    @property
    def calls(self) -> int:
        """How many calls of libvirt's were made on this connection so far."""
        return self._calls.made

    def alive(self) -> bool:
        """Whether the connection still stands, by keepalive; makes no call."""
        if self._closed or self._calls.broken:
            return False
        try:
            return bool(self._connection.isAlive() == 1)
        except libvirt.libvirtError:
            return False  # it broke so far that it cannot even say so

    def close(self) -> None:
        """Close it, at once or, where the node is silent, behind our back: nobody waits more than two seconds."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
        self._calls.break_off(NodeUnreachable("The connection is closed."))
        closing = threading.Thread(target=self._close, name=f"close {self._calls.node}", daemon=True)
        closing.start()
        closing.join(_CLOSE_SECONDS)

    def _close(self) -> None:
        # A connection with a callback left on it stays open.
        for step in (*self._before_close, self._connection.close):
            try:
                step()
            except libvirt.libvirtError as error:
                # It broke before: then there is nothing to unregister, and it is closed already.
                logger.debug("closing %s: %s", self._calls.node, error)

    def _run(self, work: Callable[[], T], *, seconds: float | None = QUERY_SECONDS) -> T:
        return self._calls.run(work, seconds=seconds)

    @contextmanager
    def _apart(self) -> Iterator[Self]:
        """A connection of its own for a call that lasts.

        Not only for the room it takes. Measured with libvirt 9.0: while a migration lasts, others on its connection
        stand still for one to three seconds at a time; on a connection beside it they take a millisecond.
        """
        if self._again is None:
            yield self
            return
        other: Self = self._again()
        try:
            yield other
        finally:
            other.close()

    def _domain(self, uuid: UUID) -> Domain:
        """Inside of `_run` alone."""
        return self._ask(self._connection.lookupByUUID, uuid.bytes)

    def _supported(self, method: Callable[..., T], *args: object, default: T) -> T:
        """The answer of a call that not every driver knows. Inside of `_run` alone."""
        try:
            return self._ask(method, *args)
        except libvirt.libvirtError as error:
            if error.get_error_code() in UNSUPPORTED:
                return default
            raise


UNSUPPORTED = frozenset(
    {
        libvirt.VIR_ERR_NO_SUPPORT,
        libvirt.VIR_ERR_OPERATION_UNSUPPORTED,
        libvirt.VIR_ERR_ARGUMENT_UNSUPPORTED,
        libvirt.VIR_ERR_CONFIG_UNSUPPORTED,
        libvirt.VIR_ERR_INVALID_ARG,  # what drivers answer to a flag that they do not know
    }
)
