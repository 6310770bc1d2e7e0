"""The ASGI handler that serves a request in one thread: replies, bounds, streams, absent bodies."""

import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.http import FileResponse, HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path

from ovirtlite.api.problems import server_error
from ovirtlite.api.serving import OneHopHandler

_FILE = Path(__file__)
_TEXT = _FILE.read_bytes()
_threads: set[str] = set()


def _echo(request: HttpRequest) -> HttpResponse:
    _threads.add(threading.current_thread().name)
    response = HttpResponse(request.body, content_type="application/octet-stream")
    response.set_cookie("one", "1")
    response.set_cookie("two", "2")
    return response


def _file(request: HttpRequest) -> FileResponse:
    return FileResponse(_FILE.open("rb"))


def _fail(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("secret")


urlpatterns = [path("echo", _echo), path("file", _file), path("fail", _fail)]
handler500 = server_error

pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    with override_settings(MIDDLEWARE=[]):
        transport = httpx.ASGITransport(OneHopHandler(threads=2))  # type: ignore[arg-type]  # a scope is mutable there
        async with httpx.AsyncClient(transport=transport, base_url="http://lite.example") as client:
            yield client


async def test_a_reply_with_its_cookies(http: httpx.AsyncClient) -> None:
    reply = await http.post("/echo", content=b"x" * 70_000)
    assert reply.content == b"x" * 70_000
    assert len(reply.headers.get_list("set-cookie")) == 2
    assert all(name.startswith("web") for name in _threads)


async def test_a_file_is_streamed(http: httpx.AsyncClient) -> None:
    assert (await http.get("/file")).content == _TEXT


async def test_a_fault_is_a_problem(http: httpx.AsyncClient) -> None:
    reply = await http.get("/fail")
    assert (reply.status_code, reply.json()["code"]) == (500, "internal_error")


async def test_a_body_without_announced_length_is_bounded(http: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 64_000

    reply = await http.post("/echo", content=endless())
    assert (reply.status_code, reply.json()["code"]) == (400, "body_too_large")


async def test_a_client_that_leaves_gets_nothing() -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await OneHopHandler()({"type": "http", "method": "GET", "path": "/api/v1/me/"}, receive, send)
    assert sent == []
