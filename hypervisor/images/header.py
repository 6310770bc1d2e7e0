"""What the head of an image says, and bounded reading of content that nobody vouches for."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# (offset, size) → at most so many bytes; fewer, or none, at the end.
Read = Callable[[int, int], bytes]

LONGEST_NAME = 4096
_MOST_AT_ONCE = 1024 * 1024
_MOST_BYTES = 4 * 1024 * 1024


class Damaged(Exception):
    """The head contradicts itself or ends too early; the words are for people."""


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """What an image is by its own content.

    `format`: qemu's word for it, "raw" for what is none of the known formats, "iso" for an ISO 9660 file system.
    `capacity_bytes`: as the guest would see it. `backing`: the file that it is a layer over, `references`: every file
    that opening it would open, `backing` among them. `also`: further formats that the same bytes pass for. `fault`: why
    its head cannot be trusted, "" when nothing is wrong.
    """

    format: str
    capacity_bytes: int = 0
    backing: str = ""
    references: tuple[str, ...] = ()
    snapshots: int = 0
    encrypted: bool = False
    label: str = ""  # of an ISO
    also: tuple[str, ...] = ()
    fault: str = ""
    subformat: str = ""  # VMDK's createType, "fixed" or "dynamic" of VHD


class Content:
    """The bytes of an image. However its head lies, at most some MiB are ever read."""

    def __init__(self, read: Read, size: int | None = None) -> None:
        self._read = read
        self._left = _MOST_BYTES
        self.size = size

    def at(self, offset: int, size: int) -> bytes:
        """As many as are there of `size` bytes. Raises Damaged for places that no file has."""
        if offset < 0 or offset > 2**62 or size < 0:
            raise Damaged("it points outside of itself")
        if self.size is not None:
            size = min(size, max(0, self.size - offset))
        size = min(size, _MOST_AT_ONCE)
        if size > self._left:
            raise Damaged("its head is longer than any real one")
        if size == 0:
            return b""
        got = self._read(offset, size)[:size]
        self._left -= len(got)
        return got

    def all_of(self, offset: int, size: int) -> bytes:
        """Just so many. Raises Damaged."""
        got = self.at(offset, size)
        if len(got) < size:
            raise Damaged("it ends within its own head")
        return got

    def unpack(self, layout: str, offset: int) -> tuple[Any, ...]:
        """By `struct`. Raises Damaged."""
        return struct.unpack(layout, self.all_of(offset, struct.calcsize(layout)))

    def number(self, layout: str, offset: int) -> int:
        """One number. Raises Damaged."""
        return int(self.unpack(layout, offset)[0])

    def name(self, offset: int, size: int) -> str:
        """A file's name as it stands there. Raises Damaged."""
        if not 0 < size <= LONGEST_NAME:
            raise Damaged("it names a file of an impossible length")
        return shown(self.all_of(offset, size))


def shown(name: bytes) -> str:
    """A name out of an image, fit to be shown."""
    text = name.split(b"\0")[0].decode(errors="replace")
    return "".join(letter if letter.isprintable() else "�" for letter in text)[:LONGEST_NAME]
