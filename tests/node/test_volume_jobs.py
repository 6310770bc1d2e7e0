"""Wishes about volumes, carried out on a real node: made, copied, changed, and who is in the way."""

from functools import partial
from typing import Any

import pytest

from jobs.models import Job
from storage.models import Volume
from storage.users import InUse
from storage.volumes import changing, making
from storage.volumes.decided import wish
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
    for decide, more in (
        (changing.decide_delete, {}),
        (changing.decide_wipe, {}),
        (partial(changing.decide_rename, name="two"), {}),
    ):
        with pytest.raises(InUse, match=guest.name):
            asked(site, decide, one.pk, **more)
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
