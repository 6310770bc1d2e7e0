"""The lab: three real libvirt nodes with shared storage, each in namespaces of its own, on one machine.

    with Lab.start() as lab:
        guest = lab.define_guest(lab.nodes["node1"], "demo", disk="iscsi", start=True)

From a shell: `python -m tests.lab.cluster up`, `status`, `down`. docs of what was learned building it are where they
matter: `machine` for namespaces, `node` for libvirt's settings, `storage` for disks, `lab` for migration.
"""

from tests.lab.cluster.guests import Disk, Guest, Screen
from tests.lab.cluster.lab import Lab
from tests.lab.cluster.node import Node
from tests.lab.cluster.run import CommandFailed

__all__ = ["CommandFailed", "Disk", "Guest", "Lab", "Node", "Screen"]
