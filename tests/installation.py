"""A whole installation of the product for tests: a folder of its own, free ports, the real supervisor."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from ovirtlite.settings.home import Home
from ovirtlite.supervisor import processes
from ovirtlite.supervisor.record import Record
from tests import migrated

PROJECT = Path(__file__).resolve().parents[1]
PASSWORD = "a password of the tests"


def free_port() -> int:
    """A port of loopback that nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def listens(address: str) -> bool:
    """Whether anybody takes connections at "host:port"."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=2).close()
    except OSError:
        return False
    return True


def eventually(holds: Callable[[], Any], *, within: float, what: str) -> Any:
    """Ask until the answer is true and return it; fail after so many seconds."""
    deadline = time.monotonic() + within
    while not (answer := holds()):
        assert time.monotonic() < deadline, f"{what}: not within {within} s"
        time.sleep(0.05)
    return answer


class Installation:
    """One HOME and the supervisor that runs on it. `settings` are further environment variables.

    `fresh`: it begins without a database, as at a person's; else with one whose migrations are done.
    """

    def __init__(self, home: Path, settings: Mapping[str, str] | None = None, *, fresh: bool = False) -> None:
        self.home = home
        self.fresh = fresh
        self.address = f"127.0.0.1:{free_port()}"
        self.console = f"127.0.0.1:{free_port()}"
        self.output = home.with_name(f"{home.name}.out")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("OVIRTLITE_")}
        self.env = {
            **inherited,
            "OVIRTLITE_HOME": str(home),
            "OVIRTLITE_LISTEN": self.address,
            "OVIRTLITE_CONSOLE_LISTEN": self.console,
            "OVIRTLITE_EMBEDDED": "0",
            "OVIRTLITE_ADMIN_PASSWORD": PASSWORD,
            **(settings or {}),
        }
        self.supervisor: subprocess.Popen[bytes] | None = None

    @property
    def run_folder(self) -> Path:
        """Where its sockets are."""
        return Home(self.home, "", "", "", "", "", embedded=False).run

    def start(self) -> None:
        """Start it and return at once."""
        if not self.fresh and not self.env.get("OVIRTLITE_DATABASE_URL"):
            migrated.put_into(self.home)
        with self.output.open("ab") as output:
            self.supervisor = subprocess.Popen(
                # Killed tests leave no installation behind: it stops as if asked to.
                ["setpriv", "--pdeathsig", "TERM", "--", *self._command("up")],
                cwd=PROJECT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def run(self, command: str) -> "subprocess.CompletedProcess[str]":
        """Another of the supervisor's commands on the same HOME, to its end."""
        return subprocess.run(
            self._command(command),
            cwd=PROJECT,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    def missing(self) -> str | None:
        """None when /readyz says that it is ready, else what it says."""
        try:
            with urlopen(f"http://{self.address}/readyz", timeout=3):
                return None
        except HTTPError as error:
            return error.read().decode(errors="replace")
        except (URLError, OSError) as error:
            return str(error)

    def wait_until_ready(self, within: float = 60) -> float:
        """Wait for /readyz, and then for consoles, which start last; returns the seconds that /readyz took."""
        began = time.monotonic()
        deadline = began + within
        while (missing := self.missing()) is not None:
            assert self._lives(), f"the supervisor has ended:\n{self.said()}"
            assert time.monotonic() < deadline, f"not ready within {within} s: {missing}\n{self.said()}"
            time.sleep(0.05)
        took = time.monotonic() - began
        eventually(lambda: listens(self.console), within=within, what="the console gateway listens")
        return took

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Stop it as a person would; returns the exit code."""
        if self.supervisor is None:
            return 0
        if self.supervisor.poll() is None:
            self.supervisor.send_signal(number)
        try:
            return self.supervisor.wait(60)
        finally:
            self.supervisor.kill()

    def said(self) -> str:
        """All that a person saw at the terminal."""
        return self.output.read_text(errors="replace") if self.output.exists() else ""

    def log(self) -> str:
        return (self.home / "log" / "ovirtlite.log").read_text()

    def record(self) -> Record:
        record = Record.read(self.run_folder)
        assert record is not None
        return record

    def pid_of(self, part: str) -> int | None:
        pid: int | None = self.record().parts[part]["pid"]
        return pid

    def left(self) -> list[processes.Process]:
        """The processes that this installation's last run has started and that still run."""
        return processes.marked(self.record().token)

    def clean_up(self) -> None:
        """Leave nothing, however the test went."""
        if self.supervisor is not None and self.supervisor.poll() is None:
            try:
                self.stop(signal.SIGTERM)
            except subprocess.TimeoutExpired:
                self.supervisor.kill()
        record = Record.read(self.run_folder)
        if record is not None:
            processes.end(processes.marked(record.token), grace=2)

    def _command(self, command: str) -> list[str]:
        return [sys.executable, "-m", "ovirtlite.supervisor", command]

    def _lives(self) -> bool:
        return self.supervisor is not None and self.supervisor.poll() is None


@contextmanager
def installation(home: Path, **settings: str) -> Iterator[Installation]:
    """An installation, not started yet; whatever runs of it at the end is ended."""
    with _ended(Installation(home, settings)) as made:
        yield made


@contextmanager
def fresh_installation(home: Path, **settings: str) -> Iterator[Installation]:
    """The same as a person has it first: without a database."""
    with _ended(Installation(home, settings, fresh=True)) as made:
        yield made


@contextmanager
def _ended(made: Installation) -> Iterator[Installation]:
    try:
        yield made
    finally:
        made.clean_up()
