"""A small RFB viewer for tests: it looks at a screen once, over anything that reads and writes bytes."""

import struct
from collections.abc import Callable
from dataclasses import dataclass

Read = Callable[[int], bytes]
Write = Callable[[bytes], object]


@dataclass(frozen=True)
class Screen:
    """What was seen: 32 bits a pixel."""

    name: str
    width: int
    height: int
    pixels: bytes

    @property
    def colours(self) -> int:
        return len({self.pixels[at : at + 4] for at in range(0, len(self.pixels), 4)})


def greet(read: Read, write: Write) -> None:
    """The viewer's part up to ClientInit, with a server that asks for nothing."""
    assert read(12) == b"RFB 003.008\n"
    write(b"RFB 003.008\n")
    assert read(read(1)[0]) == b"\x01"
    write(b"\x01")
    assert read(4) == b"\0\0\0\0"


def look(read: Read, write: Write) -> Screen:
    """From ClientInit to one whole picture."""
    write(b"\x01")
    width, height = struct.unpack(">HH", read(4))
    read(16)
    (length,) = struct.unpack(">I", read(4))
    name = read(length).decode()
    write(struct.pack(">B3xBBBBHHHBBB3x", 0, 32, 24, 0, 1, 255, 255, 255, 16, 8, 0))
    write(struct.pack(">BxHi", 2, 1, 0))
    return Screen(name, width, height, picture(read, write, width, height))


def picture(read: Read, write: Write, width: int, height: int) -> bytes:
    """Ask for the whole screen and read until all of it came, in raw encoding."""
    write(struct.pack(">BBHHHH", 3, 0, 0, 0, width, height))
    canvas = bytearray(width * height * 4)
    missing = width * height
    while missing > 0:
        kind = read(1)[0]
        assert kind == 0, f"message {kind}"
        _, rectangles = struct.unpack(">BH", read(3))
        for _ in range(rectangles):
            x, y, w, h, encoding = struct.unpack(">HHHHi", read(12))
            assert encoding == 0, f"encoding {encoding}"
            for row in range(h):
                start = ((y + row) * width + x) * 4
                canvas[start : start + w * 4] = read(w * 4)
            missing -= w * h
    return bytes(canvas)


def press(write: Write, keysym: int) -> None:
    """Press and let go."""
    for down in (1, 0):
        write(struct.pack(">BBxxI", 4, down, keysym))
