"""The process that serves HTTP and WebSockets: `python -m ovirtlite.web [--host HOST] [--port PORT]`.

uvicorn, with two things of ours. The body of a request is gathered: uvicorn copies each part of it into a bytearray and
that into bytes, and hands over what came with one reading of the socket. For content of many GiB that was half of the
processor time that an upload takes here: 1.3 s a GiB, and 0.75 s this way (2 cores, to a node on this machine). And its
head is bounded, in bytes and in seconds: uvicorn with httptools takes headers of any size, for as long as they come.
"""

import argparse
import asyncio
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

APPLICATION = "ovirtlite.asgi:application"
# The client waits once so much of a request is here and nobody took it.
_HELD_BYTES = 2**20
# What stands before the body: the address and all headers. Ours are below 8 KiB.
MOST_HEAD_BYTES = 64 * 1024
HEAD_SECONDS = 30.0
MOST_FRAME_BYTES = 4096  # over /ws/events/ a client has nothing to say
_TOO_LARGE = "The head of the request is too large."


class Gathered:
    """Parts of a body, joined once when they are taken; stands in for uvicorn's bytearray."""

    __slots__ = ("_held", "_parts")

    def __init__(self, first: bytes) -> None:
        self._parts = [first] if first else []
        self._held = len(first)

    def add(self, part: bytes) -> None:
        self._parts.append(part)
        self._held += len(part)

    def __len__(self) -> int:
        return self._held

    def __bytes__(self) -> bytes:
        return self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)


class GatheringProtocol(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn speaks it, with bounded heads, and with bodies in larger pieces and fewer copies."""

    _head_bytes = 0
    _head_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_came()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        self._head_bytes = 0
        self._await_head()
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(name, value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._head_came()
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """As uvicorn's own, but one header that never ends is not gathered for ever."""
        before = self._head_bytes
        super().data_received(data)
        if self._head_due is not None and self._head_bytes == before:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
                self.send_400_response(_TOO_LARGE)

    def _count(self, *parts: bytes) -> None:
        self._head_bytes += sum(map(len, parts))
        if self._head_bytes > MOST_HEAD_BYTES:
            raise ValueError(_TOO_LARGE)  # uvicorn answers 400 and closes

    def _await_head(self) -> None:
        self._head_came()
        self._head_due = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def _head_came(self) -> None:
        if self._head_due is not None:
            self._head_due.cancel()
            self._head_due = None

    def _too_slow(self) -> None:
        self._head_due = None
        self.transport.close()

    def on_body(self, body: bytes) -> None:
        """As uvicorn's own, but for what holds the parts and for how many there may be."""
        cycle: Any = self.cycle
        if (self.parser.should_upgrade() and self._should_upgrade()) or cycle.response_complete:
            return
        if not isinstance(cycle.body, Gathered):  # whoever takes it leaves an empty bytearray
            cycle.body = Gathered(bytes(cycle.body))
        gathered: Gathered = cycle.body
        gathered.add(body)
        if len(gathered) > _HELD_BYTES:
            self.flow.pause_reading()
        cycle.message_event.set()


def arguments() -> argparse.ArgumentParser:
    """What it can be told; all else is in the environment."""
    parser = argparse.ArgumentParser(prog="python -m ovirtlite.web", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    return parser


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    where = arguments().parse_args()
    uvicorn.run(
        APPLICATION,
        host=where.host,
        port=where.port,
        http=GatheringProtocol,
        ws="websockets-sansio",
        ws_max_size=MOST_FRAME_BYTES,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # whose word counts is said by OVIRTLITE_TRUSTED_PROXIES alone
        log_level="warning",
        timeout_graceful_shutdown=3,
    )


if __name__ == "__main__":
    main()
