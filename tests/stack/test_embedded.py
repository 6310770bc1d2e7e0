"""The embedded hypervisor by itself: what it survives, what it respects, and that it leaves nothing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ovirtlite import embedded
from ovirtlite.embedded.daemon import belonging
from ovirtlite.embedded.place import Place

pytestmark = pytest.mark.stack

_PROJECT = Path(__file__).resolve().parents[2]
_START_SECONDS = 90.0  # the first of all starts fetches the guest's kernel


class Embedded:
    """`python -m ovirtlite.embedded` on a HOME of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.place = Place.of(home)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ovirtlite.embedded"],
            cwd=_PROJECT,
            env=os.environ | {"OVIRTLITE_HOME": str(self.home)},
        )
        self.wait_until(lambda: embedded.ready(self.home), seconds=_START_SECONDS)

    def stop(self) -> int:
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(20)

    def virsh(self, *arguments: str) -> str:
        command = ["virsh", "--quiet", "--connect", embedded.uri(self.home), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout.strip()

    def wait_for_guest(self) -> None:
        """libvirtd takes connections a moment before it starts what starts with it."""
        self.wait_until(lambda: self.virsh("domstate", "demo") == "running")

    def pids(self, program: str) -> list[int]:
        return [
            process.pid
            for process in belonging(self.place)
            if Path(os.readlink(f"/proc/{process.pid}/exe")).name == program
        ]

    def wait_until(self, holds: Callable[[], bool], seconds: float = 30.0) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline
            assert self.process is not None
            assert self.process.poll() is None
            time.sleep(0.1)


@pytest.fixture
def hypervisor(tmp_path: Path) -> Iterator[Embedded]:
    with _started(tmp_path / "home") as made:
        yield made


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    """One for the tests that leave it as it was."""
    with _started(tmp_path_factory.mktemp("embedded") / "home") as made:
        yield made


@contextmanager
def _started(home: Path) -> Iterator[Embedded]:
    made = Embedded(home)
    try:
        made.start()
        yield made
    finally:
        if made.process is not None and made.process.poll() is None:
            made.stop()


def test_its_guest_shows_a_screen_that_changes(standing: Embedded, tmp_path: Path) -> None:
    standing.wait_for_guest()
    picture = tmp_path / "screen.png"

    def screen() -> bytes:
        standing.virsh("screenshot", "demo", str(picture))
        return picture.read_bytes()

    before = screen()
    standing.wait_until(lambda: screen() != before)


def test_a_second_one_of_the_same_home_is_refused(standing: Embedded) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "ovirtlite.embedded"],
        cwd=_PROJECT,
        env=os.environ | {"OVIRTLITE_HOME": str(standing.home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert second.returncode == 1
    assert "already running" in second.stderr


def test_its_guest_listens_to_the_power_button(standing: Embedded) -> None:
    def off() -> bool:
        standing.virsh("shutdown", "demo")  # again and again: a guest that still boots hears nothing
        time.sleep(1)
        return standing.virsh("domstate", "demo") == "shut off"

    standing.wait_for_guest()
    standing.wait_until(lambda: standing.virsh("domstate", "demo") == "shut off" or off())
    standing.virsh("start", "demo")


def test_a_dead_libvirtd_is_told_and_the_next_one_finds_the_guest(hypervisor: Embedded) -> None:
    assert hypervisor.process is not None
    hypervisor.wait_for_guest()
    (qemu,) = hypervisor.pids("qemu-system-x86_64")
    (libvirtd,) = hypervisor.pids("libvirtd")
    os.kill(libvirtd, signal.SIGKILL)
    assert hypervisor.process.wait(10) == 1
    hypervisor.start()
    assert hypervisor.virsh("domstate", "demo") == "running"
    assert hypervisor.pids("qemu-system-x86_64") == [qemu]


def test_who_undefined_the_guest_does_not_get_it_back(hypervisor: Embedded) -> None:
    hypervisor.wait_for_guest()
    before = hypervisor.virsh("capabilities")
    hypervisor.virsh("destroy", "demo")
    hypervisor.virsh("undefine", "demo")
    assert hypervisor.stop() == 0
    hypervisor.start()
    assert hypervisor.virsh("list", "--all", "--name") == ""
    uuid = hypervisor.virsh("capabilities").partition("<uuid>")[2].partition("<")[0]
    assert uuid in before  # and it is the same host as before


def test_it_leaves_nothing(hypervisor: Embedded) -> None:
    hypervisor.wait_for_guest()
    assert hypervisor.pids("qemu-system-x86_64")
    assert hypervisor.stop() == 0
    assert list(belonging(hypervisor.place)) == []
    assert not hypervisor.place.run.exists()
    assert str(hypervisor.place.run) not in Path("/proc/mounts").read_text()
