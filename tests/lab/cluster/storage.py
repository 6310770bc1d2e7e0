"""The lab's shared storage: an iSCSI target that every node reaches with QEMU's own initiator.

The kernels this was built on have no NFS, CIFS, 9p or iSCSI, and libvirt calls a directory that two nodes see unsafe.
Network disks also avoid QEMU's lock on image files, which nodes that share a kernel would respect and real ones not.
"""

import os
import re

from tests.lab.cluster.machine import Machine
from tests.lab.cluster.plan import STORAGE, Plan

_PORT = 3260
_TARGET = ("--lld", "iscsi", "--tid", "1")
_DISK_BYTES = 64 * 1024 * 1024


class Storage:
    """The machine that serves the disks."""

    def __init__(self, plan: Plan) -> None:
        self.machine = Machine(plan, STORAGE)
        self._plan = plan

    def assemble(self, hosts: dict[str, str]) -> None:
        # Held on the machine's disk; tgtd makes its control socket in /run, of which this machine has its own.
        self.machine.assemble(hosts, f"tgtd --iscsi portal={self.machine.address}:{_PORT}\n")

    def open_target(self) -> None:
        """Wait for the daemon and make the one target, open to the lab's network."""
        self.machine.wait_until(self._answers, "tgtd does not answer")
        self._tgtadm("--op", "new", "--mode", "target", "--targetname", self._plan.iqn)
        self._tgtadm("--op", "bind", "--mode", "target", "--initiator-address", "ALL")

    def new_disk(self, name: str, size_bytes: int = _DISK_BYTES) -> int:
        """Make an empty disk; returns its logical unit's number."""
        file = self.machine.path(f"/var/lib/libvirt/{name}.raw")
        with file.open("wb") as disk:
            os.truncate(disk.fileno(), size_bytes)
        lun = 1 + max(self._luns(), default=0)
        inside = f"/var/lib/libvirt/{name}.raw"
        self._tgtadm("--op", "new", "--mode", "logicalunit", "--lun", str(lun), "--backing-store", inside)
        return lun

    def remove_disk(self, name: str, lun: int) -> None:
        self._tgtadm("--op", "delete", "--mode", "logicalunit", "--lun", str(lun))
        self.machine.path(f"/var/lib/libvirt/{name}.raw").unlink()

    def clear(self) -> None:
        """Remove every disk."""
        for lun in self._luns():
            if lun:  # 0 is the target's own controller
                self._tgtadm("--op", "delete", "--mode", "logicalunit", "--lun", str(lun))
        for file in self.machine.path("/var/lib/libvirt").glob("*.raw"):
            file.unlink()

    def _luns(self) -> list[int]:
        return [
            int(number)
            for number in re.findall(
                r"^ +LUN: (\d+)", self._tgtadm("--op", "show", "--mode", "target"), re.MULTILINE
            )
        ]

    def _answers(self) -> bool:
        return self.machine.is_on() and bool(self.machine.pids_of("tgtd")) and self._socket_exists()

    def _socket_exists(self) -> bool:
        return any(self.machine.path("/run/tgtd").glob("socket*"))

    def _tgtadm(self, *arguments: str) -> str:
        # "show" takes no target's number, and shows all: the lab has one.
        target = () if "show" in arguments else _TARGET[2:]
        return self.machine.run("tgtadm", *_TARGET[:2], *arguments, *target)
