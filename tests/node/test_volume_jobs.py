"""Wishes about volumes, carried out on a real node: made, copied, changed, and who is in the way."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import libvirt
import pytest
from django.utils import timezone

from domains.definitions import record_xml
from domains.inventory import record, vanished
from hosts.models import Host, HostState
from hypervisor.data import NewVolume
from hypervisor.errors import NotFound
from jobs.carrying import decide
from jobs.models import Job, JobState
from storage.inventory import record_pools
from storage.models import Pool, SharedPool, Volume
from storage.users import InUse
from storage.volumes import changing, making
from storage.volumes.carry_replacing import beside_name
from storage.volumes.decided import wish
from storage.volumes.errors import VolumeForbids
from tests.daemon import private_daemon
from tests.node.conftest import Opener
from tests.node.guests import xml
from tests.node.site import MIB, Site, disk


def asked(site: Site, decide: Any, *args: Any, **named: Any) -> Job:
    return wish(partial(decide, *args, by=site.by, **named), site.by)


def done(site: Site, decide: Any, *args: Any, **named: Any) -> dict[str, Any]:
    return site.done(asked(site, decide, *args, **named))


def row(site: Site, name: str) -> Volume:
    volume: Volume = Volume.objects.get(pool=site.pool, name=name)
    return volume


def test_made(site: Site) -> None:
    job = asked(site, making.decide_create, site.pool.pk, "plain", capacity_bytes=8 * MIB)
    result = site.done(job)
    made = row(site, "plain")
    assert (made.pk, made.format, made.capacity_bytes) == (job.object_id, "qcow2", 8 * MIB)
    assert result["volume"] == {"id": str(made.pk), "name": "plain"}
    for name, format, ahead, least in (
        ("sparse", "raw", "off", 0),
        ("whole", "raw", "full", 8 * MIB),
        ("ahead", "qcow2", "metadata", 0),
        ("all-ahead", "qcow2", "full", 8 * MIB),
    ):
        done(
            site, making.decide_create, site.pool.pk, name,
            capacity_bytes=8 * MIB, format=format, preallocation=ahead,
        )  # fmt: skip
        made = row(site, name)
        assert made.format == format
        assert made.allocation_bytes >= least
        assert least or made.allocation_bytes < MIB
    done(site, making.decide_create, site.pool.pk, "layer", backing=row(site, "plain").pk)
    layer = row(site, "layer")
    assert (layer.backing, layer.backing_format) == (row(site, "plain").path, "qcow2")
    with pytest.raises(InUse, match="volume layer"):
        asked(site, changing.decide_delete, row(site, "plain").pk)


def test_encrypted(site: Site) -> None:
    job = asked(
        site, making.decide_create, site.pool.pk, "vault", capacity_bytes=8 * MIB, passphrase="correct horse"
    )
    assert "correct horse" not in str(job.options)
    result = site.done(job)
    assert "correct horse" not in str(result)
    job.refresh_from_db()
    assert job.option("sealed") == ""
    made = row(site, "vault")
    assert (made.encryption, made.format) == ("luks", "qcow2")
    done(site, changing.decide_delete, made.pk)
    assert site.names() == set()


def test_copied(site: Site) -> None:
    source = site.volume("source", b"content" * 1000, capacity_bytes=4 * MIB)
    done(site, making.decide_clone, source.pk, "copy")
    done(site, making.decide_convert, source.pk, "qcow2")
    done(site, making.decide_convert, row(site, "source.qcow2").pk, "vmdk", name="out.vmdk")
    assert (site.folder / "copy").read_bytes().startswith(b"content" * 1000)
    assert row(site, "source.qcow2").format == "qcow2"
    assert row(site, "out.vmdk").format == "vmdk"
    done(site, making.decide_convert, row(site, "out.vmdk").pk, "raw", name="back")
    assert (site.folder / "back").read_bytes() == (site.folder / "source").read_bytes()


def test_resized_renamed_sparsified_and_wiped(site: Site) -> None:
    content = b"content" * 1000 + bytes(2 * MIB)
    one = site.volume("one", content, capacity_bytes=4 * MIB)
    guest = site.guest(disk(one.path))
    done(site, changing.decide_resize, one.pk, 8 * MIB)
    assert row(site, "one").capacity_bytes == 8 * MIB
    before = row(site, "one").allocation_bytes
    result = done(site, changing.decide_sparsify, one.pk)
    assert result["before_bytes"] == before
    assert result["allocation_bytes"] < before
    assert (site.folder / "one").read_bytes().startswith(content)
    assert site.names() == {"one"}
    for decide_one, more in (
        (changing.decide_delete, {}),
        (changing.decide_wipe, {}),
        (partial(changing.decide_rename, name="two"), {}),
    ):
        with pytest.raises(InUse, match=guest.name):
            asked(site, decide_one, one.pk, **more)
    site.node.undefine(guest.pk)
    site.look(site.host.pk, "domain", guest.pk)
    result = done(site, changing.decide_rename, one.pk, "two")
    assert site.names() == {"two"}
    two = row(site, "two")
    assert result["volume"] == {"id": str(two.pk), "name": "two"}
    done(site, changing.decide_wipe, two.pk)
    assert not any((site.folder / "two").read_bytes())
    done(site, changing.decide_resize, two.pk, 2 * MIB, force=True)
    assert row(site, "two").capacity_bytes == 2 * MIB
    done(site, changing.decide_delete, two.pk)
    assert site.names() == set()
    assert not Volume.objects.filter(pool=site.pool).exists()


def qemu_img(site: Site, *words: str) -> None:
    subprocess.run(["qemu-img", *words], check=True, cwd=site.folder, capture_output=True)


def by_hand(site: Site, name: str, *options: str, size: str = "4M", words: tuple[str, ...] = ()) -> Volume:
    """A qcow2 that somebody made beside us."""
    chosen = [word for option in options for word in ("-o", option)]
    qemu_img(site, "create", "-q", "-f", "qcow2", *chosen, *words, name, size)
    shutil.chown(site.folder / name, site.folder.stat().st_uid, site.folder.stat().st_gid)
    site.node.refresh_pool(site.pool.uuid)
    site.look(site.host.pk, "pool", site.pool.uuid)
    return row(site, name)


def info(site: Site, name: str) -> dict[str, Any]:
    said = subprocess.run(
        ["qemu-img", "info", "-U", "--output=json", name], check=True, cwd=site.folder, capture_output=True
    )
    found: dict[str, Any] = json.loads(said.stdout)
    return found


def test_a_new_name_keeps_what_it_was(site: Site) -> None:
    for number, options in enumerate(
        (
            ("compat=0.10",),
            ("compat=1.1,lazy_refcounts=on,cluster_size=128k",),
            ("compat=1.1,extended_l2=on,cluster_size=128k",),
        )
    ):
        old = by_hand(site, f"old-{number}", *options)
        before = info(site, old.name)
        done(site, changing.decide_rename, old.pk, f"new-{number}")
        after = info(site, f"new-{number}")
        same = ("virtual-size", "cluster-size", "full-backing-filename", "backing-filename-format")
        assert [before.get(name) for name in same] == [after.get(name) for name in same]
        told = ("compat", "lazy-refcounts", "extended-l2")
        kept = [said["format-specific"]["data"] for said in (before, after)]
        assert [kept[0].get(name) for name in told] == [kept[1].get(name) for name in told]
    assert site.names() == {"new-0", "new-1", "new-2"}


def test_what_a_copy_would_lose_is_not_copied(site: Site) -> None:
    one = by_hand(site, "one")
    layer = by_hand(site, "layer", f"backing_file={one.path},backing_fmt=qcow2")
    for decide_one in (changing.decide_sparsify, partial(changing.decide_rename, name="two")):
        with pytest.raises(VolumeForbids, match="is a layer"):
            asked(site, decide_one, layer.pk)
    done(site, changing.decide_delete, layer.pk)
    qemu_img(site, "snapshot", "-c", "before", "one")
    for decide_one in (changing.decide_sparsify, partial(changing.decide_rename, name="two")):
        assert site.ended(asked(site, decide_one, one.pk)).error_code == "has_snapshots"
    assert site.names() == {"one"}


def test_the_node_has_the_last_word(site: Site) -> None:
    """What changed since it was asked for: a disk that a guest wrote, a domain made by hand, a name that is taken."""
    one = site.volume("one", b"content")
    jobs = [
        asked(site, making.decide_clone, one.pk, "copy"),
        asked(site, making.decide_convert, one.pk, "qcow2", name="converted"),
    ]
    qemu_img(site, "create", "-q", "-f", "qcow2", "-b", "/etc/shadow", "-F", "raw", "-u", "one", "1M")
    for job in jobs:
        ended = site.ended(job)
        assert (ended.state, ended.error_code) == ("failed", "changed")
        assert "/etc/shadow" in ended.error_detail
    assert site.names() == {"one"}

    two = site.volume("two", b"content")
    jobs = [
        asked(site, changing.decide_delete, two.pk),
    ]
    uuid = site.node.define(xml("by-hand", devices=disk(two.path)))
    for job in jobs:
        ended = site.ended(job)
        assert (ended.state, ended.error_code) == ("failed", "in_use")
        assert "by-hand" in ended.error_detail
    site.node.undefine(uuid)
    job = asked(site, making.decide_create, site.pool.pk, "three", capacity_bytes=MIB)
    (site.folder / "three").write_bytes(b"somebody else's")
    ended = site.ended(job)
    assert (ended.state, ended.error_code) == ("failed", "name_taken")
    assert (site.folder / "three").read_bytes() == b"somebody else's"
    assert Volume.objects.filter(pool=site.pool, name="three").exists(), "it was looked at all the same"


def test_an_image_that_names_files_of_the_host_is_not_opened(site: Site) -> None:
    """What libvirt does not tell of: a data file, extents in a descriptor; and backing files that are no files."""
    data = by_hand(site, "apart", f"data_file={site.folder}/held,data_file_raw=on")
    nbd = by_hand(site, "far", "backing_file=nbd://127.0.0.1:1/x,backing_fmt=raw", words=("-u",))
    qemu_img(site, "create", "-q", "-f", "vmdk", "extents.vmdk", "4M")
    content = bytearray((site.folder / "extents.vmdk").read_bytes())
    content[12:20] = bytes(8)  # without a size of its own, what the descriptor names is opened
    content = content.replace(b'SPARSE "extents.vmdk"', b'FLAT "/etc/shadow" 0 ')
    shutil.copyfile(site.folder / "held", site.folder / "plain")
    site.volume("extents", bytes(content), capacity_bytes=len(content))
    site.node.refresh_pool(site.pool.uuid)
    site.look(site.host.pk, "pool", site.pool.uuid)
    extents = row(site, "extents")
    assert extents.format == "vmdk"
    before = site.names()
    for hostile in (data, nbd, extents):
        for decide_one in (
            partial(making.decide_clone, hostile.pk, "copy", format="raw"),
            partial(making.decide_convert, hostile.pk, "qcow2", name="converted"),
            partial(making.decide_create, site.pool.pk, "layer", backing=hostile.pk, capacity_bytes=MIB * 8),
        ):
            ended = site.ended(asked(site, decide_one))
            assert (ended.state, ended.error_code) == ("failed", "refers"), ended.error_detail
    assert site.names() == before


def test_a_running_domain_has_its_disk_made_larger(site: Site) -> None:
    one = by_hand(site, "one")
    guest = site.guest(disk(one.path, format="qcow2"))
    shrink = asked(site, changing.decide_resize, one.pk, 2 * MIB, force=True)
    site.node.start(guest.pk)
    assert site.ended(shrink).error_code == "in_use"
    site.look(site.host.pk, "domain", guest.pk)
    with pytest.raises(InUse, match="cannot be made smaller while it"):
        asked(site, changing.decide_resize, one.pk, 2 * MIB, force=True)
    job = asked(site, changing.decide_resize, one.pk, 8 * MIB)
    assert (job.object_kind, job.object_id) == ("domain", guest.pk)
    assert site.done(job)["capacity_bytes"] == 8 * MIB
    assert row(site, "one").capacity_bytes == 8 * MIB
    for decide_one in (
        partial(changing.decide_sparsify, one.pk),
        partial(making.decide_clone, one.pk, "copy"),
        partial(making.decide_create, site.pool.pk, "layer", backing=one.pk),
    ):
        with pytest.raises(InUse):
            asked(site, decide_one)
    site.node.destroy(guest.pk)


def interrupted(job: Job, **options: Any) -> Job:
    """As a worker leaves it that died, once it had come so far."""
    Job.objects.filter(pk=job.pk).update(
        state=JobState.RUNNING, attempt=1, lease_until=timezone.now(), options={**job.options, **options}
    )
    job.refresh_from_db()
    return job


def test_after_a_workers_death(site: Site) -> None:
    """Half of a copy goes, a whole one stays, and it is done in the end; at no time was nothing whole there."""
    one = site.volume("one", b"content" * 100)
    new = NewVolume("two", MIB, "raw")
    rename = interrupted(asked(site, changing.decide_rename, one.pk, "two"), began=True)
    site.node.create_volume(site.pool.uuid, new)  # half a copy
    assert decide(rename)
    assert site.names() == {"one"}
    rename.refresh_from_db()
    site.done(rename)
    assert site.names() == {"two"}

    two = row(site, "two")
    again = interrupted(asked(site, changing.decide_rename, two.pk, "one"), began=True)
    (site.folder / "two").rename(site.folder / "one")  # the copy was whole, and the old one removed
    assert not decide(again)
    again.refresh_from_db()
    assert again.state == "succeeded"
    one = row(site, "one")

    job = interrupted(asked(site, changing.decide_sparsify, one.pk), began=True)
    beside = beside_name(job)
    site.node.create_volume(
        site.pool.uuid, NewVolume(beside, MIB, "raw")
    )  # half a copy, the original is whole
    assert decide(job)
    assert site.names() == {"one"}
    job = interrupted(job, began=True, swapping=True)
    (site.folder / "one").rename(site.folder / beside)  # a whole copy, the original is gone
    site.node.refresh_pool(site.pool.uuid)
    site.node.create_volume(site.pool.uuid, NewVolume("one", MIB, "raw"))  # half a copy of the copy
    assert decide(job)
    assert site.names() == {beside}
    job.refresh_from_db()
    site.done(job)
    assert site.names() == {"one"}
    assert (site.folder / "one").read_bytes().startswith(b"content" * 100)

    clone = interrupted(asked(site, making.decide_clone, row(site, "one").pk, "copy"), began=True)
    site.node.create_volume(site.pool.uuid, NewVolume("copy", MIB, "raw"))
    assert decide(clone)
    assert site.names() == {"one"}
    clone.refresh_from_db()
    site.done(clone)
    made = interrupted(asked(site, making.decide_create, site.pool.pk, "new", capacity_bytes=MIB), began=True)
    site.node.create_volume(site.pool.uuid, NewVolume("new", MIB, "qcow2"))
    assert not decide(made)
    gone = interrupted(asked(site, changing.decide_delete, row(site, "one").pk))
    site.node.delete_volume(site.pool.uuid, "one")
    assert not decide(gone)
    for job in (made, gone):
        job.refresh_from_db()
        assert job.state == "succeeded"
    assert set(Volume.objects.filter(pool=site.pool).values_list("name", flat=True)) == {"copy", "new"}


def test_a_full_pool_keeps_nothing_half_made(site: Site) -> None:
    one = site.volume("one", b"\1" * 4 * MIB, capacity_bytes=4 * MIB)
    uid, gid = site.folder.stat().st_uid, site.folder.stat().st_gid
    folder = site.folder.parent / f"full-{uuid4().hex[:8]}"
    folder.mkdir()
    options = f"size=1m,mode=0755,uid={uid},gid={gid}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, folder.name, str(folder)], check=True)
    try:
        with full_pool(site, folder) as small:
            Pool.objects.filter(pk=small.pk).update(available_bytes=10 * MIB)  # as it was a moment ago
            for job in (
                asked(site, making.decide_clone, one.pk, "copy", pool=small.pk),
                asked(
                    site,
                    making.decide_create,
                    small.pk,
                    "whole",
                    capacity_bytes=4 * MIB,
                    preallocation="full",
                ),
            ):
                ended = site.ended(job)
                assert ended.state == "failed"
                assert "could not be removed" not in ended.error_detail
            assert not list(folder.iterdir())
    finally:
        subprocess.run(["umount", str(folder)], check=True)
        folder.rmdir()


@contextmanager
def full_pool(site: Site, folder: Path) -> Iterator[Pool]:
    connection = libvirt.open(site.host.uri)
    made = connection.storagePoolCreateXML(
        f"<pool type='dir'><name>{folder.name}</name><target><path>{folder}</path></target></pool>"
    )
    site.look_at_all()
    try:
        yield Pool.objects.get(name=folder.name)
    finally:
        made.destroy()
        connection.close()


def test_storage_that_two_hosts_see(site: Site, opened: Opener) -> None:
    """What one host makes, the other finds; who stands on it there is in the way here."""
    with private_daemon() as daemon:
        other = opened(daemon.uri())
        connection = libvirt.open(daemon.uri())
        made = connection.storagePoolCreateXML(
            f"<pool type='dir'><name>same</name><target><path>{site.folder}</path></target></pool>"
        )
        there = UUID(bytes=made.UUID())
        host = Host.objects.create(
            name="other", uri=daemon.uri(), state=HostState.UP, enrolled=True, driver="qemu"
        )
        record_pools(host.pk, [other.pool(there)], complete=True)
        shared = SharedPool.objects.create(key="stated", name="both", type="dir", stated=True)
        Pool.objects.filter(target=str(site.folder)).update(shared=shared)
        done(site, making.decide_create, site.pool.pk, "one", capacity_bytes=4 * MIB, format="raw")
        one = row(site, "one")
        assert other.volume(there, "one").path == one.path, "it was told to look"
        uuid = other.define(xml("theirs", devices=disk(one.path)))
        record(host.pk, [other.domain(uuid)], complete=True)
        record_xml(host.pk, uuid, other.domain_xml(uuid))
        for decide_one in (
            changing.decide_delete,
            changing.decide_sparsify,
            partial(changing.decide_resize, capacity_bytes=8 * MIB),
        ):
            with pytest.raises(InUse, match="theirs"):
                asked(site, decide_one, one.pk)
        other.undefine(uuid)
        vanished(host.pk, uuid)
        done(site, changing.decide_delete, one.pk)
        with pytest.raises(NotFound):
            other.volume(there, "one")
        connection.close()
