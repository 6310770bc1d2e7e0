"""The lab stands up, is what the other tests take it for, and goes away without a trace."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.lab.cluster import Disk, Lab, Node, Screen
from tests.lab.cluster.plan import Plan
from tests.lab.cluster.wires import existing_netns
from tests.lab.together import together
from tests.lab.watch import Watch

pytestmark = pytest.mark.lab

_OWNER = """
import time
from tests.lab.cluster import Lab
print(Lab.start().plan.id, flush=True)
time.sleep(99)
"""


def _left_of(plan: Plan) -> list[str]:
    """Whatever can be found of a lab on this machine."""
    names = [*existing_netns(), *os.listdir("/sys/class/net")]
    names += [str(path) for path in Path("/sys/fs/cgroup").glob("**/ovl*")]
    found = [name for name in names if plan.bridge in name]
    marks = (plan.bridge, str(plan.folder), f"guard {plan.id}")
    mounts = Path("/proc/mounts").read_text().splitlines()
    found += [line for line in (*mounts, *_command_lines()) if any(mark in line for mark in marks)]
    return found + [str(plan.folder)] * plan.folder.exists()


def _command_lines() -> Iterator[str]:
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has just ended
            yield entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")


def test_every_node_is_another_host_with_its_own_pools_and_network(lab: Lab) -> None:
    uuids = set()
    for node in lab.nodes.values():
        capabilities = node.virsh("capabilities")
        uuids.add(capabilities.partition("<uuid>")[2].partition("<")[0])
        assert "<domain type='qemu'/>" in capabilities
        assert "<domain type='kvm'/>" not in capabilities
        assert node.virsh("hostname") == node.name
        assert set(node.virsh("pool-list", "--name").split()) == {"default", "shared"}
        assert node.virsh("net-list", "--name").split() == ["inner"]
    assert len(uuids) == len(lab.nodes)


@pytest.mark.parametrize("transport", ["tcp", "tls", "ssh"])
def test_every_node_reaches_every_other_by_every_transport(lab: Lab, transport: str) -> None:
    def reaches_all(source: Node) -> None:
        for target in lab.nodes.values():
            assert source.virsh("hostname", driver=target.uri_by(transport)) == target.name

    together(reaches_all, lab.nodes.values())


def test_a_container_runs(lab: Lab) -> None:
    node = lab.nodes["node3"]
    lab.add_container(node, "box")
    assert node.virsh("domstate", "box", driver="lxc:///system") == "running"


@pytest.mark.parametrize("disk", [Disk.ISCSI, Disk.LOCAL])
def test_a_guest_moves_back_and_forth_and_its_counter_never_goes_back(lab: Lab, disk: Disk) -> None:
    one, two = lab.nodes["node1"], lab.nodes["node2"]
    guest = lab.define_guest(one, "mover", disk=disk, start=True)
    lab.wait_ticking(one, guest)
    with Watch(lab, guest) as watch:
        for source, target in ((one, two), (two, one)):
            lab.migrate(guest, source, target)
            lab.wait_ticking(target, guest)
            assert lab.running_on(guest) == [target.name]
    watch.check()


def test_a_guest_listens_to_the_power_button(lab: Lab) -> None:
    node = lab.nodes["node2"]
    guest = lab.define_guest(node, "listener", screen=Screen.SOCKET, start=True)
    lab.wait_ticking(node, guest)
    node.virsh("shutdown", guest.name)
    node.wait_until(lambda: node.virsh("domstate", guest.name) == "shut off", "the guest does not shut down")


def test_a_node_without_power_is_silent_and_comes_back_with_its_definitions(lab: Lab) -> None:
    node = lab.nodes["node3"]
    guest = lab.define_guest(node, "survivor", disk=Disk.LOCAL, start=True)
    node.power_off()
    assert not node.is_on()
    assert not node.serves()
    assert lab.running_on(guest) == []
    node.power_on()
    assert node.virsh("domstate", guest.name) == "shut off"
    assert node.virsh("net-list", "--name").split() == ["inner"]


def test_guests_outlive_their_libvirtd(lab: Lab) -> None:
    node = lab.nodes["node1"]
    guest = lab.define_guest(node, "orphan", start=True)
    node.kill_libvirtd()
    assert lab.running_on(guest) == [node.name]
    node.start_libvirtd()
    assert node.virsh("domstate", guest.name) == "running"


def test_a_stopped_lab_leaves_nothing() -> None:
    with Lab.start() as lab:
        lab.define_guest(lab.nodes["node1"], "left", disk=Disk.ISCSI, start=True)
        lab.add_container(lab.nodes["node2"], "box")
        assert _left_of(lab.plan)
    assert _left_of(lab.plan) == []


def test_a_lab_whose_owner_is_killed_goes_away_by_itself() -> None:
    owner = subprocess.Popen([sys.executable, "-c", _OWNER], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    plan = Plan(owner.stdout.readline().strip(), 0)
    assert _left_of(plan)
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    deadline = time.monotonic() + 15
    while _left_of(plan) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert _left_of(plan) == []
