"""What a lab is called and where everything of it is: all derived from one short id, so that a lab whose maker died
can still be found and taken away."""

import os
from dataclasses import dataclass
from pathlib import Path

BASE = Path("/var/lib/ovirtlite-lab")
"""Below it one folder a lab, with the disks. Not below /run: a tmpfs is small, and its older forms refuse QEMU's
`cache=none`. What a restart of the machine leaves here is taken away by the next lab, or by `down`."""

STORAGE = "storage"
COMPUTE = ("node1", "node2", "node3")
FRESH = "fresh"
"""A machine that a test makes beside them, of which ovirtlite and libvirt's TLS know nothing yet."""
_HOST_PARTS = {STORAGE: 10, "node1": 11, "node2": 12, "node3": 13, FRESH: 14}
_SUBNETS = range(77, 128)


@dataclass(frozen=True, slots=True)
class Plan:
    """One lab, on the network 10.`subnet`.0.0/24."""

    id: str
    subnet: int

    @property
    def folder(self) -> Path:
        return BASE / self.id

    @property
    def bridge(self) -> str:
        return f"ovl{self.id}"

    @property
    def gateway(self) -> str:
        return f"10.{self.subnet}.0.1"

    @property
    def iqn(self) -> str:
        """The name of the lab's iSCSI target."""
        return f"iqn.2026-11.io.ovirtlite:{self.id}"

    def address(self, node: str) -> str:
        return f"10.{self.subnet}.0.{_HOST_PARTS[node]}"

    def netns(self, node: str) -> str:
        return f"ovl{self.id}-{node}"

    def cable(self, node: str) -> str:
        """The machine's end of the node's cable. An interface's name holds 15 bytes."""
        return f"ovl{self.id}c{_HOST_PARTS[node]}"

    def node_folder(self, node: str) -> Path:
        return self.folder / node

    def cgroup(self, node: str) -> str:
        return f"ovl{self.id}-{node}"


def free_plan(taken_subnets: set[int]) -> Plan:
    """A plan that no other lab has and whose network this machine does not know. Raises `RuntimeError` when none is."""
    for subnet in _SUBNETS:
        if subnet not in taken_subnets:
            return Plan(id=os.urandom(2).hex(), subnet=subnet)
    raise RuntimeError(f"every network from 10.{_SUBNETS[0]}.0.0/24 to 10.{_SUBNETS[-1]}.0.0/24 is in use")
