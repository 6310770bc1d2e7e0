"""Asks the parts whether they are ready, over the same sockets that their users take."""

import asyncio
import json
import time
from pathlib import Path

from ovirtlite.supervisor.parts import split_address

_PAUSE = 0.1


async def redis_answers(socket: Path, *, within: float) -> bool:
    """Wait until the Redis at this socket answers a ping; False when it does not within so many seconds."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            reader, writer = await asyncio.open_unix_connection(socket)
        except OSError:
            await asyncio.sleep(_PAUSE / 4)
            continue
        try:
            writer.write(b"PING\r\n")
            if (await asyncio.wait_for(reader.readline(), 1)).startswith(b"+PONG"):
                return True
        except (OSError, TimeoutError):
            await asyncio.sleep(_PAUSE)
        finally:
            writer.close()
    return False


async def missing(listen: str) -> str | None:
    """None when the product at this address says that it is ready; else what it says is missing."""
    host, port = split_address(listen)
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    try:
        async with asyncio.timeout(3):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(
                    f"GET /readyz HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: application/json\r\n"
                    "Connection: close\r\n\r\n".encode()
                )
                answer = await reader.read(64 * 1024)
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return "the web server does not answer yet"
    head, _, body = answer.partition(b"\r\n\r\n")
    if b" 200 " in head.split(b"\r\n", 1)[0]:
        return None
    return _detail(body) or head.split(b"\r\n", 1)[0].decode("latin-1")


def _detail(body: bytes) -> str | None:
    try:
        said = json.loads(body)
    except ValueError:
        return None
    return str(said["detail"]) if isinstance(said, dict) and said.get("detail") else None
