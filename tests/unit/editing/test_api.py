"""Changing a domain over the API: what becomes a job, what a plan says, what is refused by field."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from access.models import AuditEntry
from domains.models import Definition, Domain
from domains.pending import pending
from hosts.models import Host, HostOffers, HostState
from jobs.models import Job
from networks.models import Network
from storage.models import Pool, Volume
from tests.unit.access.people import client_of, give, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

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


@pytest.fixture
def host() -> Host:
    host: Host = Host.objects.create(
        name="alpha",
        uri="qemu:///system",
        state=HostState.UP,
        seen_at=timezone.now(),
        enrolled=True,
        driver="qemu",
        arch="x86_64",
        memory_bytes=8 * 2**30,
    )
    HostOffers.objects.create(host=host, offers=[OFFER])
    Network.objects.create(host=host, uuid=uuid4(), name="default", active=True)
    return host


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


@pytest.fixture
def domain(host: Host) -> Domain:
    return make_domain(host, "web", 1)


@pytest.fixture
def volume(host: Host) -> Volume:
    pool = Pool.objects.create(
        host=host,
        uuid=uuid4(),
        name="pool",
        type="dir",
        state="running",
        target="/pool",
        available_bytes=2**40,
    )
    volume: Volume = Volume.objects.create(
        pool=pool,
        key="k",
        name="data.qcow2",
        path="/pool/data.qcow2",
        type="file",
        format="qcow2",
        capacity_bytes=2**30,
    )
    return volume


@pytest.fixture
def client() -> APIClient:
    return client_of(person("ada", "administrator"))


@pytest.fixture
def operator() -> APIClient:
    """May edit, and let definitions reach nothing of their host."""
    return client_of(person("olga", "operator"))


def url(domain: Domain, path: str = "") -> str:
    return f"/api/v1/domains/{domain.pk}/{path}"


def refused(reply: Any, status: int, field: str) -> None:
    assert reply.status_code == status, reply.content
    assert field in reply.json()["errors"], reply.json()
    assert not Job.objects.exists()


def only_edit() -> dict[str, Any]:
    (edit,) = Job.objects.get().options["edits"]
    return dict(edit)


def test_the_hardware_is_shown(client: APIClient, domain: Domain, volume: Volume) -> None:
    reply = client.get(url(domain, "hardware/"))
    assert reply.status_code == 200
    shown = reply.json()
    assert reply["ETag"] == f'"{domain.version}"'
    assert (shown["settings"]["max_vcpus"], shown["settings"]["vcpus"], shown["live_settings"]) == (
        4,
        1,
        None,
    )
    assert [device["key"] for device in shown["devices"]] == [
        "disk:vda",
        "disk:sda",
        f"interface:{MAC.format(1)}",
        "rng:0",
    ]
    assert {device["pending"] for device in shown["devices"]} == {None}
    assert shown["devices"][2]["network"]["name"] == "default"
    assert client.get(url(domain, "disks/")).json()["disks"] == shown["devices"][:2]
    assert client.get(url(domain, "interfaces/")).json()["interfaces"] == shown["devices"][2:3]
    assert client.get(url(domain, "devices/")).json()["devices"] == shown["devices"]


def test_what_the_next_boot_brings_is_shown(client: APIClient, host: Host) -> None:
    domain = make_domain(host, "web", 1, live="qcow2'/>→qcow2' cache='none'/>")
    definition = Definition.objects.get(pk=domain.pk)
    second = "<rng model='virtio'><backend model='builtin'/></rng></devices>"
    definition.live = str(definition.live).replace("dev='sda' bus='sata'", "dev='sdb' bus='sata'")
    definition.inactive = str(definition.inactive).replace("</devices>", second)
    definition.pending = pending(definition.live, definition.inactive)
    definition.save()
    shown = client.get(url(domain, "hardware/")).json()
    states = {device["key"]: device["pending"] for device in shown["devices"]}
    assert states == {
        "disk:vda": "changed",
        "disk:sda": "added",
        "disk:sdb": "removed",
        f"interface:{MAC.format(1)}": None,
        "rng:0": None,
        "rng:1": "added",
    }
    vda = shown["devices"][0]
    assert (vda["cache"], vda["live"]["cache"]) == (None, "none")
    assert shown["pending"] == definition.pending


def test_settings_become_a_job(client: APIClient, domain: Domain) -> None:
    reply = client.patch(url(domain), {"vcpus": 2, "title": "Web"}, format="json", HTTP_IF_MATCH='"1"')
    assert reply.status_code == 202, reply.content
    job = Job.objects.get()
    assert (job.kind, job.object_id) == ("domain.edit", domain.pk)
    assert only_edit()["values"] == {"vcpus": 2, "title": "Web"}
    assert AuditEntry.objects.get(action="domain.edit").detail["edits"][0]["values"]["vcpus"] == 2
    assert client.patch(url(domain), {"vcpus": 1}, format="json").json()["code"] == "busy"


def test_what_is_ours_alone_is_done_at_once(client: APIClient, domain: Domain) -> None:
    reply = client.patch(url(domain), {"tags": ["web", "prod"], "protected": True}, format="json")
    assert reply.status_code == 200, reply.content
    assert (reply.json()["tags"], reply.json()["protected"]) == (["prod", "web"], True)
    assert reply.json()["version"] == 2
    assert not Job.objects.exists()
    assert client.patch(url(domain), {"tags": []}, format="json", HTTP_IF_MATCH='"1"').status_code == 412


def test_a_plan_says_what_would_change(client: APIClient, host: Host) -> None:
    domain = make_domain(host, "web", 1, live="yes")
    plan = client.patch(url(domain, "?plan=1"), {"vcpus": 2, "max_vcpus": 8}, format="json").json()
    assert plan["allowed"]
    assert {change["path"]: change["live"] for change in plan["changes"]} == {
        "vcpu/@current": True,
        "vcpu": False,
    }
    assert plan["needs_restart"]
    assert "+  <vcpu placement='static' current='2'>8</vcpu>".replace("'", '"') in plan["diff"]
    assert not Job.objects.exists()


def test_a_disk_of_a_volume(client: APIClient, domain: Domain, volume: Volume) -> None:
    reply = client.post(url(domain, "disks/"), {"volume": str(volume.pk), "cache": "none"}, format="json")
    assert reply.status_code == 202, reply.content
    edit = only_edit()
    assert (edit["verb"], edit["key"]) == ("add", "disk:vdb")
    assert edit["values"]["source"]["file"] == "/pool/data.qcow2"
    assert (edit["values"]["format"], edit["values"]["bus"]) == ("qcow2", "virtio")


def test_a_disk_with_a_volume_of_its_own(operator: APIClient, domain: Domain, volume: Volume) -> None:
    wish = {"pool": str(volume.pool_id), "capacity_bytes": 2**30}
    reply = operator.post(url(domain, "disks/"), wish, format="json")
    assert reply.status_code == 202, reply.content
    new = Job.objects.get().options["new_volume"]
    assert (new["name"], new["path"], new["format"]) == ("web-1.qcow2", "/pool/web-1.qcow2", "qcow2")
    assert only_edit()["values"]["source"]["file"] == new["path"]


def test_a_disk_only_ever_grows(operator: APIClient, domain: Domain, volume: Volume) -> None:
    Volume.objects.filter(pk=volume.pk).update(path="/pool/web.qcow2")
    reply = operator.patch(url(domain, "disks/vda/"), {"capacity_bytes": 2**29}, format="json")
    refused(reply, 400, "capacity_bytes")
    wish = {"capacity_bytes": 2**31, "iotune": {"total_iops_sec": 100}}
    plan = operator.patch(url(domain, "disks/vda/?plan=1"), wish, format="json").json()
    assert [change["path"] for change in plan["changes"]] == [
        "devices/disk[vda]/iotune",
        "devices/disk[vda]/capacity",
    ]
    assert operator.patch(url(domain, "disks/vda/"), wish, format="json").status_code == 202
    assert Job.objects.get().options["resize"]["volume"] == volume.name


def test_a_drive_stands_where_its_like_does(operator: APIClient, domain: Domain) -> None:
    assert operator.post(url(domain, "disks/"), {"device": "cdrom"}, format="json").status_code == 202
    assert only_edit()["key"] == "disk:sdb"
    assert only_edit()["values"]["bus"] == "sata"


def test_media_go_in_and_out(operator: APIClient, domain: Domain, volume: Volume) -> None:
    Volume.objects.filter(pk=volume.pk).update(format="iso")
    assert (
        operator.patch(url(domain, "disks/sda/"), {"volume": str(volume.pk)}, format="json").status_code
        == 202
    )
    assert only_edit()["values"]["source"]["file"] == volume.path
    Job.objects.all().delete()
    assert operator.patch(url(domain, "disks/sda/"), {"volume": None}, format="json").status_code == 202
    assert only_edit()["values"] == {"source": None}


def test_devices_come_and_go(operator: APIClient, domain: Domain) -> None:
    for method, path, body, key in (
        ("post", "interfaces/", {"network": str(Network.objects.get().pk)}, "interface:52:54:00:"),
        ("patch", f"interfaces/{MAC.format(1).upper()}/", {"link_up": False}, f"interface:{MAC.format(1)}"),
        ("delete", f"interfaces/{MAC.format(1)}/", None, f"interface:{MAC.format(1)}"),
        ("post", "devices/", {"kind": "watchdog", "model": "i6300esb", "action": "reset"}, "watchdog:0"),
        ("patch", "devices/rng:0/", {"rate_bytes": 1024, "rate_period_seconds": 1.0}, "rng:0"),
        ("delete", "devices/rng:0/", None, "rng:0"),
        ("delete", "disks/vda/", None, "disk:vda"),
    ):
        reply = getattr(operator, method)(url(domain, path), body, format="json")
        assert reply.status_code == 202, (path, reply.content)
        assert only_edit()["key"].startswith(key)
        Job.objects.all().delete()


def test_a_password_is_kept_sealed_and_shown_to_nobody(client: APIClient, domain: Domain) -> None:
    wish = {"kind": "graphics", "type": "vnc", "password": "verysecr"}
    plan = client.post(url(domain, "devices/?plan=1"), wish, format="json")
    assert plan.status_code == 200, plan.content
    assert "verysecr" not in plan.content.decode()
    assert client.post(url(domain, "devices/"), wish, format="json").status_code == 202
    assert "verysecr" not in str(Job.objects.get().options)
    assert "verysecr" not in str(AuditEntry.objects.get(action="domain.edit").detail)


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("patch", "", {"vcpus": 5}, "vcpus"),
        ("patch", "", {"vcpus": "2"}, "vcpus"),
        ("patch", "", {"max_vcpus": 500}, "max_vcpus"),
        ("patch", "", {"topology": {"sockets": 3, "cores": 1, "threads": 1}}, "topology"),
        ("patch", "", {"max_memory_bytes": 2**40}, "max_memory_bytes"),
        ("patch", "", {"memory_bytes": 2**30}, "memory_bytes"),
        ("patch", "", {"firmware": "efi"}, "firmware"),
        ("patch", "", {"cpu": {"mode": "host-passthrough"}}, "cpu.mode"),
        ("patch", "", {"nonsense": 1}, "nonsense"),
        ("patch", "", {"tags": ["a b"]}, "tags.0"),
        ("post", "disks/", {"volume": str(uuid4())}, "volume"),
        ("post", "disks/", {"pool": str(uuid4()), "capacity_bytes": 2**30}, "pool"),
        ("post", "disks/", {"device": "disk"}, "source"),
        ("patch", "disks/vda/", {"bus": "ide"}, "bus"),
        ("patch", "disks/vda/", {"cache": "sometimes"}, "cache"),
        ("patch", "disks/vda/", {"target": "sda"}, "target"),
        ("patch", "disks/vda/", {"capacity_bytes": 2**30}, "capacity_bytes"),
        ("patch", "disks/vda/", {"volume": None}, "volume"),
        ("post", "interfaces/", {"network": str(uuid4())}, "network"),
        ("post", "interfaces/", {"source": {"type": "network", "network": "nowhere"}}, "source.network"),
        ("post", "interfaces/", {"bridge": "br0", "mac": "01:00:00:00:00:00"}, "mac"),
        ("post", "interfaces/", {"bridge": "br0", "mac": MAC.format(1)}, "mac"),
        ("post", "devices/", {"kind": "nonsense"}, "kind"),
        ("post", "devices/", {"kind": "watchdog", "model": "none-such"}, "model"),
    ],
)
def test_what_makes_no_sense_is_refused_by_field(
    client: APIClient, domain: Domain, method: str, path: str, body: dict[str, Any], field: str
) -> None:
    refused(getattr(client, method)(url(domain, path), body, format="json"), 400, field)


def test_a_volume_of_another_domain(client: APIClient, domain: Domain, host: Host, volume: Volume) -> None:
    other = make_domain(host, "db", 2)
    Volume.objects.filter(pk=volume.pk).update(path="/pool/db.qcow2")
    wish = {"volume": str(volume.pk)}
    reply = client.post(url(domain, "disks/"), wish, format="json")
    refused(reply, 409, "volume")
    assert reply.json()["code"] == "volume_in_use"
    assert other.name in reply.json()["detail"]
    plan = client.post(url(domain, "disks/?plan=1"), wish, format="json").json()
    assert not plan["allowed"]
    assert client.post(url(domain, "disks/"), {**wish, "readonly": True}, format="json").status_code == 202


def test_a_mac_of_another_domain(client: APIClient, domain: Domain, host: Host) -> None:
    make_domain(host, "db", 2)
    reply = client.post(
        url(domain, "interfaces/"), {"bridge": "br0", "mac": MAC.format(2).upper()}, format="json"
    )
    refused(reply, 409, "mac")
    assert reply.json()["code"] == "mac_in_use"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", {"emulator": "/bin/sh"}),
        ("", {"kernel": {"kernel": "/etc/shadow"}}),
        ("disks/", {"source": {"type": "file", "file": "/etc/shadow"}}),
        ("disks/", {"source": {"type": "block", "device": "/dev/sda"}}),
        ("devices/", {"kind": "hostdev", "type": "usb", "usb_vendor": "0x1234", "usb_product": "0x5678"}),
        ("devices/", {"kind": "filesystem", "source_dir": "/etc", "target": "etc"}),
        ("devices/", {"kind": "serial", "type": "file", "path": "/root/log"}),
    ],
)
def test_what_the_host_has_needs_its_own_permission(
    operator: APIClient, client: APIClient, domain: Domain, path: str, body: dict[str, Any]
) -> None:
    method = "post" if path else "patch"
    reply = getattr(operator, method)(url(domain, path), body, format="json")
    assert reply.status_code == 403, reply.content
    assert not Job.objects.exists()
    assert getattr(client, method)(url(domain, f"{path}?plan=1"), body, format="json").json()["allowed"]


def test_who_may_not_and_what_is_not_there(client: APIClient, domain: Domain) -> None:
    viewer = person("vera")
    give(viewer, "viewer")
    assert client_of(viewer).patch(url(domain), {"title": "x"}, format="json").status_code == 403
    assert client_of(viewer).get(url(domain, "hardware/")).status_code == 200
    stranger = client_of(person("sam"))
    for reply in (
        stranger.patch(url(domain), {"title": "x"}, format="json"),
        stranger.get(url(domain, "hardware/")),
        client.delete(url(domain, "disks/vdz/")),
        client.patch(url(domain, "devices/rng:7/"), {"model": "virtio"}, format="json"),
        client.patch(f"/api/v1/domains/{UUID(int=1)}/", {"title": "x"}, format="json"),
    ):
        assert reply.status_code == 404, reply.content
    Host.objects.update(state=HostState.UNREACHABLE)
    assert client.patch(url(domain), {"title": "x"}, format="json").json()["code"] == "host_not_up"
    assert not Job.objects.exists()


def test_a_definition_that_nobody_read_yet(client: APIClient, domain: Domain) -> None:
    Definition.objects.all().delete()
    assert client.get(url(domain, "hardware/")).status_code == 409
    assert client.patch(url(domain), {"title": "x"}, format="json").status_code == 409
