"""Consoles beside bare websockify, in the same run and before the same server: echo, throughput, memory."""

import os
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from domains.console import channel
from tests.bench.row import Row
from tests.installation import eventually, free_port

ORIGIN = "http://127.0.0.1:8000"
ROUNDS = 5
ECHOES = 2000
FLOOD_BYTES = 256 * 2**20
_CONSOLE_KIB = 4096.0


def measured() -> Iterator[Row]:
    """The rounds of both alternate, and the best of each counts.

    Throughput is taken as the core time that it costs: a relay is bound by its core, and unlike the clock that does
    not depend on what else this machine does.
    """
    with ExitStack() as running:
        echo, flood = running.enter_context(server("echo")), running.enter_context(server("flood"))
        ours = running.enter_context(our_gateway())
        bare = {port: running.enter_context(bare_websockify(port)) for port in (echo, flood)}
        echoes: tuple[list[float], list[float]] = ([], [])
        floods: tuple[list[float], list[float]] = ([], [])
        memory = 0.0
        for _ in range(ROUNDS):
            for which, gateway, path in ((0, ours, f"/?ticket={echo}"), (1, bare[echo], "/")):
                with Socket(gateway.port, path) as console:
                    echoes[which].append(console.echo_milliseconds())
                    memory = memory if which else max(memory, private_kib(gateway.console()))
            for which, gateway, path in ((0, ours, f"/?ticket={flood}"), (1, bare[flood], "/")):
                with Socket(gateway.port, path) as console:
                    console.take(FLOOD_BYTES)
                    floods[which].append(core_milliseconds(gateway.console()))
        yield Row("console: echo", min(echoes[0]), min(echoes[1]), 1.0, "ms")
        name = f"console: core time for {FLOOD_BYTES // 2**20} MiB"
        yield Row(name, min(floods[0]), min(floods[1]), 1.0, "ms")
        yield Row("console: memory of one", memory, _CONSOLE_KIB, 1.0, "KiB")


class Socket:
    """A WebSocket that costs as little as can be, so that what is measured is the other side."""

    def __init__(self, port: int, path: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.SOL_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nOrigin: {ORIGIN}\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        reply = b""
        while not reply.endswith(b"\r\n\r\n"):
            reply += self._socket.recv(1)
        assert b" 101 " in reply.split(b"\r\n")[0], reply

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def echo_milliseconds(self) -> float:
        """Median of eight bytes there and back."""
        frame = b"\x82\x88\0\0\0\0" + b"12345678"
        taken = []
        for _ in range(ECHOES):
            began = time.perf_counter()
            self._socket.sendall(frame)
            left = 10
            while left > 0:
                left -= len(self._socket.recv(left))
            taken.append(time.perf_counter() - began)
        return statistics.median(taken) * 1000

    def take(self, size: int) -> None:
        buffer = bytearray(2**20)
        while size > 0:
            size -= self._socket.recv_into(buffer)


@dataclass(frozen=True, slots=True)
class Listening:
    """A process that listens at `port` and forks once a connection."""

    port: int
    pid: int

    def console(self) -> int:
        """The youngest child."""
        return int(Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()[-1])


def private_kib(pid: int) -> float:
    """What a process has for itself."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(float(kib) for kib in re.findall(r"Private_(?:Clean|Dirty): +(\d+) kB", rollup))


def core_milliseconds(pid: int) -> float:
    """For how long it has run."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6


@contextmanager
def our_gateway() -> Iterator[Listening]:
    """The gateway's own process; here a ticket is the port to connect to."""
    theirs, control = channel.pair()
    with socket.create_server(("127.0.0.1", 0)) as listener, theirs:
        port = int(listener.getsockname()[1])
        fds = (theirs.fileno(), listener.fileno())
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.unit.console.lean", *map(str, fds), ORIGIN],
            pass_fds=fds,
            stderr=subprocess.DEVNULL,
        )
    threading.Thread(target=_open, args=(control,), daemon=True).start()
    try:
        yield Listening(port, process.pid)
    finally:
        process.terminate()
        process.wait()


def _open(control: socket.socket) -> None:
    """In the opener's place."""
    lifelines = []
    while (message := channel.receive(control)) is not None:
        lifeline = socket.socket(fileno=message.files[0])
        request = channel.receive(lifeline)
        assert request is not None
        with socket.create_connection(("127.0.0.1", int(request.said["ticket"]))) as target:
            target.setsockopt(socket.SOL_TCP, socket.TCP_NODELAY, 1)
            channel.send(
                lifeline, {"type": "serial", "view_only": False, "about": "bench"}, (target.fileno(),)
            )
        lifelines.append(lifeline)


@contextmanager
def bare_websockify(target: int) -> Iterator[Listening]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "websockify", f"127.0.0.1:{port}", f"127.0.0.1:{target}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        eventually(lambda: _answers(port), within=10, what="bare websockify")
        yield Listening(port, process.pid)
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def server(kind: str) -> Iterator[int]:
    """What stands in for VNC, in a process of its own: it says back what it hears, or floods whoever connects."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.consoles", kind, str(listener.fileno())],
            pass_fds=[listener.fileno()],
        )
        try:
            yield int(listener.getsockname()[1])
        finally:
            process.kill()
            process.wait()


def _serve(kind: str, fd: int) -> None:
    listener = socket.socket(fileno=fd)
    while True:
        connected, _ = listener.accept()
        threading.Thread(target=_echo if kind == "echo" else _flood, args=(connected,), daemon=True).start()


def _echo(connected: socket.socket) -> None:
    connected.setsockopt(socket.SOL_TCP, socket.TCP_NODELAY, 1)
    with connected:
        while data := connected.recv(65536):
            connected.sendall(data)


def _flood(connected: socket.socket) -> None:
    block = os.urandom(65536)
    with connected:
        try:
            while True:
                connected.sendall(block)
        except OSError:
            return  # had enough


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]))
