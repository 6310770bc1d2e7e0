"""Signing in at the VNC server of a real QEMU, over its Unix socket."""

import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hypervisor import rfb
from tests.rfb_viewer import look


@dataclass(frozen=True)
class Screen:
    """A QEMU without a guest: its firmware draws something."""

    vnc: Path
    monitor: Path

    def connect(self) -> socket.socket:
        server = socket.socket(socket.AF_UNIX)
        server.connect(str(self.vnc))
        return server

    def command(self, name: str, **arguments: Any) -> None:
        with socket.socket(socket.AF_UNIX) as monitor:
            monitor.connect(str(self.monitor))
            with monitor.makefile("rw") as lines:
                lines.readline()
                for said in ({"execute": "qmp_capabilities"}, {"execute": name, "arguments": arguments}):
                    lines.write(json.dumps(said) + "\n")
                    lines.flush()
                    answer = json.loads(lines.readline())
                    while "event" in answer:
                        answer = json.loads(lines.readline())
                    assert "error" not in answer, answer


def _start(folder: Path, options: str) -> "subprocess.Popen[bytes]":
    program = shutil.which("qemu-system-x86_64")
    assert program is not None, "install Debian's package qemu-system-x86"
    return subprocess.Popen(
        [
            *(program, "-accel", "tcg", "-m", "32", "-nodefaults", "-vga", "std", "-S"),
            *("-vnc", f"unix:{folder}/vnc{options}", "-qmp", f"unix:{folder}/qmp,server=on,wait=off"),
        ]
    )


@pytest.fixture(params=["", ",password=on"], ids=["open", "password"])
def screen(request: pytest.FixtureRequest) -> Iterator[Screen]:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        process = _start(Path(folder), request.param)
        try:
            made = Screen(Path(folder) / "vnc", Path(folder) / "qmp")
            ends = time.monotonic() + 10
            while not (made.vnc.exists() and made.monitor.exists()):
                assert process.poll() is None
                assert time.monotonic() < ends
                time.sleep(0.02)
            yield made
        finally:
            process.kill()
            process.wait()


def _look(server: socket.socket) -> None:
    with server, server.makefile("rb") as stream:
        seen = look(stream.read, server.sendall)
        assert (seen.width, seen.height) >= (640, 400)


@pytest.mark.parametrize("screen", [""], indirect=True)
def test_without_a_password(screen: Screen) -> None:
    server = screen.connect()
    rfb.log_in(server, None)
    _look(server)


@pytest.mark.parametrize("screen", [",password=on"], indirect=True)
def test_with_a_password_that_expires(screen: Screen) -> None:
    screen.command("set_password", protocol="vnc", password="sesame12")
    screen.command("expire_password", protocol="vnc", time="+30")
    server = screen.connect()
    rfb.log_in(server, "sesame12")
    _look(server)
    with screen.connect() as refused, pytest.raises(rfb.PasswordRefused):
        rfb.log_in(refused, "sesame13")
    with screen.connect() as refused, pytest.raises(rfb.PasswordRefused):
        rfb.log_in(refused, None)
    screen.command("expire_password", protocol="vnc", time="now")
    with screen.connect() as refused, pytest.raises(rfb.PasswordRefused):
        rfb.log_in(refused, "sesame12")
