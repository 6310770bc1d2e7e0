"""What `make demo` puts on the lab's nodes: a few guests of each kind, so that every page has something to show."""

import sys

from tests.lab.cluster.guests import Disk, Screen
from tests.lab.cluster.lab import Lab
from tests.lab.cluster.run import CommandFailed


def furnish(lab: Lab) -> None:
    """Guests that can be moved with shared and with copied storage, one that is off, and a container."""
    one, two, three = lab.nodes["node1"], lab.nodes["node2"], lab.nodes["node3"]
    lab.define_guest(one, "clock", disk=Disk.ISCSI, network=True, start=True)
    lab.define_guest(one, "inside", screen=Screen.LOOPBACK, start=True)
    lab.define_guest(two, "ledger", disk=Disk.LOCAL, start=True)
    lab.define_guest(three, "spare", disk=Disk.LOCAL, screen=Screen.SOCKET)
    try:
        lab.add_container(three, "box")
    except CommandFailed as reason:
        # Containers need control groups that not every machine gives; the rest of the demonstration does not.
        print(f"There is no container on node3: {reason}", file=sys.stderr)
