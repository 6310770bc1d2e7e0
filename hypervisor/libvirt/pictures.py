"""Screenshots as PNG, whatever the emulator makes of them."""

import re
import struct
import zlib

from hypervisor.data import Screenshot
from hypervisor.errors import NotSupported

_PPM = re.compile(rb"P6\s+(?:#[^\n]*\n\s*)*(\d{1,5})\s+(\d{1,5})\s+255\s")
_PNG = b"\x89PNG\r\n\x1a\n"


def as_png(mime_type: str, content: bytes) -> Screenshot:
    """QEMU before 7.1 gives PPM, newer ones PNG. Raises NotSupported for anything else."""
    if content.startswith(_PNG):
        return Screenshot("image/png", content)
    header = _PPM.match(content)
    if header is None:
        raise NotSupported(f"The node makes screenshots of type {mime_type[:64]}, which is not known here.")
    width, height = int(header[1]), int(header[2])
    pixels = memoryview(content)[header.end() :]
    if len(pixels) < width * height * 3 or not width or not height:
        raise NotSupported("The node's screenshot is incomplete.")
    # Each row begins with the number of its filter: none.
    rows = b"".join(b"\0" + pixels[row * width * 3 : (row + 1) * width * 3] for row in range(height))
    about = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = (b"IHDR", about), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b"")
    return Screenshot("image/png", _PNG + b"".join(_chunk(name, data) for name, data in chunks))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
