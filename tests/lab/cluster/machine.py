"""One machine of the lab: a set of namespaces with folders of its own, that can lose its power and its cable."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.lab.cluster import cgroups, wires
from tests.lab.cluster.plan import Plan
from tests.lab.cluster.run import COMMAND_SECONDS, run

_HERE = Path(__file__).parent
_START = "/etc/lab-start"
_BOOT_SECONDS = 60.0  # half a second on an idle machine
_DEATH_SECONDS = 30.0
# Each machine has these to itself; everything else is this machine's own.
_OWN = {
    "etc": "/etc",
    "root": "/root",
    "log": "/var/log",
    "cache": "/var/cache/libvirt",
    "lib": "/var/lib/libvirt",
    "run": "/run",
}


class Machine:
    """A machine called `name`. Its folders last while it is off, as disks do; /run does not."""

    reaper: tuple[str, ...] = ("tini", "--")

    def __init__(self, plan: Plan, name: str) -> None:
        self.plan = plan
        self.name = name
        self.address = plan.address(name)
        self.folder = plan.node_folder(name)
        self._booted: subprocess.Popen[bytes] | None = None  # held, so that it is reaped after it dies

    def path(self, inside: str) -> Path:
        """Where this machine sees what the lab's machine calls `inside`, such as /etc/hosts."""
        for own, place in _OWN.items():
            if inside == place or inside.startswith(f"{place}/"):
                return self.folder / own / inside[len(place) + 1 :]
        raise ValueError(f"{inside} is not a lab machine's own")

    def assemble(self, hosts: Mapping[str, str], start: str) -> None:
        """Lay the cable and make the folders. `hosts` are names and addresses; `start` is what its init runs."""
        for own in _OWN:
            (self.folder / own).mkdir(parents=True)
        shutil.rmtree(self.folder / "etc")
        shutil.copytree("/etc", self.folder / "etc", symlinks=True, ignore=_what_cannot_be_copied)
        self.write(
            "/etc/hosts", "127.0.0.1 localhost\n" + "".join(f"{ip} {name}\n" for name, ip in hosts.items())
        )
        self.write("/etc/hostname", f"{self.name}\n")
        self.write("/etc/machine-id", f"{os.urandom(16).hex()}\n")
        (self.folder / "mounts").write_text("".join(f"{own} {place}\n" for own, place in _OWN.items()))
        self.write(_START, start)
        wires.lay_cable(self.plan, self.name)

    def write(self, inside: str, text: str, *, mode: int = 0o644) -> None:
        path = self.path(inside)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def boot(self) -> None:
        """Start it; returns once its init has begun. Its daemons may take a moment more."""
        groups = cgroups.make(self.plan.cgroup(self.name))
        environment = os.environ | {
            "LAB_GROUPS": " ".join(map(str, groups)),
            "LAB_NETNS": self.plan.netns(self.name),
            "LAB_REAPER": " ".join(self.reaper),
            "LAB_INIT": str(_HERE / "node-init.sh"),
            "LAB_FOLDER": str(self.folder),
            "LAB_NODE": self.name,
            "LAB_CGROUPS": cgroups.mount_options(),
        }
        with (self.folder / "console").open("ab") as console:
            self._booted = subprocess.Popen(
                ["sh", str(_HERE / "node-boot.sh")],
                env=environment,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                start_new_session=True,
            )

    @property
    def init(self) -> int:
        """The pid, as this machine knows it, of its process 1. Raises `LookupError` when it is off."""
        for pid in wires.processes_in(self.plan.netns(self.name)):
            with contextlib.suppress(OSError):
                if b"\nNSpid:\t%d\t1\n" % pid in Path(f"/proc/{pid}/status").read_bytes():
                    return pid
        raise LookupError(f"{self.name} is off")

    def is_on(self) -> bool:
        try:
            return self.init > 0
        except LookupError:
            return False

    def run(self, *argv: str, seconds: float = COMMAND_SECONDS, stdin: str | None = None) -> str:
        """What a program prints inside this machine. Raises `CommandFailed`."""
        groups = " ".join(map(str, cgroups.for_more_processes(self.plan.cgroup(self.name))))
        enter = ("sh", str(_HERE / "node-enter.sh"), groups, str(self.init))
        return run(*enter, *argv, seconds=seconds, stdin=stdin)

    def pids_of(self, program: str) -> list[int]:
        """Pids, as the lab's maker knows them, of a program that runs in this machine, by its file's name."""
        found = []
        for pid in wires.processes_in(self.plan.netns(self.name)):
            with contextlib.suppress(OSError):
                if Path(os.readlink(f"/proc/{pid}/exe")).name == program:
                    found.append(pid)
        return found

    def wait_until(self, holds: Callable[[], bool], what: str, *, seconds: float = _BOOT_SECONDS) -> None:
        """Wait for something of this machine; raises `TimeoutError` with its console's last lines."""
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                raise TimeoutError(
                    f"{self.name}: {what}, after {seconds:.0f} s. Its console:\n{self.last_words()}"
                )
            time.sleep(0.05)

    def last_words(self) -> str:
        lines = (self.folder / "console").read_text(errors="replace").splitlines()
        return "\n".join(lines[-20:])

    def cut_cable(self) -> None:
        """Nothing passes in either direction, and nobody is told."""
        wires.set_cable(self.plan, self.name, plugged=False)

    def plug_cable(self) -> None:
        wires.set_cable(self.plan, self.name, plugged=True)

    def power_off(self) -> None:
        """Everything on it dies at once. The cable goes first, so that no connection is closed: peers hear nothing."""
        self.cut_cable()
        self.kill()
        wires.forget_links(self.plan, self.name)
        cgroups.remove(self.plan.cgroup(self.name))
        shutil.rmtree(self.folder / "run")
        (self.folder / "run").mkdir()

    def kill(self) -> None:
        """End every process, and wait until it is gone."""
        deadline = time.monotonic() + _DEATH_SECONDS
        while pids := wires.processes_in(self.plan.netns(self.name)):
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if time.monotonic() > deadline:
                raise TimeoutError(f"processes of {self.name} do not die: {pids}")
            time.sleep(0.02)
        if self._booted is not None:
            self._booted.wait(_DEATH_SECONDS)

    def power_on(self) -> None:
        """Boot again, with the cable in. Returns when its init has begun."""
        self.plug_cable()
        self.boot()


def _what_cannot_be_copied(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if not (path := Path(folder, name)).is_symlink() and path.is_socket()]
