"""Small QEMU domains that need no image: the firmware alone runs in them."""

import os
from typing import Self
from uuid import UUID, uuid4

from hypervisor.errors import NotFound, OperationInvalid
from hypervisor.libvirt.node import LibvirtNode
from tests.daemon import PrivateDaemon

VNC_WITH_PASSWORD = "<graphics type='vnc' listen='127.0.0.1' port='-1' autoport='yes' passwd='firstpwd'/>"
_QEMU = "http://libvirt.org/schemas/domain/qemu/1.0"


def xml(
    name: str, *, devices: str = "", memory_mib: int = 32, more: str = "", title: str = "", os: str = ""
) -> str:
    """`os` and `devices` go into the elements of that name, `more` behind them."""
    title = f"<title>{title}</title>" if title else ""
    return (
        f"<domain type='qemu' xmlns:qemu='{_QEMU}'><name>{name}</name>{title}"
        f"<memory unit='MiB'>{memory_mib}</memory><vcpu>1</vcpu><os><type machine='q35'>hvm</type>{os}</os>"
        f"<devices><serial type='pty'/><video><model type='vga'/></video>{devices}</devices>{more}</domain>"
    )


def _arguments(*arguments: str) -> str:
    written = "".join(f"<qemu:arg value='{argument}'/>" for argument in arguments)
    return f"<qemu:commandline>{written}</qemu:commandline>"


def talking(name: str) -> str:
    """A domain whose firmware uses the serial line: it waits for Escape, and then shows its menu there."""
    menu = "<bootmenu enable='yes' timeout='60000'/>"
    return xml(name, os=menu, more=_arguments("-machine", "graphics=off"))


def with_noise(daemon: PrivateDaemon, name: str, mebibytes: int) -> str:
    """A domain with so much memory in it that cannot be compressed, so that moving it takes its time."""
    noise = daemon.file(f"{name}.noise", os.urandom(mebibytes * 2**20))
    more = _arguments("-device", f"loader,file={noise},addr=0x1000000,force-raw=on")
    return xml(name, memory_mib=mebibytes + 64, more=more)


class Guest:
    """One defined domain, removed at the end of its `with`."""

    def __init__(self, node: LibvirtNode, *, devices: str = "", title: str = "", whole: str = "") -> None:
        """`whole`: the document instead of what is made from the other two."""
        self.name = f"guest-{uuid4().hex[:8]}"
        self._node = node
        self._xml = whole or xml(self.name, devices=devices, title=title)
        self.uuid: UUID = UUID(int=0)

    def __enter__(self) -> Self:
        self.uuid = self._node.define(self._xml)
        return self

    def __exit__(self, *_: object) -> None:
        for verb in (self._node.destroy, self._node.undefine):
            try:
                verb(self.uuid)
            except (NotFound, OperationInvalid):
                continue  # it was off, or gone, already: what the test was about
