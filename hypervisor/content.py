"""What lies in volumes, as bytes on their way to a node or from it."""

from typing import Protocol
from uuid import UUID


class ContentSink(Protocol):
    """Bytes on their way into a volume. What was written is there for certain once `finish` returned."""

    def write(self, data: bytes) -> None:
        """Blocks as long as the node takes no more."""
        ...

    def finish(self) -> None: ...
    def abort(self) -> None:
        """Let go of it; what of it has reached the volume is not known. Twice, or after `finish`, does no harm."""
        ...


class ContentSource(Protocol):
    """Bytes on their way out of a volume."""

    def read(self, size: int) -> bytes:
        """Blocks; b"" at the end."""
        ...

    def close(self) -> None:
        """At the end or before. Twice does no harm."""
        ...


class MovesContent(Protocol):
    """The content of volumes. All raise NotFound, NotSupported (no such way into this kind of pool), NodeUnreachable.

    A stream fills its connection: take one apart from those that others wait for.
    """

    def content_size(self, pool: UUID, name: str) -> int:
        """How many bytes `content_source` can give: of a qcow2 file those of the file, not of the disk within."""
        ...

    def content_sink(self, pool: UUID, name: str, offset: int, length: int) -> ContentSink:
        """At most `length` bytes from `offset` on; fewer may be written."""
        ...

    def content_source(self, pool: UUID, name: str, offset: int, length: int) -> ContentSource: ...
