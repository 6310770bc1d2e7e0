"""libvirt's schema, asked within limits: libxml2 would think for hours about some documents."""

import time

from hypervisor.xml.schema import complaints
from tests.unit.hypervisor.golden import domain, domains

ATTRIBUTES = (
    "name='qemu' type='qcow2' cache='none' error_policy='stop' rerror_policy='report' io='native' ioeventfd='on' "
    "event_idx='off' copy_on_read='off' discard='unmap' iothread='2' queues='4' queue_size='256' "
    "detect_zeroes='unmap' iommu='on' ats='on' packed='on'"
)
DISK = "<disk type='file' device='disk'><driver {}/><source file='/x'/><target dev='vda'/></disk>"


def with_disks(disks: str) -> str:
    return (
        "<domain type='kvm'><name>a</name><memory>1</memory><os><type>hvm</type></os>"
        f"<devices>{disks}</devices></domain>"
    )


def test_real_domains_are_asked_about() -> None:
    assert {name: complaints(domain(name)) for name in domains()} == dict.fromkeys(domains(), ())
    assert complaints(with_disks("<nonsense/>"))


def test_what_would_take_too_long_is_not() -> None:
    began = time.monotonic()
    assert complaints(with_disks(DISK.format(ATTRIBUTES))) is None
    twelve = " ".join(ATTRIBUTES.split()[:12])
    assert complaints(with_disks(DISK.format(twelve) * 400)) is None
    assert time.monotonic() - began < 10
