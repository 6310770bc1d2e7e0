"""Disks that move between pools of a real node: while the guest runs, while it is off, cancelled, interrupted."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from access.errors import Conflict, Invalid, NotThere
from domains.models import Snapshot
from domains.moving import services
from domains.moving.carry import recover
from hypervisor.data import NewVolume
from jobs.kinds import Again, Succeeded, WasCancelled
from jobs.models import Job
from storage.models import Pool
from tests.daemon import PrivateDaemon
from tests.node.disks import Writer, another_pool, running, seen
from tests.node.site import MIB, Site, disk


def source(site: Site, domain: Any) -> set[str]:
    """Where its disk is, by both definitions."""
    xml = site.node.domain_xml(domain.pk)
    known = [document for document in (xml.live, xml.inactive) if document]
    return {word.split("'")[1] for one in known for word in one.split("<source file=")[1:]}


def test_a_running_guest_changes_its_pool(site: Site, daemon: PrivateDaemon) -> None:
    writer = Writer(daemon)
    with another_pool(site, daemon) as pool:
        domain = running(site)
        writer.write(domain, 0x11, 0)
        plan = services.plan(domain.pk, "vda", by=site.by, pool_id=pool.pk)
        assert plan["allowed"]
        assert [change["path"].split(":")[0] for change in plan["changes"]] == ["disk", "volume"]
        result = site.done(services.request(domain.pk, "vda", by=site.by, pool_id=pool.pk))
        assert source(site, domain) == {result["path"]}
        assert result["path"] == f"{pool.target}/{domain.name}-vda.qcow2"
        assert result["source_removed"]
        assert site.names() == set()
        writer.write(domain, 0x22, 1)
        assert writer.holds(result["path"], 0x11, 0)
        assert writer.holds(result["path"], 0x22, 1)
        # Back, in another format, and the old one stays.
        seen(site, domain.pk)
        back = services.request(
            domain.pk, "vda", by=site.by, pool_id=site.pool.pk, format="raw", delete_source=False
        )
        result = site.done(back)
        assert source(site, domain) == {f"{site.folder}/{domain.name}-vda.raw"}
        assert {path.name for path in Path(pool.target).iterdir()} == {f"{domain.name}-vda.qcow2"}
        # And while it is off.
        site.node.destroy(domain.pk)
        seen(site, domain.pk)
        result = site.done(services.request(domain.pk, "vda", by=site.by, pool_id=pool.pk, format="raw"))
        assert writer.holds(result["path"], 0x22, 1, format="raw")
        assert source(site, domain) == {result["path"]}
        assert site.names() == set()


def test_what_cannot_be_moved_is_refused_with_the_reason(site: Site, daemon: PrivateDaemon) -> None:
    with another_pool(site, daemon) as pool:
        base = site.volume("base.qcow2", format="qcow2", capacity_bytes=4 * MIB)
        shared = site.volume("shared.raw")
        layer = site.volume(
            "layer.qcow2", format="qcow2", capacity_bytes=4 * MIB, backing=base.path, backing_format="qcow2"
        )
        domain = site.guest(disk(layer.path, format="qcow2"), disk(shared.path, "vdb", more="<shareable/>"))

        def refused(target: str, **options: Any) -> str:
            with pytest.raises((Conflict, Invalid, NotThere)) as why:
                services.request(domain.pk, target, by=site.by, **{"pool_id": pool.pk} | options)
            assert not Job.objects.filter(object_id=domain.pk).exists()
            return why.value.detail

        assert "shared" in refused("vdb")
        assert "no disk vdz" in refused("vdz")
        assert "already" in refused("vda", pool_id=site.pool.pk)
        rbd = Pool.objects.create(host=site.host, uuid=uuid4(), name="ceph", type="rbd", state="running")
        assert "rbd" in refused("vda", pool_id=rbd.pk)
        assert "no such pool" in refused("vda", pool_id=uuid4())
        held = Snapshot.objects.create(
            domain=domain, name="s", disks=[{"target": "vda", "snapshot": "internal"}]
        )
        assert "snapshots" in refused("vda")
        held.delete()
        plan = services.plan(domain.pk, "vda", by=site.by, pool_id=pool.pk)
        assert [check["code"] for check in plan["checks"]] == ["state", "how", "whole"]
        # What is there by that name and is not ours stays.
        job = services.request(domain.pk, "vda", by=site.by, pool_id=pool.pk)
        site.node.create_volume(pool.uuid, NewVolume(f"{domain.name}-vda.qcow2", MIB, "qcow2"))
        ended = site.ended(job)
        assert (ended.state, ended.error_code) == ("failed", "name_taken")
        assert (Path(pool.target) / f"{domain.name}-vda.qcow2").exists()
        assert source(site, domain) >= {layer.path}


def test_an_interrupted_or_cancelled_move_ends_with_the_truth(site: Site, daemon: PrivateDaemon) -> None:
    with another_pool(site, daemon) as pool:
        domain = running(site)
        before = source(site, domain)

        def asked() -> Job:
            return services.request(domain.pk, "vda", by=site.by, pool_id=pool.pk)

        def begun(job: Job, *, ended: bool = False) -> Path:
            """As its worker left it: the copy under way, or used already."""
            (copy,) = job.options["copies"]
            made = site.node.create_volume(pool.uuid, NewVolume(copy["name"], 16 * MIB, "qcow2"))
            site.node.begin_copy(domain.pk, "vda", made.path, "qcow2")
            job.options = {**job.options, "began": True}
            job.attempt = 1
            job.save()
            if ended:
                while not site.node.copy_progress(domain.pk, "vda").ready:  # type: ignore[union-attr]
                    pass
                site.node.pivot(domain.pk, "vda")
            return Path(made.path)

        job = asked()
        copy = begun(job)
        job.cancel_requested_at = job.created_at
        assert isinstance(recover(job), WasCancelled)
        assert (source(site, domain), copy.exists()) == (before, False)
        job.cancel_requested_at = None
        # Under way: the next attempt follows it.
        copy = begun(job)
        assert isinstance(recover(job), Again)
        assert site.done(job)["path"] == str(copy)
        assert source(site, domain) == {str(copy)}
        # Used already: it only has to be said. Cancelled too late, it is said as well.
        seen(site, domain.pk)
        job = services.request(domain.pk, "vda", by=site.by, pool_id=site.pool.pk)
        (plain,) = job.options["copies"]
        made = site.node.create_volume(site.pool.uuid, NewVolume(plain["name"], 16 * MIB, "qcow2"))
        site.node.begin_copy(domain.pk, "vda", made.path, "qcow2")
        while not site.node.copy_progress(domain.pk, "vda").ready:  # type: ignore[union-attr]
            pass
        site.node.pivot(domain.pk, "vda")
        job.cancel_requested_at = job.created_at
        assert isinstance(recover(job), Succeeded)
        assert (source(site, domain), copy.exists()) == ({made.path}, False)


def test_a_cancelled_move_leaves_the_old_disk(
    site: Site, daemon: PrivateDaemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    with another_pool(site, daemon) as pool:
        domain = running(site)
        before = source(site, domain)
        job = services.request(domain.pk, "vda", by=site.by, pool_id=pool.pk)
        monkeypatch.setattr("jobs.carrying.Carrying.cancel_requested", lambda _: True)
        ended = site.ended(job)
        assert (ended.state, ended.error_detail) == ("cancelled", "")
        assert source(site, domain) == before
        assert list(Path(pool.target).iterdir()) == []
        assert site.node.copy_progress(domain.pk, "vda") is None
