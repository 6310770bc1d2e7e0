"""What is known on disk of a running installation: a lock that its supervisor holds, and a file that describes it."""

import fcntl
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ovirtlite.supervisor.processes import Process


class AlreadyRunning(Exception):
    """Another supervisor holds this HOME."""


@dataclass(frozen=True, slots=True)
class Record:
    """One run of a supervisor. `token` marks its processes; `address` is where a browser finds the product."""

    pid: int
    started: int
    token: str
    address: str
    parts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def supervisor(self) -> Process:
        return Process(self.pid, self.started)

    @classmethod
    def read(cls, run: Path) -> "Record | None":
        """The last run's record; None when there is none, or none that says anything."""
        try:
            found = json.loads(_file(run).read_text())
            return cls(**found)
        except (FileNotFoundError, ValueError, TypeError):
            return None

    @classmethod
    def of_this_process(cls, address: str) -> "Record":
        me = Process.of(os.getpid())
        if me is None:
            raise RuntimeError("/proc does not show this process; is /proc mounted?")
        return cls(me.pid, me.started, secrets.token_hex(16), address)

    def write(self, run: Path) -> None:
        """Replace the record in one step, so that a reader never sees half of one."""
        draft = _file(run).with_suffix(".new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump(asdict(self), out, indent=1)
        draft.replace(_file(run))


def _file(run: Path) -> Path:
    return run / "supervisor.json"


class Lock:
    """Held by the one supervisor of a HOME for as long as it lives; the kernel frees it however that ends."""

    def __init__(self, run: Path) -> None:
        self._handle = os.open(run / "supervisor.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take(self) -> None:
        """Raises `AlreadyRunning` when another process holds it."""
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            raise AlreadyRunning from held

    def release(self) -> None:
        os.close(self._handle)
