"""Wishes about volumes, carried out on a real node: made, copied and changed."""

from functools import partial
from uuid import UUID

import libvirt
import pytest
from lxml import etree

from domains.creation.storage import of_volume
from domains.definitions import record_xml
from domains.inventory import record, vanished
from hosts.models import Host, HostState
from hypervisor.errors import NotFound
from hypervisor.xml.creation_devices import add_disk
from storage.inventory import record_pools
from storage.models import Pool, SharedPool, Volume
from storage.users import InUse
from storage.volumes import changing, making
from storage.volumes.errors import VolumeForbids
from tests.daemon import private_daemon
from tests.node.conftest import Opener
from tests.node.guests import xml
from tests.node.site import MIB, Site, disk
from tests.node.volume_wishes import asked, by_hand, done, info, row


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
    devices = etree.Element("devices")
    add_disk(devices, of_volume(made), "vda")
    guest = site.guest(etree.tostring(devices[0], encoding="unicode"))
    site.node.start(guest.pk)  # QEMU opens it, with the passphrase that the node has
    site.node.destroy(guest.pk)
    site.node.undefine(guest.pk)
    site.look(site.host.pk, "domain", guest.pk)
    with pytest.raises(VolumeForbids, match="is encrypted"):
        asked(site, making.decide_clone, made.pk, "copy")
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
