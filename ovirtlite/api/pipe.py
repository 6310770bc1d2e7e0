"""Bytes on their way from the event loop to a thread that waits for a node: bounded, and no round trip for each."""

import asyncio
import threading
from collections.abc import Callable, Sequence

# A client that sends nothing for so long needs no thread meanwhile: there are not many.
_IDLE_SECONDS = 0.5


class Pipe:
    """What came and was not taken yet. `put` and `close` are the loop's, `drain` the thread's.

    Handing over block by block through the loop left the node without work for as long as each way there and back
    took. So the thread takes all that waits, and asks nobody before it takes more.
    """

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._loop = asyncio.get_running_loop()
        self.room = asyncio.Event()  # set while more may be put
        self.room.set()
        self._change = threading.Condition()
        self._blocks: list[bytes] = []
        self._held = 0
        self._drained = False  # a thread is at it
        self._closed = False

    def put(self, block: bytes) -> bool:
        """Whoever puts waits for `room` first. True: no thread is at it, so one must be sent to `drain`."""
        with self._change:
            self._blocks.append(block)
            self._held += len(block)
            if self._held >= self._bound:
                self.room.clear()
            self._change.notify()
            drained, self._drained = self._drained, True
        return not drained

    def close(self) -> None:
        """No more comes."""
        with self._change:
            self._closed = True
            self._change.notify()

    def drain(self, take: Callable[[Sequence[bytes]], object]) -> None:
        """Hand what comes to `take` until the pipe is closed and empty, or nothing came for a while.

        Raises what `take` raises; then nobody is ever sent again.
        """
        while blocks := self._next():
            take(blocks)

    def _next(self) -> list[bytes]:
        with self._change:
            self._change.wait_for(lambda: self._blocks or self._closed, _IDLE_SECONDS)
            blocks, self._blocks, self._held = self._blocks, [], 0
            self._drained = bool(blocks)
        if not self.room.is_set():
            self._loop.call_soon_threadsafe(self.room.set)
        return blocks
