"""Content into a volume, from wherever it comes: in stretches, each on the node for certain once it ends."""

from collections.abc import Callable, Iterable, Iterator
from uuid import UUID

from hypervisor.content import ContentSink, MovesContent

# After so many bytes the node is asked to say that it has them: no more than these is ever sent twice.
STRETCH_BYTES = 256 * 2**20


PIECE_BYTES = 2**20  # that nodes take best at once


def joined(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of about PIECE_BYTES: each handing over has its price."""
    waiting: list[bytes] = []
    held = 0
    for block in blocks:
        waiting.append(block)
        held += len(block)
        if held >= PIECE_BYTES - PIECE_BYTES // 8:
            yield waiting[0] if len(waiting) == 1 else b"".join(waiting)
            waiting, held = [], 0
    if waiting:
        yield b"".join(waiting)


class Filling:
    """Writes from `offset` on, up to `size`. `certain(offset)` is called whenever more is on the node for certain."""

    def __init__(
        self,
        node: MovesContent,
        pool: UUID,
        name: str,
        *,
        offset: int,
        size: int,
        certain: Callable[[int], object] = lambda offset: None,
    ) -> None:
        self._node = node
        self._pool = pool
        self._name = name
        self._size = size
        self._certain = certain
        self._sink: ContentSink | None = None
        self._stretch_ends = offset
        self.offset = offset  # of what was written, certain or not

    def write(self, data: bytes) -> None:
        """Raises HypervisorError; then what is certain is what `certain` was last told. No more than up to `size`."""
        rest = memoryview(data)
        while rest:
            if self._sink is None:
                length = min(STRETCH_BYTES, self._size - self.offset)
                self._sink = self._node.content_sink(self._pool, self._name, self.offset, length)
                self._stretch_ends = self.offset + length
            piece = rest[: self._stretch_ends - self.offset]
            self._sink.write(bytes(piece) if len(piece) < len(data) else data)
            self.offset += len(piece)
            rest = rest[len(piece) :]
            if self.offset == self._stretch_ends:
                self.finish()

    def finish(self) -> int:
        """Have the node say that it has all that was written; returns up to where. Raises HypervisorError."""
        sink, self._sink = self._sink, None
        if sink is not None:
            sink.finish()
            self._certain(self.offset)
        return self.offset

    def abort(self) -> None:
        """Let go, whatever happened. Raises nothing."""
        sink, self._sink = self._sink, None
        if sink is not None:
            sink.abort()
