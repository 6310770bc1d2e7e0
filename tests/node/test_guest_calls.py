"""What is asked of the inside of a running domain, and what it used: real QEMU, without any agent."""

from uuid import uuid4

import pytest

from hypervisor import keys
from hypervisor.errors import NotFound, OperationInvalid
from hypervisor.libvirt.node import LibvirtNode
from tests.daemon import PrivateDaemon
from tests.node.guests import Guest

CHANNEL = (
    "<channel type='unix'><source mode='bind' path='{folder}/agent.sock'/>"
    "<target type='virtio' name='org.qemu.guest_agent.0'/></channel>"
)
DISK = "<disk type='file'><driver type='raw'/><source file='{image}'/><target dev='vda' bus='virtio'/></disk>"


def test_a_guest_without_an_agent(qemu: LibvirtNode, daemon: PrivateDaemon) -> None:
    channel = CHANNEL.format(folder=daemon.folder)
    with Guest(qemu) as silent, Guest(qemu, devices=channel) as deaf:
        with pytest.raises(OperationInvalid):
            qemu.guest(silent.uuid)
        qemu.start(silent.uuid)
        qemu.start(deaf.uuid)
        seen = qemu.guest(silent.uuid)
        assert (seen.agent, seen.addresses, seen.system, seen.hostname) == ("none", (), None, "")
        assert qemu.guest(deaf.uuid).agent == "disconnected"
        for ask in (
            lambda: qemu.freeze(deaf.uuid),
            lambda: qemu.thaw(deaf.uuid),
            lambda: qemu.set_guest_password(deaf.uuid, "root", "x"),
            lambda: qemu.set_guest_time(deaf.uuid, 1.5),
            lambda: qemu.set_guest_time(deaf.uuid, None),
        ):
            with pytest.raises(OperationInvalid, match="agent is not"):
                ask()
        qemu.send_keys(silent.uuid, [code for code in map(keys.code, ("ctrl", "alt", "delete")) if code], 20)
    for refused in (lambda: qemu.guest(uuid4()), lambda: qemu.send_keys(uuid4(), [28])):
        with pytest.raises(NotFound):
            refused()


def test_figures_of_single_devices_come_in_the_one_call(qemu: LibvirtNode, daemon: PrivateDaemon) -> None:
    image = daemon.file(f"{uuid4().hex}.img", bytes(1024 * 1024))
    with Guest(qemu, devices=DISK.format(image=image)) as guest:
        qemu.start(guest.uuid)
        before = qemu.calls
        (stats,) = (one for one in qemu.domain_stats() if one.uuid == guest.uuid)
        assert qemu.calls == before + 1
        assert [one.target for one in stats.disks] == ["vda"]
        assert stats.disk_read_bytes == stats.disks[0].read_bytes
        assert len(stats.vcpu_times_ns) == stats.vcpus == 1
        assert stats.memory_rss_bytes is None or stats.memory_rss_bytes > 0
