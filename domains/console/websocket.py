"""The browser's side of a console: websockify's WebSocket, bounded, never blocking, faster on small frames."""

import struct

from websockify.websocket import WebSocketWantReadError
from websockify.websockifyserver import CompatibleWebSocket

_READ_BYTES = 65536
_LONGEST_MESSAGE = 1024 * 1024  # a pasted clipboard is the longest thing that a viewer sends
_MOST_PONGS_WAITING = 4096
_NUMPY_PAYS_FROM = 512  # bytes


class MessageTooBig(Exception):
    """The browser announced or sent a message beyond what a console needs."""


class ConsoleSocket(CompatibleWebSocket):  # type: ignore[misc]  # websockify ships no types
    """One WebSocket. What cannot be sent at once waits in `_send_buffer`; the caller stops feeding while it does."""

    _send_buffer: bytes
    _recv_buffer: bytes
    _partial_msg: bytes
    _sent_close: bool
    close_code: int | None

    @property
    def waiting(self) -> int:
        """Bytes that the browser has yet to take."""
        return len(self._send_buffer)

    @property
    def closed(self) -> bool:
        """Whether either side said goodbye."""
        return self._sent_close

    def push(self, payload: bytes) -> None:
        """Send one binary message, as far as it goes now. Raises OSError when the browser is gone."""
        header = _header(len(payload))
        if self._send_buffer:
            self._send_buffer += header + payload
            return
        try:
            sent = self.socket.sendmsg((header, payload))  # in one call, without making one piece of the two
        except BlockingIOError:
            sent = 0
        if sent < len(header) + len(payload):
            self._send_buffer = (header + payload)[sent:]

    def pull(self) -> list[bytes]:
        """The messages that can be read now. Raises OSError, MessageTooBig; see `closed` for a goodbye."""
        messages = []
        try:
            while True:
                message = self.recvmsg()
                if message is None:
                    # The peer is gone, or said so; nothing else can come.
                    self._sent_close = True
                    break
                messages.append(message)
                if not self.pending():
                    break
        except WebSocketWantReadError:
            pass
        if len(self._partial_msg) > _LONGEST_MESSAGE:
            raise MessageTooBig
        return messages

    def flush(self) -> bool:
        """Send what waits; whether nothing is left. Raises OSError when the browser is gone."""
        if self._send_buffer:
            try:
                sent = self.socket.send(self._send_buffer)
            except BlockingIOError:
                return False
            self._send_buffer = self._send_buffer[sent:]
        return not self._send_buffer

    # What follows replaces parts of websockify's class.

    def select_subprotocol(self, protocols: list[str]) -> str:
        # As it stands in the header, blanks and all: so the original looks for it.
        return next((offered for offered in protocols if offered.strip() == "binary"), "")

    def _send(self, data: bytes) -> None:
        self._send_buffer += data
        self.flush()

    def _flush(self) -> None:
        self.flush()

    def ping(self, data: bytes = b"") -> None:
        self._sendmsg(0x9, data)

    def pong(self, data: bytes = b"") -> None:
        # The original raises while a message waits; a browser that floods us with pings gets fewer pongs.
        if self.waiting < _MOST_PONGS_WAITING:
            self._sendmsg(0xA, data)

    def _close(self) -> None:
        """The relay closes the socket itself, once what waits is sent."""

    def _recv(self) -> bool:
        try:
            data = self.socket.recv(_READ_BYTES)
        except BlockingIOError as nothing:
            raise WebSocketWantReadError from nothing
        self._recv_buffer += data
        return bool(data)

    def _decode_hybi(self, buf: bytes) -> dict[str, object] | None:
        if len(buf) >= 10 and buf[1] & 0x7F == 127 and struct.unpack_from(">Q", buf, 2)[0] > _LONGEST_MESSAGE:
            raise MessageTooBig
        frame: dict[str, object] | None = super()._decode_hybi(buf)
        return frame

    def _unmask(self, buf: bytes, mask: bytes) -> bytes:
        length = len(buf)
        if length >= _NUMPY_PAYS_FROM:
            unmasked: bytes = super()._unmask(buf, mask)
            return unmasked
        stretched = (mask * (length // 4 + 1))[:length]
        return (int.from_bytes(buf, "little") ^ int.from_bytes(stretched, "little")).to_bytes(
            length, "little"
        )


def _header(length: int) -> bytes:
    """Of a whole binary message from the server: RFC 6455, section 5.2."""
    if length < 126:
        return struct.pack(">BB", 0x82, length)
    if length < 65536:
        return struct.pack(">BBH", 0x82, 126, length)
    return struct.pack(">BBQ", 0x82, 127, length)
