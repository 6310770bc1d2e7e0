"""Telling processes apart, and ending exactly the right ones."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from ovirtlite.supervisor import processes
from ovirtlite.supervisor.processes import Process

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"


@pytest.fixture
def token() -> Iterator[str]:
    mark = secrets.token_hex(8)
    yield mark
    processes.end(processes.marked(mark), grace=0)


def sleeper(token: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(["sleep", "60"], env={**os.environ, processes.MARK: token})


def identity(child: "subprocess.Popen[bytes]") -> Process:
    process = Process.of(child.pid)
    assert process is not None
    return process


def test_a_process_is_alive_until_it_ends(token: str) -> None:
    child = sleeper(token)
    process = identity(child)
    assert process.is_alive()
    child.kill()
    child.wait()
    assert not process.is_alive()
    assert Process.of(child.pid) is None


def test_a_zombie_is_not_alive(token: str) -> None:
    child = sleeper(token)
    process = identity(child)
    child.kill()
    assert processes.wait([process], seconds=5)
    assert not process.is_alive()
    child.wait()


def test_a_stranger_who_got_the_pid_gets_no_signal(token: str) -> None:
    child = sleeper(token)
    earlier = Process(child.pid, identity(child).started - 1)
    assert not earlier.signal(signal.SIGKILL)
    processes.end([earlier], grace=0)
    assert child.poll() is None
    child.kill()
    child.wait()


def test_only_what_carries_the_mark_is_found(token: str) -> None:
    ours, another = sleeper(token), sleeper(token + "x")
    assert [process.pid for process in processes.marked(token)] == [ours.pid]
    for child in (ours, another):
        child.kill()
        child.wait()


def test_grandchildren_inherit_the_mark(token: str) -> None:
    child = subprocess.Popen(
        ["sh", "-c", "setsid sleep 60 & echo started; wait"],
        env={**os.environ, processes.MARK: token},
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    child.stdout.readline()
    deadline = time.monotonic() + 5
    while len(processes.marked(token)) < 2:
        assert time.monotonic() < deadline
    processes.end(processes.marked(token), grace=5)
    child.wait()
    child.stdout.close()
    assert processes.marked(token) == []


def test_what_is_deaf_to_the_request_is_killed(token: str) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", DEAF], env={**os.environ, processes.MARK: token}, stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    child.stdout.readline()
    process = identity(child)
    assert processes.end([process], grace=0.2) == [process]
    assert child.wait() == -9
    child.stdout.close()
