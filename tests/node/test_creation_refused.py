"""Wishes for domains that cannot be: refused by field, before anything is made."""

from uuid import uuid4

import pytest

from hosts.models import Cluster, Host, HostOffers
from tests.node.creating import DOMAINS, Creator
from tests.node.site import Site, disk
from tests.unit.access.people import client_of, person


@pytest.fixture
def creator(site: Site) -> Creator:
    return Creator(site)


def test_bad_wishes_are_refused_by_field(creator: Creator) -> None:
    site = creator.site
    used = site.volume("used")
    owner = site.guest(
        disk(used.path), "<interface type='user'><mac address='52:54:00:11:22:33'/></interface>"
    )
    nothing = str(uuid4())
    for body, fields in (
        ({"name": "a/b"}, {"name"}),
        ({"name": ".hidden"}, {"name"}),
        ({"name": "tab\there"}, {"name"}),
        ({"name": "é" * 101}, {"name"}),
        ({"name": owner.name}, {"name"}),
        ({}, {"name"}),
        ({"name": "x", "os": "nothing-known"}, {"os"}),
        ({"name": "x", "memory_bytes": 2**46}, {"memory_bytes"}),
        ({"name": "x", "vcpus": 4000}, {"vcpus"}),
        ({"name": "x", "vcpus": 3, "topology": {"sockets": 1, "cores": 2, "threads": 1}}, {"topology"}),
        ({"name": "x", "cpu": {"mode": "custom"}}, {"cpu.model"}),
        ({"name": "x", "cpu": {"mode": "host-passthrough", "model": "qemu64"}}, {"cpu.mode", "cpu.model"}),
        ({"name": "x", "type": "lxc"}, {"type", "root"}),
        ({"name": "x", "arch": "riscv999"}, {"arch"}),
        ({"name": "x", "machine": "pc-nothing"}, {"machine"}),
        ({"name": "x", "machine": "pc", "firmware": "efi-secure"}, {"firmware"}),
        ({"name": "x", "iso": nothing}, {"iso"}),
        ({"name": "x", "cloud_image": nothing}, {"cloud_image"}),
        ({"name": "x", "kernel": {"kernel": nothing}}, {"kernel.kernel"}),
        ({"name": "x", "template": nothing}, {"template"}),
        ({"name": "x", "root": {"path": "/srv"}}, {"root"}),
        ({"name": "x", "disks": [{"volume": str(used.pk)}]}, {"disks.0.volume"}),
        ({"name": "x", "disks": [{"volume": nothing}]}, {"disks.0.volume"}),
        ({"name": "x", "disks": [{"pool": nothing}]}, {"disks.0.pool"}),
        ({"name": "x", "disks": [{"capacity_bytes": 2**50}]}, {"disks.0.capacity_bytes"}),
        ({"name": "x", "disks": [{"backing": str(used.pk), "format": "raw"}]}, {"disks.0.format"}),
        ({"name": "x", "disks": [{"bus": "ide"}]}, {"disks.0.bus"}),
        ({"name": "x", "disks": [{"boot_order": 1}, {"boot_order": 1}]}, {"disks.1.boot_order"}),
        ({"name": "x", "interfaces": [{}]}, {"interfaces.0.network"}),
        ({"name": "x", "interfaces": [{"network": nothing}]}, {"interfaces.0.network"}),
        ({"name": "x", "interfaces": [{"type": "user", "mac": "52:54:00:11:22:33"}]}, {"interfaces.0.mac"}),
        ({"name": "x", "interfaces": [{"type": "user", "mac": "01:00:5e:00:00:01"}]}, {"interfaces.0.mac"}),
        ({"name": "x", "interfaces": [{"type": "user", "mac": "nonsense"}]}, {"interfaces.0.mac"}),
        ({"name": "x", "interfaces": [{"type": "user", "mac": "52:54:00:00:00:07"}] * 2}, {"interfaces.1.mac"}),
        ({"name": "x", "cloud_init": {"ssh_keys": ["no key"]}}, {"cloud_init.ssh_keys.0"}),
        ({"name": "x", "cloud_init": {"user": "a", "user_data": "x"}},
         {"cloud_init.user", "cloud_init.user_data"}),
        ({"name": "x", "count": 2, "disks": [{"volume": str(site.volume("free").pk)}]}, {"disks.0.volume"}),
    ):  # fmt: skip
        assert set(creator.refused(**body)) == fields, body


def test_shapes_are_refused_before_anything_is_looked_at(creator: Creator) -> None:
    for body in (
        {"name": "x", "unknown": 1},
        {"name": 5},
        {"name": "x", "vcpus": "2"},
        {"name": "x", "disks": [{"bus": "floppy"}]},
        {"name": "x", "count": 100000},
        {"name": "x", "tags": ["no space here"]},
        {"name": "x", "interfaces": [{"bridge": "../../etc"}]},
    ):
        creator.asked(400, **body)
    answer = creator.client.post(DOMAINS, {"name": "x"}, format="json")
    assert "host" in answer.json()["errors"]
    answer = creator.client.post(DOMAINS, {"name": "x", "host": str(uuid4())}, format="json")
    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"host"})


def test_a_host_without_firmware_runs_what_needs_none(creator: Creator) -> None:
    known = HostOffers.objects.get(pk=creator.site.host.pk)
    for offer in known.offers:
        offer["efi"] = offer["secure_boot"] = False
    known.save()
    for body in ({"firmware": "efi"}, {"firmware": "efi-secure"}, {"os": "win11"}):
        assert set(creator.refused(name="x", **body)) == {"firmware"}, body
    assert creator.asked(200, plan=True, name="x")["allowed"]


def test_a_cluster_gives_the_host_that_has_what_is_named(creator: Creator) -> None:
    site = creator.site
    cluster = Cluster.objects.create(name="all")
    Host.objects.filter(pk=site.host.pk).update(cluster=cluster)
    other = Host.objects.create(
        name="larger", uri="qemu+tls://larger/system", state="up", cluster=cluster, memory_bytes=2**44
    )
    volume = site.volume("here")
    body = {"cluster": str(cluster.pk), "name": "placed", "disks": [{"copy_of": str(volume.pk)}]}
    answer = creator.client.post(f"{DOMAINS}?plan=1", body, format="json").json()
    assert [check["detail"] for check in answer["checks"] if check["code"] == "place"] == [
        f"It is made on {site.host.name}."
    ]
    Host.objects.filter(pk=site.host.pk).update(state="maintenance")
    answer = creator.client.post(DOMAINS, body, format="json")
    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"cluster"})
    body = {"host": str(site.host.pk), "name": "placed"}
    assert set(creator.client.post(DOMAINS, body, format="json").json()["errors"]) == {"host"}
    assert other.domains.count() == 0


def test_an_image_over_a_file_outside_of_all_pools_needs_the_permission(creator: Creator) -> None:
    site = creator.site
    base = site.volume("base")
    shown = site.volume("shown.qcow2", format="qcow2", backing=base.path, backing_format="raw")
    spy = site.volume("spy.qcow2", format="qcow2", backing="/etc/hostname", backing_format="raw")
    operator = client_of(person("olga", "operator"))
    for volume, refused in ((shown, False), (spy, True)):
        for field, disk_of in (
            ("disks.0.volume", {"disks": [{"volume": str(volume.pk)}]}),
            ("disks.0.copy_of", {"disks": [{"copy_of": str(volume.pk)}]}),
            ("cloud_image", {"cloud_image": str(volume.pk)}),
        ):
            body = {"host": str(site.host.pk), "name": "x", **disk_of}
            checks = operator.post(f"{DOMAINS}?plan=1", body, format="json").json()["checks"]
            failing = {check["code"] for check in checks if not check["ok"]}
            assert failing == ({field} if refused else set()), checks
