"""The whole product under its supervisor, as `make up` runs it: started, broken in every part, stopped, and gone."""

import os
import re
import signal
import socket
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from ovirtlite.supervisor import processes
from ovirtlite.supervisor.processes import Process
from tests.installation import PASSWORD, Installation, eventually, fresh_installation

pytestmark = pytest.mark.stack
READY_WITHIN = 20.0  # beside another file of tests; on a machine of its own the benchmarks hold it to ten
PARTS = ["redis", "web", "worker", "worker-long", "nodewatch", "console", "beat"]


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Installation]:
    with fresh_installation(tmp_path / "home") as made:
        yield made


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One that runs, for the tests that leave it running."""
    with fresh_installation(tmp_path_factory.mktemp("up") / "home") as made:
        made.start()
        made.wait_until_ready()
        yield made


def test_it_is_ready_in_time_and_leaves_nothing(product: Installation) -> None:
    took: list[float] = []
    # The best of three: what else this machine does at a moment is not what is tested.
    while len(took) < 3 and min(took, default=READY_WITHIN) >= READY_WITHIN:
        product.start()
        took.append(product.wait_until_ready())
        assert product.stop() == 0
        assert product.left() == []
        assert not (product.run_folder / "redis.sock").exists()
    assert min(took) < READY_WITHIN, f"ready after {took} seconds"


def test_it_says_where_it_is_and_how_to_sign_in(running: Installation) -> None:
    eventually(lambda: "is ready" in running.said(), within=5, what="the banner")
    assert f"http://{running.address}" in running.said()
    assert "Sign in as admin" in running.said()
    assert PASSWORD not in running.said()


def test_the_state_is_nobody_elses_to_read(running: Installation) -> None:
    assert running.home.stat().st_mode & 0o077 == 0
    assert (running.run_folder / "redis.sock").stat().st_mode & 0o077 == 0


def test_status_names_the_parts(running: Installation) -> None:
    shown = running.run("status")
    assert shown.returncode == 0
    assert all(part in shown.stdout for part in PARTS)


def test_a_second_one_on_the_same_home_is_refused(running: Installation) -> None:
    second = running.run("up")
    assert second.returncode == 1
    assert f"already runs on {running.home}" in second.stderr
    assert "make down" in second.stderr
    assert running.missing() is None


def _is_another(running: Installation, part: str, pid: int | None) -> bool:
    return running.pid_of(part) not in {None, pid}


@pytest.mark.parametrize("parts", [["redis"], PARTS[1:]], ids=["redis", "the others"])
def test_parts_that_are_killed_come_back(running: Installation, parts: list[str]) -> None:
    """What all others talk to by itself, and the others at one moment."""
    killed = {part: running.pid_of(part) for part in parts}
    for pid in killed.values():
        assert pid is not None
        process = Process.of(pid)
        assert process is not None
        process.signal(signal.SIGKILL)
    for part, pid in killed.items():
        eventually(partial(_is_another, running, part, pid), within=40, what=f"{part} starts again")
    eventually(lambda: running.missing() is None, within=40, what="ready again")
    for part in parts:
        assert f"{part} was ended by SIGKILL; it starts again in" in running.log()


def test_a_generated_password_is_shown_once_and_logged_nowhere_and_a_deep_home_works(tmp_path: Path) -> None:
    """A Unix socket's path holds 107 bytes; HOME may be longer."""
    with fresh_installation(tmp_path / ("deep" * 20) / "home", OVIRTLITE_ADMIN_PASSWORD="") as product:
        product.home.parent.mkdir()
        product.start()
        product.wait_until_ready()
        eventually(lambda: "is ready" in product.said(), within=5, what="the banner")
        shown = re.findall(r"Sign in as admin with the password (\S+)", product.said())
        assert len(shown) == 1
        (password,) = shown
        assert product.said().count(password) == 1
        product.stop()
        for file in product.home.rglob("*"):
            if file.is_file():
                assert password.encode() not in file.read_bytes(), file
        product.start()
        product.wait_until_ready()
        assert product.stop() == 0
        assert product.said().count(password) == 1


def test_a_killed_supervisor_leaves_nothing(product: Installation) -> None:
    product.start()
    product.wait_until_ready()
    assert product.supervisor is not None
    product.supervisor.kill()
    product.supervisor.wait()
    eventually(lambda: product.left() == [], within=40, what="every part ends")


def test_down_ends_what_a_killed_supervisor_left_and_no_stranger(product: Installation) -> None:
    product.start()
    product.wait_until_ready()
    record = product.record()
    pid = product.pid_of("web")
    assert pid is not None
    web = Process.of(pid)
    assert web is not None
    web.signal(signal.SIGSTOP)  # so that it cannot follow the kernel's request
    assert product.supervisor is not None
    product.supervisor.kill()
    product.supervisor.wait()
    stranger = Process.of(os.getpid())
    assert product.run("down").returncode == 0
    assert processes.marked(record.token) == []
    assert stranger is not None
    assert stranger.is_alive()


def test_it_stops_in_the_middle_of_its_start(product: Installation) -> None:
    product.start()
    eventually((product.run_folder / "supervisor.json").exists, within=10, what="it begins")
    assert product.stop(signal.SIGTERM) == 0
    assert product.left() == []


@pytest.mark.parametrize("setting", ["OVIRTLITE_LISTEN", "OVIRTLITE_CONSOLE_LISTEN"])
def test_a_taken_port_is_told_before_anything_starts(product: Installation, setting: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        product.env[setting] = f"127.0.0.1:{taken.getsockname()[1]}"
        done = product.run("up")
    assert done.returncode == 1
    assert f"Cannot listen on {product.env[setting]}" in done.stderr
    assert setting in done.stderr
    assert "Traceback" not in done.stderr
    assert not (product.home / "db.sqlite3").exists()


def test_a_database_that_is_not_there_is_told_and_nothing_stays(product: Installation) -> None:
    product.env["OVIRTLITE_DATABASE_URL"] = "postgres://nobody@127.0.0.1:1/nothing"
    done = product.run("up")
    assert done.returncode == 1
    assert "The database could not be made ready" in done.stdout
    assert product.left() == []


def test_down_stops_it(running: Installation) -> None:
    """The last of the file, for it stops what the others leave running."""
    done = running.run("down")
    assert (done.returncode, done.stdout) == (0, "ovirtlite has stopped.\n")
    assert running.left() == []
    assert running.supervisor is not None
    assert running.supervisor.wait(5) == 0
    again = running.run("down")
    assert again.returncode == 0
    assert "does not run" in again.stdout
