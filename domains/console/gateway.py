"""The gateway: websockify's server and request handler, with our own door.

The order matters and each step ends the request: Origin, then the ticket, which the opener takes and checks, and only
then the WebSocket. The ticket stands in the address, so nothing here ever logs an address, and no reply repeats one.
"""

import ctypes
import json
import logging
import multiprocessing
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockify.websocketproxy import ProxyRequestHandler, WebSocketProxy

from domains.console import channel
from domains.console.closing import Closing, Code
from domains.console.relay import Relay, say_goodbye, talk_for
from domains.console.websocket import ConsoleSocket

HANDSHAKE_SECONDS = 10.0  # for the browser to say what it wants
OPENING_SECONDS = 25.0  # for the opener to reach the node
MOST_CONNECTIONS = 640
_PR_SET_PDEATHSIG = 1

logger = logging.getLogger("domains.console.gateway")
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Door:
    """Who may come in, and whom to ask."""

    origins: frozenset[str]
    opener: socket.socket


class Refusal(Exception):
    """The request ends here, with an HTTP status and a problem document."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail


class ConsoleHandler(ProxyRequestHandler):  # type: ignore[misc]  # websockify ships no types
    """One connection, in its own process."""

    SocketClass = ConsoleSocket
    timeout = HANDSHAKE_SECONDS
    server_version = "ovirtlite"
    sys_version = ""

    server: "Gateway"
    _opened: dict[str, Any]
    _domain: socket.socket | None
    _lifeline: socket.socket

    def validate_connection(self) -> None:
        """websockify's hook before the WebSocket is made. Raises Refusal."""
        check_origin(self.headers.get_all("Origin") or [], self.server.door.origins)
        ticket = ticket_of(self.path)
        if self.headers.get("Sec-WebSocket-Version") != "13" or not self.headers.get("Sec-WebSocket-Key"):
            raise Refusal(
                HTTPStatus.BAD_REQUEST, "bad_websocket", "This is no WebSocket request of version 13."
            )
        signal.setitimer(signal.ITIMER_REAL, OPENING_SECONDS + HANDSHAKE_SECONDS)
        self._lifeline, theirs = channel.pair()
        with theirs:
            channel.send(self.server.door.opener, {}, (theirs.fileno(),))
        channel.send(self._lifeline, {"ticket": ticket, "address": self.client_address[0]})
        self._take(self._answer())

    def _answer(self) -> channel.Message:
        self._lifeline.settimeout(OPENING_SECONDS)
        try:
            answer = channel.receive(self._lifeline)
        except TimeoutError:
            answer = None
        if answer is None:
            raise Refusal(HTTPStatus.BAD_GATEWAY, "console_failed", "The console could not be opened.")
        return answer

    def _take(self, answer: channel.Message) -> None:
        if "status" in answer.said:
            raise Refusal(answer.said["status"], answer.said["code"], answer.said["detail"])
        self._opened = answer.said
        self._domain = socket.socket(fileno=answer.files[0]) if answer.files else None

    def auth_connection(self) -> None:
        """Nothing beyond the ticket."""

    def handle_upgrade(self) -> None:
        try:
            super().handle_upgrade()
        except Refusal as refusal:
            self._refuse(refusal.status, refusal.code, refusal.detail)

    def handle_websocket(self) -> None:
        """Relay until the end. The original would log the address, ticket and all."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        browser: ConsoleSocket = self.request
        browser.setsockopt(socket.SOL_TCP, socket.TCP_NODELAY, 1)
        about, began = self._opened["about"], time.monotonic()
        if self._domain is None:
            closing = Closing(Code(self._opened["close"]), self._opened["reason"])
            say_goodbye(browser, closing)
        else:
            talk = talk_for(self._opened["type"], self._opened["view_only"])
            closing = Relay(browser, self._domain, self._lifeline, talk).run()
        logger.info("%s closed after %.0f s: %s", about, time.monotonic() - began, closing.reason)

    def do_GET(self) -> None:  # noqa: N802 - http.server calls it so
        if self.path == "/healthz":
            self._reply(HTTPStatus.OK, "text/plain", b"ok\n")
        else:
            self._refuse(
                HTTPStatus.UPGRADE_REQUIRED, "websocket_only", "Only consoles are here, by WebSocket."
            )

    def do_HEAD(self) -> None:  # noqa: N802 - http.server calls it so
        self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", "Only GET is understood here.")

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """The original repeats and logs parts of the request."""
        self._refuse(code, "bad_request", "The request is not understood.")

    def _refuse(self, status: int, code: str, detail: str) -> None:
        status = HTTPStatus(status)
        logger.info("%s refused: %d %s", self.client_address[0], status, code)
        problem = {
            "type": "about:blank",
            "title": status.phrase,
            "status": status,
            "detail": detail,
            "code": code,
        }
        self._reply(status, "application/problem+json", json.dumps(problem).encode())

    def _reply(self, status: int, content_type: str, body: bytes) -> None:
        self.close_connection = True
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, template: str, *args: object) -> None:
        """What http.server and websockify say here contains the address of the request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """The same."""


def check_origin(named: list[str], allowed: frozenset[str]) -> None:
    """Exactly one Origin, exactly as a browser spells one of ours. Raises Refusal."""
    if len(named) != 1 or named[0] not in allowed:
        raise Refusal(
            HTTPStatus.FORBIDDEN, "origin_refused", "Consoles are opened by ovirtlite's own pages only."
        )


def ticket_of(path: str) -> str:
    """The one `ticket` parameter of the request. Raises Refusal."""
    given = parse_qs(urlsplit(path).query, max_num_fields=8).get("ticket", []) if len(path) < 2048 else []
    if len(given) != 1:
        raise Refusal(HTTPStatus.FORBIDDEN, "ticket_refused", "A console is opened with one ticket.")
    return given[0]


class Gateway(WebSocketProxy):  # type: ignore[misc]  # websockify ships no types
    """websockify's accept loop: one process a connection, ended with this one."""

    def __init__(self, listener: socket.socket, door: Door, opener: "subprocess.Popen[bytes]") -> None:
        super().__init__(RequestHandlerClass=ConsoleHandler, listen_fd=listener.fileno())
        self.door = door
        self._listener = listener  # open as long as this is
        self._opener = opener
        self._pid = os.getpid()

    def started(self) -> None:
        """Nothing to start beyond the accept loop."""

    def poll(self) -> None:
        """Before each connection: end when the opener did, and take no more connections than can be served."""
        if self._opener.poll() is not None:
            raise SystemExit
        while len(multiprocessing.active_children()) >= MOST_CONNECTIONS:
            time.sleep(0.05)

    def top_new_client(self, startsock: socket.socket, address: tuple[Any, ...]) -> None:
        """In the child."""
        _become_a_child(self._pid)
        try:
            self.do_handshake(startsock, address)
        except (self.EClose, ConnectionError, TimeoutError):
            return  # whoever came left without asking for anything
        except Exception:
            logger.exception("a connection from %s failed", address[0])


def _become_a_child(parent: int) -> None:
    """End by default on every signal, with the parent, and when the browser dawdles over its request."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(0)
    signal.setitimer(signal.ITIMER_REAL, HANDSHAKE_SECONDS)
