"""The lab from a shell: up, down, status."""

import argparse
import json
import os
import select
import sys
from pathlib import Path

from tests.lab.cluster import record
from tests.lab.cluster.demo import furnish
from tests.lab.cluster.lab import Lab, standing
from tests.lab.cluster.plan import BASE
from tests.lab.cluster.record import Record

_NOTE = "lab"


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.lab.cluster")
    commands = asked.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="build a lab that stays, with small guests running")
    up.add_argument(
        "--json", type=Path, metavar="FILE", help="write the nodes as a list of {name, uri, credentials}"
    )
    up.add_argument(
        "--state", type=Path, metavar="DIR", help="note there which lab it is, for down and status"
    )
    up.add_argument("--bare", action="store_true", help="without guests")
    down = commands.add_parser("down", help="take a lab away, or all")
    status = commands.add_parser("status", help="show the labs of this machine")
    for command in (down, status):
        which = command.add_mutually_exclusive_group()
        which.add_argument("id", nargs="?")
        which.add_argument("--state", type=Path, metavar="DIR", help="the one that was noted there")
    guard = commands.add_parser("guard", help="take a lab away when its owner ends")
    guard.add_argument("id")
    options = asked.parse_args()
    if options.command == "up":
        _up(options.json, options.state, bare=options.bare)
    elif options.command == "down":
        _down(_asked_for(options.id, options.state))
    elif options.command == "status":
        _status(_asked_for(options.id, options.state))
    else:
        _guard(options.id)


def _up(target: Path | None, state: Path | None, *, bare: bool) -> None:
    lab = Lab.start(stays=True)
    try:
        if state is not None:
            state.mkdir(parents=True, exist_ok=True)
            (state / _NOTE).write_text(lab.plan.id)
        if not bare:
            furnish(lab)
        hosts = lab.hosts()
        if target is not None:
            # Keys are in it.
            with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                json.dump(hosts, file, indent=1)
    except BaseException:
        lab.stop()
        raise
    print(f"lab {lab.plan.id}")
    for host in hosts:
        print(f"  {host['name']}  {host['uri']}")


def _asked_for(id_: str | None, state: Path | None) -> list[Record]:
    """The labs that are meant: one by its id or its note, else all. One that is gone already is none."""
    if state is not None:
        note = state / _NOTE
        id_ = note.read_text() if note.exists() else ""
    found = [each for each in standing() if id_ in {None, each.plan.id}]
    if id_ and not found and state is None:
        sys.exit(f"there is no lab {id_}")
    return found


def _down(labs: list[Record]) -> None:
    record.hold_signals()
    for each in labs:
        record.remove(each.plan)
        print(f"lab {each.plan.id} is gone")


def _status(labs: list[Record]) -> None:
    for each in labs:
        lab = Lab(each.plan)
        owner = "stays" if each.owner is None else f"belongs to process {each.owner.pid}"
        print(f"lab {each.plan.id}: {owner}")
        for node in lab.nodes.values():
            state = "off" if not node.is_on() else "serves" if node.serves() else "does not serve"
            print(f"  {node.name}  {node.uri}  {state}")


def _guard(id_: str) -> None:
    """Wait for the owner's end, then do what it could not."""
    known = Record.read(BASE / id_)
    if known.owner is None:
        sys.exit(f"lab {id_} belongs to nobody")
    try:
        handle = os.pidfd_open(known.owner.pid)
    except ProcessLookupError:
        handle = None
    if handle is not None and known.owner.is_alive():
        ended = select.poll()
        ended.register(handle, select.POLLIN)
        ended.poll()
    record.hold_signals()
    record.remove(known.plan)


if __name__ == "__main__":
    main()
