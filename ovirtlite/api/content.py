"""Bodies that are content: from the client to a receiver and from a giver to the client, with a few MiB in between.

While the node takes what came, the next is read, up to a bound: who is slower of both makes the other wait.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import orjson
from django.http import HttpResponse

from access.errors import Refused
from ovirtlite.api.pipe import Pipe
from ovirtlite.api.problems import of, problem
from storage.content.replies import Ended, GivesContent, Receiver, TakesContent

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
T = TypeVar("T")
log = logging.getLogger(__name__)

HELD_BYTES = 3 * 2**20  # of a transfer that wait for the node, while it takes as many
# A client that sends on while it is refused is listened to for so long, so that it comes to read the answer.
_LINGER_SECONDS = 2.0
_SILENT_SECONDS = 60.0


class Body:
    """The body of one request. `ended`: no more of it comes; `gone`: because nobody is there any more."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.ended = False
        self.gone = False

    async def next(self) -> bytes:
        """Who sends nothing for long is as good as gone: what came is kept, and the rest may come another time."""
        try:
            async with asyncio.timeout(_SILENT_SECONDS):
                message = await self._receive()
        except TimeoutError:
            message = {"type": "http.disconnect"}
        self.gone = message["type"] == "http.disconnect"
        self.ended = self.gone or not message.get("more_body", False)
        part: bytes = message.get("body", b"")
        return part

    async def linger(self) -> None:
        """Read on for a moment: a client that still sends would else be cut off before it reads its answer."""
        try:
            async with asyncio.timeout(_LINGER_SECONDS):
                while not self.ended:
                    await self.next()
        except TimeoutError:
            self.ended = True  # it has had its time


class ContentExchange:
    """The threads that wait for nodes, apart from those that answer requests. More transfers than these take turns."""

    def __init__(self, threads: int = 32) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="content")

    async def take(self, reply: TakesContent, receive: Receive, send: Send) -> None:
        """Take the whole body, and answer."""
        body = Body(receive)
        try:
            ended = await self._taken(reply.receiver, body)
        except Exception as error:  # noqa: BLE001 - every error has an answer, as in views
            await self._run(reply.close)
            await refuse(_answer_to(error), body, send, like=reply)
            return
        await self._run(reply.close)
        if ended is not None:
            await _send_all(_finished(reply, ended), send)

    async def _taken(self, receiver: Receiver, body: Body) -> Ended | None:
        """What the receiver says at the end; None where nobody is there any more to be told."""
        await self._run(receiver.begin)
        pipe = Pipe(HELD_BYTES)
        writing: asyncio.Future[None] | None = None
        try:
            while not body.ended:
                part = await body.next()
                if part and pipe.put(part):
                    if writing is not None:
                        await writing
                    writing = asyncio.ensure_future(self._run(pipe.drain, receiver.take))
                elif writing is not None and writing.done():
                    break  # it met an error
                if writing is not None and not pipe.room.is_set():
                    await _either(pipe.room.wait(), writing)
        except asyncio.CancelledError:
            body.gone = True  # this process stops; what came is kept
        finally:
            pipe.close()
            if writing is not None:
                await asyncio.wait([writing])
        if writing is not None:
            await writing  # raises what it met
        ended = await self._run(lambda: receiver.end(whole=not body.gone))
        return None if body.gone else ended

    async def give(self, reply: GivesContent, receive: Receive, send: Send) -> None:
        """Send all of it, reading a block ahead; end as soon as the client is gone, or takes nothing for long."""
        giver = reply.giver
        leaving = asyncio.ensure_future(_client_leaves(receive))
        reading = asyncio.ensure_future(self._run(giver.read))
        try:
            await send(_start(reply))
            while True:
                await asyncio.wait([reading, leaving], return_when=asyncio.FIRST_COMPLETED)
                if leaving.done():
                    return
                block = await reading
                if not block:
                    break
                reading = asyncio.ensure_future(self._run(giver.read))
                async with asyncio.timeout(_SILENT_SECONDS):
                    await send({"type": "http.response.body", "body": block, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        except Refused as refused:
            log.info("content: the connection is closed: %s", refused)
        except TimeoutError:
            log.info("content: a client took nothing for %g s; the connection is closed", _SILENT_SECONDS)
        finally:
            leaving.cancel()
            await asyncio.wait([reading])
            # An error after the first byte has no answer but the end of the connection: the length tells the client.
            await self._run(reply.close)

    async def _run(self, call: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call, *arguments)


async def refuse(answer: HttpResponse, body: Body, send: Send, *, like: HttpResponse | None = None) -> None:
    """Answer a request whose body was not read to its end, and close: what is still on its way is nobody's."""
    for name, value in (like.headers if like is not None else {}).items():
        answer.headers.setdefault(name, value)
    answer["Connection"] = "close"
    answer["Content-Length"] = str(len(answer.content))
    await send(_start(answer))
    await send({"type": "http.response.body", "body": answer.content, "more_body": True})
    await body.linger()
    await send({"type": "http.response.body", "body": b""})


async def _either(waiting: Coroutine[Any, Any, object], other: "asyncio.Future[Any]") -> None:
    """Wait for what ends first."""
    first = asyncio.ensure_future(waiting)
    try:
        await asyncio.wait([first, other], return_when=asyncio.FIRST_COMPLETED)
    finally:
        first.cancel()


async def _client_leaves(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


async def _send_all(reply: HttpResponse, send: Send) -> None:
    await send(_start(reply))
    await send({"type": "http.response.body", "body": reply.content})


def _finished(reply: HttpResponse, ended: Ended) -> HttpResponse:
    reply.status_code = ended.status
    for name, value in ended.headers.items():
        reply[name] = value
    if ended.body is not None:
        reply.content = orjson.dumps(ended.body, default=str)
        reply["Content-Type"] = "application/json"
        reply["Content-Length"] = str(len(reply.content))
    else:
        del reply["Content-Type"]
        if ended.status != 204:
            reply["Content-Length"] = "0"
    return reply


def _answer_to(error: Exception) -> HttpResponse:
    answer = of(error)
    if answer is None:
        log.error("content: an error of our own", exc_info=error)
        answer = problem(500, "internal_error", "This is a fault of ovirtlite; its log says more.")
    return answer


def _start(reply: HttpResponse) -> Message:
    headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in reply.items()]
    headers += [(b"Set-Cookie", one.OutputString().encode("ascii")) for one in reply.cookies.values()]
    return {"type": "http.response.start", "status": reply.status_code, "headers": headers}
