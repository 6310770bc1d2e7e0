"""Processes told apart for certain: by pid and start time, signalled through a pidfd, found by the mark they carry.

A pid alone is no name: once its process is gone the kernel may give it to a stranger. Everything here therefore opens
a pidfd first, compares what it must, and signals through that same pidfd.
"""

import os
import select
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MARK = "OVIRTLITE_SUPERVISED"
"""Environment variable that every supervised process inherits; its value is the supervisor's random token."""

_STAT_START_TIME = 19  # field 22 of proc(5)'s stat, counted from the first field after the command's name


@dataclass(frozen=True, slots=True)
class Process:
    """One process for the whole of its life. `started` is in clock ticks since the machine's boot."""

    pid: int
    started: int

    @classmethod
    def of(cls, pid: int) -> "Process | None":
        """The process that has this pid now, or None when there is none or it is only waiting to be reaped."""
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return None
        fields = stat.rpartition(")")[2].split()
        return None if fields[0] in {"Z", "X"} else cls(pid, int(fields[_STAT_START_TIME]))

    def is_alive(self) -> bool:
        return Process.of(self.pid) == self

    def signal(self, number: signal.Signals) -> bool:
        """Send a signal to this very process; False when it is gone."""
        with _handle(self) as handle:
            if handle is None:
                return False
            try:
                signal.pidfd_send_signal(handle, number)
            except ProcessLookupError:
                return False
            return True


@contextmanager
def _handle(process: Process) -> Iterator[int | None]:
    """A pidfd of this very process, or None when it is gone."""
    try:
        handle = os.pidfd_open(process.pid)
    except ProcessLookupError:
        yield None
        return
    try:
        yield handle if process.is_alive() else None
    finally:
        os.close(handle)


def marked(token: str) -> list[Process]:
    """Every process of this machine that carries this mark and whose environment we may read, but not ourselves."""
    wanted = os.fsencode(f"{MARK}={token}")
    found = []
    for entry in os.scandir("/proc"):
        if not entry.name.isdecimal() or int(entry.name) == os.getpid():
            continue
        process = Process.of(int(entry.name))
        if process is None:
            continue
        try:
            environment = Path(entry.path, "environ").read_bytes()
        except OSError:
            continue
        if wanted in environment.split(b"\0") and process.is_alive():
            found.append(process)
    return found


def end(processes: Iterable[Process], *, grace: float) -> list[Process]:
    """Ask these processes to stop, wait `grace` seconds in all, kill those that did not. Returns the killed."""
    processes = list(processes)
    for process in processes:
        process.signal(signal.SIGTERM)
        process.signal(signal.SIGCONT)  # one that somebody suspended hears nothing else
    wait(processes, seconds=grace)
    killed = [process for process in processes if process.signal(signal.SIGKILL)]
    wait(killed, seconds=5)
    return killed


def wait(processes: Iterable[Process], *, seconds: float) -> bool:
    """Wait until all of these have ended; False when some still run after so many seconds."""
    deadline = time.monotonic() + seconds
    for process in processes:
        with _handle(process) as handle:
            if handle is None:
                continue
            ended = select.poll()
            ended.register(handle, select.POLLIN)
            if not ended.poll(max(0.0, deadline - time.monotonic()) * 1000):
                return False
    return True
