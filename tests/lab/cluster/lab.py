"""Three real hypervisor nodes and their shared storage on this one machine."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from hypervisor.certificates import Authority
from hypervisor.libvirt.own_keys import OwnKey
from ovirtlite.embedded import guest as guest_image
from tests.lab.cluster import agent as agent_image
from tests.lab.cluster import guests, record
from tests.lab.cluster.container import add_container
from tests.lab.cluster.guests import Disk, Guest, Screen
from tests.lab.cluster.node import GUEST_FOLDER, LIFE, Access, Node
from tests.lab.cluster.plan import COMPUTE, STORAGE, Plan
from tests.lab.cluster.record import Owner, Record
from tests.lab.cluster.sightings import Sighting, sighting
from tests.lab.cluster.storage import Storage
from tests.lab.cluster.tidy import tidy

_PROJECT = Path(__file__).resolve().parents[3]
_TRANSPORTS = {"node1": "ssh", "node2": "tls", "node3": "tcp"}
_MOVE_SECONDS = 120.0
_TICK_SECONDS = (
    120.0  # 5 s on an idle machine; a start is 4 s of processor time, shared with whatever else runs
)


class Lab:
    """A lab that stands. Make one with `start`; `stop` leaves nothing of it.

    A lab belongs to the process that started it, and is taken away within a second or two after that process ends in
    whatever way; one started with `stays=True` remains until `stop`, or `python -m tests.lab.cluster down`.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.nodes: Mapping[str, Node] = {
            name: Node(plan, name, transport) for name, transport in _TRANSPORTS.items()
        }
        self.storage = Storage(plan)
        self._warden: subprocess.Popen[bytes] | None = None
        self.as_new = True
        """Whether nobody has used it since it was built or tidied: for who uses it to say."""

    @classmethod
    def start(cls, *, stays: bool = False) -> "Lab":
        """Build a lab and wait until every node serves, some ten seconds on two cores. Needs root.

        Raises `PermissionError`, `CommandFailed`, `TimeoutError` or `CannotMakeGuest`, and leaves nothing then.
        """
        if os.getuid():
            raise PermissionError("the lab makes network namespaces and bridges, which needs root")
        image = guest_image.make(_PROJECT / ".cache" / "guest")
        lab = cls(record.claim(None if stays else Owner.this_process()))
        try:
            if not stays:
                lab._set_warden()
            lab._build(image.kernel.parent)
        except BaseException:
            lab.stop()
            raise
        return lab

    def _set_warden(self) -> None:
        """A process of its own that takes the lab away when this one is killed."""
        self._warden = subprocess.Popen(
            [sys.executable, "-m", "tests.lab.cluster", "guard", self.plan.id],
            cwd=_PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _build(self, image: Path) -> None:
        names = (*COMPUTE, STORAGE)
        hosts = {name: self.plan.address(name) for name in names}
        self.storage.assemble(hosts)
        self.storage.machine.boot()
        authority = Authority.new("lab", life=LIFE)
        access = Access(authority, authority.for_us("ovirtlite", life=LIFE), OwnKey.new("lab"))
        for node in self.nodes.values():
            node.configure(hosts, access, image)
        self.storage.open_target()
        known = "".join(node.host_key_line for node in self.nodes.values())
        for node in self.nodes.values():
            node.know(known)
            node.boot()
        with ThreadPoolExecutor() as together:
            list(together.map(lambda node: node.wait_ready(), self.nodes.values()))

    def stop(self) -> None:
        """End and remove everything of it."""
        if self._warden is not None:
            self._warden.send_signal(signal.SIGTERM)
            self._warden.wait()
        record.remove(self.plan)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def define_guest(
        self,
        node: Node,
        name: str,
        *,
        disk: Disk | str = Disk.NONE,
        screen: Screen | str = Screen.PASSWORD,
        memory_mib: int = 128,
        network: bool = False,
        agent: bool = False,
        start: bool = False,
    ) -> Guest:
        """Define a guest on a node, with a disk of its own; `start` boots it too. It ticks some 5 s later.

        `agent`: with QEMU's guest agent in it.
        """
        disk, screen = Disk(disk), Screen(screen)
        lun = self.storage.new_disk(name) if disk is Disk.ISCSI else None
        made = guests.new_guest(name, disk, screen, lun)
        if disk in {Disk.LOCAL, Disk.QCOW2}:
            guests.make_local_disk(node, made)
        if agent:
            self._lay_agent(node)
        xml = guests.definition(self.plan, made, memory_mib=memory_mib, network=network, agent=agent)
        node.define(xml)
        if start:
            node.virsh("start", name)
        return made

    def _lay_agent(self, node: Node) -> None:
        """The initramfs with the agent, where the guest's other files are on that node."""
        there = node.path(f"{GUEST_FOLDER}/{agent_image.NAME}")
        if not there.exists():
            shutil.copyfile(agent_image.make(guest_image.make(_PROJECT / ".cache" / "guest")), there)

    def add_container(self, node: Node, name: str) -> None:
        """Define and start an LXC container on a node; see `Node.uri_by(transport, "lxc")`."""
        add_container(node, name)

    def remove_guest(self, guest: Guest) -> None:
        """Off and undefined on every node that is on and has it, with its disk."""
        for node in self.nodes.values():
            if node.is_on() and str(guest.uuid) in node.virsh("list", "--all", "--uuid"):
                if sighting(node, guest).active:
                    node.virsh("destroy", str(guest.uuid))
                if str(guest.uuid) in node.virsh("list", "--all", "--uuid"):
                    node.virsh("undefine", "--managed-save", "--checkpoints-metadata", str(guest.uuid))
            node.path(guest.local_file).unlink(missing_ok=True)
            node.path(guest.serial_log).unlink(missing_ok=True)
        if guest.lun is not None:
            self.storage.remove_disk(guest.name, guest.lun)

    def tidy(self) -> None:
        """As new: every node on, plugged in and serving, and nothing on them."""
        self.as_new = False
        tidy(list(self.nodes.values()), self.storage)
        self.as_new = True

    def wait_ticking(self, node: Node, guest: Guest, *, seconds: float = _TICK_SECONDS) -> int:
        """Wait until the guest has counted on by one on this node; returns the counter."""
        before = len(guests.ticks(node, guest))
        deadline = time.monotonic() + seconds
        while len(seen := guests.ticks(node, guest)) <= before:
            if time.monotonic() > deadline:
                raise TimeoutError(
                    f"{guest.name} does not tick on {node.name} within {seconds:.0f} s: {self.sightings(guest)}, "
                    f"last words {guests.serial_text(node, guest)[-300:]!r}"
                )
            time.sleep(0.05)
        return seen[-1]

    def sightings(self, guest: Guest) -> list[Sighting]:
        """What each node has of the guest, asked of QEMU itself, so that a dead libvirtd hides nothing."""
        return [sighting(node, guest) for node in self.nodes.values()]

    def running_on(self, guest: Guest) -> list[str]:
        """The nodes where the guest's processor runs now: never two, if nothing went wrong."""
        return [seen.node for seen in self.sightings(guest) if seen.runs]

    def migrate(
        self,
        guest: Guest,
        source: Node,
        target: Node,
        *options: str,
        transport: str = "tcp",
        seconds: float = _MOVE_SECONDS,
    ) -> None:
        """Move a guest with virsh, live and peer to peer, its definition with it. Raises `CommandFailed`.

        Seen here: 1.4 to 3 s a move on iSCSI and 2 to 5 s with a copied disk of 32 MiB, ten times in a row over TCP,
        TLS and ssh in turns. `--bandwidth 4` (MiB/s) makes it last some 40 s, for tests that break something meanwhile.
        With either libvirtd killed then, the guest goes on at the source. The other end's copy is gone at once, but for
        one case: with the target's libvirtd killed during a disk's copy, its QEMU waits ("inmigrate", never running)
        until that libvirtd is back and ends it. A copied disk's file stays on the node that the guest left.
        """
        copying = ("--copy-storage-all",) if guest.disk is Disk.LOCAL else ()
        source.virsh(
            *("migrate", "--live", "--p2p", "--persistent", "--undefinesource", *copying, *options),
            *(str(guest.uuid), target.uri_by(transport)),
            seconds=seconds,
        )

    def hosts(self) -> list[dict[str, object]]:
        """As bodies for POST /hosts/: a name, a URI and credentials for each node."""
        return [
            {"name": node.name, "uri": node.uri, "credentials": node.credentials}
            for node in self.nodes.values()
        ]


def standing() -> list[Record]:
    """Every lab of this machine."""
    return record.records()
