"""Guests that run and whose disks are written to from outside, in the place of a system that would."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

import libvirt
import libvirt_qemu

from domains.models import Domain
from storage.models import Pool
from tests.daemon import PrivateDaemon
from tests.node.site import MIB, Site, disk

_HMP = libvirt_qemu.VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP


class Writer:
    """Writes one byte over and over into a mebibyte of a running guest's disk, and reads it in files."""

    def __init__(self, daemon: PrivateDaemon) -> None:
        self._daemon = daemon

    def write(self, domain: Domain, byte: int, at_mib: int, *, disk: int = 0) -> None:
        connection = libvirt.open(self._daemon.uri())
        try:
            command = f'qemu-io -d /machine/peripheral/virtio-disk{disk}/virtio-backend "write -P {byte} {at_mib}M 1M"'
            found = connection.lookupByUUID(domain.pk.bytes)
            said = libvirt_qemu.qemuMonitorCommand(found, command, _HMP)
            assert "rror" not in said, said
        finally:
            connection.close()

    @staticmethod
    def holds(path: str | Path, byte: int, at_mib: int, *, format: str = "qcow2") -> bool:
        command = ["qemu-io", "-r", "-U", "-f", format, "-c", f"read -P {byte} {at_mib}M 1M", str(path)]
        read = subprocess.run(command, capture_output=True, text=True, check=False)
        return read.returncode == 0 and "Pattern verification failed" not in read.stdout


def running(site: Site, name: str = "d.qcow2", *, format: str = "qcow2", mebibytes: int = 16) -> Domain:
    """A guest on one disk of its own, which runs."""
    volume = site.volume(name, format=format, capacity_bytes=mebibytes * MIB)
    domain = site.guest(disk(volume.path, format=format))
    site.node.start(domain.pk)
    return seen(site, domain.pk)


def seen(site: Site, uuid: UUID) -> Domain:
    """Its row, after a look at it."""
    site.look(site.host.pk, "domain", uuid)
    domain: Domain = Domain.objects.get(pk=uuid)
    return domain


@contextmanager
def another_pool(site: Site, daemon: PrivateDaemon) -> Iterator[Pool]:
    """A second folder of the node as a pool."""
    folder = daemon.directory(f"second-{uuid4().hex[:8]}")
    connection = libvirt.open(daemon.uri())
    made = connection.storagePoolCreateXML(
        f"<pool type='dir'><name>{folder.name}</name><target><path>{folder}</path></target></pool>"
    )
    site.look_at_all()
    yield Pool.objects.get(uuid=UUID(bytes=made.UUID()))
    made.destroy()
    connection.close()
