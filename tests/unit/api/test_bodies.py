"""How the web process gathers bodies, over real sockets."""

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from ovirtlite.web import GatheringProtocol

CONTENT = random.Random(4).randbytes(9 * 2**20 + 17)


@asynccontextmanager
async def served(application: Callable[..., Awaitable[None]]) -> AsyncIterator[int]:
    """The port of a server of this test alone."""
    server = uvicorn.Server(
        uvicorn.Config(application, port=0, http=GatheringProtocol, lifespan="off", log_level="warning")
    )
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await serving


async def _post(port: int, *parts: bytes, head: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{head}\r\n\r\n".encode())
    for part in parts:
        writer.write(part)
        await writer.drain()
    answer = await reader.read()
    writer.close()
    return answer


async def test_a_body_arrives_whole_while_the_client_waits_for_a_slow_reader() -> None:
    taken: list[int] = []
    digest = hashlib.sha256()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            taken.append(len(message["body"]))
            digest.update(message["body"])
            if not message["more_body"]:
                break
            await asyncio.sleep(0.01)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    async with served(application) as port:
        answer = await _post(port, CONTENT, head=f"Content-Length: {len(CONTENT)}")
    assert answer.startswith(b"HTTP/1.1 200")
    assert digest.digest() == hashlib.sha256(CONTENT).digest()
    # One reading of the socket may go beyond the bound, and no more.
    assert max(taken) < 2 * 2**20


async def test_chunks_and_empty_bodies() -> None:
    bodies: list[bytes] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message["body"], message["more_body"]
        bodies.append(body)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async with served(application) as port:
        await _post(port, b"5\r\nfirst\r\n", b"7\r\n, later\r\n0\r\n\r\n", head="Transfer-Encoding: chunked")
        await _post(port, head="Content-Length: 0")
    assert bodies == [b"first, later", b""]
