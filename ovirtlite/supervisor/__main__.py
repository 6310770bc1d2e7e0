"""`python -m ovirtlite.supervisor up|down|status`: what `make up` and `make down` run."""

import argparse
import asyncio
import signal
import sys
import time

from ovirtlite.settings.home import Home
from ovirtlite.supervisor import parts, processes
from ovirtlite.supervisor.parts import CannotStart
from ovirtlite.supervisor.record import AlreadyRunning, Lock, Record
from ovirtlite.supervisor.up import Installation

STOP_WITHIN = 45.0
"""Seconds that a supervisor has to stop all its parts before `down` ends it and them by force."""


def up(home: Home) -> int:
    """Run the installation in the foreground."""
    home.make_folders()
    lock = Lock(home.run)
    try:
        lock.take()
    except AlreadyRunning:
        there = Record.read(home.run)
        where = f" (process {there.pid}, {there.address})" if there else ""
        return _refuse(f"ovirtlite already runs on {home.path}{where}. `make down` stops it.")
    try:
        _end_leftovers(home)
        parts.check_free(home.listen, "OVIRTLITE_LISTEN")
        parts.check_free(home.console_listen, "OVIRTLITE_CONSOLE_LISTEN")
        with asyncio.Runner() as runner:
            return runner.run(Installation(home).run())
    except CannotStart as reason:
        return _refuse(str(reason))
    finally:
        lock.release()


def down(home: Home) -> int:
    """Stop the installation of this HOME, or what is left of it."""
    there = Record.read(home.run)
    if there is None:
        print(f"ovirtlite does not run on {home.path}.")
        return 0
    if there.supervisor.is_alive():
        there.supervisor.signal(signal.SIGTERM)
        if not processes.wait([there.supervisor], seconds=STOP_WITHIN):
            print(f"The supervisor (process {there.pid}) does not stop: it is killed.")
            there.supervisor.signal(signal.SIGKILL)
        left = _end_leftovers(home)
        print(
            "ovirtlite has stopped."
            if not left
            else f"ovirtlite has stopped; {left} processes had to be ended."
        )
        return 0
    left = _end_leftovers(home)
    print(
        f"{left} processes of an earlier run were ended."
        if left
        else f"ovirtlite does not run on {home.path}."
    )
    return 0


def status(home: Home) -> int:
    """Show the parts of the running installation. Exit code 3 (LSB's "not running") when there is none."""
    there = Record.read(home.run)
    if there is None or not there.supervisor.is_alive():
        print(f"ovirtlite does not run on {home.path}.")
        return 3
    print(f"ovirtlite runs on {home.path} at {there.address} (process {there.pid})")
    for name, facts in there.parts.items():
        print(f"  {name:<12} {facts['pid'] or 'starting again':<15} {facts['restarts']} restarts")
    return 0


def _end_leftovers(home: Home) -> int:
    """End what a killed supervisor left of its run. Its parts were asked to by the kernel and may be on their way."""
    there = Record.read(home.run)
    if there is None:
        return 0
    deadline = time.monotonic() + 10
    left = processes.marked(there.token)
    count = len(left)
    while left and time.monotonic() < deadline:
        processes.end(left, grace=max(0.0, deadline - time.monotonic()))
        left = processes.marked(there.token)
    return count


def _refuse(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 1


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m ovirtlite.supervisor", description=__doc__)
    commands = {"up": up, "down": down, "status": status}
    asked.add_argument("command", choices=commands, nargs="?", default="up")
    home = Home.from_env()
    try:
        return commands[asked.parse_args().command](home)
    except PermissionError as error:
        return _refuse(f"{home.path} is not this user's: {error.strerror} ({error.filename}).")


if __name__ == "__main__":
    sys.exit(main())
