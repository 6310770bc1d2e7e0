"""Clones of domains as services and workers make them, on a real node: whole, linked, cancelled, broken off."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from access.errors import Invalid
from domains import services as verbs
from domains.copies import copying, renaming, services
from domains.copies.errors import CannotCopy, InUse, NameTaken
from domains.deletion import services as deletion
from domains.models import Domain
from hypervisor.data import NewVolume
from hypervisor.states import DomainAction
from jobs.carrying import Carrying, decide
from jobs.models import Job, JobState
from storage.models import Volume
from tests.node.guests import xml
from tests.node.site import MIB, Site, cdrom, disk


def test_a_whole_clone_has_the_content_and_nothing_else_in_common(site: Site) -> None:
    one, two = site.volume("one", b"first" * 100), site.volume("two", b"second" * 100)
    iso = site.volume("medium.iso", b"iso")
    original = site.guest(disk(one.path), disk(two.path, "vdb"), cdrom(iso.path), screen=True)
    result = site.done(services.request(original.pk, by=site.by, name="copy of it"))
    clone = Domain.objects.get(pk=result["domain"])
    assert (clone.name, clone.state) == ("copy of it", "shutoff")
    sources = [d["source"] for d in clone.definition.disks]
    assert sources == [*(f"{site.folder}/copy_of_it-{t}.raw" for t in ("vda", "vdb")), iso.path]
    assert Path(sources[0]).read_bytes() == Path(one.path).read_bytes()
    assert Path(sources[1]).read_bytes().startswith(b"second")
    assert Volume.objects.filter(path__in=sources).count() == 3
    secret = site.node.secret_definition(clone.pk)
    assert "passwd=" in secret
    assert "firstpwd" not in secret
    assert [d["source"] for d in original.definition.disks] == [one.path, two.path, iso.path]


def test_a_linked_clone_is_a_layer_and_holds_its_base(site: Site) -> None:
    base = site.volume("base", b"content")
    original = site.guest(disk(base.path))
    result = site.done(services.request(original.pk, by=site.by, name="layer", linked=True))
    (name,) = result["volumes"]
    layer = Volume.objects.get(name=name)
    assert (layer.backing, layer.format, layer.capacity_bytes) == (base.path, "qcow2", MIB)
    wishes: tuple[Callable[[], object], ...] = (
        lambda: verbs.request(DomainAction.START, original.pk, by=site.by),
        lambda: deletion.request(original.pk, by=site.by, volumes=True),
        lambda: deletion.request(original.pk, by=site.by, volumes=["vda"], permanent=True),
    )
    for wish in wishes:
        with pytest.raises(InUse) as refused:
            wish()
        assert [user["name"] for user in refused.value.members["users"]] == ["layer"]
    plan = deletion.plan(original.pk, by=site.by, volumes=True)
    assert (plan["allowed"], [one["name"] for one in plan["affected"]]) == (False, ["layer"])
    # The clone itself may run, and go; then the original is free again.
    verbs.check(Domain.objects.get(pk=result["domain"]), DomainAction.START, site.by)
    site.done(deletion.request(UUID(result["domain"]), by=site.by, volumes=True, permanent=True))
    assert site.names() == {"base"}
    verbs.check(original, DomainAction.START, site.by)


def test_the_node_is_asked_before_a_base_goes_whatever_is_recorded(site: Site) -> None:
    base = site.volume("base")
    original = site.guest(disk(base.path))
    job = deletion.request(original.pk, by=site.by, volumes=True)
    site.node.create_volume(
        site.pool.uuid, NewVolume("unknown", MIB, "qcow2", backing=base.path, backing_format="raw")
    )
    ended = site.ended(job)
    assert (ended.state, ended.error_code) == ("failed", "in_use")
    assert "unknown" in ended.error_detail
    assert site.has(original.pk)
    assert "base" in site.names()


def test_a_clone_that_fails_half_way_leaves_nothing(site: Site) -> None:
    volume = site.volume("one")
    original = site.guest(disk(volume.path), disk(site.volume("two").path, "vdb"))
    job = services.request(original.pk, by=site.by, name="taken")
    site.node.define(xml("taken"))  # by somebody else, and not heard of yet
    ended = site.ended(job)
    assert ended.state == "failed"
    assert "taken" in ended.error_detail
    assert not site.has(job.option("uuid"))
    assert site.names() == {"one", "two"}
    assert set(Volume.objects.filter(pool=site.pool).values_list("name", flat=True)) == {"one", "two"}


def test_a_volume_that_is_there_is_never_written_over_nor_removed(site: Site) -> None:
    original = site.guest(disk(site.volume("one").path))
    job = services.request(original.pk, by=site.by, name="copy")
    (site.folder / "copy-vda.raw").write_bytes(b"somebody's")
    ended = site.ended(job)
    assert (ended.state, ended.error_code) == ("failed", "name_taken")
    assert (site.folder / "copy-vda.raw").read_bytes() == b"somebody's"
    assert services.plan(original.pk, by=site.by, name="copy")["allowed"]
    site.node.refresh_pool(site.pool.uuid)
    site.look(site.host.pk, "pool", site.pool.uuid)
    assert (
        services.request(original.pk, by=site.by, name="copy").option("copies")[0]["name"] == "copy-vda-2.raw"
    )


def test_a_cancelled_clone_leaves_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    original = site.guest(disk(site.volume("one").path), disk(site.volume("two").path, "vdb"))
    job = services.request(original.pk, by=site.by, name="copy")
    asked: list[bool] = []

    def at_the_second(carrying: Carrying) -> bool:
        asked.append(True)
        return len(asked) == 2

    monkeypatch.setattr(Carrying, "cancel_requested", at_the_second)
    assert site.ended(job).state == "cancelled"
    assert site.names() == {"one", "two"}


def test_what_a_dead_worker_left_is_taken_away_and_done_anew(site: Site) -> None:
    original = site.guest(disk(site.volume("one", b"content").path))
    job = services.request(original.pk, by=site.by, name="copy")
    (copy,) = copying.copies_of(job)
    site.node.create_volume(site.pool.uuid, NewVolume(copy.name, MIB, copy.format))
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, attempt=1)
    job.refresh_from_db()
    copying.began(job)
    assert decide(job) is True
    assert copy.name not in site.names()
    site.done(job)
    assert (site.folder / copy.name).read_bytes().startswith(b"content")
    # Dead after the last step: nothing is done twice.
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
    job.refresh_from_db()
    assert decide(job) is False
    job.refresh_from_db()
    assert (job.state, copy.name in site.names()) == ("succeeded", True)


def test_what_cannot_be_copied_is_refused_with_the_reason(site: Site, tmp_path: Path) -> None:
    volume = site.volume("one")
    outside = disk("/var/tmp/elsewhere.raw", "vdb")
    locked = disk(
        volume.path,
        "vdc",
        more="<encryption format='luks'><secret type='passphrase' uuid='%s'/></encryption>",
    )
    original = site.guest(disk(volume.path), outside, locked % uuid4())
    with pytest.raises(CannotCopy) as refused:
        services.request(original.pk, by=site.by, name="copy")
    assert "vda" not in refused.value.detail
    assert "vdb: /var/tmp/elsewhere.raw is in no storage pool" in refused.value.detail
    assert "vdc: it is encrypted" in refused.value.detail
    with pytest.raises(NameTaken):
        services.request(original.pk, by=site.by, name=original.name)
    with pytest.raises(Invalid):
        services.request(original.pk, by=site.by, name="copy", pool_id=uuid4())
    assert site.names() == {"one"}


def test_disks_that_changed_meanwhile_are_not_copied(site: Site) -> None:
    original = site.guest(disk(site.volume("one").path))
    job = services.request(original.pk, by=site.by, name="copy")
    site.node.define(
        xml(original.name, devices=disk(site.volume("two").path)).replace(
            "</name>", f"</name><uuid>{original.pk}</uuid>"
        )
    )
    ended = site.ended(job)
    assert (ended.state, ended.error_code) == ("failed", "changed")
    assert site.names() == {"one", "two"}


def test_a_new_name(site: Site) -> None:
    domain, other = site.guest(), site.guest()
    with pytest.raises(NameTaken):
        renaming.request(domain.pk, other.name, by=site.by)
    assert renaming.plan(domain.pk, other.name, by=site.by)["allowed"] is False
    assert site.done(renaming.request(domain.pk, "other", by=site.by)) == {"from": domain.name, "to": "other"}
    domain.refresh_from_db()
    assert domain.name == "other"
    job = renaming.request(domain.pk, "third", by=site.by)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, attempt=1)
    job.refresh_from_db()
    assert decide(job) is True, "not renamed yet: once more"
    site.done(job)


def test_content_that_a_guest_could_have_written_names_no_file_of_the_node(site: Site) -> None:
    """A raw disk with the header of a layer over another file: copied by that word, the copy would hold the file."""
    secret = site.folder.parent / "secret"
    secret.write_bytes(b"the node's own secret" * 100)
    secret.chmod(0o644)
    volume = site.volume("one")
    original = site.guest(disk(volume.path))
    job = services.request(original.pk, by=site.by, name="copy")
    subprocess.run(
        ("qemu-img", "create", "-q", "-f", "qcow2", "-b", secret, "-F", "raw", volume.path, "1M"), check=True
    )
    ended = site.ended(job)
    assert (ended.state, ended.error_code) == ("failed", "disguised")
    assert site.names() == {"one"}
    site.look_at_all()
    for linked in (False, True):
        with pytest.raises(CannotCopy) as refused:
            services.request(original.pk, by=site.by, name="copy", linked=linked)
        assert "claims to be qcow2" in refused.value.detail
