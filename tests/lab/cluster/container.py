"""A container for a node: busybox in an empty folder, run by libvirt's LXC driver."""

import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

from tests.lab.cluster.node import Node

_MEMORY_MIB = "32"
_PROGRAM = "while :; do echo container; sleep 1; done"


def add_container(node: Node, name: str) -> None:
    """Define it and start it. Raises `CommandFailed`, as where this machine lacks the control groups that LXC needs."""
    inside = f"/var/lib/libvirt/filesystems/{name}"
    root = node.path(inside)
    for folder in ("bin", "dev", "proc", "sys", "etc", "run"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    shutil.copy2(str(shutil.which("busybox")), root / "bin" / "busybox")
    for applet in ("sh", "sleep", "echo"):
        link = Path(root, "bin", applet)
        if not link.is_symlink():
            link.symlink_to("busybox")
    node.define(_definition(name, inside), driver="lxc:///system")
    node.virsh("start", name, driver="lxc:///system")


def _definition(name: str, root: str) -> str:
    domain = ET.Element("domain", type="lxc")
    ET.SubElement(domain, "name").text = name
    ET.SubElement(domain, "memory", unit="MiB").text = _MEMORY_MIB
    ET.SubElement(domain, "vcpu").text = "1"
    system = ET.SubElement(domain, "os")
    ET.SubElement(system, "type").text = "exe"
    ET.SubElement(system, "init").text = "/bin/sh"
    for argument in ("-c", _PROGRAM):
        ET.SubElement(system, "initarg").text = argument
    devices = ET.SubElement(domain, "devices")
    filesystem = ET.SubElement(devices, "filesystem", type="mount", accessmode="passthrough")
    ET.SubElement(filesystem, "source", dir=root)
    ET.SubElement(filesystem, "target", dir="/")
    ET.SubElement(devices, "console", type="pty")
    return ET.tostring(domain, encoding="unicode")
