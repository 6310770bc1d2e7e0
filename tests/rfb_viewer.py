"""A small RFB viewer for tests: it looks at a screen once, over anything that reads and writes bytes."""

import struct
import time
from collections.abc import Callable
from dataclasses import dataclass

_RAW = 0
_NEW_SIZE = -223  # a pseudo-encoding: the server may tell that the screen has another size now
_RETURN, _SHIFT = 0xFF0D, 0xFFE1
_SHIFTED = frozenset('~!@#$%^&*()_+{}|:"<>?')
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
    write(struct.pack(">BxH2i", 2, 2, _RAW, _NEW_SIZE))
    return look_again(read, write, Screen(name, width, height, b""))


def look_again(read: Read, write: Write, before: Screen) -> Screen:
    """Ask for the whole screen and read until all of it came. It may change its size meanwhile: guests that boot do."""
    width, height = before.width, before.height
    while True:
        write(struct.pack(">BBHHHH", 3, 0, 0, 0, width, height))
        canvas, missing = bytearray(width * height * 4), width * height
        while missing > 0:
            new_size = None
            kind = read(1)[0]
            assert kind == 0, f"message {kind}"
            _, rectangles = struct.unpack(">BH", read(3))
            for _ in range(rectangles):
                x, y, w, h, encoding = struct.unpack(">HHHHi", read(12))
                if encoding == _NEW_SIZE:
                    new_size = (w, h)
                    continue
                assert encoding == _RAW, f"encoding {encoding}"
                pixels = read(w * h * 4)
                if new_size is not None or x + w > width or y + h > height:
                    continue  # of a screen that is asked for anew anyway
                for row in range(h):
                    start = ((y + row) * width + x) * 4
                    canvas[start : start + w * 4] = pixels[row * w * 4 : (row + 1) * w * 4]
                missing -= w * h
            if new_size is not None:
                width, height = new_size
                break
        else:
            return Screen(before.name, width, height, bytes(canvas))


def type_line(write: Write, line: str) -> None:
    """Type it on a US keyboard, with Enter at the end: one who sends "$" alone has only pressed the 4."""
    for letter in line:
        shifted = letter.isupper() or letter in _SHIFTED
        for keysym in ([_SHIFT] if shifted else []) + [ord(letter)]:
            _key(write, keysym, down=True)
        for keysym in [ord(letter)] + ([_SHIFT] if shifted else []):
            _key(write, keysym, down=False)
        time.sleep(0.05)  # a guest polls its keyboard
    for down in (True, False):
        _key(write, _RETURN, down=down)


def _key(write: Write, keysym: int, *, down: bool) -> None:
    write(struct.pack(">BBxxI", 4, down, keysym))
