"""Bytes between volumes and the worker's scratch folder, told as they go, and stopped by a cancel."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from hypervisor.content import ContentSink
from hypervisor.errors import HypervisorError, NoCapacity
from hypervisor.images.archive import Ranges
from hypervisor.images.scratch import Scratch, scratch
from hypervisor.node import Node
from jobs.carrying import Carrying
from jobs.errors import JobCancelled

_PIECE_BYTES = 2**20
_BLOCK_BYTES = 64 * 2**10
_BLOCKS = 8
_ASK_SECONDS = 1.0


class CutShort(HypervisorError):
    """A volume gave fewer bytes than it has."""

    code = "cut_short"


class VolumeContent:
    """A volume as the readers of headers and archives want it: any range of it, over a stream each."""

    def __init__(self, node: Node, pool: UUID, name: str) -> None:
        self.node = node
        self.pool = pool
        self.name = name
        self.size_bytes = node.content_size(pool, name)
        self._blocks: dict[int, bytes] = {}

    def read(self, offset: int, length: int) -> bytes:
        """Raises CutShort, HypervisorError."""
        parts = []
        while length > 0:
            number, start = divmod(offset, _BLOCK_BYTES)
            part = self._block(number)[start : start + length]
            if not part:
                raise CutShort(f"{self.name} ends before its byte {offset}.")
            parts.append(part)
            offset += len(part)
            length -= len(part)
        return b"".join(parts)

    def _block(self, number: int) -> bytes:
        if number not in self._blocks:
            if len(self._blocks) >= _BLOCKS:
                del self._blocks[next(iter(self._blocks))]
            offset = number * _BLOCK_BYTES
            length = min(_BLOCK_BYTES, self.size_bytes - offset)
            self._blocks[number] = (
                self.node.read_volume_part(self.pool, self.name, offset, length) if length > 0 else b""
            )
        return self._blocks[number]

    def pieces(self, offset: int, length: int) -> Iterator[bytes]:
        """The range in pieces; less where the volume ends. Raises HypervisorError."""
        source = self.node.content_source(self.pool, self.name, offset, length)
        try:
            while piece := source.read(_PIECE_BYTES):
                yield piece
        finally:
            source.close()


class Window:
    """A range of other content: a member of an archive."""

    def __init__(self, content: Ranges, offset: int, size_bytes: int) -> None:
        self._content = content
        self._offset = offset
        self.size_bytes = size_bytes

    def read(self, offset: int, length: int) -> bytes:
        """Raises CutShort, HypervisorError."""
        if offset < 0 or offset + length > self.size_bytes:
            raise CutShort("It ends before all that its header speaks of.")
        return self._content.read(self._offset + offset, length)


class Meter:
    """Tells how far one stretch of a job is, between two percentages, and hears of a cancel."""

    def __init__(self, carrying: Carrying, first: float, last: float) -> None:
        self._carrying = carrying
        self._first, self._last = first, last
        self._began = time.monotonic()
        self._asked = 0.0

    def at(self, step: str, done: int, whole: int) -> None:
        """Raises JobCancelled, LeaseLost."""
        now = time.monotonic()
        if now - self._asked < _ASK_SECONDS and done < whole and self._asked:
            return
        self._asked = now
        if self._carrying.cancel_requested():
            raise JobCancelled
        percent = self._first + (self._last - self._first) * done / max(1, whole)
        transfer: dict[str, int] = {
            "total_bytes": whole,
            "processed_bytes": done,
            "remaining_bytes": max(0, whole - done),
            "rate_bytes": int(done / max(0.001, now - self._began)),
        }
        self._carrying.progress(int(percent), step, transfer)

    def fraction(self, step: str, whole: int, done: float) -> None:
        """The same for what is told from 0 to 1."""
        self.at(step, int(done * whole), whole)

    def part(self, first: float, last: float) -> "Meter":
        """A stretch of this one, from `first` to `last` of 0 to 1."""
        span = self._last - self._first
        return Meter(self._carrying, self._first + span * first, self._first + span * last)


@contextmanager
def workplace() -> Iterator[Scratch]:
    """A scratch folder of this job. What the disk refuses becomes NoCapacity."""
    with scratch(Path(settings.SCRATCH_DIR)) as folder:
        try:
            yield folder
        except OSError as error:
            raise NoCapacity(
                f"The worker cannot write what it needs for a while: {error.strerror}."
            ) from error


def fetch(
    content: VolumeContent,
    offset: int,
    length: int,
    into: Scratch,
    file: str,
    *,
    step: str,
    meter: Meter,
    hashing: Any = None,
) -> None:
    """Write a range of a volume into a new file, holes for zeros. `hashing.update` hears it all. Raises CutShort."""
    done = 0
    with into.create(file) as target:
        for piece in content.pieces(offset, length):
            if hashing is not None:
                hashing.update(piece)
            if any(piece):
                target.write(piece)
            else:
                target.seek(len(piece), 1)
            done += len(piece)
            meter.at(step, done, length)
        target.truncate(done)
    if done != length:
        raise CutShort(f"{content.name} gave {done} of {length} bytes: it was cut meanwhile.")


def put(sink: ContentSink, source: Scratch, file: str, *, tell: Callable[[int], None]) -> None:
    """Send a file of the scratch folder; `tell` hears how much of it is on its way."""
    done = 0
    with source.read(file) as content:
        while piece := content.read(_PIECE_BYTES):
            sink.write(piece)
            done += len(piece)
            tell(done)


@contextmanager
def filling(node: Node, pool: UUID, name: str, length: int) -> Iterator[ContentSink]:
    """A stream into a volume, finished where nothing went wrong and let go where something did."""
    sink = node.content_sink(pool, name, 0, length)
    try:
        yield sink
    except BaseException:
        sink.abort()
        raise
    sink.finish()
