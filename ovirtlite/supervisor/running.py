"""Keeps one part running: starts it, passes its words on, starts it again when it dies, and stops it for good."""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ovirtlite.supervisor import processes
from ovirtlite.supervisor.logstream import LineSplitter, LogStream
from ovirtlite.supervisor.parts import SUPERVISOR, Part

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
STEADY_AFTER = 60.0
"""Seconds that a part must have run for its next death to count as its first."""


def pause_before(deaths: int) -> float:
    """Seconds to wait before a part starts again after so many deaths in a row."""
    return float(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(deaths - 1, 10)))


# A supervisor killed before the kernel was asked to tell of it would leave its last part running for ever.
_UNLESS_ORPHANED = '[ "$PPID" = "$0" ] && exec "$@"'


def environment(home: Path, token: str) -> dict[str, str]:
    """What every part inherits: ours, with HOME spelled out, since a part runs in the project's folder."""
    return {**os.environ, "OVIRTLITE_HOME": str(home), processes.MARK: token, "PYTHONUNBUFFERED": "1"}


@dataclass(frozen=True, slots=True)
class Spawned:
    """A process that was started, and its words. `errors` is its standard error where that was asked for apart."""

    process: asyncio.subprocess.Process
    output: asyncio.StreamReader
    errors: asyncio.StreamReader


async def spawn(part: Part, *, cwd: Path, env: Mapping[str, str], errors_apart: bool = False) -> Spawned:
    """Start a part in a session of its own: a Ctrl-C at the terminal reaches the supervisor alone, which then stops
    the parts in order. The kernel asks it to stop should the supervisor be killed."""
    output, into_output = await _pipe()
    errors, into_errors = await _pipe() if errors_apart else (output, into_output)
    try:
        process = await asyncio.create_subprocess_exec(
            *(
                "setpriv",
                "--pdeathsig",
                "TERM",
                "--",
                "sh",
                "-c",
                _UNLESS_ORPHANED,
                str(os.getpid()),
                *part.argv,
            ),
            cwd=cwd,
            env=env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=into_output,
            stderr=into_errors,
            start_new_session=True,
        )
    finally:
        for end in {into_output, into_errors}:
            os.close(end)
    return Spawned(process, output, errors)


async def _pipe() -> tuple[asyncio.StreamReader, int]:
    """A pipe of our own. With asyncio's, a process counts as ended only once its last grandchild closed the pipe."""
    ours, theirs = os.pipe()
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(ours, "rb", buffering=0)
    )
    return reader, theirs


async def pass_on(stream: asyncio.StreamReader, to: Callable[[str], None]) -> None:
    """Hand every line of a stream on that says something, until its last writer has closed it."""
    lines = LineSplitter()
    while data := await stream.read(64 * 1024):
        for line in filter(str.strip, lines.feed(data)):
            to(line)
    for line in filter(str.strip, lines.rest()):
        to(line)


class RunningPart:
    """One part of the installation over all its lives. `changed` is called whenever `facts()` has something new."""

    def __init__(
        self, part: Part, *, cwd: Path, env: Mapping[str, str], log: LogStream, changed: Callable[[], None]
    ) -> None:
        self.part = part
        self._cwd = cwd
        self._env = env
        self._log = log
        self._changed = changed
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self._readers: set[asyncio.Task[None]] = set()
        self._deaths = 0
        self._starts = 0

    def facts(self) -> dict[str, Any]:
        """What `status` shows of this part."""
        running = self._process is not None and self._process.returncode is None
        return {
            "pid": self._process.pid if self._process and running else None,
            "restarts": max(0, self._starts - 1),
        }

    def start(self) -> None:
        self._keeper = asyncio.create_task(self._keep(), name=self.part.name)

    async def stop(self, hurry: asyncio.Event) -> None:
        """Ask the part to end, and kill it after its grace, or at once when `hurry` is set."""
        self._stopping.set()
        if self._keeper is None:
            return
        if not self._keeper.done():
            self._signal(signal.SIGTERM)
            hurried = asyncio.create_task(hurry.wait())
            await asyncio.wait(
                {self._keeper, hurried}, timeout=self.part.grace, return_when=asyncio.FIRST_COMPLETED
            )
            hurried.cancel()
        if not self._keeper.done():
            self._tell(f"{self.part.name} did not stop when asked to: killed")
            self._signal(signal.SIGKILL)
        await self._keeper
        if self._readers:
            # A grandchild may hold the pipe open; the supervisor ends that one by its mark.
            await asyncio.wait(self._readers, timeout=0.5)

    async def _keep(self) -> None:
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                ending = await self._live_once()
            except OSError as error:
                ending = f"could not start: {error}"
            if self._stopping.is_set():
                return
            self._deaths = 1 if time.monotonic() - began > STEADY_AFTER else self._deaths + 1
            pause = pause_before(self._deaths)
            self._tell(f"{self.part.name} {ending}; it starts again in {pause:.0f} s")
            self._changed()
            try:
                await asyncio.wait_for(self._stopping.wait(), pause)
            except TimeoutError:
                continue

    async def _live_once(self) -> str:
        """Start the part and wait for its end; says how it ended."""
        spawned = await spawn(self.part, cwd=self._cwd, env=self._env)
        self._process = spawned.process
        self._starts += 1
        self._changed()
        if (
            self._stopping.is_set()
        ):  # asked to stop while it was being started, when there was no one to signal yet
            self._signal(signal.SIGTERM)
        reader = asyncio.create_task(
            pass_on(spawned.output, lambda line: self._log.line(self.part.name, line))
        )
        self._readers.add(reader)
        reader.add_done_callback(self._readers.discard)
        code = await self._process.wait()
        if not self.part.children_outlive_it:
            await asyncio.to_thread(self._end_children, self._process.pid)
        return f"ended with exit code {code}" if code >= 0 else f"was ended by {signal.Signals(-code).name}"

    def _end_children(self, session: int) -> None:
        """End what the dead part left in its session, lest it hold the port or the queue of its successor."""
        left = [p for p in processes.marked(self._env[processes.MARK]) if _session(p.pid) == session]
        processes.end(left, grace=2)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)

    def _tell(self, text: str) -> None:
        self._log.line(SUPERVISOR, text)


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None
