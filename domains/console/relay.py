"""Between one browser and one domain: bytes both ways, bounded, until one of the two or the opener ends it."""

import select
import socket
import time
from collections.abc import Callable
from typing import Any, Protocol

from domains.console import channel
from domains.console.closing import Closing, Code
from domains.console.websocket import ConsoleSocket, MessageTooBig
from hypervisor import rfb, rfb_viewonly

PING_SECONDS = 20.0
SILENCE_SECONDS = 60.0  # three pings unanswered
_READ_BYTES = 65536
_PARTING_SECONDS = 1.0


class Talk(Protocol):
    """What passes from the browser to the domain."""

    hello: bytes

    def upward(self, data: bytes) -> tuple[bytes, bytes]:
        """(what to answer the browser ourselves, what to send on). Raises ViewerRefused, BadMessage."""
        ...


class VNC:
    """RFB: we greet the browser ourselves; then its bytes pass, or what an onlooker may send of them."""

    hello = rfb.Greeting.hello

    def __init__(self, view_only: bool) -> None:
        self._greeting: rfb.Greeting | None = rfb.Greeting()
        self._filter: Callable[[bytes], bytes] = rfb_viewonly.ViewOnly().feed if view_only else bytes

    def upward(self, data: bytes) -> tuple[bytes, bytes]:
        if self._greeting is None:
            return b"", self._filter(data)
        reply = self._greeting.receive(data)
        if not self._greeting.done:
            return reply, b""
        rest = self._greeting.rest
        self._greeting = None
        return reply, self._filter(rest) if rest else b""


class Serial:
    """Raw bytes; an onlooker's are dropped."""

    hello = b""

    def __init__(self, view_only: bool) -> None:
        self._view_only = view_only

    def upward(self, data: bytes) -> tuple[bytes, bytes]:
        return b"", b"" if self._view_only else data


def talk_for(kind: str, view_only: bool) -> Talk:
    """How a console of this type speaks."""
    return VNC(view_only) if kind == "vnc" else Serial(view_only)


class Relay:
    """Neither side is read while the other has not taken what came before, so memory stays bounded."""

    def __init__(
        self, browser: ConsoleSocket, domain: socket.socket, lifeline: socket.socket, talk: Talk
    ) -> None:
        self._browser = browser
        self._domain = domain
        self._lifeline = lifeline
        self._talk = talk
        self._upward = b""
        self._heard = self._pinged = time.monotonic()
        self._poll = select.poll()
        self._wants: dict[int, int] = {}

    def run(self) -> Closing:
        """Relay until the end, say goodbye, and tell why."""
        for end in (self._browser, self._domain, self._lifeline):
            end.setblocking(False)
        try:
            self._browser.push(self._talk.hello) if self._talk.hello else None
            closing = self._loop()
        except MessageTooBig:
            closing = Closing(Code.TOO_BIG, "The browser sent a message that is too big.")
        except (rfb.ViewerRefused, rfb_viewonly.BadMessage) as error:
            closing = Closing(Code.PROTOCOL, f"The viewer broke the protocol: {error}.")
        except OSError as error:
            closing = Closing(Code.GOING_AWAY, f"The connection broke: {error}.")
        say_goodbye(self._browser, closing)
        return closing

    def _loop(self) -> Closing:
        browser, domain, lifeline = self._browser.fileno(), self._domain.fileno(), self._lifeline.fileno()
        self._want(lifeline, select.POLLIN)
        while True:
            self._want(
                browser,
                (0 if self._upward else select.POLLIN) | (select.POLLOUT if self._browser.waiting else 0),
            )
            self._want(
                domain,
                (0 if self._browser.waiting else select.POLLIN) | (select.POLLOUT if self._upward else 0),
            )
            ready = dict(self._poll.poll(PING_SECONDS * 250))
            if lifeline in ready:
                return self._told()
            if browser in ready and (closing := self._serve_browser(ready[browser])) is not None:
                return closing
            if domain in ready and (closing := self._serve_domain(ready[domain])) is not None:
                return closing
            if (closing := self._keep_alive()) is not None:
                return closing

    def _want(self, fd: int, events: int) -> None:
        if self._wants.get(fd) != events:
            self._poll.register(fd, events)
            self._wants[fd] = events

    def _serve_browser(self, events: int) -> Closing | None:
        if events & select.POLLOUT:
            self._browser.flush()
        if events & ~select.POLLOUT and not self._upward:
            self._heard = time.monotonic()
            for message in self._browser.pull():
                reply, upward = self._talk.upward(message)
                if reply:
                    self._browser.push(reply)
                self._upward += upward
            if self._browser.closed:
                return Closing(Code.ENDED, "The browser closed the console.")
            self._send_upward()
        elif events & (select.POLLHUP | select.POLLERR):
            return Closing(Code.GOING_AWAY, "The browser is gone.")
        return None

    def _send_upward(self) -> None:
        if self._upward:
            try:
                sent = self._domain.send(self._upward)
            except BlockingIOError:
                return
            self._upward = self._upward[sent:]

    def _serve_domain(self, events: int) -> Closing | None:
        if events & select.POLLOUT:
            self._send_upward()
        if events & ~select.POLLOUT and not self._browser.waiting:
            try:
                data = self._domain.recv(_READ_BYTES)
            except BlockingIOError:
                return None
            except OSError:
                data = b""
            if not data:
                # The opener may know better why: a serial console that was taken over ends just so.
                return (
                    self._told()
                    if self._lifeline_says()
                    else Closing(Code.ENDED, "The domain's side closed.")
                )
            self._browser.push(data)
        return None

    def _lifeline_says(self) -> bool:
        return bool(select.select([self._lifeline], [], [], 0.1)[0])

    def _told(self) -> Closing:
        message = channel.receive(self._lifeline)
        if message is None:
            return Closing(Code.FAILED, "The console gateway is stopping.")
        said: dict[str, Any] = message.said
        return Closing(Code(said["close"]), said["reason"])

    def _keep_alive(self) -> Closing | None:
        now = time.monotonic()
        if now - self._heard > SILENCE_SECONDS:
            return Closing(Code.GOING_AWAY, "The browser has fallen silent.")
        if now - self._pinged >= PING_SECONDS and not self._browser.waiting:
            self._pinged = now
            self._browser.ping()
        return None


def say_goodbye(browser: ConsoleSocket, closing: Closing) -> None:
    """Close the WebSocket with the reason, and give the browser a moment to take it."""
    ends = time.monotonic() + _PARTING_SECONDS
    browser.setblocking(False)
    try:
        browser.shutdown(socket.SHUT_RDWR, int(closing.code), closing.short)
        while not browser.flush() and (left := ends - time.monotonic()) > 0:
            select.select([], [browser.fileno()], [], left)
        browser.socket.shutdown(socket.SHUT_WR)
        while (left := ends - time.monotonic()) > 0 and select.select([browser.fileno()], [], [], left)[0]:
            if not browser.socket.recv(_READ_BYTES):
                break
    except OSError:
        return  # gone already, which is what was wanted
