"""A domain that has just started is what was defined: whatever libvirt adds to a running one is no difference."""

import pytest

from domains.pending import pending
from hypervisor.libvirt.node import LibvirtNode
from tests.node.guests import Guest, xml

DEVICES = (
    "<controller type='scsi' model='virtio-scsi'/><controller type='virtio-serial'/>"
    "<disk type='file' device='cdrom'><target dev='sda' bus='sata'/><readonly/></disk>"
    "<interface type='user'><model type='virtio'/></interface>"
    "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>"
    "<input type='tablet' bus='usb'/><rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>"
    "<graphics type='vnc' port='-1' autoport='yes'/><memballoon model='virtio'><stats period='5'/></memballoon>"
    "<watchdog model='i6300esb' action='reset'/>"
)


@pytest.mark.parametrize(
    "settings",
    [
        "",
        "<cpu mode='custom' match='exact'><model>qemu64</model><feature policy='disable' name='svm'/></cpu>",
        "<cpu mode='maximum'/>",
        "<vcpu placement='static' current='1'>2</vcpu><memoryBacking><source type='memfd'/></memoryBacking>",
    ],
)
def test_nothing_waits_for_the_next_boot_right_after_a_start(qemu: LibvirtNode, settings: str) -> None:
    whole = xml("pending", devices=DEVICES, more=settings)
    if "<vcpu " in settings:
        whole = whole.replace("<vcpu>1</vcpu>", "")
    with Guest(qemu, whole=whole) as guest:
        qemu.start(guest.uuid)
        seen = qemu.domain_xml(guest.uuid)
        assert seen.live is not None
        assert pending(seen.live, seen.inactive) == []


def test_what_was_redefined_while_it_runs_waits(qemu: LibvirtNode) -> None:
    watchdog = "<watchdog model='i6300esb' action='reset'/>"
    with Guest(qemu, devices=watchdog) as guest:
        qemu.start(guest.uuid)
        qemu.redefine(guest.uuid, lambda xml: xml.replace("action='reset'", "action='poweroff'"))
        seen = qemu.domain_xml(guest.uuid)
        assert [one["path"] for one in pending(seen.live, seen.inactive)] == ["devices/watchdog/@action"]
