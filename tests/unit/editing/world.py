"""A host, and domains on it, as nodewatch would have recorded them."""

from typing import Any
from uuid import uuid4

from django.utils import timezone

from domains.models import Definition, Domain
from domains.pending import pending
from hosts.models import Host
from jobs.models import Job

XML = """<domain type='qemu'>
  <name>{name}</name>
  <uuid>{uuid}</uuid>
  <memory unit='KiB'>262144</memory>
  <currentMemory unit='KiB'>262144</currentMemory>
  <vcpu placement='static' current='1'>4</vcpu>
  <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='/pool/{name}.qcow2'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <disk type='file' device='cdrom'><target dev='sda' bus='sata'/><readonly/></disk>
    <interface type='network'>
      <mac address='{mac}'/>
      <source network='default'/>
      <model type='virtio'/>
    </interface>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
  </devices>
</domain>"""
OFFER = {
    "domain_type": "qemu",
    "arch": "x86_64",
    "machine": "pc-q35-7.2",
    "emulator": "/usr/bin/qemu-system-x86_64",
    "max_vcpus": 288,
    "efi": False,
    "secure_boot": False,
    "loaders": [],
    "cpu_modes": ["custom", "host-model"],
    "cpu_models": ["qemu64"],
    "memory_sources": [],
    "iothreads": True,
    "devices": {"disk": {"bus": ["virtio", "sata", "scsi", "usb"]}},
    "features": [],
}
MAC = "52:54:00:aa:bb:{:02x}"


def make_domain(host: Host, name: str, number: int, *, live: str = "") -> Domain:
    uuid = uuid4()
    mac = MAC.format(number)
    document = XML.format(name=name, uuid=uuid, mac=mac)
    domain: Domain = Domain.objects.create(
        id=uuid,
        host=host,
        name=name,
        state="running" if live else "shutoff",
        vcpus=1,
        memory_bytes=2**28,
        max_memory_bytes=2**28,
        macs=mac,
    )
    old, _, new = live.partition("→")
    running = document.replace(old, new) if new else document if live else None
    Definition.objects.create(
        domain=domain,
        inactive=document,
        live=running,
        pending=pending(running, document),
        fetched_at=timezone.now(),
    )
    return domain


def url(domain: Domain, path: str = "") -> str:
    return f"/api/v1/domains/{domain.pk}/{path}"


def refused(reply: Any, status: int, field: str) -> None:
    assert reply.status_code == status, reply.content
    assert field in reply.json()["errors"], reply.json()
    assert not Job.objects.exists()


def only_edit() -> dict[str, Any]:
    (edit,) = Job.objects.get().options["edits"]
    return dict(edit)
