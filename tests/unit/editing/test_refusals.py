"""What is refused, by field, with nothing changed."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from rest_framework.test import APIClient

from domains.models import Definition, Domain
from hosts.models import Host, HostState
from jobs.models import Job
from storage.models import Volume
from tests.unit.access.people import client_of, give, person
from tests.unit.editing.world import MAC, make_domain, refused, url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]


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
        ("devices/", {"kind": "serial", "type": "file", "path": "/srv/log"}),
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
