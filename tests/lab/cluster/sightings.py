"""Where a guest is: what QEMU itself says on each node, with or without a libvirtd that answers."""

import json
from dataclasses import dataclass

from tests.lab.cluster import guests
from tests.lab.cluster.guests import Guest
from tests.lab.cluster.node import Node
from tests.lab.cluster.run import CommandFailed

_ANSWER_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Sighting:
    """One node's copy of a guest. `status` is QEMU's word: running, paused, inmigrate …, or "" without QEMU."""

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
    """Look at one node. Raises `CommandFailed` when QEMU is there and can be asked in neither way."""
    return Sighting(node.name, _status(node, guest), tuple(guests.ticks(node, guest)))


def _status(node: Node, guest: Guest) -> str:
    if not node.is_on() or not _has_qemu(node, guest):
        return ""
    question = json.dumps({"execute": "query-status"})
    try:
        if node.pids_of("libvirtd"):
            asked = ("qemu-monitor-command", str(guest.uuid), question)
            return str(json.loads(node.virsh(*asked, seconds=_ANSWER_SECONDS))["return"]["status"])
        return _ask_monitor(node, guest, question)
    except CommandFailed:
        if not _has_qemu(node, guest):
            return ""  # it ended while it was asked
        raise


def _has_qemu(node: Node, guest: Guest) -> bool:
    return guest.name in node.guest_names()


def _ask_monitor(node: Node, guest: Guest, question: str) -> str:
    """QEMU's monitor takes one caller at a time; libvirtd, when it is there, is that one."""
    hello = json.dumps({"execute": "qmp_capabilities"})
    sockets = node.path("/var/lib/libvirt/qemu").glob(f"domain-*-{guest.name[:20]}/monitor.sock")
    inside = f"/var/lib/libvirt/qemu/{next(sockets).parent.name}/monitor.sock"
    said = node.run(
        *("socat", "-t2", "-", f"UNIX-CONNECT:{inside}"),
        stdin=f"{hello}\n{question}\n",
        seconds=_ANSWER_SECONDS,
    )
    answers = (json.loads(line) for line in said.splitlines())
    return str(next(a["return"]["status"] for a in answers if "status" in (a.get("return") or ())))
