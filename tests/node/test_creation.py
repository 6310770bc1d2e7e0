"""Domains made by their typed spec on a real node: with defaults, each medium, and nothing left of those that fail."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pycdlib
import pytest

from access import secrets
from access.models import AuditEntry
from domains.creation import seeds
from domains.models import Domain, Seed
from hosts.models import Host
from hypervisor.data import NewVolume
from hypervisor.xml.domain import read_domain
from jobs.carrying import Carrying, decide
from jobs.models import Job, JobState
from tests.daemon import PrivateDaemon
from tests.node.conftest import Opener
from tests.node.creating import DOMAINS, Creator
from tests.node.guests import xml
from tests.node.site import MIB, Site, disk
from tests.unit.access.people import client_of, person

NAMESPACE = " xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'"
SMALL: dict[str, Any] = {"memory_bytes": 32 * MIB, "start": False}


@pytest.fixture
def creator(site: Site) -> Creator:
    return Creator(site)


def test_a_name_and_a_place_are_enough(creator: Creator) -> None:
    site = creator.site
    uuid = creator.made(name="plain", start=False)
    domain = Domain.objects.get(pk=uuid)
    assert (domain.name, domain.state, domain.vcpus, domain.memory_bytes) == (
        "plain",
        "shutoff",
        2,
        2 * 2**30,
    )
    assert domain.machine.startswith("pc-q35")
    assert domain.domain_type in site.host.capabilities["guests"][0]["domain_types"]
    (made,) = domain.definition.disks
    assert (made["source"], made["format"], made["bus"]) == (f"{site.folder}/plain.qcow2", "qcow2", "virtio")
    (interface,) = domain.definition.interfaces
    assert (interface["type"], interface["model"]) == ("user", "virtio")
    assert site.names() == {"plain.qcow2"}
    # The same once more is refused: the name is taken.
    assert set(creator.refused(name="plain")) == {"name"}


def test_everything_that_a_spec_can_say(creator: Creator) -> None:
    site = creator.site
    data = site.volume("data")
    uuid = creator.made(
        name="whole", title="A <title>", description="words & more", tags=["web", "test"], os="debian11",
        vcpus=4, topology={"sockets": 1, "cores": 2, "threads": 2}, cpu={"mode": "custom", "model": "qemu64"},
        memory_bytes=64 * MIB, firmware="efi", tpm=False, rng=True, agent=True, sound="ich9",
        graphics={"type": "vnc", "password": "secret12"}, video="vga",
        watchdog={"model": "i6300esb", "action": "reset"}, autostart=False, protected=True, start=False,
        disks=[
            {"capacity_bytes": 8 * MIB, "format": "raw", "cache": "none", "serial": "first", "boot_order": 1},
            {"volume": str(data.pk), "bus": "scsi"},
            {"copy_of": str(site.volume("original", b"content").pk), "bus": "sata"},
            {"backing": str(site.volume("base").pk)},
            {"device": "cdrom"},
        ],
        interfaces=[{"type": "user", "mac": "52:54:00:AB:CD:01", "model": "e1000", "link": "down"}],
    )  # fmt: skip
    domain = Domain.objects.get(pk=uuid)
    assert (domain.title, domain.description, domain.firmware) == ("A <title>", "words & more", "efi")
    assert (domain.protected, sorted(domain.tags.values_list("name", flat=True))) == (True, ["test", "web"])
    shown = [(each["target"], each["device"], each["format"]) for each in domain.definition.disks]
    assert sorted(shown) == [
        ("sda", "disk", "raw"), ("sdb", "disk", "raw"), ("sdc", "cdrom", "raw"), ("vda", "disk", "raw"),
        ("vdb", "disk", "qcow2"),
    ]  # fmt: skip
    assert (site.folder / "whole-1.img").read_bytes().startswith(b"content")
    assert site.node.volume(site.pool.uuid, "whole.qcow2").backing == f"{site.folder}/base"
    inactive = site.node.secret_definition(domain.pk)
    assert 'passwd="secret12"' in inactive.replace("'", '"')
    assert "/debian/11" in inactive
    assert "52:54:00:ab:cd:01" in domain.macs
    # No secret is in the job, nor in what the audit log says.
    job = Job.objects.get(object_id=uuid)
    assert "secret12" not in json.dumps(job.options)
    assert job.option("sealed") == ""
    assert not [entry for entry in AuditEntry.objects.all() if "secret12" in json.dumps(entry.detail)]


def test_the_plan_is_what_is_made(creator: Creator) -> None:
    plan = creator.asked(200, plan=True, name="planned", **SMALL)
    assert plan["allowed"]
    assert {change["path"] for change in plan["changes"]} == {"volume planned.qcow2", "domain planned"}
    assert read_domain(plan["xml"]).memory_bytes == 32 * MIB
    assert creator.site.names() == set()
    assert not Job.objects.exists()


def test_an_iso_a_network_and_a_kernel(creator: Creator) -> None:
    site = creator.site
    iso = site.volume("medium.iso", b"iso")
    first = Domain.objects.get(pk=creator.made(name="one", iso=str(iso.pk), **SMALL))
    assert [(d["device"], d["source"]) for d in first.definition.disks] == [
        ("disk", f"{site.folder}/one.qcow2"),
        ("cdrom", iso.path),
    ]
    # A medium is for all.
    creator.made(name="two", iso=str(iso.pk), **SMALL)
    third = Domain.objects.get(pk=creator.made(name="three", network_boot=True, disks=[], **SMALL))
    assert "network" in (third.definition.inactive or "").partition("<boot")[2].partition("/>")[0]
    kernel = {"kernel": str(site.volume("vmlinuz").pk), "cmdline": "console=ttyS0 <x>"}
    fourth = Domain.objects.get(pk=creator.made(name="four", kernel=kernel, **SMALL))
    assert f"<kernel>{site.folder}/vmlinuz</kernel>" in (fourth.definition.inactive or "")
    assert fourth.definition.disks == []


def test_a_cloud_image_gets_a_private_seed_that_goes_after_the_first_boot(creator: Creator) -> None:
    site = creator.site
    image = site.volume("cloud.img", b"image")
    cloud_init = {
        "user": "ada", "password": "hidden-word", "ssh_keys": ["ssh-ed25519 AAAAC3Nza ada@example"],
        "hostname": "cloudy", "network_config": "version: 2",
    }  # fmt: skip
    job = creator.job(
        name="cloudy", cloud_image=str(image.pk), cloud_init=cloud_init, memory_bytes=32 * MIB, start=True,
        disks=[{"capacity_bytes": 4 * MIB}],
    )  # fmt: skip
    assert "hidden-word" not in json.dumps(job.options)
    assert "hidden-word" in secrets.unseal(job.option("sealed"))
    site.done(job)
    domain = Domain.objects.get(name="cloudy")
    assert site.node.volume(site.pool.uuid, "cloudy.img").capacity_bytes == 4 * MIB
    assert (site.folder / "cloudy.img").read_bytes().startswith(b"image")
    seed = Seed.objects.get(pk=domain.pk)
    path = Path(seed.path)
    assert path.stat().st_mode & 0o077 == 0
    assert _said(path, "/user-data").startswith("#cloud-config\n")
    user = json.loads(_said(path, "/user-data").partition("\n")[2])["users"][0]
    assert (user["name"], user["plain_text_passwd"], user["ssh_authorized_keys"]) == (
        "ada", "hidden-word", ["ssh-ed25519 AAAAC3Nza ada@example"],
    )  # fmt: skip
    assert json.loads(_said(path, "/meta-data")) == {
        "instance-id": str(domain.pk),
        "local-hostname": "cloudy",
    }
    assert _said(path, "/network-config") == "version: 2"
    # It runs: seen once, the seed stays; when it is off it goes, from the definition and from the node.
    seeds.sweep()
    assert not Job.objects.filter(kind=seeds.KIND).exists()
    site.node.destroy(domain.pk)
    site.look(site.host.pk, "domain", domain.pk)
    seeds.sweep()
    site.done(Job.objects.get(kind=seeds.KIND))
    assert not path.exists()
    domain.refresh_from_db()
    assert [d["device"] for d in domain.definition.disks] == ["disk"]
    assert not Seed.objects.exists()


@pytest.mark.parametrize(("system", "left"), [("debian11", None), ("win10", ("cdrom", ""))])
def test_the_seed_of_one_that_runs_on_is_taken_out(
    creator: Creator, settings: Any, system: str, left: tuple[str, str] | None
) -> None:
    """A virtio disk is unplugged, which this guest without a system does not answer; a CD drive is opened."""
    site = creator.site
    image = site.volume("cloud.img", b"image")
    uuid = creator.made(
        name="long",
        os=system,
        cloud_image=str(image.pk),
        cloud_init={"user_data": "#!/bin/sh\n"},
        memory_bytes=32 * MIB,
    )
    settings.SEED_SECONDS = 0
    seeds.sweep()
    seeds.sweep()
    site.done(Job.objects.get(kind=seeds.KIND))
    domain = Domain.objects.get(pk=uuid)
    assert domain.state == "running"
    live = [(each.device, each.source) for each in read_domain(domain.definition.live or "").disks]
    assert live[0] == ("disk", f"{site.folder}/long.img")
    assert left is None or live[1:] == [left]
    assert len(read_domain(domain.definition.inactive or "").disks) == 1
    assert site.names() == {"cloud.img", "long.img"}


def _said(path: Path, name: str) -> str:
    disc = pycdlib.PyCdlib()
    disc.open(str(path))
    assert disc.pvd.volume_identifier.strip() == b"cidata"
    with disc.open_file_from_iso(joliet_path=name) as file:
        content: bytes = file.read()
    disc.close()
    return content.decode()


def test_raw_xml(creator: Creator) -> None:
    site = creator.site
    uuid = uuid4()
    whole: str = xml("raw").replace("</name>", f"</name><uuid>{uuid}</uuid>").replace(NAMESPACE, "")
    assert creator.made(xml=whole) == str(uuid)
    assert Domain.objects.get(pk=uuid).state == "running"
    assert set(creator.refused(xml=whole)) == {"name", "xml"}
    assert set(creator.refused(xml=whole, name="other")) >= {"name", "xml"}
    assert set(creator.refused(xml="<domain")) == {"xml"}
    assert set(creator.refused(xml="<!DOCTYPE x [<!ENTITY e 'x'>]><domain><name>&e;</name></domain>")) == {
        "xml"
    }
    # Libvirt's own word about a definition that we let pass is the job's.
    job = creator.job(xml="<domain type='qemu'><name>odd</name><memory>1024</memory></domain>")
    ended = site.ended(job)
    assert (ended.state, ended.error_code) == ("failed", "invalid_xml")


def test_what_a_definition_reaches_needs_its_permission(creator: Creator, site: Site) -> None:
    operator = client_of(person("olga", "operator"))
    volume = site.volume("mine")
    for devices, allowed in (
        (disk(volume.path), True),
        (disk("/etc/shadow"), False),
        ("<emulator>/tmp/canary</emulator>", False),
        ("<filesystem type='mount'><source dir='/'/><target dir='x'/></filesystem>", False),
    ):
        document = xml("reaching", devices=devices).replace(NAMESPACE, "")
        body = {"host": str(site.host.pk), "xml": document, "start": False}
        answer = operator.post(f"{DOMAINS}?plan=1", body, format="json").json()
        assert answer["allowed"] is allowed, answer
    viewer = client_of(person("vera", "viewer"))
    assert viewer.post(DOMAINS, {"host": str(site.host.pk), "name": "x"}, format="json").status_code == 403


def test_one_that_fails_half_way_leaves_nothing_and_says_so(creator: Creator) -> None:
    site = creator.site
    job = creator.job(name="taken", memory_bytes=32 * MIB)
    site.node.define(xml("taken"))  # by somebody else, and not heard of yet
    ended = site.ended(job)
    assert ended.state == "failed"
    assert "What it had made was removed: taken.qcow2." in ended.error_detail
    assert ended.option("sealed") == ""
    assert site.names() == set()
    # One that cannot be started is not left behind defined.
    job = creator.job(xml=xml("odd", devices=disk(f"{site.folder}/gone")))
    ended = site.ended(job)
    assert ended.state == "failed"
    assert "its definition" in ended.error_detail
    assert not site.has(job.object_id)


def test_a_volume_that_came_to_be_meanwhile_is_left_alone(creator: Creator) -> None:
    site = creator.site
    job = creator.job(name="late", **SMALL)
    (site.folder / "late.qcow2").write_bytes(b"somebody's")
    ended = site.ended(job)
    assert (ended.state, ended.error_code) == ("failed", "name_taken")
    assert (site.folder / "late.qcow2").read_bytes() == b"somebody's"


def test_a_cancelled_one_leaves_nothing(creator: Creator, monkeypatch: pytest.MonkeyPatch) -> None:
    job = creator.job(name="stopped", disks=[{"capacity_bytes": MIB}, {"capacity_bytes": MIB}], **SMALL)
    asked: list[bool] = []

    def at_the_third(carrying: Carrying) -> bool:
        asked.append(True)
        return len(asked) == 3

    monkeypatch.setattr(Carrying, "cancel_requested", at_the_third)
    assert creator.site.ended(job).state == "cancelled"
    assert creator.site.names() == set()
    assert not creator.site.has(job.object_id)


def test_what_became_of_one_whose_worker_died(creator: Creator) -> None:
    site = creator.site

    def left_running(job: Job, **options: Any) -> Job:
        Job.objects.filter(pk=job.pk).update(
            state=JobState.RUNNING, attempt=1, options={**job.options, **options}
        )
        job.refresh_from_db()
        return job

    # Before anything: begin anew.
    early = left_running(creator.job(name="early", **SMALL))
    assert decide(early) is True
    site.done(early)
    # Half-way: taken back.
    half = left_running(creator.job(name="half", **SMALL), began=True)
    site.node.create_volume(site.pool.uuid, NewVolume("half.qcow2", MIB, "qcow2"))
    assert decide(half) is False
    half.refresh_from_db()
    assert (half.state, half.error_code) == ("failed", "interrupted")
    assert "half.qcow2" in half.error_detail
    # Defined and not started: goes on.
    last = creator.job(name="last", memory_bytes=32 * MIB, disks=[])
    site.node.define(last.option("xml"))
    left_running(last, began=True)
    assert decide(last) is True
    site.done(last)
    assert Domain.objects.get(name="last").state == "running"
    assert site.names() == {"early.qcow2"}


def test_what_a_wizard_may_offer(creator: Creator) -> None:
    site = creator.site
    site.volume("medium.iso")
    owner = site.guest(disk(site.volume("disk").path))
    answer = creator.client.get(f"{DOMAINS}creation-options/?host={site.host.pk}").json()
    assert answer["types"][-1] == "qemu"
    assert "q35" in {name for machine in answer["machines"] for name in machine["machines"]}
    assert answer["default_pool"] == str(site.pool.pk)
    assert {one["name"]: one["used_by"] for one in answer["volumes"]} == {
        "medium.iso": "",
        "disk": owner.name,
    }
    assert [one["name"] for one in answer["media"]] == ["medium.iso"]
    assert answer["os"][0]["id"] == ""
    assert creator.client.get(f"{DOMAINS}creation-options/").status_code == 400
    assert creator.client.get(f"{DOMAINS}creation-options/?host={uuid4()}").status_code == 404


def test_several_at_once_are_one_parent_with_children(creator: Creator) -> None:
    site = creator.site
    parent = creator.job(name="web-{n}", count=3, disks=[{"capacity_bytes": MIB}], **SMALL)
    assert parent.object_kind == "batch"
    for _ in range(8):
        parent.refresh_from_db()
        waiting = list(Job.objects.filter(parent=parent, state=JobState.QUEUED))
        if not parent.open:
            break
        site.ended(parent) if parent.state == JobState.QUEUED else decide(parent)
        for child in waiting:
            site.done(child)
    parent.refresh_from_db()
    assert (parent.state, (parent.result or {})["succeeded"]) == ("succeeded", 3)
    assert set(Domain.objects.values_list("name", flat=True)) == {"web-1", "web-2", "web-3"}
    assert site.names() == {"web-1.qcow2", "web-2.qcow2", "web-3.qcow2"}
    assert UUID((parent.result or {})["children"][0]["object"]["id"]) in set(
        Domain.objects.values_list("pk", flat=True)
    )


def test_other_hypervisors_get_what_they_know(
    site: Site, daemon: PrivateDaemon, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Libvirt's test driver stands for those that are not QEMU: no firmware, no screen, no devices of QEMU's."""
    node = opened(daemon.uri("test"))
    site.node = node
    Host.objects.filter(pk=site.host.pk).update(uri=daemon.uri("test"), driver="test")
    site.look_at_all()
    creator = Creator(site)
    uuid = UUID(creator.made(name=f"other-{uuid4().hex[:8]}", memory_bytes=32 * MIB))
    try:
        domain = Domain.objects.get(pk=uuid)
        assert (domain.state, domain.domain_type) == ("running", "test")
        assert [d["source"].rpartition("/")[2] for d in domain.definition.disks] == [f"{domain.name}.qcow2"]
    finally:
        node.destroy(uuid)
        node.undefine(uuid)
    # The playground is everybody's: its own domains stay.
    site.node = opened(daemon.uri())
