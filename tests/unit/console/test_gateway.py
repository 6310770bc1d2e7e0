"""The gateway process alone: its door, its relays and their bounds. The test stands in the opener's place."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from domains.console import channel
from tests.consoles import dial
from tests.rfb_viewer import greet

ORIGIN = "http://127.0.0.1:8000"
SERIAL = {"type": "serial", "view_only": False, "about": "test"}
VNC = {"type": "vnc", "view_only": False, "about": "test"}
Answer = tuple[dict[str, Any], socket.socket | None]


class Stand:
    """A gateway in a process of its own, and an opener that answers each ticket as the test says."""

    def __init__(self, log: Path) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.lifelines: list[socket.socket] = []
        self.domains: list[socket.socket] = []
        self.log = log
        gateways_end, self._control = channel.pair()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        fds = (gateways_end.fileno(), self._listener.fileno())
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.unit.console.lean", *map(str, fds), ORIGIN],
                pass_fds=fds,
                stderr=output,
            )
        gateways_end.close()
        threading.Thread(target=self._open, daemon=True).start()

    def _open(self) -> None:
        while (message := channel.receive(self._control)) is not None:
            lifeline = socket.socket(fileno=message.files[0])
            request = channel.receive(lifeline)
            assert request is not None
            self.asked.append(request.said["ticket"])
            refusal: Answer = ({"status": 403, "code": "ticket_refused", "detail": "No."}, None)
            said, target = self.answers.pop(request.said["ticket"], refusal)
            if target is not None:
                self.lifelines.append(lifeline)  # before the browser can learn that it is connected
            channel.send(lifeline, said, (target.fileno(),) if target else ())
            if target is not None:
                target.close()

    def domain(self, ticket: str, said: dict[str, Any]) -> socket.socket:
        """The domain's end of the console that the ticket opens."""
        ours, theirs = socket.socketpair()
        self.answers[ticket] = (said, theirs)
        ours.settimeout(10)
        self.domains.append(ours)
        return ours

    def connect(self, ticket: str, origin: str | None = ORIGIN, **more: Any) -> ClientConnection:
        return dial(f"ws://127.0.0.1:{self.port}/console/?ticket={ticket}", origin, **more)

    def children(self) -> list[int]:
        """Of connections; the stand-in for the opener is none."""
        pids = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(pid) for pid in pids if _name(pid) not in {"cat", ""}]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        self._listener.close()
        for end in (*self.lifelines, *self.domains):
            end.close()
        self._control.close()


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    made = Stand(tmp_path / "gateway.log")
    try:
        yield made
    finally:
        made.stop()


def exactly(end: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size:
        got += end.recv(size - len(got))
    return got


def until(true: Callable[[], bool], seconds: float = 5.0) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.01)


@pytest.mark.parametrize(
    "origin",
    [None, "null", "", "http://evil.example", ORIGIN + "/", ORIGIN + ".evil.example", ORIGIN.upper()],
)
def test_a_foreign_page_is_refused_before_its_ticket_is_looked_at(stand: Stand, origin: str | None) -> None:
    stand.domain("good", SERIAL)
    with pytest.raises(InvalidStatus) as refused:
        stand.connect("good", origin=origin)
    assert refused.value.response.status_code == 403
    assert b"origin_refused" in refused.value.response.body
    assert stand.asked == []


def test_two_origins_are_none(stand: Stand) -> None:
    with pytest.raises(InvalidStatus) as refused:
        stand.connect("good", additional_headers={"Origin": ORIGIN})
    assert refused.value.response.status_code == 403


def test_a_ticket_that_opens_nothing(stand: Stand) -> None:
    with pytest.raises(InvalidStatus) as refused:
        stand.connect("forged")
    assert refused.value.response.status_code == 403
    assert refused.value.response.headers["Content-Type"] == "application/problem+json"
    assert b'"ticket_refused"' in refused.value.response.body


@pytest.mark.parametrize(
    "query", ["", "?", "?ticket=", "?ticket=a&ticket=b", "?token=good", "?ticket=" + "a" * 3000]
)
def test_no_ticket_at_all(stand: Stand, query: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        dial(f"ws://127.0.0.1:{stand.port}/console/{query}", ORIGIN)
    assert refused.value.response.status_code == 403
    assert stand.asked == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/healthz", 200), ("GET", "/console/?ticket=good", 426), ("HEAD", "/", 405), ("POST", "/", 501)],
)
def test_what_is_no_websocket(stand: Stand, method: str, path: str, status: int) -> None:
    client = http.client.HTTPConnection("127.0.0.1", stand.port, timeout=5)
    client.request(method, path)
    answer = client.getresponse()
    assert answer.status == status
    assert b"Traceback" not in answer.read()


def test_bytes_go_both_ways_in_any_size(stand: Stand) -> None:
    domain = stand.domain("good", SERIAL)
    sent = os.urandom(700_000)
    with stand.connect("good") as browser:
        for size in (1, 100, 125, 126, 600, 65_535, 65_536, 300_000):
            browser.send(sent[:size])
            assert exactly(domain, size) == sent[:size]
        threading.Thread(target=domain.sendall, args=(sent,)).start()
        got = b""
        while len(got) < len(sent):
            message = browser.recv(timeout=5)
            assert isinstance(message, bytes)
            got += message
        assert got == sent
        browser.send([b"in ", b"pieces"])
        assert exactly(domain, 9) == b"in pieces"
        browser.ping().wait(5)


@pytest.mark.parametrize("offered", [["binary"], ["base64", "binary"]])
def test_old_viewers_name_a_subprotocol(stand: Stand, offered: list[str]) -> None:
    stand.domain("good", SERIAL)
    with stand.connect("good", subprotocols=offered) as browser:
        assert browser.subprotocol == "binary"


def test_an_onlookers_typing_goes_nowhere(stand: Stand) -> None:
    domain = stand.domain("good", SERIAL | {"view_only": True})
    with stand.connect("good") as browser:
        browser.send(b"reboot\n")
        domain.sendall(b"$ ")
        assert browser.recv(timeout=5) == b"$ "
        domain.setblocking(False)
        with pytest.raises(BlockingIOError):
            domain.recv(1)


@pytest.mark.parametrize("view_only", [False, True])
def test_a_vnc_viewer_is_asked_for_no_password(stand: Stand, view_only: bool) -> None:
    domain = stand.domain("good", VNC | {"view_only": view_only})
    with stand.connect("good") as browser:
        stream = Stream(browser)
        greet(stream.read, browser.send)
        browser.send(b"\x00")
        assert domain.recv(1) == (b"\x01" if view_only else b"\x00")
        key, update = b"\x04" + bytes(7), b"\x03" + bytes(9)
        browser.send(key + update)
        expected = update if view_only else key + update
        assert domain.recv(100) == expected


def test_the_end_of_the_domain_closes_the_browser(stand: Stand) -> None:
    domain = stand.domain("good", SERIAL)
    with stand.connect("good") as browser:
        domain.sendall(b"last words")
        domain.close()
        assert browser.recv(timeout=5) == b"last words"
        with pytest.raises(ConnectionClosed) as closed:
            browser.recv(timeout=5)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1000
    until(lambda: not stand.children())


def test_the_opener_ends_a_console_with_a_reason(stand: Stand) -> None:
    domain = stand.domain("good", SERIAL)
    with stand.connect("good") as browser:
        channel.send(stand.lifelines[0], {"close": 4403, "reason": "é" * 100})
        with pytest.raises(ConnectionClosed) as closed:
            browser.recv(timeout=5)
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4403, "é" * 60)
    assert domain.recv(1) == b""


def test_a_node_that_fails_says_so_in_the_close(stand: Stand) -> None:
    stand.answers["good"] = (SERIAL | {"close": 4502, "reason": "No screen."}, None)
    with stand.connect("good") as browser, pytest.raises(ConnectionClosed) as closed:
        browser.recv(timeout=5)
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4502, "No screen.")


def test_the_end_of_the_browser_closes_the_domain(stand: Stand) -> None:
    domain = stand.domain("good", SERIAL)
    with stand.connect("good") as browser:
        browser.socket.close()
        assert domain.recv(1) == b""
    until(lambda: not stand.children())
    assert channel.receive(stand.lifelines[0]) is None


def test_a_message_without_end_is_refused(stand: Stand) -> None:
    domain = stand.domain("good", SERIAL)
    with stand.connect("good") as browser:
        browser.socket.sendall(b"\x82\xff" + (1 << 40).to_bytes(8, "big") + b"mask")
        with pytest.raises(ConnectionClosed) as closed:
            browser.recv(timeout=5)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009
    assert domain.recv(1) == b""


def test_a_text_message_is_refused(stand: Stand) -> None:
    stand.domain("good", SERIAL)
    with stand.connect("good") as browser:
        browser.send("text")
        with pytest.raises(ConnectionClosed) as closed:
            browser.recv(timeout=5)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1003


def test_a_stalled_browser_costs_bounded_memory(stand: Stand) -> None:
    domain = stand.domain("good", SERIAL)
    with stand.connect("good", max_queue=1) as browser:
        (child,) = stand.children()
        before = _private_kib(child)
        domain.setblocking(False)
        ends, sent = time.monotonic() + 1, 0
        while time.monotonic() < ends:
            try:
                sent += domain.send(bytes(65536))
            except BlockingIOError:
                time.sleep(0.01)
        assert sent > 0
        assert _private_kib(child) - before < 1024
        browser.socket.close()


def test_a_console_costs_little_memory(stand: Stand) -> None:
    stand.domain("good", SERIAL)
    with stand.connect("good") as browser:
        browser.send(b"x" * 5000)
        (child,) = stand.children()
        assert _private_kib(child) <= 4096


def test_the_ticket_is_in_no_log(stand: Stand) -> None:
    stand.domain("a-secret-ticket", SERIAL)
    with stand.connect("a-secret-ticket"):
        pass
    for origin in (ORIGIN, "http://evil.example"):
        with pytest.raises(InvalidStatus):
            stand.connect("a-secret-ticket", origin=origin)
    for raw in (
        b"GET /console/?ticket=a-secret-ticket\r\n\r\n",
        b"GET /console/?ticket=a-secret-ticket HTTP/9.9\r\n\r\n",
        b"BREW /console/?ticket=a-secret-ticket HTTP/1.1\r\n\r\n",
        b"GET  /console/?ticket=a-secret-ticket two three HTTP/1.1\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", stand.port)) as client:
            client.sendall(raw)
            assert b"secret-ticket" not in client.recv(4096)
    until(lambda: not stand.children())
    log = stand.log.read_text()
    assert "closed after" in log
    assert "secret-ticket" not in log
    assert "Traceback" not in log


def test_no_child_outlives_the_gateway(stand: Stand) -> None:
    domain = stand.domain("good", SERIAL)
    with stand.connect("good"):
        (child,) = stand.children()
        os.kill(stand.process.pid, signal.SIGKILL)
        assert domain.recv(1) == b""
        until(lambda: not _alive(child))


class Stream:
    """Exact reads from a WebSocket's messages."""

    def __init__(self, browser: ClientConnection) -> None:
        self._browser = browser
        self._got = b""

    def read(self, size: int) -> bytes:
        while len(self._got) < size:
            message = self._browser.recv(timeout=10)
            assert isinstance(message, bytes)
            self._got += message
        wanted, self._got = self._got[:size], self._got[size:]
        return wanted


def _private_kib(pid: int) -> int:
    """What this process has for itself and does not share with the one that it was forked from."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(kib) for kib in re.findall(r"Private_(?:Clean|Dirty): +(\d+) kB", rollup))


def _name(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""  # it ended meanwhile


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
