"""Snapshots on real QEMU: internal and external, taken, gone back to, merged; and what libvirt's own refuses."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import libvirt
import pytest

from hypervisor.errors import HypervisorError, NotFound, NotSupported
from hypervisor.libvirt.node import LibvirtNode
from hypervisor.snapshots import Kept, SnapshotDisk, SnapshotWish
from hypervisor.states import DomainState
from hypervisor.xml.disk import read_disk
from hypervisor.xml.document import parse
from hypervisor.xml.snapshot import snapshotable
from tests.daemon import PrivateDaemon
from tests.node.conftest import Opener
from tests.node.guests import Guest, xml
from tests.node.test_testdriver import NODE

TOKEN = "0a1b2c3d"


@dataclass(frozen=True)
class Place:
    """A folder that is a pool of the daemon."""

    folder: Path

    def image(self, name: str, format: str = "qcow2") -> Path:
        path = self.folder / name
        subprocess.run(["qemu-img", "create", "-q", "-f", format, path, "4M"], check=True)
        path.chmod(0o666)
        return path

    def disk(self, name: str, format: str = "qcow2") -> str:
        return (
            f"<disk type='file' device='disk'><driver name='qemu' type='{format}'/>"
            f"<source file='{self.image(name, format)}'/><target dev='vda' bus='virtio'/></disk>"
        )

    def files(self) -> set[str]:
        return {path.name for path in self.folder.iterdir()}

    def over(self, name: str) -> SnapshotDisk:
        return SnapshotDisk("vda", Kept.EXTERNAL, str(self.folder / name))


@pytest.fixture
def place(daemon: PrivateDaemon) -> Iterator[Place]:
    """Pools are made by no code of ours yet: libvirt's own does it here."""
    name = f"pool-{uuid4().hex[:8]}"
    folder = daemon.directory(name)
    connection = libvirt.open(daemon.uri())
    made = connection.storagePoolCreateXML(
        f"<pool type='dir'><name>{name}</name><target><path>{folder}</path></target></pool>"
    )
    yield Place(folder)
    made.destroy()
    connection.close()


INTERNAL = SnapshotDisk("vda", Kept.INTERNAL)


def written_to(qemu: LibvirtNode, guest: Guest) -> str:
    """The file of its disk, by the definition of the next boot."""
    inactive = qemu.domain_xml(guest.uuid).inactive
    assert inactive is not None
    (disk,) = parse(inactive, "domain").iterfind("devices/disk")
    return Path(read_disk(disk).source).name


def test_internal_with_memory_and_without(qemu: LibvirtNode, place: Place) -> None:
    with Guest(qemu, devices=place.disk("a.qcow2")) as guest:
        assert qemu.snapshots(guest.uuid) == ()
        qemu.create_snapshot(guest.uuid, SnapshotWish("off", "before all", Kept.NO, (INTERNAL,)))
        qemu.start(guest.uuid)
        qemu.create_snapshot(guest.uuid, SnapshotWish("on", "", Kept.INTERNAL, (INTERNAL,)))
        off, on = qemu.snapshots(guest.uuid)
        assert (off.name, off.parent, off.description, off.state, off.current) == (
            "off", "", "before all", "shutoff", False,
        )  # fmt: skip
        assert (on.name, on.parent, on.state, on.current) == ("on", "off", "running", True)
        assert (off.memory, on.memory, on.disks, on.external) == (Kept.NO, Kept.INTERNAL, (INTERNAL,), False)
        assert on.created_at >= off.created_at > 1_600_000_000
        qemu.revert_to_snapshot(guest.uuid, "off")
        assert qemu.domain(guest.uuid).state is DomainState.SHUTOFF
        qemu.revert_to_snapshot(guest.uuid, "on", running=False)
        assert qemu.domain(guest.uuid).state is DomainState.PAUSED
        assert [one.name for one in qemu.snapshots(guest.uuid) if one.current] == ["on"]
        qemu.edit_snapshot(guest.uuid, "off", description="said anew")
        qemu.edit_snapshot(guest.uuid, "off", current=True)
        assert [(one.description, one.current) for one in qemu.snapshots(guest.uuid)] == [
            ("said anew", True),
            ("", False),
        ]
        assert qemu.delete_snapshot(guest.uuid, "off") == ()
        (left,) = qemu.snapshots(guest.uuid)
        assert (left.name, left.parent) == ("on", "")
        assert not qemu.snapshot_under_way(guest.uuid)
        qemu.delete_snapshot(guest.uuid, "on")
        with pytest.raises(NotFound):
            qemu.delete_snapshot(guest.uuid, "on")
        with pytest.raises(NotFound):
            qemu.revert_to_snapshot(guest.uuid, "on")


@pytest.mark.parametrize("format", ["qcow2", "raw"])
def test_layers_are_merged_while_it_runs_and_while_it_is_off(
    qemu: LibvirtNode, place: Place, format: str
) -> None:
    with Guest(qemu, devices=place.disk("a.img", format)) as guest:
        wish = SnapshotWish("one", "", Kept.NO, (place.over("a.one"),), only_disks=True)
        qemu.create_snapshot(guest.uuid, wish)
        qemu.start(guest.uuid)
        wish = SnapshotWish("two", "", Kept.NO, (place.over("a.two"),), only_disks=True)
        qemu.create_snapshot(guest.uuid, wish)
        assert written_to(qemu, guest) == "a.two"
        _, two = qemu.snapshots(guest.uuid)
        assert (two.state, two.external, two.parent) == ("disk-snapshot", True, "one")
        assert Path(two.before["vda"]).name == "a.one"
        assert qemu.delete_snapshot(guest.uuid, "two") == ()
        assert (written_to(qemu, guest), place.files()) == ("a.one", {"a.img", "a.one"})
        qemu.destroy(guest.uuid)
        qemu.delete_snapshot(guest.uuid, "one")
        assert (written_to(qemu, guest), place.files()) == ("a.img", {"a.img"})


def test_back_to_an_external_one_without_memory(qemu: LibvirtNode, place: Place) -> None:
    with Guest(qemu, devices=place.disk("a.raw", "raw")) as guest:
        wish = SnapshotWish("base", "", Kept.NO, (place.over("a.base"),), only_disks=True)
        qemu.create_snapshot(guest.uuid, wish)
        with pytest.raises(NotSupported):
            qemu.revert_to_snapshot(guest.uuid, "base")  # libvirt 9.0 cannot
        qemu.start(guest.uuid)
        gone_back = qemu.revert_to_external(guest.uuid, "base", token=TOKEN)
        assert qemu.domain(guest.uuid).state is DomainState.SHUTOFF
        assert written_to(qemu, guest) == f"a.revert-{TOKEN}"
        assert [Path(file).name for file in gone_back.removed] == ["a.base"]
        assert (gone_back.left, place.files()) == ((), {"a.raw", f"a.revert-{TOKEN}"})
        # It starts on the new layer, can be taken anew from there, and is merged like any other.
        qemu.start(guest.uuid)
        wish = SnapshotWish("next", "", Kept.NO, (place.over("a.next"),), only_disks=True)
        qemu.create_snapshot(guest.uuid, wish)
        again = qemu.revert_to_external(guest.uuid, "base", token="11111111", running=True)
        assert qemu.domain(guest.uuid).state is DomainState.RUNNING
        assert (again.removed, again.left) == ((), ())  # "next" still stands on them
        assert {"a.next", f"a.revert-{TOKEN}", "a.revert-11111111"} <= place.files()


def test_back_to_an_external_one_with_memory(qemu: LibvirtNode, place: Place) -> None:
    with Guest(qemu, devices=place.disk("a.raw", "raw")) as guest:
        qemu.start(guest.uuid)
        wish = SnapshotWish(
            "whole", "", Kept.EXTERNAL, (place.over("a.whole"),), memory_file=str(place.folder / "a.memory")
        )
        qemu.create_snapshot(guest.uuid, wish)
        gone_back = qemu.revert_to_external(guest.uuid, "whole", token=TOKEN)
        assert qemu.domain(guest.uuid).state is DomainState.RUNNING
        assert len(gone_back.made) == len(gone_back.removed) == 1
        assert qemu.delete_snapshot(guest.uuid, "whole") == ()
        assert place.files() == {"a.raw"}
        assert qemu.domain(guest.uuid).state is DomainState.RUNNING
        assert written_to(qemu, guest) == "a.raw"


def test_a_revert_that_fails_leaves_the_definition_and_no_file(qemu: LibvirtNode, place: Place) -> None:
    with Guest(qemu, devices=place.disk("a.raw", "raw")) as guest:
        qemu.start(guest.uuid)
        memory = place.folder / "a.memory"
        wish = SnapshotWish("whole", "", Kept.EXTERNAL, (place.over("a.whole"),), memory_file=str(memory))
        qemu.create_snapshot(guest.uuid, wish)
        memory.unlink()
        with pytest.raises(HypervisorError):
            qemu.revert_to_external(guest.uuid, "whole", token=TOKEN)
        assert written_to(qemu, guest) == "a.whole"
        assert place.files() == {"a.raw", "a.whole"}
        qemu.start(guest.uuid)


def test_with_uefi_only_external_ones(qemu: LibvirtNode, place: Place) -> None:
    name = f"uefi-{uuid4().hex[:8]}"
    whole = xml(name, devices=place.disk("a.qcow2")).replace(
        "<os>", "<features><acpi/></features><os firmware='efi'>"
    )
    with Guest(qemu, whole=whole) as guest:
        defined = qemu.domain_xml(guest.uuid).inactive
        assert defined is not None
        assert snapshotable(defined).pflash
        qemu.start(guest.uuid)
        with pytest.raises(NotSupported):
            qemu.create_snapshot(guest.uuid, SnapshotWish("in", "", Kept.INTERNAL, (INTERNAL,)))
        memory = str(place.folder / "a.memory")
        wish = SnapshotWish("out", "", Kept.EXTERNAL, (place.over("a.out"),), memory_file=memory)
        qemu.create_snapshot(guest.uuid, wish)
        qemu.revert_to_external(guest.uuid, "out", token=TOKEN)
        assert qemu.domain(guest.uuid).state is DomainState.RUNNING
        assert qemu.delete_snapshot(guest.uuid, "out") == ()
        assert place.files() == {"a.qcow2"}


def test_the_test_driver_has_them_too(opened: Opener, tmp_path: Path) -> None:
    (tmp_path / "node.xml").write_text(NODE)
    node = opened(f"test://{tmp_path}/node.xml")
    uuid = node.inventory().domains[0].uuid
    node.create_snapshot(uuid, SnapshotWish("one", "", Kept.INTERNAL, ()))
    node.create_snapshot(uuid, SnapshotWish("two", "", Kept.INTERNAL, ()))
    node.revert_to_snapshot(uuid, "one")
    node.create_snapshot(uuid, SnapshotWish("three", "", Kept.INTERNAL, ()))
    assert {(one.name, one.parent, one.current) for one in node.snapshots(uuid)} == {
        ("one", "", False),
        ("two", "one", False),
        ("three", "one", True),
    }
