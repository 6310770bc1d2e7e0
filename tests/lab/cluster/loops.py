"""A disk of a node's own that LVM can take: a loop device over a file in the lab's folder.

Loop devices and volume groups are the whole machine's: their names carry the lab's, LVM in the node sees this disk
alone, and whatever is left of a lab is taken away with it. Where the kernel has no device mapper, which LVM needs to
show a volume, `lvm-without-mapper.sh` does that.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.lab.cluster.node import Node
from tests.lab.cluster.run import CommandFailed, run

_STAND_IN = Path(__file__).parent / "lvm-without-mapper.sh"
_LVM = "/usr/sbin/lvm"
_HELD_REAL = "/run/lab-lvm/lvm"  # it goes by its name
_FILE = "/var/lib/libvirt/loop-disk.raw"
_SLICES = 32
_CONFIGURATION = """
devices {{
  filter = [ "a|^{disk}$|", "r|.*|" ]
  global_filter = [ "a|^{disk}$|", "r|.*|" ]
  use_devicesfile = 0
  obtain_device_list_from_udev = 0
  external_device_info_source = "none"
}}
activation {{ udev_sync = 0 udev_rules = 0 verify_udev_operations = 1 monitoring = 0 }}
global {{ activation = {mapper} event_activation = 0 use_lvmpolld = 0 system_id_source = "none" }}
backup {{ backup = 0 archive = 0 }}
"""


@contextmanager
def loop_disk(node: Node, size_bytes: int, group: str) -> Iterator[str]:
    """The path of such a disk in the node. `group`: the volume group that may be made on it, and is gone afterwards."""
    file = node.path(_FILE)
    with file.open("wb") as content:
        os.truncate(content.fileno(), size_bytes)
    disk = run("losetup", "--find", "--show", str(file)).strip()
    try:
        _prepare(node, disk)
        yield disk
    finally:
        _take_back(node, group)
        detach_below(file)
        file.unlink()


def detach_below(folder: Path) -> None:
    """Let go of every loop device over a file at or below `folder`, and of those over them."""
    disks = _loops()
    for disk in [disk for disk, behind in disks.items() if behind.startswith(str(folder))]:
        for slice_ in [one for one, behind in disks.items() if behind == disk]:
            run("losetup", "--detach", slice_)
        run("losetup", "--detach", disk)


def _loops() -> dict[str, str]:
    lines = run("losetup", "--list", "--noheadings", "--raw", "--output", "NAME,BACK-FILE").splitlines()
    return dict(line.split(" ", 1) for line in lines if " " in line)


def _prepare(node: Node, disk: str) -> None:
    mapper = re.search(r"^ *(\d+) device-mapper$", Path("/proc/misc").read_text(), re.MULTILINE)
    node.write("/etc/lvm/lvm.conf", _CONFIGURATION.format(disk=disk, mapper=int(bool(mapper))))
    for number in range(_SLICES):
        _node(node, f"/dev/loop{number}", "b", 7, number)
    _node(node, "/dev/loop-control", "c", 10, 237)
    if mapper:
        node.run("mkdir", "-p", "/dev/mapper")
        _node(node, "/dev/mapper/control", "c", 10, int(mapper[1]))
        return
    node.write("/etc/lab-lvm/real", _HELD_REAL)
    node.write("/etc/lab-lvm/lvm", _STAND_IN.read_text(), mode=0o755)
    node.run("mkdir", "-p", str(Path(_HELD_REAL).parent))
    node.run("touch", _HELD_REAL)
    node.run("mount", "--bind", _LVM, _HELD_REAL)
    node.run("mount", "--bind", "/etc/lab-lvm/lvm", _LVM)


def _node(node: Node, path: str, kind: str, major: int, minor: int) -> None:
    with suppress(CommandFailed):  # it is there from an earlier time
        node.run("mknod", "-m", "600", path, kind, str(major), str(minor))


def _take_back(node: Node, group: str) -> None:
    with suppress(CommandFailed):  # it was removed, or never made
        node.run("vgremove", "-f", group)
    while node.run("sh", "-c", f"mountpoint -q {_LVM} && umount {_LVM} && echo again || true").strip():
        pass
    node.run("sh", "-c", f"mountpoint -q {_HELD_REAL} && umount {_HELD_REAL} || true")
