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


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.lab.cluster")
    commands = asked.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="build a lab that stays, with small guests running")
    up.add_argument(
        "--json", type=Path, metavar="FILE", help="write the nodes as a list of {name, uri, credentials}"
    )
    up.add_argument("--bare", action="store_true", help="without guests")
    down = commands.add_parser("down", help="take a lab away, or all")
    down.add_argument("id", nargs="?")
    commands.add_parser("status", help="show the labs of this machine")
    guard = commands.add_parser("guard", help="take a lab away when its owner ends")
    guard.add_argument("id")
    options = asked.parse_args()
    if options.command == "up":
        _up(options.json, bare=options.bare)
    elif options.command == "down":
        _down(options.id)
    elif options.command == "status":
        _status()
    else:
        _guard(options.id)


def _up(target: Path | None, *, bare: bool) -> None:
    lab = Lab.start(stays=True)
    try:
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


def _down(id_: str | None) -> None:
    found = [each for each in standing() if id_ in {None, each.plan.id}]
    if id_ is not None and not found:
        sys.exit(f"there is no lab {id_}")
    record.hold_signals()
    for each in found:
        record.remove(each.plan)
        print(f"lab {each.plan.id} is gone")


def _status() -> None:
    for each in standing():
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
