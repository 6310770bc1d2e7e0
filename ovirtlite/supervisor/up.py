"""One run of an installation, from `make up` to Ctrl-C."""

import asyncio
import dataclasses
import json
import signal
import time
from collections.abc import Coroutine
from typing import Any

from ovirtlite.settings.home import Home
from ovirtlite.supervisor import heir, parts, processes, ready
from ovirtlite.supervisor.logstream import LogStream
from ovirtlite.supervisor.parts import SUPERVISOR, CannotStart, Part
from ovirtlite.supervisor.record import Record
from ovirtlite.supervisor.running import RunningPart, environment, pass_on, spawn

SLOW_AFTER = 30.0
"""Seconds without an answer from /readyz after which the person is told what is missing."""

REST_AFTER = 5.0
"""Seconds after which the parts that /readyz does not ask for start, be it ready or not."""

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Installation:
    """Every process of one HOME. The caller holds its lock."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._began = time.monotonic()
        self._record = Record.of_this_process(parts.browser_address(home.listen))
        self._env = environment(home.path, self._record.token)
        self._log = LogStream(home.log, parts.NAMES)
        self._running: list[RunningPart] = []
        self._foundations: list[RunningPart] = []
        self._stop = asyncio.Event()
        self._hurry = asyncio.Event()
        self._first_words = ""

    async def run(self) -> int:
        """Start everything, stay until asked to stop, stop everything. Returns the exit code."""
        loop = asyncio.get_running_loop()
        for number in _STOP_SIGNALS:
            # Who started us with nohup wants us to stay when the terminal closes.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                loop.add_signal_handler(number, self._asked_to_stop)
        self._write_record()
        code = 0
        _heir = await self._appoint_heir()  # asyncio ends a process that nobody holds on to
        try:
            await self._until_stopped(self._work())
        except CannotStart as reason:
            self._tell(str(reason))
            code = 1
        finally:
            await self._stop_everything()
            self._log.close()
        return code

    async def _appoint_heir(self) -> asyncio.subprocess.Process:
        """Whoever ends the parts should this process be killed."""
        return await asyncio.create_subprocess_exec(
            *heir.argv(self._record.supervisor),
            cwd=self._home.project,
            env=self._env,
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )

    async def _work(self) -> None:
        own_redis = None
        if not self._home.redis_url:
            own_redis = self._start(parts.redis(self._home), foundation=True)
        options = []
        if self._home.embedded:
            options.append("--enrol")
            if await asyncio.to_thread(_embedded_needed):
                self._start(parts.embedded(), foundation=True)
                options.append("--embedded")
        migrated = asyncio.Event()
        preparing = asyncio.create_task(self._prepare(parts.prepare(*options), migrated))
        try:
            await _first_of(preparing, migrated)
            if not migrated.is_set():
                raise CannotStart("The database could not be made ready; the lines above say why.")
            if own_redis and not await ready.redis_answers(self._home.redis_socket, within=15):
                raise CannotStart("The private Redis does not answer; the lines above say why.")
            await self._start_product()
            self._announce()
            await preparing
            await asyncio.Event().wait()  # until cancelled: the parts keep themselves running
        finally:
            preparing.cancel()

    def _start(self, part: Part, *, foundation: bool = False) -> RunningPart:
        running = RunningPart(
            part, cwd=self._home.project, env=self._env, log=self._log, changed=self._write_record
        )
        (self._foundations if foundation else self._running).append(running)
        running.start()
        return running

    async def _prepare(self, part: Part, migrated: asyncio.Event) -> None:
        """Run the preparation beside everything else. What fails after the migrations does not stop the product."""

        def heard(line: str) -> None:
            try:
                said = json.loads(line)
            except ValueError:
                self._log.line("prepare", line)  # a library's own print
                return
            if said["event"] == "migrated":
                self._first_words = said["words"]
                migrated.set()

        spawned = await spawn(part, cwd=self._home.project, env=self._env, errors_apart=True)
        process = spawned.process
        try:
            await asyncio.gather(
                pass_on(spawned.output, heard),
                pass_on(spawned.errors, lambda line: self._log.line("prepare", line)),
            )
            code = await process.wait()
        except asyncio.CancelledError:
            if process.returncode is None:
                process.terminate()
            raise
        if code != 0:
            self._tell(f"prepare ended with exit code {code}")

    async def _start_product(self) -> None:
        """Start what /readyz asks for, then the rest, and wait for /readyz."""
        product = parts.product(self._home)
        for part in product:
            if part.name in parts.FIRST:
                self._start(part)
        readiness = asyncio.create_task(self._until_ready())
        try:
            await asyncio.wait({readiness}, timeout=REST_AFTER)
            for part in product:
                if part.name not in parts.FIRST:
                    self._start(part)
            await readiness
        finally:
            readiness.cancel()

    async def _until_ready(self) -> None:
        told = time.monotonic()
        while (lacking := await ready.missing(self._home.listen)) is not None:
            if time.monotonic() - told > SLOW_AFTER:
                self._tell(f"not ready yet: {lacking}")
                told = time.monotonic()
            await asyncio.sleep(0.2)

    def _announce(self) -> None:
        """Tell the person where the product is and how to sign in."""
        seconds = time.monotonic() - self._began
        self._tell(f"ready after {seconds:.1f} s at {self._record.address}")
        sign_in = self._first_words or "Sign in as before."
        self._log.say(f"\n  ovirtlite is ready: {self._record.address}\n  {sign_in}\n  Ctrl-C stops it.\n")
        self._first_words = ""

    async def _until_stopped(self, work: Coroutine[Any, Any, None]) -> None:
        working = asyncio.create_task(work)
        await _first_of(working, self._stop)
        working.cancel()
        try:
            await working
        except asyncio.CancelledError:
            return

    async def _stop_everything(self) -> None:
        """The product first, then what it stands on, then whatever still carries our mark."""
        self._tell("stopping")
        for group in (self._running, self._foundations):
            await asyncio.gather(*(part.stop(self._hurry) for part in group))
        left = await asyncio.to_thread(processes.marked, self._record.token)
        for killed in await asyncio.to_thread(processes.end, left, grace=3):
            self._tell(f"process {killed.pid} was left over and did not stop when asked to: killed")
        self._tell("stopped")

    def _asked_to_stop(self) -> None:
        if self._stop.is_set():
            self._hurry.set()
        self._stop.set()

    def _write_record(self) -> None:
        facts = {part.part.name: part.facts() for part in (*self._foundations, *self._running)}
        dataclasses.replace(self._record, parts=facts).write(self._home.run)

    def _tell(self, text: str) -> None:
        self._log.line(SUPERVISOR, text)


async def _first_of(task: asyncio.Task[None], event: asyncio.Event) -> None:
    """Wait until the event is set or the task has ended; raises what the task raised."""
    waiting = asyncio.create_task(event.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if task.done():
        task.result()


def _embedded_needed() -> bool:
    from ovirtlite import embedded  # asks libvirt, which a supervisor that needs none should not load

    return embedded.needed()
