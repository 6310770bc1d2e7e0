"""Changing a domain over the API: what is shown, what becomes a job, what a plan says."""

import pytest
from rest_framework.test import APIClient

from access.models import AuditEntry
from domains.models import Definition, Domain
from domains.pending import pending
from hosts.models import Host
from jobs.models import Job
from networks.models import Network
from storage.models import Volume
from tests.unit.editing.world import MAC, make_domain, only_edit, refused, url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]


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
    entry = AuditEntry.objects.get(action="domain.edit")
    assert entry.detail["edits"][0]["values"]["vcpus"] == 2
    assert entry.changes == {
        "vcpu/@current": {"before": "1", "after": "2"},
        "title": {"before": None, "after": "Web"},
    }
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
    assert "verysecr" not in str(list(AuditEntry.objects.values()))
