"""Requests to the very thing that uvicorn serves, with bodies that come in pieces and break off where a test wants."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ovirtlite.api.serving import OneHopHandler

BLOCK = 256 * 1024


@dataclass
class Reply:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    ended: bool = False

    def json(self) -> Any:
        return json.loads(self.body)


class Program:
    """A program with a token. Each request is a connection of its own, to a server of its own or a shared one."""

    def __init__(self, token: str, serving: OneHopHandler | None = None) -> None:
        self.token = token
        self._serving = serving or OneHopHandler()

    def send(
        self,
        method: str,
        path: str,
        body: bytes | Iterable[bytes] = b"",
        *,
        cut: bool = False,
        announce: int | None = -1,
        stop_after: int | None = None,
        meanwhile: Callable[[], None] = lambda: None,
        **headers: str,
    ) -> Reply:
        """`cut`: the client is gone after `body`. `announce`: another Content-Length than the body's, None for none.

        `stop_after`: leave after so many bytes of the answer. `meanwhile` runs before the last piece is sent.
        """
        pieces = _pieces(body)
        length = sum(len(piece) for piece in pieces) if announce == -1 else announce
        given = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        if length is not None and (length or method in {"PATCH", "PUT", "POST"}):
            given["content-length"] = str(length)
        return asyncio.run(self._exchange(method, path, given, pieces, cut, stop_after, meanwhile))

    async def _exchange(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        pieces: list[bytes],
        cut: bool,
        stop_after: int | None,
        meanwhile: Callable[[], None],
    ) -> Reply:
        reply, left = Reply(), asyncio.Event()
        waiting = list(pieces)

        async def receive() -> dict[str, Any]:
            if waiting:
                if len(waiting) == 1:
                    await asyncio.to_thread(meanwhile)
                piece = waiting.pop(0)
                return {"type": "http.request", "body": piece, "more_body": bool(waiting) or cut}
            if cut:
                return {"type": "http.disconnect"}
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message: Mapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                reply.status = message["status"]
                reply.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
            else:
                reply.body += message.get("body", b"")
                reply.ended = not message.get("more_body", False)
                if stop_after is not None and len(reply.body) >= stop_after:
                    left.set()
                    await asyncio.sleep(0)

        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [
                (b"host", b"127.0.0.1:8000"),
                (b"authorization", f"Bearer {self.token}".encode()),
                *((name.encode(), value.encode()) for name, value in headers.items()),
            ],
            "client": ("127.0.0.1", 5000),
            "server": ("127.0.0.1", 8000),
        }
        await self._serving(scope, receive, send)
        return reply


def _pieces(body: bytes | Iterable[bytes]) -> list[bytes]:
    if isinstance(body, bytes):
        return [body[at : at + BLOCK] for at in range(0, len(body), BLOCK)] or [b""]
    return list(body) or [b""]
