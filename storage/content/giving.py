"""Content out of a volume, block by block."""

from uuid import UUID

from hosts.models import Host
from hypervisor.content import ContentSource
from hypervisor.errors import NodeUnreachable
from hypervisor.node import Node
from storage.content import lines

BLOCK_BYTES = 2**20


class Reading:
    """A part of a volume: `length` bytes from `offset` on. Fulfils `storage.content.replies.Giver`."""

    def __init__(self, host: Host, node: Node, pool: UUID, name: str, offset: int, length: int) -> None:
        """Takes `node` over from the caller."""
        self._host = host
        self._node: Node | None = node
        self._left = length
        self._name = name
        self._source: ContentSource | None = None
        if length:
            self._source = node.content_source(pool, name, offset, length)

    def read(self) -> bytes:
        """Raises HypervisorError, also where the volume ends before it should."""
        if self._source is None or not self._left:
            self._let_go(good=True)
            return b""
        got = self._source.read(min(BLOCK_BYTES, self._left))
        if not got:
            raise NodeUnreachable(f"The node gave {self._left} bytes of {self._name} less than there were.")
        self._left -= len(got)
        return got

    def close(self) -> None:
        self._let_go(good=not self._left)

    def _let_go(self, *, good: bool) -> None:
        source, self._source = self._source, None
        node, self._node = self._node, None
        if source is not None:
            source.close()
        if node is not None:
            lines.give_back(self._host, node, good=good)


def head_of(node: Node, pool: UUID, name: str, length: int, offset: int = 0) -> bytes:
    """Up to `length` bytes of a volume from `offset` on. Raises HypervisorError."""
    size = node.content_size(pool, name)
    length = max(0, min(length, size - offset))
    if not length:
        return b""
    source = node.content_source(pool, name, offset, length)
    try:
        return source.read(length)
    finally:
        source.close()
