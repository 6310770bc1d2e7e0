"""Calls on one connection: at most four at once, each with a deadline, each counted, none of them trusted to return.

A call into libvirt cannot be cancelled. So it runs in a thread that can be left alone: whoever asked stops waiting at
the deadline, and the connection counts as broken from then on, because nobody knows what became of the call.
"""

import queue
import threading
import time
from collections.abc import Callable
from typing import Any, Generic, ParamSpec, TypeVar

import libvirt

from hypervisor.errors import Busy, HypervisorError, NodeUnreachable, Timeout
from hypervisor.libvirt.translation import translated

P = ParamSpec("P")
T = TypeVar("T")

QUERY_SECONDS = 10.0
BULK_SECONDS = 30.0
CHANGE_SECONDS = 60.0
LONG_SECONDS = 3600.0  # a managed save writes all memory to disk

# libvirtd takes five requests of a client at once; one is kept for its own keepalive and for ours.
AT_ONCE = 4
_IDLE_SECONDS = 20.0


class _Call(Generic[T]):
    """A piece of work, and what came of it."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._done = threading.Event()
        self._result: T | None = None
        self._error: BaseException | None = None

    def carry_out(self, node: str) -> None:
        try:
            self._result = self._work()
        except libvirt.libvirtError as error:
            self._error = translated(error, node)
        except BaseException as error:  # noqa: BLE001 - it is raised where the work was asked for
            self._error = error
        self._done.set()

    def wait(self, seconds: float | None) -> bool:
        return self._done.wait(seconds)

    def result(self) -> T:
        if isinstance(self._error, HypervisorError):
            # Without the frames of the thread: they hold domain objects, and those hold the connection open.
            raise self._error.with_traceback(None)
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value]  # T may be None itself


class Calls:
    """The way to one connection. `made` counts what was asked of libvirt, for those who care that it stays constant."""

    def __init__(self, node: str) -> None:
        self.node = node
        self._made = 0
        self._slots = threading.BoundedSemaphore(AT_ONCE)
        self._queue: queue.SimpleQueue[_Call[Any] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._idle = 0
        self._broken: HypervisorError | None = None

    @property
    def made(self) -> int:
        return self._made

    @property
    def broken(self) -> bool:
        return self._broken is not None

    def ask(self, method: "Callable[P, T]", *args: P.args, **kwargs: P.kwargs) -> T:
        """One call of libvirt's, counted. Inside of `run` alone."""
        with self._lock:
            self._made += 1
        return method(*args, **kwargs)

    def run(self, work: Callable[[], T], *, seconds: float | None = QUERY_SECONDS) -> T:
        """Carry out `work` in a thread of this connection, and wait for it at most `seconds` in all.

        Raises Busy when its turn did not come; Timeout when it came to no end, which breaks the connection;
        NodeUnreachable on a broken one; whatever `work` raises, in our own types.
        """
        until = None if seconds is None else time.monotonic() + seconds
        if self._broken is not None:
            raise NodeUnreachable(self._broken.detail, node=self.node)
        if not self._slots.acquire(timeout=_left(until)):
            raise Busy(
                f"{AT_ONCE} other calls to this node are under way and did not end in time.", node=self.node
            )
        call = _Call(work)
        self._hand_over(call)
        if not call.wait(_left(until)):
            late = Timeout(f"The node did not answer within {seconds:g} s.", node=self.node)
            self.break_off(late)
            raise late
        return call.result()

    def break_off(self, why: HypervisorError) -> None:
        """From now on nothing is asked any more. What is under way may end or not."""
        with self._lock:
            self._broken = self._broken or why
            idle, self._idle = self._idle, 0
        for _ in range(idle):
            self._queue.put(None)

    def _hand_over(self, call: _Call[Any]) -> None:
        with self._lock:
            if self._idle:
                self._idle -= 1
                fresh = False
            else:
                fresh = True
        if fresh:
            # A daemon: a process may end while a dead node keeps its thread.
            threading.Thread(target=self._work, args=(call,), name=f"calls {self.node}", daemon=True).start()
        else:
            self._queue.put(call)

    def _work(self, call: _Call[Any] | None) -> None:
        while call is not None:
            call.carry_out(self.node)
            # Forgotten before the next wait, or the last domain would keep the connection open.
            call = None
            with self._lock:
                ended = self._broken is not None
                self._idle += 0 if ended else 1
            self._slots.release()
            if ended:
                return
            call = self._next()

    def _next(self) -> _Call[Any] | None:
        """The next call, or None when there was none for long or there will be none."""
        try:
            return self._queue.get(timeout=_IDLE_SECONDS)
        except queue.Empty:
            with self._lock:
                if self._idle:
                    self._idle -= 1
                    return None
            # Somebody counted on this thread just now.
            return self._queue.get()


def _left(until: float | None) -> float | None:
    return None if until is None else max(0.0, until - time.monotonic())
