"""The parts of an installation: what each process is called, how it starts, and how long it may take to stop."""

import os
import shutil
import socket
import sys
from dataclasses import dataclass

from ovirtlite.settings.home import Home


class CannotStart(Exception):
    """Something that only a person can put right; its text says what to do."""


@dataclass(frozen=True, slots=True)
class Part:
    """One process.

    `grace` is how many seconds it has between being asked to stop and being killed. What it started itself is ended
    before it is started again, unless its `children_outlive_it`: guests do not die with the part that watches them.
    """

    name: str
    argv: tuple[str, ...]
    grace: float = 8.0
    children_outlive_it: bool = False


SUPERVISOR = "supervisor"
FIRST = {"web", "worker", "nodewatch"}
"""What /readyz asks for: it starts before the rest, which would only take its processor time."""

_ROOT_WARNING = "You're running the worker with superuser privileges"

NAMES = [
    SUPERVISOR,
    "redis",
    "embedded",
    "prepare",
    "web",
    "worker",
    "worker-long",
    "beat",
    "nodewatch",
    "console",
]


def split_address(listen: str) -> tuple[str, int]:
    """("127.0.0.1", 8000) of "127.0.0.1:8000"; IPv6 in brackets. Raises `CannotStart` when it is no such thing."""
    host, colon, port = listen.rpartition(":")
    if not colon or not port.isdecimal() or not 0 < int(port) < 65536:
        raise CannotStart(f"“{listen}” is no address to listen on: write HOST:PORT, such as 127.0.0.1:8000.")
    return host.strip("[]") or "0.0.0.0", int(port)


def browser_address(listen: str) -> str:
    """Where a browser on this machine finds what listens there."""
    host, port = split_address(listen)
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


def check_free(listen: str, variable: str) -> None:
    """Raise `CannotStart` when nobody can listen there, before anything was started."""
    host, port = split_address(listen)
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        raise CannotStart(
            f"Cannot listen on {listen}: {error.strerror or error}. Stop what uses it, or set {variable} to another "
            f"address."
        ) from error


def redis(home: Home) -> Part:
    """The private Redis: on a Unix socket only, keeping nothing on disk, since the database holds every job."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        raise CannotStart(
            "There is no redis-server and no valkey-server here. Install the package redis-server, or name a "
            "running Redis in OVIRTLITE_REDIS_URL."
        )
    return Part(
        "redis",
        (
            *(program, "--port", "0", "--unixsocket", str(home.redis_socket), "--unixsocketperm", "700"),
            *("--save", "", "--appendonly", "no", "--dir", str(home.run), "--daemonize", "no"),
            *("--loglevel", "warning", "--always-show-logo", "no"),
        ),
    )


def embedded() -> Part:
    """The hypervisor for a machine that has none. Its guests are real and take a moment to end."""
    return Part(
        "embedded", (sys.executable, "-m", "ovirtlite.embedded"), grace=20.0, children_outlive_it=True
    )


def prepare(*options: str) -> Part:
    """Migrations, the first administrator and the first hosts: runs once and ends."""
    return Part("prepare", (sys.executable, "-m", "ovirtlite.supervisor.prepare", *options))


def product(home: Home) -> list[Part]:
    """What runs for as long as the product does, once the database is ready; first what /readyz asks for."""
    host, port = split_address(home.listen)
    # Messages are JSON that carry an id alone: what celery warns root of cannot happen here.
    celery = (
        sys.executable,
        f"-Wignore:{_ROOT_WARNING}",
        "-m",
        "celery",
        "-A",
        "ovirtlite.celery",
        "--quiet",
    )
    worker = (*celery, "worker", "--pool=threads", "--without-gossip", "--without-mingle", "--loglevel=info")
    return [
        Part("web", (sys.executable, "-m", "ovirtlite.web", "--host", host, "--port", str(port))),
        Part("worker", (*worker, "-Q", "lifecycle", "-c", "16", "-n", f"lifecycle@{_node_name()}")),
        Part("worker-long", (*worker, "-Q", "long", "-c", "8", "-n", f"long@{_node_name()}")),
        Part("nodewatch", (sys.executable, "-m", "ovirtlite.nodewatch")),
        Part("console", (sys.executable, "-m", "domains.console")),
        Part("beat", (*celery, "beat", "--loglevel=warning", "--pidfile=")),
    ]


def _node_name() -> str:
    """Celery's name for this installation: two on one machine must not take each other for their twin."""
    return f"{socket.gethostname()}-{os.getpid()}"
