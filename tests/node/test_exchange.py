"""Domains out as appliances and in again, as services and workers do it, on a real node."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from access.errors import Conflict, Invalid
from domains.copies.errors import CannotCopy
from domains.exchange import services, transfer
from domains.exchange.inspecting import look
from domains.models import Domain, Quota
from domains.quotas.amounts import NOTHING
from domains.quotas.counting import used
from domains.quotas.errors import QuotaExceeded
from hosts.models import Host
from jobs.carrying import decide
from jobs.errors import JobCancelled
from jobs.kinds import Again, WasCancelled, kind_named
from jobs.models import Job, JobState
from storage import users
from storage.models import Volume
from tests.node.creating import Creator
from tests.node.site import MIB, Site, cdrom, disk
from tests.unit.exchange import appliances
from tests.unit.exchange.appliances import STREAM, Bytes

pytestmark = pytest.mark.usefixtures("worker")
IMPORT = "/api/v1/domains/import/"


@pytest.fixture
def worker(site: Site, settings: Any, tmp_path: Path) -> Iterator[None]:
    """A worker's scratch folder, in which nothing ever stays."""
    settings.SCRATCH_DIR = tmp_path / "scratch"
    Creator(site)  # records what the node can do
    yield
    assert not settings.SCRATCH_DIR.exists() or not list(settings.SCRATCH_DIR.iterdir())


def come(site: Site, volume: Volume, **more: Any) -> Job:
    return services.request_import({"host": site.host.pk, "volume": volume.pk, **more}, by=site.by)


def same(one: str | Path, format: str, other: str | Path, other_format: str) -> bool:
    command = ["qemu-img", "compare", "-U", "-f", format, "-F", other_format, str(one), str(other)]
    return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0


def sources(domain: UUID | str) -> list[str]:
    return [one["source"] for one in Domain.objects.get(pk=domain).definition.disks]


def test_what_leaves_comes_back(site: Site, tmp_path: Path) -> None:
    plain = site.volume("plain", b"words of the first disk" * 1000)
    base = site.volume("base", b"words below" * 1000)
    layer = site.volume("layer", format="qcow2", backing=base.path, backing_format="raw")
    original = site.guest(
        disk(plain.path), disk(layer.path, "vdb", format="qcow2"), cdrom(site.volume("medium.iso").path)
    )
    plan = services.plan_export(original.pk, by=site.by, pool_id=site.pool.pk)
    assert plan["allowed"]
    assert [one["detail"] for one in plan["checks"] if one["code"] == "left_out"] == [
        f"sda ({site.folder}/medium.iso) does not go with it."
    ]
    job = services.request_export(original.pk, by=site.by, pool_id=site.pool.pk, name="taken out")
    assert users.users_of(site.host, [f"{site.folder}/taken out.ova"], site.by), "nobody deletes it meanwhile"
    result = site.done(job)
    volume = Volume.objects.get(pk=result["volume"]["id"])
    assert volume.name == "taken out.ova"
    with pytest.raises(Conflict, match="already"):
        services.request_export(original.pk, by=site.by, pool_id=site.pool.pk, name="taken out.ova")

    assert not services.plan_import({"host": site.host.pk, "volume": volume.pk}, by=site.by)["allowed"]
    inside = site.done(services.request_inspection(volume.pk, by=site.by))
    assert [one["capacity_bytes"] for one in inside["disks"]] == [MIB, MIB]
    assert (inside["checked"], inside["warnings"]) == (True, [])
    wish = {"host": site.host.pk, "volume": volume.pk, "name": "back"}
    plan = services.plan_import(wish, by=site.by)
    assert plan["allowed"], plan
    assert {one["path"] for one in plan["changes"]} == {
        "volume back.qcow2",
        "volume back-1.qcow2",
        "domain back",
    }
    job = come(site, volume, name="back")
    assert users.users_of(site.host, [volume.path], site.by), "nobody deletes it while it is read"
    made = site.done(job)
    first, second = sources(made["domain"])
    assert same(first, "qcow2", plain.path, "raw")
    assert same(second, "qcow2", layer.path, "qcow2")
    back = Domain.objects.get(pk=made["domain"])
    assert (back.name, back.vcpus, back.memory_bytes) == ("back", original.vcpus, original.memory_bytes)


@pytest.mark.parametrize(("format", "options"), [("vmdk", STREAM), ("vdi", ()), ("vhdx", ()), ("vpc", ())])
def test_disks_of_other_hypervisors_come_in(
    site: Site, tmp_path: Path, format: str, options: tuple[str, ...]
) -> None:
    content = appliances.disk(tmp_path, format, *options)
    volume = site.volume("old.img", content, capacity_bytes=len(content))
    made = site.done(come(site, volume, memory_bytes=64 * MIB, networks=[]))
    (source,) = sources(made["domain"])
    assert source == f"{site.folder}/old.qcow2"
    raw = tmp_path / "raw"
    subprocess.run(["qemu-img", "convert", "-f", "qcow2", "-O", "raw", source, raw], check=True, timeout=60)
    assert raw.read_bytes().startswith(b"words of the disk")
    assert Domain.objects.get(pk=made["domain"]).definition.interfaces == []


def test_what_is_not_as_it_says_leaves_nothing(site: Site, tmp_path: Path) -> None:
    good = bytearray(appliances.appliance(tmp_path))
    (inside,) = look(Bytes(bytes(good))).disks
    good[inside.offset + inside.size_bytes - 1] ^= 1
    for name, content, code in (
        ("changed.ova", bytes(good), "bad_archive"),
        ("missing.ova", appliances.appliance(tmp_path, left_out=["vm-disk1.vmdk"]), "bad_archive"),
        ("none.ova", b"nothing of the kind" * 100, "bad_archive"),
        ("lying.vmdk", b'# Disk DescriptorFile\nversion=1\ncreateType="monolithicFlat"\nRW 8 FLAT "/etc/shadow" 0\n',
         "bad_image"),
    ):  # fmt: skip
        volume = site.volume(name, content, capacity_bytes=len(content))
        before = site.names()
        ended = site.ended(come(site, volume, name="never"))
        assert (ended.state, ended.error_code) == (JobState.FAILED, code), ended.error_detail
        assert site.names() == before
        assert not site.has(ended.object_id)
        ended = site.ended(services.request_inspection(volume.pk, by=site.by))
        assert ended.state == (JobState.SUCCEEDED if name == "changed.ova" else JobState.FAILED)


def test_a_disk_that_no_pool_holds_is_refused_once_it_is_known(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "huge"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", file, "100T"], check=True, timeout=60)
    huge = file.read_bytes()
    volume = site.volume("huge.img", huge, capacity_bytes=len(huge))
    ended = site.ended(come(site, volume))
    assert (ended.state, ended.error_code) == (JobState.FAILED, "invalid")
    assert "MiB free" in ended.error_detail
    assert site.names() == {"huge.img"}


@pytest.mark.parametrize("kind", ["ova", "vmdk"])
def test_the_quota_is_asked_when_it_is_opened_and_when_it_was_read(
    site: Site, tmp_path: Path, kind: str
) -> None:
    ova = kind == "ova"
    content = appliances.appliance(tmp_path) if ova else appliances.disk(tmp_path, "vmdk", *STREAM)
    volume = site.volume(f"old.{kind}", content, capacity_bytes=len(content))
    before = site.names()
    user = site.by.user
    assert user is not None
    quota = Quota.objects.create(user=user, domains=1, storage_bytes=MIB)
    # Nobody has looked inside, so it is opened: how large it will be is known once its job has read it.
    ended = site.ended(come(site, volume, name="never"))
    assert (ended.state, ended.error_code) == (JobState.FAILED, "quota_exceeded"), ended.error_detail
    assert "of storage" in ended.error_detail
    assert (site.names(), site.has(ended.object_id)) == (before, False)
    Host.objects.update(seen_at=timezone.now())
    assert used([quota])[quota.pk].total == NOTHING
    inside = site.done(services.request_inspection(volume.pk, by=site.by))
    jobs = Job.objects.count()
    with pytest.raises(QuotaExceeded):
        come(site, volume, name="never")
    assert Job.objects.count() == jobs
    size = sum(one["capacity_bytes"] for one in inside["disks"])
    Quota.objects.update(storage_bytes=size)
    made = site.done(come(site, volume, name="back"))
    assert str(Domain.objects.get(owner=user).pk) == made["domain"]
    assert used([quota])[quota.pk].total.storage_bytes == size


@pytest.mark.parametrize("step", ["reading", "compressing", "writing"])
def test_a_cancelled_export_leaves_nothing(site: Site, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    original = site.guest(disk(site.volume("one", b"x" * MIB).path))
    _stop_at(monkeypatch, step)
    ended = site.ended(services.request_export(original.pk, by=site.by, pool_id=site.pool.pk))
    assert ended.state == JobState.CANCELLED
    assert site.names() == {"one"}


@pytest.mark.parametrize("step", ["reading", "converting", "filling"])
def test_a_cancelled_import_leaves_nothing(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    content = appliances.disk(tmp_path, "vdi")
    volume = site.volume("old.vdi", content, capacity_bytes=len(content))
    _stop_at(monkeypatch, step)
    ended = site.ended(come(site, volume))
    assert ended.state == JobState.CANCELLED
    assert site.names() == {"old.vdi"}
    assert not site.has(ended.object_id)


def _stop_at(monkeypatch: pytest.MonkeyPatch, begin: str) -> None:
    """A cancel that comes during this step."""
    at = transfer.Meter.at

    def heard(self: transfer.Meter, step: str, done: int, whole: int) -> None:
        if step.startswith(begin):
            raise JobCancelled
        at(self, step, done, whole)

    monkeypatch.setattr(transfer.Meter, "at", heard)


def test_after_a_worker_s_death_nothing_half_made_stays(site: Site, tmp_path: Path) -> None:
    original = site.guest(disk(site.volume("one", b"x").path))
    job = services.request_export(original.pk, by=site.by, pool_id=site.pool.pk, name="half")
    kind = kind_named(job.kind)
    assert kind.recover(job) == Again(), "it had not begun"
    site.volume("half.ova")
    job.options["began"] = True
    assert kind.recover(job) == Again()
    assert site.names() == {"one"}
    job.cancel_requested_at = timezone.now()
    assert kind.recover(job) == WasCancelled()

    content = appliances.disk(tmp_path, "vdi")
    coming = come(site, site.volume("old.vdi", content, capacity_bytes=len(content)), name="one")
    Job.objects.filter(pk=coming.pk).update(state=JobState.RUNNING, attempt=1)
    coming.refresh_from_db()
    assert decide(coming), "nothing was made yet: it is carried out once more"
    site.done(coming)
    assert decide(coming) is False
    assert Domain.objects.get(pk=coming.object_id).name == "one"


def test_what_cannot_leave_says_why(site: Site) -> None:
    lone = (
        Path(site.daemon_folder) / "outside.raw"
        if hasattr(site, "daemon_folder")
        else site.folder.parent / "x"
    )
    stray = site.guest(disk(lone))
    with pytest.raises(CannotCopy, match="no storage pool"):
        services.request_export(stray.pk, by=site.by, pool_id=site.pool.pk)
    other = site.guest()
    with pytest.raises(Invalid, match="no such pool"):
        services.request_export(other.pk, by=site.by, pool_id=site.host.pk)
    site.volume("here.ova")
    with pytest.raises(Conflict, match=r"here\.ova"):
        services.request_export(other.pk, by=site.by, pool_id=site.pool.pk, name="here")


def test_a_bad_wish_is_refused_by_field(site: Site, tmp_path: Path) -> None:
    creator = Creator(site)
    used = site.volume("used.qcow2", format="qcow2")
    site.guest(disk(used.path, format="qcow2"))
    layer = site.volume("layer.qcow2", format="qcow2", backing=used.path, backing_format="qcow2")
    content = appliances.disk(tmp_path, "vdi")
    free = site.volume("free.vdi", content, capacity_bytes=len(content))
    good = {"host": str(site.host.pk), "volume": str(free.pk)}
    for change, field in (
        ({"volume": str(used.pk)}, "volume"),
        ({"volume": str(layer.pk)}, "volume"),
        ({"volume": str(site.pool.pk)}, "volume"),
        ({"pool": str(used.pk)}, "pool"),
        ({"networks": [str(used.pk)]}, "networks"),
        ({"name": "../up"}, "name"),
        ({"host": str(used.pk)}, "host"),
        ({"firmware": "none"}, "firmware"),
        ({"more": 1}, "more"),
    ):
        answer = creator.client.post(IMPORT, good | change, format="json")
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [field]), answer.json()
    assert not Job.objects.exists()
    first = creator.client.post(IMPORT, good, format="json")
    assert (first.status_code, first.json()["object"]["name"]) == (202, "free")
    again = creator.client.post(IMPORT, good, format="json")
    assert (again.status_code, list(again.json()["errors"])) == (400, ["name"])
