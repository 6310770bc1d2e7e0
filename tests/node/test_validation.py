"""A definition that a validator would think about for hours is not given to the node's."""

import time
from uuid import uuid4

import pytest

from hypervisor.errors import InvalidXML
from hypervisor.libvirt.node import LibvirtNode
from hypervisor.xml.hardware import add_device, device_from
from tests.node.guests import xml

EVERYTHING = {
    "source": {"type": "file", "file": "/nowhere"}, "target": "vda", "bus": "virtio", "driver": "qemu",
    "format": "qcow2", "cache": "none", "io": "native", "discard": "unmap", "detect_zeroes": "unmap",
    "error_policy": "stop", "read_error_policy": "report", "copy_on_read": False, "io_event_fd": True,
    "event_index": False, "queues": 4, "queue_size": 256, "iommu": False, "ats": False, "packed": False,
}  # fmt: skip


def test_a_disk_with_every_property_is_defined_at_once(qemu: LibvirtNode) -> None:
    began = time.monotonic()
    name = f"everything-{uuid4().hex[:8]}"
    uuid = qemu.define(add_device(xml(name), device_from("disk", EVERYTHING)))
    try:
        qemu.redefine(uuid, lambda said: said.replace("<memory ", "<title>x</title><memory ", 1))
        assert time.monotonic() - began < 10
        said = qemu.domain_xml(uuid)
        assert said.detail.title == "x"
    finally:
        qemu.undefine(uuid)


def test_others_are_still_validated(qemu: LibvirtNode) -> None:
    with pytest.raises(InvalidXML):
        qemu.define(xml("odd").replace("<devices>", "<nonsense/><devices>"))
