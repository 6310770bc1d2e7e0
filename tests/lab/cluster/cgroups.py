"""A control group for each node, so that its containers' groups are its own and go away with it.

Version 1 is what this was built on. On a machine with version 2 alone the node gets one group with what controllers the
machine lets it have.
"""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_WANTED = frozenset({"cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio"})
# A tree of its own in version 1, where the systemd of a node makes its group.
_SYSTEMDS = frozenset({"name=systemd"})
_INHERITED_BY_HAND = ("cpuset.mems", "cpuset.cpus")


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """One mounted tree of groups. `controllers` is empty for version 2."""

    mount: Path
    controllers: tuple[str, ...]


def hierarchies(wanted: frozenset[str] = _WANTED) -> list[Hierarchy]:
    """The trees that this machine has and libvirt uses. Raises `RuntimeError` when there is none."""
    old, new = [], []
    for line in Path("/proc/mounts").read_text().splitlines():
        _, mount, kind, options, *_ = line.split()
        if kind == "cgroup":
            controllers = tuple(name for name in options.split(",") if name in wanted)
            if controllers:
                old.append(Hierarchy(Path(mount), controllers))
        elif kind == "cgroup2":
            new.append(Hierarchy(Path(mount), ()))
    found = old or new[:1]
    if not found:
        raise RuntimeError("this machine has no control groups mounted, which libvirt's containers need")
    return found


def make(name: str) -> list[Path]:
    """The node's group in every tree, ready to take processes."""
    groups = []
    for hierarchy in hierarchies():
        group = hierarchy.mount / name
        group.mkdir(exist_ok=True)
        if hierarchy.controllers:
            for inherited in _INHERITED_BY_HAND:
                if (group / inherited).exists():
                    (group / inherited).write_text((hierarchy.mount / inherited).read_text())
        else:
            _offer_controllers(hierarchy.mount)
        groups.append(group)
    return groups


def _offer_controllers(root: Path) -> None:
    for controller in (root / "cgroup.controllers").read_text().split():
        with contextlib.suppress(OSError):  # one may be in use by an older tree; libvirt does without it
            (root / "cgroup.subtree_control").write_text(f"+{controller}")


def for_more_processes(name: str) -> list[Path]:
    """The groups that another process of a running node joins."""
    groups = [hierarchy.mount / name for hierarchy in hierarchies()]
    # In version 2 a group that has groups below it holds no processes itself: see node-init.sh.
    return [group / "init" if (group / "init").is_dir() else group for group in groups]


def mount_options() -> str:
    """For the node's init: what to mount, as "cpu cpuacct memory", or "v2"."""
    return " ".join(",".join(hierarchy.controllers) for hierarchy in hierarchies()) or "v2"


def remove(name: str, *, seconds: float = 5.0) -> None:
    """Remove the node's groups with all below them; their processes are dead and the kernel needs a moment."""
    deadline = time.monotonic() + seconds
    for hierarchy in hierarchies(_WANTED | _SYSTEMDS):
        for group in _deepest_first(hierarchy.mount / name):
            while group.exists():
                try:
                    group.rmdir()
                except OSError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.05)


def _deepest_first(group: Path) -> Iterator[Path]:
    if group.is_dir():
        for below in group.iterdir():
            if below.is_dir():
                yield from _deepest_first(below)
        yield group
