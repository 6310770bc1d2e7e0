"""Changing domains on a real QEMU: what it takes at once, what it leaves for the next boot, what it refuses."""

from functools import partial
from pathlib import Path

import pytest

from hypervisor.data import Kind
from hypervisor.errors import HypervisorError, InvalidXML, NotFound, NotSupported, OperationInvalid
from hypervisor.libvirt.node import LibvirtNode
from hypervisor.xml.disk import Disk
from hypervisor.xml.hardware import (
    add_device,
    change_device,
    change_settings,
    device_from,
    device_xml,
    read_hardware,
    remove_device,
)
from tests.daemon import PrivateDaemon
from tests.node.conftest import Opener
from tests.node.guests import VNC_WITH_PASSWORD, Guest, xml


def empty_file(daemon: PrivateDaemon, name: str, mebibytes: int = 1) -> Path:
    file = daemon.file(name, bytes(mebibytes * 2**20))
    file.chmod(0o666)
    return file


def live(qemu: LibvirtNode, guest: Guest) -> str:
    said = qemu.domain_xml(guest.uuid).live
    assert said is not None
    return said


def inactive(qemu: LibvirtNode, guest: Guest) -> str:
    said = qemu.domain_xml(guest.uuid).inactive
    assert said is not None
    return said


def keys(document: str) -> set[str]:
    return {placed.key for placed in read_hardware(document).devices}


def disk_of(path: Path, target: str, **more: object) -> str:
    made = device_from(
        "disk",
        {
            "source": {"type": "file", "file": str(path)},
            "target": target,
            "bus": "virtio",
            "format": "raw",
            **more,
        },
    )
    return device_xml(add_device(xml("x"), made), f"disk:{target}")


def with_source(said: str, source: dict[str, str] | None) -> str:
    return device_xml(change_device(said, "disk:sda", {"source": source}), "disk:sda")


def test_a_definition_keeps_its_password(qemu: LibvirtNode) -> None:
    with Guest(qemu, devices=VNC_WITH_PASSWORD) as guest:
        before = qemu.redefine(guest.uuid, lambda said: change_settings(said, {"title": "Another"}))
        assert 'passwd="firstpwd"' in before.replace("'", '"')
        seen: list[str] = []

        def look(said: str) -> str:
            seen.append(said)
            return said

        qemu.redefine(guest.uuid, look)
        assert "firstpwd" in seen[0]
        assert read_hardware(seen[0]).settings.title == "Another"
        assert "firstpwd" not in inactive(qemu, guest)
        qemu.define(before)
        assert read_hardware(inactive(qemu, guest)).settings.title is None


def test_a_definition_that_is_refused_changes_nothing(qemu: LibvirtNode) -> None:
    with Guest(qemu) as guest:
        before = inactive(qemu, guest)
        with pytest.raises(InvalidXML):
            qemu.redefine(guest.uuid, lambda said: said.replace("<vcpu", "<nonsense/><vcpu"))
        with pytest.raises(InvalidXML):
            qemu.redefine(guest.uuid, lambda said: said.replace(guest.name, "a/b"))
        with pytest.raises(HypervisorError):
            qemu.redefine(guest.uuid, lambda said: said.replace(">1</vcpu>", ">100000</vcpu>"))
        assert inactive(qemu, guest) == before


def test_what_runs_takes_devices(qemu: LibvirtNode, daemon: PrivateDaemon) -> None:
    file = empty_file(daemon, "plugged.raw")
    with Guest(qemu) as guest:
        with pytest.raises(OperationInvalid):
            qemu.attach_device(guest.uuid, disk_of(file, "vdb"))
        qemu.start(guest.uuid)
        qemu.attach_device(guest.uuid, disk_of(file, "vdb"))
        assert "disk:vdb" in keys(live(qemu, guest))
        assert "disk:vdb" not in keys(inactive(qemu, guest))
        with pytest.raises(NotFound):
            qemu.detach_device(guest.uuid, lambda said: device_xml(said, "disk:vdc"))


def test_what_only_a_start_brings(qemu: LibvirtNode, daemon: PrivateDaemon) -> None:
    file = empty_file(daemon, "later.raw")
    vda = "<disk type='file' device='disk'><driver name='qemu' type='raw'/>"
    vda += f"<source file='{file}'/><target dev='vda' bus='virtio'/></disk>"
    with Guest(qemu, devices=vda) as guest:
        qemu.start(guest.uuid)
        plug = "<{}><source file='/nowhere'/><target dev='sdb' bus='sata'/></disk>".format
        for device in (
            disk_of(empty_file(daemon, "sata.raw"), "sdb", bus="sata"),
            "<sound model='ac97'/>",
            "<serial type='pty'/>",
            plug("disk type='file' device='floppy'").replace("sdb", "fda").replace("sata", "fdc"),
        ):
            with pytest.raises(NotSupported):
                qemu.attach_device(guest.uuid, device)
        with pytest.raises(NotSupported, match="cache"):
            qemu.update_device(
                guest.uuid,
                lambda said: device_xml(change_device(said, "disk:vda", {"cache": "none"}), "disk:vda"),
            )
        with pytest.raises(NotSupported, match="max allowable"):
            qemu.set_vcpus(guest.uuid, 2)
        with pytest.raises(NotSupported, match="max memory"):
            qemu.set_memory(guest.uuid, 2**30)
        with pytest.raises(HypervisorError) as missing:
            qemu.attach_device(guest.uuid, disk_of(Path("/nonexistent/disk"), "vdb"))
        assert not isinstance(missing.value, NotSupported)


def test_the_port_that_is_not_there(qemu: LibvirtNode, daemon: PrivateDaemon) -> None:
    with Guest(qemu) as guest:
        qemu.start(guest.uuid)
        qemu.attach_device(guest.uuid, disk_of(empty_file(daemon, "port1.raw"), "vdb"))
        with pytest.raises(NotSupported, match="PCI slots"):
            qemu.attach_device(guest.uuid, disk_of(empty_file(daemon, "port2.raw"), "vdc"))


def test_media_are_changed_and_ejected(qemu: LibvirtNode, daemon: PrivateDaemon) -> None:
    first, second = empty_file(daemon, "first.iso"), empty_file(daemon, "second.iso")
    drive = f"<disk type='file' device='cdrom'><source file='{first}'/><target dev='sda' bus='sata'/><readonly/></disk>"
    with Guest(qemu, devices=drive) as guest:
        qemu.start(guest.uuid)
        for source, left in (({"type": "file", "file": str(second)}, str(second)), (None, None)):
            qemu.update_device(guest.uuid, partial(with_source, source=source))
            disk = read_hardware(live(qemu, guest)).find("disk:sda").device
            assert isinstance(disk, Disk)
            assert (disk.source.file if disk.source else None) == left
        assert str(first) in inactive(qemu, guest)


def test_an_interface_changes_in_place(qemu: LibvirtNode) -> None:
    card = "<interface type='user'><mac address='52:54:00:aa:bb:cc'/><model type='virtio'/></interface>"
    key = "interface:52:54:00:aa:bb:cc"
    with Guest(qemu, devices=card) as guest:
        qemu.start(guest.uuid)
        qemu.update_device(
            guest.uuid, lambda said: device_xml(change_device(said, key, {"link_up": False}), key)
        )
        assert getattr(read_hardware(live(qemu, guest)).find(key).device, "link_up", None) is False
        with pytest.raises(NotSupported, match="model"):
            qemu.update_device(
                guest.uuid, lambda said: device_xml(change_device(said, key, {"model": "e1000"}), key)
            )


def test_figures_of_what_runs(qemu: LibvirtNode, daemon: PrivateDaemon) -> None:
    file = empty_file(daemon, "figures.raw", 2)
    vda = "<disk type='file' device='disk'><driver name='qemu' type='raw'/>"
    vda += f"<source file='{file}'/><target dev='vda' bus='virtio'/></disk>"
    with Guest(qemu, devices=vda) as guest:
        qemu.redefine(guest.uuid, lambda said: change_settings(said, {"max_vcpus": 3, "vcpus": 1}))
        qemu.start(guest.uuid)
        qemu.set_vcpus(guest.uuid, 2)
        assert read_hardware(live(qemu, guest)).settings.vcpus == 2
        qemu.set_words(guest.uuid, title="A title", description="Two\nlines")
        settings = read_hardware(live(qemu, guest)).settings
        assert (settings.title, settings.description) == ("A title", "Two\nlines")
        qemu.set_words(guest.uuid, title="")
        settings = read_hardware(live(qemu, guest)).settings
        assert (settings.title, settings.description) == (None, "Two\nlines")
        qemu.limit_disk(guest.uuid, "vda", {"total_bytes_sec": 1_000_000})
        assert "<total_bytes_sec>1000000</total_bytes_sec>" in live(qemu, guest)
        qemu.limit_disk(guest.uuid, "vda", {"read_iops_sec": 100})
        assert "total_bytes_sec" not in live(qemu, guest)
        qemu.resize_disk(guest.uuid, "vda", 4 * 2**20)
        assert file.stat().st_size == 4 * 2**20
        qemu.set_memory(guest.uuid, 16 * 2**20)
        assert read_hardware(inactive(qemu, guest)).settings.memory_bytes == 32 * 2**20


def test_it_starts_with_its_host(qemu: LibvirtNode) -> None:
    with Guest(qemu) as guest:
        for on in (True, False):
            qemu.set_autostart(guest.uuid, on)
            assert qemu.domain(guest.uuid).autostart is on


def test_it_is_pinned_while_it_runs(qemu: LibvirtNode) -> None:
    with Guest(qemu) as guest:
        qemu.start(guest.uuid)
        qemu.pin(guest.uuid, vcpus={0: "0-1,^1"}, emulator="0")
        pinning = read_hardware(live(qemu, guest)).settings.pinning
        assert pinning is not None
        assert [(pin.vcpu, pin.cpus) for pin in pinning.vcpus] == [(0, "0")]
        assert pinning.emulator == "0"
        with pytest.raises(NotSupported, match="session"):
            qemu.tune(guest.uuid, cpu={"cpu_shares": 100}, memory={}, block={})


def test_a_driver_that_plugs_nothing(opened: Opener) -> None:
    node = opened("test:///default")
    uuid = next(domain.uuid for domain in node.inventory().domains)
    assert node.has(Kind.DOMAIN, uuid)
    device = device_xml(
        add_device(
            xml("x"), device_from("interface", {"source": {"type": "user"}, "mac": "52:54:00:00:00:01"})
        ),
        "interface:52:54:00:00:00:01",
    )
    with pytest.raises(NotSupported):
        node.attach_device(uuid, device)
    node.redefine(uuid, lambda said: add_device(said, device_from("interface", {"source": {"type": "user"}})))
    document = node.domain_xml(uuid).inactive
    assert document is not None
    (added,) = (key for key in keys(document) if key.startswith("interface:52:54:00:"))
    node.redefine(uuid, lambda said: remove_device(said, added))
