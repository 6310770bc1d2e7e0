"""A filter for viewers that may look and not touch: of what they send, only what concerns the picture passes."""

import struct

_POINTER_WITH_MORE_BUTTONS = -316  # with it a PointerEvent's length would depend on what the server said
_LONGEST_TEXT = 16 * 1024 * 1024
_MOST_ENCODINGS = 1024
_LONGEST_FENCE = 64


class BadMessage(Exception):
    """The viewer sent something that is no RFB message known here, so where the next one starts is unknown."""


class ViewOnly:
    """Takes the viewer's bytes from ClientInit on, in pieces of any size; gives those that may pass.

    Key, pointer, clipboard, resize and power messages are taken out. What is buffered is bounded by the longest
    message that may pass; what is taken out is skipped without being kept.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._skip = 0
        self._init_seen = False

    def feed(self, data: bytes) -> bytes:
        """What of `data`, and of what was kept before, may go to the server. Raises BadMessage."""
        self._buffer += data
        passed = bytearray()
        while self._buffer:
            if self._skip:
                gone = min(self._skip, len(self._buffer))
                del self._buffer[:gone]
                self._skip -= gone
                continue
            if not self._init_seen:
                # Always shared: one who looks on must not throw out another who works there.
                self._init_seen = True
                del self._buffer[:1]
                passed += b"\x01"
                continue
            step = self._next()
            if step is None:
                break
            passed += step
        return bytes(passed)

    def _next(self) -> bytes | None:
        """The next message if it may pass, b"" if it is taken out, None while it is not whole."""
        kind = self._buffer[0]
        if kind in _PASSED:
            return self._take(_PASSED[kind])
        if kind in _DROPPED:
            self._skip = _DROPPED[kind]
            return b""
        variable = _VARIABLE.get(kind)
        if variable is None:
            raise BadMessage(f"a message of type {kind} is not known")
        if len(self._buffer) < variable:
            return None
        return self._variable(kind)

    def _take(self, size: int) -> bytes | None:
        if len(self._buffer) < size:
            return None
        message = bytes(self._buffer[:size])
        del self._buffer[:size]
        return message

    def _variable(self, kind: int) -> bytes | None:
        if kind == _SET_ENCODINGS:
            return self._encodings()
        if kind == _CUT_TEXT:
            (length,) = struct.unpack_from(">i", self._buffer, 4)  # negative: the extended clipboard's form
            if abs(length) > _LONGEST_TEXT:
                raise BadMessage("a clipboard text is too long")
            self._skip = 8 + abs(length)
        elif kind == _FENCE:
            length = self._buffer[8]
            if length > _LONGEST_FENCE:
                raise BadMessage("a fence is too long")
            return self._take(9 + length)
        elif kind == _SET_DESKTOP_SIZE:
            self._skip = 8 + 16 * self._buffer[6]
        else:
            self._skip = self._qemu_length()
        return b""

    def _encodings(self) -> bytes | None:
        (count,) = struct.unpack_from(">H", self._buffer, 2)
        if count > _MOST_ENCODINGS:
            raise BadMessage("a list of encodings is too long")
        message = self._take(4 + 4 * count)
        if message is None:
            return None
        wanted = [
            encoding
            for encoding in struct.unpack_from(f">{count}i", message, 4)
            if encoding != _POINTER_WITH_MORE_BUTTONS
        ]
        return struct.pack(f">BxH{len(wanted)}i", _SET_ENCODINGS, len(wanted), *wanted)

    def _qemu_length(self) -> int:
        """Extended key events and audio, QEMU's own additions."""
        if self._buffer[1] == 0:
            return 12
        if self._buffer[1] == 1:
            (operation,) = struct.unpack_from(">H", self._buffer, 2)
            return 10 if operation == 2 else 4
        raise BadMessage("a message of QEMU's is not known")


_SET_ENCODINGS = 2
_CUT_TEXT = 6
_FENCE = 248
_SET_DESKTOP_SIZE = 251
_QEMU = 255
# SetPixelFormat, FramebufferUpdateRequest, EnableContinuousUpdates.
_PASSED = {0: 20, 3: 10, 150: 10}
# KeyEvent, PointerEvent, xvp (power).
_DROPPED = {4: 8, 5: 6, 250: 4}
# How much of a message must be there to know its length.
_VARIABLE = {_SET_ENCODINGS: 4, _CUT_TEXT: 8, _FENCE: 9, _SET_DESKTOP_SIZE: 8, _QEMU: 4}
