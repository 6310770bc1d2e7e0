"""HTTP by Django in one hop: each request runs whole in one thread of a pool that keeps its database connections.

Django's own ASGI handler changes threads at every synchronous middleware and gives each request a new thread, hence a
new database connection. All our views are synchronous, so nothing is lost by leaving that out, and much time is won.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from io import BytesIO
from typing import IO, Any, TypeVar

from django.conf import settings
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

from ovirtlite.api.content import Body, ContentExchange, refuse
from ovirtlite.api.middleware import CONTENT
from ovirtlite.api.problems import body_too_large, problem
from storage.content.replies import GivesContent, TakesContent, takes_content, whole_address

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
T = TypeVar("T")


class _TooLarge(Exception):
    """The body went on beyond its bound."""


class OneHopHandler(ASGIHandler):
    """Serves HTTP; `threads` requests at once at most, others wait their turn."""

    def __init__(self, threads: int = 8) -> None:
        super().__init__()
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="web")
        self._content = ContentExchange()

    def load_middleware(self, is_async: bool = False) -> None:
        """Django's, as a synchronous chain."""
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if (path := whole_address(scope["path"])) != scope["path"]:
            scope = {**scope, "path": path, "raw_path": path.encode()}
        if takes_content(scope["method"], path):
            await self._take_content(scope, receive, send)
            return
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        except _TooLarge:
            await self.send_response(body_too_large(), send)
            return
        with body:
            response = await self._in_thread(self._answer, scope, body)
            if isinstance(response, GivesContent):
                await self._content.give(response, receive, send)
            elif isinstance(response, StreamingHttpResponse):
                await self._send_stream(response, send)
            else:
                await self.send_response(response, send)

    async def _take_content(self, scope: Message, receive: Receive, send: Send) -> None:
        """The view decides before any of the body is read, so it sees none."""
        response = await self._in_thread(self._answer, {**scope, CONTENT: True}, BytesIO())
        if isinstance(response, TakesContent):
            await self._content.take(response, receive, send)
        elif isinstance(response, HttpResponse):
            await refuse(response, Body(receive), send)
        else:
            raise TypeError("a view that takes content answers with no stream")

    async def read_body(self, receive: Receive) -> IO[bytes]:
        """The body, no larger than it may be, whatever length it announced."""
        body = tempfile.SpooledTemporaryFile(max_size=settings.MAX_BODY_BYTES)  # noqa: SIM115 -- the caller closes it
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                body.close()
                raise RequestAborted
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > settings.MAX_BODY_BYTES:
                body.close()
                raise _TooLarge
            body.write(chunk)
            more = message.get("more_body", False)
        body.seek(0)
        return body

    def _answer(self, scope: Message, body: IO[bytes]) -> HttpResponseBase:
        """One request from its first signal to its last, in this thread."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=type(self), scope=scope)
        request, _ = self.create_request(scope, body)
        if request is None:
            signals.request_finished.send(sender=type(self))
            return problem(400, "invalid", "The address of the request is not text.")
        response = self.get_response(request)
        response._handler_class = type(self)  # type: ignore[attr-defined]  # Django names the sender of its signal so
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size
        if not response.streaming and not isinstance(response, GivesContent | TakesContent):
            response.close()
        return response

    async def _in_thread(self, call: Callable[..., T], *arguments: Any) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, copy_context().run, call, *arguments)

    async def _send_stream(self, response: StreamingHttpResponse, send: Send) -> None:
        """Chunk by chunk: no more is read than the client takes."""
        chunks: Iterator[bytes] = iter(response)
        headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in response.items()]
        headers += [(b"Set-Cookie", one.OutputString().encode("ascii")) for one in response.cookies.values()]
        try:
            await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
            while (chunk := await self._in_thread(next, chunks, None)) is not None:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            await self._in_thread(response.close)
