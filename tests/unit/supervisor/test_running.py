"""One part over all its lives. The parts here are small programs of the test's own, run for real."""

import asyncio
import contextlib
import io
import secrets
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ovirtlite.supervisor import processes, running
from ovirtlite.supervisor.logstream import LogStream
from ovirtlite.supervisor.parts import Part
from ovirtlite.supervisor.processes import Process
from ovirtlite.supervisor.running import RunningPart, environment, pause_before

POLITE = "import time; print('hello', flush=True); time.sleep(60)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {POLITE}"
WITH_CHILD = f"import subprocess; subprocess.Popen(['sleep', '60']); {POLITE}"


def python(code: str, *, grace: float = 5.0, children_outlive_it: bool = False) -> Part:
    return Part("part", (sys.executable, "-c", code), grace, children_outlive_it)


class Stage:
    """A place for one part to run, and what it said there."""

    def __init__(self, folder: Path, part: Part) -> None:
        self.token = secrets.token_hex(8)
        self.said = io.StringIO()
        self.part = RunningPart(
            part,
            cwd=folder,
            env=environment(folder, self.token),
            log=LogStream(folder, ["supervisor", "part"], self.said),
            changed=lambda: None,
        )
        self.hurry = asyncio.Event()

    def pid(self) -> int:
        pid = self.part.facts()["pid"]
        assert isinstance(pid, int)
        return pid

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not holds():
                await asyncio.sleep(0.02)

    async def hears(self, text: str, times: int = 1) -> None:
        await self.until(lambda: self.said.getvalue().count(text) >= times)


@asynccontextmanager
async def on_stage(folder: Path, part: Part) -> AsyncIterator[Stage]:
    stage = Stage(folder, part)
    stage.part.start()
    try:
        yield stage
    finally:
        stage.hurry.set()
        await stage.part.stop(stage.hurry)
        processes.end(processes.marked(stage.token), grace=0)


async def test_it_passes_on_what_the_part_says(tmp_path: Path) -> None:
    async with on_stage(tmp_path, python(POLITE)) as stage:
        await stage.hears("part       | hello")


async def test_a_part_that_dies_starts_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "FIRST_PAUSE", 0.05)
    async with on_stage(tmp_path, python(POLITE)) as stage:
        await stage.hears("hello")
        first = Process.of(stage.pid())
        assert first is not None
        first.signal(signal.SIGKILL)
        await stage.hears("hello", times=2)
        await stage.hears("part was ended by SIGKILL; it starts again in 0 s")
        assert stage.part.facts()["restarts"] == 1
        assert stage.pid() != first.pid


async def test_a_part_that_cannot_start_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "FIRST_PAUSE", 0.05)
    async with on_stage(tmp_path, python("import sys; sys.exit('no luck')")) as stage:
        await stage.hears("no luck", times=2)
        await stage.hears("part ended with exit code 1")


def test_the_pauses_grow_to_half_a_minute_and_no_further() -> None:
    assert [pause_before(deaths) for deaths in (1, 2, 3, 4, 5, 6, 1000)] == [1, 2, 4, 8, 16, 30, 30]


async def test_it_stops_when_asked_to(tmp_path: Path) -> None:
    async with on_stage(tmp_path, python(POLITE)) as stage:
        await stage.hears("hello")
        began = time.monotonic()
        await stage.part.stop(stage.hurry)
        assert time.monotonic() - began < 2
        assert "killed" not in stage.said.getvalue()
        assert stage.part.facts()["pid"] is None
        assert processes.marked(stage.token) == []


async def test_what_does_not_stop_in_its_grace_is_killed(tmp_path: Path) -> None:
    async with on_stage(tmp_path, python(DEAF, grace=0.3)) as stage:
        await stage.hears("hello")
        await stage.part.stop(stage.hurry)
        assert "part did not stop when asked to: killed" in stage.said.getvalue()
        assert processes.marked(stage.token) == []


async def test_a_second_request_to_stop_shortens_the_grace(tmp_path: Path) -> None:
    async with on_stage(tmp_path, python(DEAF, grace=60)) as stage:
        await stage.hears("hello")
        stage.hurry.set()
        async with asyncio.timeout(5):
            await stage.part.stop(stage.hurry)


async def test_a_part_waiting_to_start_again_stops_at_once(tmp_path: Path) -> None:
    async with on_stage(tmp_path, python("import sys; sys.exit('no luck')")) as stage:
        await stage.hears("it starts again in 1 s")
        async with asyncio.timeout(0.5):
            await stage.part.stop(stage.hurry)


@pytest.mark.parametrize("outlive", [False, True])
async def test_the_children_of_a_dead_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outlive: bool
) -> None:
    """They are ended before it starts again, lest they hold its port; a hypervisor's guests live on."""
    monkeypatch.setattr(running, "FIRST_PAUSE", 0.05)
    async with on_stage(tmp_path, python(WITH_CHILD, children_outlive_it=outlive)) as stage:
        await stage.hears("hello")
        await stage.until(lambda: len(processes.marked(stage.token)) == 2)
        (child,) = (process for process in processes.marked(stage.token) if process.pid != stage.pid())
        first = Process.of(stage.pid())
        assert first is not None
        first.signal(signal.SIGKILL)
        await stage.hears("hello", times=2)
        assert child.is_alive() is outlive


async def test_a_killed_supervisor_takes_its_parts_along(tmp_path: Path) -> None:
    """The kernel asks them to stop when their supervisor is gone, however it went."""
    token = secrets.token_hex(8)
    program = f"""
import asyncio, pathlib, sys
from ovirtlite.supervisor.parts import Part
from ovirtlite.supervisor.running import environment, spawn
async def main():
    here = pathlib.Path.cwd()
    part = Part("part", (sys.executable, "-c", {POLITE!r}))
    child = await spawn(part, cwd=here, env=environment(here, {token!r}))
    print(await child.output.readline(), flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""
    supervisor = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE
    )
    assert supervisor.stdout is not None
    assert b"hello" in await supervisor.stdout.readline()
    (part,) = processes.marked(token)
    supervisor.kill()
    await supervisor.wait()
    ended = await asyncio.to_thread(processes.wait, [part], seconds=5)
    with contextlib.suppress(ProcessLookupError):
        part.signal(signal.SIGKILL)
    assert ended
