"""Writes an initramfs: a cpio archive in the "newc" form that the kernel unpacks, devices included, without root."""

import stat
from typing import BinaryIO

_TRAILER = "TRAILER!!!"


class Archive:
    """Entries in order; parents before children. Everything belongs to root and has no date, so that equal content
    gives equal bytes.

    The form is in the kernel's Documentation/driver-api/early-userspace/buffer-format.rst.
    """

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._next_inode = 1

    def folder(self, path: str) -> None:
        self._entry(path, stat.S_IFDIR | 0o755, b"")

    def file(self, path: str, content: bytes, *, executable: bool = False) -> None:
        self._entry(path, stat.S_IFREG | (0o755 if executable else 0o644), content)

    def link(self, path: str, target: str) -> None:
        """A symbolic link."""
        self._entry(path, stat.S_IFLNK | 0o777, target.encode())

    def character_device(self, path: str, major: int, minor: int) -> None:
        self._entry(path, stat.S_IFCHR | 0o600, b"", device=(major, minor))

    def end(self) -> None:
        """The kernel reads nothing beyond this."""
        self._entry(_TRAILER, 0, b"")

    def _entry(self, path: str, mode: int, content: bytes, device: tuple[int, int] = (0, 0)) -> None:
        name = path.encode() + b"\0"
        no_date, owner, links, no_disk = 0, (0, 0), 1, (0, 0)
        numbers = (
            *(self._next_inode, mode, *owner, links, no_date),
            *(len(content), *no_disk, *device, len(name), 0),
        )
        header = b"070701" + b"".join(b"%08X" % number for number in numbers)
        self._out.write(_padded(header + name) + _padded(content))
        self._next_inode += 1


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
