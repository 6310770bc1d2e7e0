"""Events of the node, made into ours. The callbacks run in the one event thread: they only hand over."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import libvirt

from hypervisor.data import Change, Event, Kind
from hypervisor.libvirt.calls import BULK_SECONDS
from hypervisor.libvirt.connected import UNSUPPORTED, Connected, Domain, Network, Pool

# virDomainEventType, in its order: words, and whether the XML that is shown becomes another one.
_LIFECYCLE = (
    ("defined", True),
    ("undefined", True),
    ("started", True),
    ("suspended", False),
    ("resumed", False),
    ("stopped", True),
    ("shutdown", False),
    ("put to sleep", False),
    ("crashed", False),
)
_POOL = ("defined", "undefined", "started", "stopped", "created", "deleted")
_NETWORK = ("defined", "undefined", "started", "stopped")
_CLOSED = {
    libvirt.VIR_CONNECT_CLOSE_REASON_ERROR: "The connection broke.",
    libvirt.VIR_CONNECT_CLOSE_REASON_EOF: "The node closed the connection.",
    libvirt.VIR_CONNECT_CLOSE_REASON_KEEPALIVE: "The node was silent for too long.",
}
# How many domains that migrated away are remembered until their definition is removed too.
_MOST_DEPARTED = 1024


class Watching(Connected):
    """Fulfils `hypervisor.node.Watches`."""

    def watch(self, tell: Callable[[Event], None], closed: Callable[[str], None]) -> None:
        """Call `tell` for each event from now on, and `closed(reason)` once when the connection breaks.

        What a driver has no events for is left out (see Capabilities.events). Raises HypervisorError.
        """
        ears = _Ears(tell, closed)
        self._run(lambda: self._register(ears), seconds=BULK_SECONDS)

    def _register(self, ears: "_Ears") -> None:
        connection = self._connection
        self._hear_of_end(ears)
        for event, callback in ears.domain_callbacks().items():
            self._hear(
                connection.domainEventRegisterAny, connection.domainEventDeregisterAny, event, callback
            )
        for event, callback in ears.pool_callbacks().items():
            self._hear(
                connection.storagePoolEventRegisterAny,
                connection.storagePoolEventDeregisterAny,
                event,
                callback,
            )
        self._hear(
            connection.networkEventRegisterAny,
            connection.networkEventDeregisterAny,
            libvirt.VIR_NETWORK_EVENT_ID_LIFECYCLE,
            ears.network,
        )

    def _hear(
        self,
        register: Callable[..., int],
        deregister: Callable[[int], object],
        event: int,
        callback: Callable[..., None],
    ) -> None:
        try:
            number = self._ask(register, None, event, callback, None)
        except libvirt.libvirtError as error:
            if error.get_error_code() in UNSUPPORTED:
                return
            raise
        self._before_close.append(partial(deregister, number))

    def _hear_of_end(self, ears: "_Ears") -> None:
        try:
            self._ask(self._connection.registerCloseCallback, ears.closed, None)
        except libvirt.libvirtError as error:
            # A driver within this process has no connection that could break.
            if error.get_error_code() in UNSUPPORTED:
                return
            raise
        self._before_close.append(self._connection.unregisterCloseCallback)


class _Ears:
    """The callbacks, with what they remember from one event to the next."""

    def __init__(self, tell: Callable[[Event], None], closed: Callable[[str], None]) -> None:
        self._tell = tell
        self._closed = closed
        self._told_end = threading.Event()
        self._departed: dict[bytes, None] = {}

    def domain_callbacks(self) -> dict[int, Callable[..., None]]:
        return {
            libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE: self.lifecycle,
            libvirt.VIR_DOMAIN_EVENT_ID_REBOOT: lambda _c, domain, _o: self._domain(
                domain, "rebooted", config=False
            ),
            libvirt.VIR_DOMAIN_EVENT_ID_DEVICE_ADDED: lambda _c, domain, device, _o: self._domain(
                domain, f"device added: {device}"
            ),
            libvirt.VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED: lambda _c, domain, device, _o: self._domain(
                domain, f"device removed: {device}"
            ),
            libvirt.VIR_DOMAIN_EVENT_ID_METADATA_CHANGE: lambda _c, domain, *_: self._domain(
                domain, "metadata changed"
            ),
            libvirt.VIR_DOMAIN_EVENT_ID_DISK_CHANGE: lambda _c, domain, *_: self._domain(
                domain, "disk changed"
            ),
            libvirt.VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE: lambda _c, domain, *_: self._domain(
                domain, "agent came or went"
            ),
            libvirt.VIR_DOMAIN_EVENT_ID_TRAY_CHANGE: lambda _c, domain, *_: self._domain(
                domain, "tray moved"
            ),
            libvirt.VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE: lambda _c, domain, *_: self._domain(
                domain, "memory changed", config=False
            ),
            libvirt.VIR_DOMAIN_EVENT_ID_IO_ERROR: lambda _c, domain, *_: self._domain(
                domain, "input/output error", config=False
            ),
            libvirt.VIR_DOMAIN_EVENT_ID_WATCHDOG: lambda _c, domain, *_: self._domain(
                domain, "watchdog", config=False
            ),
        }

    def pool_callbacks(self) -> dict[int, Callable[..., None]]:
        return {
            libvirt.VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE: lambda _c, pool, event, _d, _o: self._pool(
                pool, _word(_POOL, event)
            ),
            libvirt.VIR_STORAGE_POOL_EVENT_ID_REFRESH: lambda _c, pool, _o: self._pool(pool, "refreshed"),
        }

    def lifecycle(
        self, _connection: object, domain: Domain, event: int, detail: int, _opaque: object
    ) -> None:
        words, config = _LIFECYCLE[event] if event < len(_LIFECYCLE) else ("changed", True)
        self._domain(domain, words, config=config, change=self._change(domain.UUID(), event, detail))

    def _change(self, uuid: bytes, event: int, detail: int) -> Change:
        if event == libvirt.VIR_DOMAIN_EVENT_STARTED and detail == libvirt.VIR_DOMAIN_EVENT_STARTED_MIGRATED:
            self._departed.pop(uuid, None)
            return Change.ARRIVED
        if event == libvirt.VIR_DOMAIN_EVENT_RESUMED and detail in {
            libvirt.VIR_DOMAIN_EVENT_RESUMED_MIGRATED,
            libvirt.VIR_DOMAIN_EVENT_RESUMED_POSTCOPY,
        }:
            return Change.ARRIVED
        if event == libvirt.VIR_DOMAIN_EVENT_STOPPED and detail == libvirt.VIR_DOMAIN_EVENT_STOPPED_MIGRATED:
            self._departed[uuid] = None
            while len(self._departed) > _MOST_DEPARTED:
                self._departed.pop(next(iter(self._departed)))
            return Change.LEFT
        if event == libvirt.VIR_DOMAIN_EVENT_UNDEFINED:
            # libvirt does not say why; what just migrated away leaves its definition the same way.
            return Change.LEFT if self._departed.pop(uuid, uuid) is None else Change.SEEN
        if event in {libvirt.VIR_DOMAIN_EVENT_STARTED, libvirt.VIR_DOMAIN_EVENT_DEFINED}:
            self._departed.pop(uuid, None)
        return Change.SEEN

    def _domain(
        self, domain: Domain, what: str, *, config: bool = True, change: Change = Change.SEEN
    ) -> None:
        self._tell(Event(Kind.DOMAIN, UUID(bytes=domain.UUID()), change=change, config=config, what=what))

    def _pool(self, pool: Pool, what: str) -> None:
        self._tell(Event(Kind.POOL, UUID(bytes=pool.UUID()), what=what))

    def network(
        self, _connection: object, network: Network, event: int, _detail: int, _opaque: object
    ) -> None:
        self._tell(Event(Kind.NETWORK, UUID(bytes=network.UUID()), what=_word(_NETWORK, event)))

    def closed(self, _connection: object, reason: int, _opaque: Any) -> None:
        # That we closed it ourselves (VIR_CONNECT_CLOSE_REASON_CLIENT) is no news.
        if reason in _CLOSED and not self._told_end.is_set():
            self._told_end.set()
            self._closed(_CLOSED[reason])


def _word(words: tuple[str, ...], number: int) -> str:
    return words[number] if 0 <= number < len(words) else "changed"
