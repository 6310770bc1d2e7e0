"""Who ends the parts of a killed supervisor."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import pytest

from ovirtlite.supervisor import heir, processes
from ovirtlite.supervisor.processes import MARK, Process

_DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"


@pytest.fixture
def started() -> Iterator[Any]:
    """Starts a Python with a mark that outlives requests to stop."""
    with ExitStack() as stack:

        def start(mark: str) -> "subprocess.Popen[str]":
            one = subprocess.Popen(
                (sys.executable, "-c", _DEAF),
                env={**os.environ, MARK: mark},
                stdout=subprocess.PIPE,
                text=True,
            )
            stack.callback(one.wait)
            stack.callback(one.kill)
            assert one.stdout is not None
            assert one.stdout.readline() == "deaf\n"
            return one

        yield start


def test_what_does_not_stop_is_killed_once_the_supervisor_is_gone_and_strangers_are_not(started: Any) -> None:
    ours, theirs = uuid4().hex, uuid4().hex
    supervisor, part, stranger = started(uuid4().hex), started(ours), started(theirs)
    known = Process.of(supervisor.pid)
    assert known is not None
    heir_of_it = threading.Thread(target=heir.bury, args=(known, ours), kwargs={"grace": 0.3})
    heir_of_it.start()
    heir_of_it.join(0.6)
    assert heir_of_it.is_alive(), "it does nothing while the supervisor lives"
    assert len(processes.marked(ours)) == 1
    supervisor.kill()
    supervisor.wait()
    heir_of_it.join(30)
    assert not heir_of_it.is_alive()
    assert part.wait(10) < 0
    assert stranger.poll() is None
