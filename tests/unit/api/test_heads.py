"""The head of a request is bounded, in size and in time, over real sockets."""

import asyncio
from typing import Any

import pytest

from ovirtlite import web
from tests.unit.api.test_bodies import served

BIG = b"a" * (web.MOST_HEAD_BYTES + 1)


async def _hello(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def _answer(port: int, *parts: bytes) -> bytes:
    """All that the server says until it closes, or until a whole answer is there."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)
        return await asyncio.wait_for(reader.read(300), 10)
    except ConnectionError:
        return b"reset"
    finally:
        writer.close()


@pytest.mark.parametrize(
    "head",
    [
        [b"GET /" + BIG + b" HTTP/1.1\r\nHost: x\r\n\r\n"],
        [b"GET / HTTP/1.1\r\nHost: x\r\nX: " + BIG + b"\r\n\r\n"],
        [b"GET / HTTP/1.1\r\nHost: x\r\n", *[b"X-Some: " + b"y" * 100 + b"\r\n"] * 700, b"\r\n"],
        # One that never ends.
        [b"GET / HTTP/1.1\r\nHost: x\r\nX: ", *[b"a" * 1000] * 200],
    ],
    ids=["address", "one header", "many headers", "a header without end"],
)
async def test_a_head_that_is_too_large_is_refused(head: list[bytes]) -> None:
    async with served(_hello) as port:
        answer = await _answer(port, *head)
        assert answer == b"reset" or answer.startswith(b"HTTP/1.1 400 "), answer[:100]
        ordinary = await _answer(port, b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 8000 + b"\r\n\r\n")
        assert ordinary.startswith(b"HTTP/1.1 204 ")


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n"])
async def test_who_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, begun: bytes) -> None:
    monkeypatch.setattr(web, "HEAD_SECONDS", 0.05)
    async with served(_hello) as port:
        assert await _answer(port, begun) in {b"", b"reset"}
