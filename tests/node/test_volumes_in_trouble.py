"""Volumes when things go wrong: what lies, what came in between, a death, no room; nothing half-made stays."""

import shutil
import subprocess
from functools import partial
from uuid import uuid4

import pytest

from hypervisor.data import NewVolume
from jobs.carrying import decide
from storage.models import Pool, Volume
from storage.volumes import changing, making
from storage.volumes.carry_replacing import beside_name
from storage.volumes.errors import VolumeForbids
from tests.node.guests import xml
from tests.node.site import MIB, Site, disk
from tests.node.volume_wishes import asked, by_hand, done, full_pool, interrupted, qemu_img, row


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
