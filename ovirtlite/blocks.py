"""How this process's memory is kept between one block of content and the next.

Measured with glibc 2.36: content comes in blocks of 256 KiB, and for each of them malloc maps fresh pages and gives
them back at once. The kernel then clears each page anew, which costs four times the processor time of all the rest of
receiving. What is kept instead is bounded.
"""

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # malloc.h
_KEPT_BYTES = 16 * 2**20
_MAPPED_FROM_BYTES = 4 * 2**20


def keep_blocks() -> bool:
    """Have malloc take blocks of content from its heap. False where the C library is none that can be told so."""
    if sys.platform != "linux":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return bool(mallopt(_MMAP_THRESHOLD, _MAPPED_FROM_BYTES) and mallopt(_TRIM_THRESHOLD, _KEPT_BYTES))
