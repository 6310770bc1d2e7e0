"""A hypervisor for the browser to look at: a private libvirtd with small QEMU guests that run their firmware alone."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.daemon import PrivateDaemon

_GUEST = """
<domain type='qemu'><name>{name}</name><title>{title}</title><memory unit='MiB'>{memory}</memory><vcpu>{vcpus}</vcpu>
<os><type arch='x86_64' machine='q35'>hvm</type></os><features><acpi/></features>
<devices><controller type='usb' model='none'/>{disk}<serial type='pty'/>
<graphics type='vnc' socket='{folder}/{name}.vnc'/><video><model type='vga'/></video></devices></domain>
"""
_MISSING_DISK = """
<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{folder}/missing.img'/>
<target dev='vda' bus='virtio'/></disk>
"""


class Node:
    """What happens on the node itself, behind the product's back, as its administrator does it with virsh."""

    def __init__(self, daemon: PrivateDaemon) -> None:
        self.daemon = daemon

    @property
    def uri(self) -> str:
        return self.daemon.uri()

    def virsh(self, *command: str) -> str:
        """What virsh prints; it has returned when the change is made."""
        return subprocess.run(
            ["virsh", "-q", "-c", self.uri, *command], check=True, capture_output=True, text=True
        ).stdout

    def define(
        self, name: str, *, title: str = "", memory: int = 32, vcpus: int = 1, startable: bool = True
    ) -> str:
        """A domain that is off; returns its UUID. One that is not startable lacks the file of its disk."""
        disk = "" if startable else _MISSING_DISK.format(folder=self.daemon.folder)
        xml = _GUEST.format(
            name=name, title=title or name, memory=memory, vcpus=vcpus, disk=disk, folder=self.daemon.folder
        )
        self.virsh("define", str(self.daemon.file(f"{name}.xml", xml)))
        return self.virsh("domuuid", name).strip()

    def is_running(self, name: str) -> bool:
        return self.virsh("domstate", name).strip() == "running"


@contextmanager
def private_node() -> Iterator[Node]:
    """A node without domains for as long as the block lasts."""
    daemon = PrivateDaemon()
    daemon.start()
    try:
        yield Node(daemon)
    finally:
        daemon.stop()
