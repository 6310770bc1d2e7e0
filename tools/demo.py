"""`make demo`: ovirtlite with three real hypervisor nodes on this machine, all of it gone at the end.

The nodes are those of the lab (`tests/lab`): libvirtd and QEMU in network namespaces, reached over ssh, TLS and TCP.
"""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ovirtlite.settings.home import Home
from ovirtlite.supervisor import ready

PROJECT = Path(__file__).resolve().parents[1]
SETTINGS = {"OVIRTLITE_EMBEDDED": "0", "OVIRTLITE_ALLOW_TCP": "1"}


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tools.demo", description=__doc__)
    asked.add_argument("--enrol", type=Path, metavar="FILE", help="only enrol the hosts of this file")
    options = asked.parse_args()
    if options.enrol:
        enrol(options.enrol)
        return 0
    if os.geteuid() != 0:
        print(
            "The demo's nodes live in network namespaces, which only root may make: sudo make demo",
            file=sys.stderr,
        )
        return 1
    # Ctrl-C is for the supervisor, which stops everything in order; we then take the lab down.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _raise_exit)
    with tempfile.TemporaryDirectory(prefix="ovirtlite-demo-", dir="/tmp") as folder:
        hosts = Path(folder) / "hosts.json"
        lab = [sys.executable, "-m", "tests.lab.cluster"]
        state = ["--state", str(Path(folder) / "lab")]
        print("Starting three nodes …", flush=True)
        try:
            subprocess.run([*lab, "up", *state, "--json", str(hosts)], cwd=PROJECT, check=True)
            return run(Path(folder) / "home", hosts)
        except subprocess.CalledProcessError as failed:
            print(f"The lab did not start: exit code {failed.returncode}.", file=sys.stderr)
            return 1
        finally:
            print("Taking the nodes down …", flush=True)
            subprocess.run([*lab, "down", *state], cwd=PROJECT, check=True)


def run(home: Path, hosts: Path) -> int:
    """Run the product on this HOME until it is stopped, with the nodes enrolled."""
    environment = {**os.environ, **SETTINGS, "OVIRTLITE_HOME": str(home)}
    supervisor = subprocess.Popen(
        [sys.executable, "-m", "ovirtlite.supervisor", "up"],
        cwd=PROJECT,
        env=environment,
    )
    try:
        listen = Home.from_env().listen
        while supervisor.poll() is None and asyncio.run(ready.missing(listen)) is not None:
            time.sleep(0.2)
        if supervisor.poll() is None:
            enrolling = [sys.executable, "-m", "tools.demo", "--enrol", str(hosts)]
            subprocess.run(enrolling, cwd=PROJECT, env=environment, check=True)
        return supervisor.wait()
    finally:
        supervisor.terminate()
        supervisor.wait()


def enrol(file: Path) -> None:
    """Enrol the hosts of this file: a list of {name, uri, credentials}, as the API takes them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ovirtlite.settings")
    import django

    django.setup()
    from access.actor import Actor
    from hosts.services import enrol as enrol_host

    for host in json.loads(file.read_text()):
        enrol_host(
            name=host["name"], uri=host["uri"], credentials=host.get("credentials"), by=Actor.SYSTEM,
            migration_uri=host.get("migration_uri", ""),
        )  # fmt: skip


def _raise_exit(number: int, _frame: object) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
