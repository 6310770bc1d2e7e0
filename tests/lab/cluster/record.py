"""What is written down of each lab while it stands, so that one whose maker is gone is found and taken away."""

import contextlib
import fcntl
import json
import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.lab.cluster import cgroups, loops, wires
from tests.lab.cluster.machine import Machine
from tests.lab.cluster.plan import BASE, COMPUTE, FRESH, STORAGE, Plan, free_plan


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that a lab belongs to, for the whole of that process's life."""

    pid: int
    started: str
    """Its start in clock ticks since the machine's boot: a pid alone may be given to another."""

    @classmethod
    def this_process(cls) -> "Owner":
        return cls(os.getpid(), _started(os.getpid()) or "")

    def is_alive(self) -> bool:
        return _started(self.pid) == self.started


def _started(pid: int) -> str | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in {"Z", "X"} else fields[19]


@dataclass(frozen=True, slots=True)
class Record:
    """`owner` is None for a lab that stays until somebody takes it down."""

    plan: Plan
    owner: Owner | None

    def write(self) -> None:
        owner = self.owner and {"pid": self.owner.pid, "started": self.owner.started}
        text = json.dumps({"id": self.plan.id, "subnet": self.plan.subnet, "owner": owner})
        draft = self.plan.folder / "record.tmp"
        draft.write_text(text)
        draft.rename(self.plan.folder / "record.json")

    @classmethod
    def read(cls, folder: Path) -> "Record":
        said = json.loads((folder / "record.json").read_text())
        owner = said["owner"] and Owner(**said["owner"])
        return cls(Plan(said["id"], said["subnet"]), owner)


def records() -> list[Record]:
    """Every lab of this machine."""
    return [Record.read(file.parent) for file in sorted(BASE.glob("*/record.json"))]


def claim(owner: Owner | None) -> Plan:
    """A place for a new lab, with its folder, its record and its bridge. Dead owners' labs go first."""
    with _alone():
        reap()
        taken = wires.used_second_parts() | {record.plan.subnet for record in records()}
        plan = free_plan(taken)
        plan.folder.mkdir(mode=0o700, parents=True)
        Record(plan, owner).write()
        wires.lay_bridge(plan)
    return plan


def reap() -> None:
    """Take away every lab whose owner has ended without doing so."""
    for record in records():
        if record.owner is not None and not record.owner.is_alive():
            remove(record.plan)


def remove(plan: Plan) -> None:
    """Take a lab away, complete or half made: its processes, network, control groups, files. Once more is no harm."""
    for name in (*COMPUTE, STORAGE, FRESH):
        Machine(plan, name).kill()
    wires.remove(plan)
    for name in (*COMPUTE, STORAGE, FRESH):
        cgroups.remove(plan.cgroup(name))
    loops.detach_below(plan.folder)
    # A dead owner's warden may be taking the same files away: whoever comes second finds some gone already.
    shutil.rmtree(plan.folder, onerror=_unless_gone)
    with contextlib.suppress(OSError):
        BASE.rmdir()  # the last one out; others' labs keep it


def _unless_gone(call: object, path: str, problem: tuple[type[BaseException], BaseException, object]) -> None:
    if not isinstance(problem[1], FileNotFoundError):
        raise problem[1]


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One claim at a time. The folder itself is what is locked: a file for it would be left behind."""
    handle = os.open(BASE.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def hold_signals() -> None:
    """For what must run to its end: a second Ctrl-C does not leave half a lab."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
