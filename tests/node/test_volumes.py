"""Volumes made, copied, filled and removed, with real files in a pool of the private daemon."""

import subprocess
from pathlib import Path
from uuid import UUID, uuid4

import libvirt
import pytest

from hypervisor.data import NewVolume
from hypervisor.errors import HypervisorError, NoCapacity, NotFound, OperationInvalid
from hypervisor.libvirt.node import LibvirtNode
from tests.daemon import PrivateDaemon
from tests.node.conftest import Opener

MIB = 2**20


def test_made_looked_up_and_removed(qemu: LibvirtNode, folder_pool: UUID) -> None:
    made = qemu.create_volume(folder_pool, NewVolume("disk.qcow2", 64 * MIB, "qcow2"))
    assert (made.name, made.format, made.capacity_bytes, made.backing) == (
        "disk.qcow2",
        "qcow2",
        64 * MIB,
        "",
    )
    assert qemu.volume(folder_pool, "disk.qcow2") == made
    assert qemu.volume_at(made.path) == (folder_pool, made)
    with pytest.raises(OperationInvalid):
        qemu.create_volume(folder_pool, NewVolume("disk.qcow2", MIB, "qcow2"))
    qemu.delete_volume(folder_pool, "disk.qcow2")
    for ask in (
        lambda: qemu.volume(folder_pool, "disk.qcow2"),
        lambda: qemu.volume_at(made.path),
        lambda: qemu.delete_volume(folder_pool, "disk.qcow2"),
        lambda: qemu.create_volume(uuid4(), NewVolume("disk", MIB)),
    ):
        with pytest.raises(NotFound):
            ask()


def test_a_layer_and_a_copy(qemu: LibvirtNode, folder_pool: UUID) -> None:
    base = qemu.create_volume(folder_pool, NewVolume("base", MIB))
    assert base.format == "raw"
    qemu.upload_volume(folder_pool, "base", b"content" * 1000)
    layer = qemu.create_volume(
        folder_pool, NewVolume("layer", 2 * MIB, "qcow2", backing=base.path, backing_format="raw")
    )
    assert layer.backing == base.path
    copy = qemu.clone_volume(folder_pool, NewVolume("copy", 4 * MIB, "raw"), layer.path)
    assert (copy.format, copy.capacity_bytes, copy.backing) == ("raw", 4 * MIB, "")
    assert Path(copy.path).read_bytes().startswith(b"content" * 1000)
    with pytest.raises(OperationInvalid):
        qemu.clone_volume(folder_pool, NewVolume("copy", MIB, "raw"), base.path)
    with pytest.raises(NotFound):
        qemu.clone_volume(folder_pool, NewVolume("other", MIB, "raw"), f"{base.path}-not-there")


def test_filled_and_resized(qemu: LibvirtNode, folder_pool: UUID) -> None:
    content = bytes(range(256)) * 4096  # more than one message of libvirt's
    made = qemu.create_volume(folder_pool, NewVolume("seed", len(content), private=True))
    qemu.upload_volume(folder_pool, "seed", content)
    assert Path(made.path).read_bytes() == content
    assert Path(made.path).stat().st_mode & 0o777 == 0o600
    qemu.resize_volume(folder_pool, "seed", 8 * MIB)
    assert qemu.volume(folder_pool, "seed").capacity_bytes == 8 * MIB
    qemu.resize_volume(folder_pool, "seed", 8 * MIB)
    qemu.resize_volume(folder_pool, "seed", 4 * MIB)
    assert qemu.volume(folder_pool, "seed").capacity_bytes == 4 * MIB
    assert Path(made.path).read_bytes().startswith(content)


def test_more_than_there_is(qemu: LibvirtNode, folder_pool: UUID, daemon: PrivateDaemon) -> None:
    """A file system says so when it is full; one that is small enough to fill needs root to mount."""
    with pytest.raises(HypervisorError):
        qemu.create_volume(folder_pool, NewVolume("endless", 2**62, "raw"))
    assert not list(daemon.folder.glob("pool-*/endless"))


def test_a_full_file_system(qemu: LibvirtNode, daemon: PrivateDaemon) -> None:
    name = f"full-{uuid4().hex[:8]}"
    folder = daemon.directory(name)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m,mode=0777", name, str(folder)], check=True)
    connection = libvirt.open(daemon.uri())
    made = connection.storagePoolCreateXML(
        f"<pool type='dir'><name>{name}</name><target><path>{folder}</path></target></pool>"
    )
    try:
        pool = UUID(bytes=made.UUID())
        qemu.create_volume(pool, NewVolume("much", 4 * MIB))
        with pytest.raises(NoCapacity):
            qemu.upload_volume(pool, "much", b"\1" * 4 * MIB)
    finally:
        made.destroy()
        connection.close()
        subprocess.run(["umount", str(folder)], check=True)


def test_the_test_driver_has_volumes_too(opened: Opener) -> None:
    node = opened("test:///default")
    (pool, *_) = node.inventory().pools
    made = node.create_volume(pool.uuid, NewVolume("disk", MIB, "raw"))
    assert node.volume_at(made.path)[0] == pool.uuid
    copy = node.clone_volume(pool.uuid, NewVolume("copy", MIB, "raw"), made.path)
    assert copy.capacity_bytes == MIB
    node.delete_volume(pool.uuid, "copy")
    node.delete_volume(pool.uuid, "disk")
