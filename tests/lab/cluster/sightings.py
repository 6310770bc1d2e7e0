"""Where a guest is, node by node: what libvirtd says, and QEMU itself where libvirtd is dead."""

import json
from dataclasses import dataclass

from tests.lab.cluster import guests
from tests.lab.cluster.guests import Guest
from tests.lab.cluster.node import Node
from tests.lab.cluster.run import CommandFailed

_ANSWER_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Sighting:
    """One node's copy of a guest.

    `status` is "" without a QEMU; libvirt's word with libvirtd (running, paused …); QEMU's without (running, paused,
    inmigrate, postmigrate …).
    """

    node: str
    status: str
    ticks: tuple[int, ...]

    @property
    def active(self) -> bool:
        return bool(self.status)

    @property
    def runs(self) -> bool:
        return self.status == "running"


def sighting(node: Node, guest: Guest) -> Sighting:
    """Look at one node. Raises `CommandFailed` when libvirtd is there and does not answer."""
    return Sighting(node.name, _status(node, guest), tuple(guests.ticks(node, guest)))


def _status(node: Node, guest: Guest) -> str:
    if not node.is_on() or not _has_qemu(node, guest):
        return ""
    try:
        if node.pids_of("libvirtd"):
            # Not "qemu-monitor-command": a migration's job keeps that waiting until it ends.
            return node.virsh("domstate", str(guest.uuid), seconds=_ANSWER_SECONDS)
        return _ask_monitor(node, guest)
    except CommandFailed:
        if not _has_qemu(node, guest):
            return ""  # it ended while it was asked
        raise


def _has_qemu(node: Node, guest: Guest) -> bool:
    return guest.name in node.guest_names()


def _ask_monitor(node: Node, guest: Guest) -> str:
    """QEMU's monitor takes one caller at a time; libvirtd, when it is there, is that one."""
    hello, question = (json.dumps({"execute": command}) for command in ("qmp_capabilities", "query-status"))
    sockets = node.path("/var/lib/libvirt/qemu").glob(f"domain-*-{guest.name[:20]}/monitor.sock")
    inside = f"/var/lib/libvirt/qemu/{next(sockets).parent.name}/monitor.sock"
    said = node.run(
        *("socat", "-t2", "-", f"UNIX-CONNECT:{inside}"),
        stdin=f"{hello}\n{question}\n",
        seconds=_ANSWER_SECONDS,
    )
    answers = (json.loads(line) for line in said.splitlines())
    return str(next(a["return"]["status"] for a in answers if "status" in (a.get("return") or ())))
