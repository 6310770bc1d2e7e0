"""A node for whole installations: a private libvirtd with small QEMU guests, and virsh as a person there uses it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from tests.daemon import PrivateDaemon, private_daemon
from tests.node import guests


class Machine:
    """The truth that jobs are held against. Its guests have firmware alone: they run, and never heed a shutdown."""

    def __init__(self, daemon: PrivateDaemon) -> None:
        self.daemon = daemon
        self.uri = daemon.uri("qemu")

    def define(self, name: str = "") -> str:
        """Make a guest that is off; returns its UUID."""
        name = name or f"guest-{uuid4().hex[:8]}"
        self.virsh("define", str(self.daemon.file(f"{name}.xml", guests.xml(name))))
        return self.virsh("domuuid", name)

    def state(self, uuid: str) -> str:
        """In virsh's words: `running`, `shut off`, `paused`."""
        return self.virsh("domstate", uuid)

    def starts(self, uuid: str) -> int:
        """How often QEMU was started for it in all, by its log."""
        name = self.virsh("domname", uuid)
        log = self.daemon.folder / "cache" / "libvirt" / "qemu" / "log" / f"{name}.log"
        return log.read_text(errors="replace").count(": starting up libvirt version") if log.exists() else 0

    def virsh(self, *command: str) -> str:
        """One command, to its end. Raises CalledProcessError when virsh refuses it."""
        done = subprocess.run(
            ["virsh", "-q", "-c", self.uri, *command], check=True, capture_output=True, text=True, timeout=30
        )
        return done.stdout.strip()


@contextmanager
def machine() -> Iterator[Machine]:
    """A machine for as long as the block lasts; its guests end with it."""
    with private_daemon() as daemon:
        yield Machine(daemon)
