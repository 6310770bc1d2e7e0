"""Deletion on a real node: into the bin and back, for good, and what is never deleted."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from access.errors import Conflict, Invalid
from access.models import AuditEntry
from domains.copies.errors import InUse, NameTaken, Protected
from domains.deletion import recycling, services
from domains.editing import services as editing
from domains.editing.drafts import of_removed_device
from domains.models import DeletedDomain, Domain, Quota, Tag
from domains.owners import make_owner
from domains.quotas.counting import used
from hosts.models import Host, HostState
from hypervisor.errors import NodeUnreachable
from hypervisor.libvirt.node import LibvirtNode
from jobs.carrying import decide
from jobs.models import Job, JobState
from ovirtlite.tasks import empty_recycle_bin, prune
from storage import owners
from storage.models import Volume
from storage.volumes import changing, decided
from tests.daemon import PrivateDaemon
from tests.node.guests import xml
from tests.node.site import MIB, Site, cdrom, disk


def entry_of(domain: Domain) -> DeletedDomain:
    entry: DeletedDomain = DeletedDomain.objects.get(domain_id=domain.pk)
    return entry


def test_into_the_bin_and_back(site: Site, settings: Settings) -> None:
    settings.KEEP_DELETED_DAYS = 3
    volume = site.volume("one", b"content")
    domain = site.guest(disk(volume.path), screen=True)
    site.node.set_autostart(domain.pk, True)
    Tag.objects.create(domain=domain, name="shop")
    result = site.done(services.request(domain.pk, by=site.by, volumes=True))
    assert not site.has(domain.pk)
    assert "one" in site.names(), "disks stay where they are until it is purged"
    domain.refresh_from_db()
    assert domain.gone_at is not None
    entry = entry_of(domain)
    assert str(entry.pk) == result["deleted_domain"]
    assert (entry.tags, entry.autostart, entry.deleted_by_name) == (["shop"], True, "ada")
    assert timedelta(days=2.9) < entry.purge_at - timezone.now() < timedelta(days=3.1)
    assert "firstpwd" not in entry.xml + entry.sealed
    assert recycling.plan_restore(entry.pk, by=site.by)["allowed"]
    Domain.objects.filter(pk=domain.pk).update(gone_at=timezone.now() - timedelta(days=30))
    prune()  # its history waits for it
    assert site.done(recycling.restore(entry.pk, by=site.by)) == {"domain": str(domain.pk)}
    domain = Domain.objects.get(pk=domain.pk)
    assert domain.gone_at is None
    assert domain.autostart
    assert list(domain.tags.values_list("name", flat=True)) == ["shop"]
    assert "firstpwd" in site.node.secret_definition(domain.pk)
    assert not DeletedDomain.objects.exists()
    assert Path(volume.path).read_bytes().startswith(b"content")


def test_purging_takes_the_chosen_disks(site: Site) -> None:
    one, two = site.volume("one"), site.volume("two")
    domain = site.guest(disk(one.path), disk(two.path, "vdb"))
    site.done(services.request(domain.pk, by=site.by, volumes=["vdb"]))
    plan = recycling.plan_purge(entry_of(domain).pk, by=site.by)
    assert [change["before"] for change in plan["changes"]] == [two.path]
    result = site.done(recycling.purge(entry_of(domain).pk, by=site.by))
    assert result == {"removed": [two.path], "kept": []}
    assert site.names() == {"one"}
    assert not DeletedDomain.objects.exists()


def test_for_good_takes_its_own_disks_and_no_others(site: Site) -> None:
    own, iso, read, shared = (site.volume(name) for name in ("own", "iso", "read", "shared"))
    domain = site.guest(
        disk(own.path),
        cdrom(iso.path),
        disk(read.path, "vdb", more="<readonly/>"),
        disk(shared.path, "vdc", more="<shareable/>"),
        disk("/var/tmp/elsewhere.raw", "vdd"),
    )
    stays = {
        "sda": "cdrom",
        "vdb": "read-only",
        "vdc": "shared",
        "vdd": "no storage pool",
        "vdz": "no such disk",
    }
    for target, why in stays.items():
        with pytest.raises(Invalid) as refused:
            services.request(domain.pk, by=site.by, volumes=[target])
        assert why in refused.value.errors["volumes"][0]
    plan = services.plan(domain.pk, by=site.by, volumes=True, permanent=True)
    assert [change["before"] for change in plan["changes"][1:]] == [own.path]
    site.done(services.request(domain.pk, by=site.by, volumes=True, permanent=True))
    assert site.names() == {"iso", "read", "shared"}
    assert not site.has(domain.pk)
    assert not DeletedDomain.objects.exists()


def test_uefi_variables_wait_in_the_bin_and_go_with_it(site: Site, daemon: PrivateDaemon) -> None:
    code, variables = daemon.file("uefi.code", b"code"), daemon.file("uefi.vars", b"variables")
    os = f"<loader readonly='yes' type='pflash'>{code}</loader><nvram>{variables}</nvram>"
    uuid = site.node.define(xml("uefi", os=os, more="<features><acpi/></features>"))
    site.look_at_all()
    site.done(services.request(uuid, by=site.by))
    assert variables.exists()
    site.done(recycling.restore(DeletedDomain.objects.get().pk, by=site.by))
    site.done(services.request(uuid, by=site.by))
    site.done(recycling.purge(DeletedDomain.objects.get().pk, by=site.by))
    assert not variables.exists()
    assert site.node.inventory().domains == ()


def test_a_protected_domain_is_not_deleted(site: Site) -> None:
    domain = site.guest()
    Domain.objects.filter(pk=domain.pk).update(protected=True)
    with pytest.raises(Protected):
        services.request(domain.pk, by=site.by)
    assert services.plan(domain.pk, by=site.by)["checks"][0]["code"] == "protected"


def test_a_disk_that_others_use_stays(site: Site) -> None:
    volume = site.volume("one")
    domain, other = site.guest(disk(volume.path)), site.guest(disk(volume.path))
    with pytest.raises(InUse) as refused:
        services.request(domain.pk, by=site.by, volumes=True)
    assert [user["name"] for user in refused.value.members["users"]] == [other.name]
    # Without the disk it goes, and then its entry stands on the disk too.
    site.done(services.request(domain.pk, by=site.by))
    with pytest.raises(InUse) as refused:
        services.request(other.pk, by=site.by, volumes=True)
    assert [user["kind"] for user in refused.value.members["users"]] == ["deleted_domain"]


def test_a_disk_that_somebody_took_from_the_bin_is_left_to_them(site: Site) -> None:
    volume = site.volume("one")
    domain = site.guest(disk(volume.path))
    site.done(services.request(domain.pk, by=site.by, volumes=True))
    job = recycling.purge(entry_of(domain).pk, by=site.by)
    taker = site.node.define(xml("taker", devices=disk(volume.path)))
    result = site.done(job)
    assert result["removed"] == []
    assert result["kept"] == [{"target": "vda", "path": volume.path, "users": ["taker"]}]
    assert "one" in site.names()
    assert site.has(taker)


def test_what_stands_in_the_way_of_coming_back(site: Site) -> None:
    volume = site.volume("one")
    domain = site.guest(disk(volume.path))
    site.done(services.request(domain.pk, by=site.by))
    entry = entry_of(domain)
    usurper = site.node.define(xml(domain.name))
    site.look_at_all()
    with pytest.raises(NameTaken):
        recycling.restore(entry.pk, by=site.by)
    assert recycling.plan_restore(entry.pk, by=site.by)["allowed"] is False
    site.node.undefine(usurper)
    site.look_at_all()
    site.node.delete_volume(site.pool.uuid, "one")
    ended = site.ended(recycling.restore(entry.pk, by=site.by))
    assert (ended.state, ended.error_code) == ("failed", "disk_gone")
    assert volume.path in ended.error_detail
    assert not site.has(domain.pk)
    assert DeletedDomain.objects.filter(pk=entry.pk).exists(), "it stays for another try"


def test_one_that_came_back_by_another_way_is_not_in_the_bin(site: Site) -> None:
    domain = site.guest()
    definition = site.node.secret_definition(domain.pk)
    site.done(services.request(domain.pk, by=site.by))
    assert recycling.entries().count() == 1
    site.node.define(definition)
    site.look_at_all()
    assert recycling.entries().count() == 0


def test_the_bin_is_emptied_when_the_time_has_come_and_the_host_answers(site: Site) -> None:
    volume = site.volume("one")
    domain = site.guest(disk(volume.path))
    site.done(services.request(domain.pk, by=site.by, volumes=True))
    empty_recycle_bin()
    assert not Job.objects.filter(kind="domain.purge").exists(), "not yet"
    DeletedDomain.objects.update(purge_at=timezone.now() - timedelta(minutes=1))
    Host.objects.update(state=HostState.UNREACHABLE)
    empty_recycle_bin()
    assert not Job.objects.filter(kind="domain.purge").exists(), "nobody to ask"
    with pytest.raises(Conflict):
        recycling.purge(entry_of(domain).pk, by=site.by)
    Host.objects.update(state=HostState.UP)
    empty_recycle_bin()
    empty_recycle_bin()
    site.done(Job.objects.get(kind="domain.purge"))
    assert site.names() == set()
    purged = AuditEntry.objects.filter(action="domain.purge", actor_id=None).order_by("at")
    assert list(purged.values_list("result", flat=True)) == ["accepted", "succeeded"]


def test_what_could_not_be_removed_is_tried_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The node falls silent between the definition and the disks."""
    volume = site.volume("one")
    domain = site.guest(disk(volume.path))
    job = services.request(domain.pk, by=site.by, volumes=True, permanent=True)
    with monkeypatch.context() as silent:
        silent.setattr(LibvirtNode, "delete_volume", _silent)
        assert site.ended(job).state == "unknown"
    assert not site.has(domain.pk)
    assert decide(job) is True
    site.done(job)
    assert site.names() == set()
    assert not DeletedDomain.objects.exists()


@pytest.mark.parametrize("undefined", [True, False])
def test_a_worker_that_died_on_the_way_into_the_bin(site: Site, undefined: bool) -> None:
    domain = site.guest()
    job = services.request(domain.pk, by=site.by)
    if undefined:
        site.done(job)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, attempt=1)
    job.refresh_from_db()
    assert decide(job) is not undefined
    if not undefined:
        site.done(job)
    assert not site.has(domain.pk)
    assert recycling.entries().count() == 1


def _silent(*_: object) -> Callable[..., None]:
    raise NodeUnreachable("gone")


def test_what_it_leaves_behind_is_its_owners_until_it_is_deleted(site: Site) -> None:
    user = site.by.user
    assert user is not None
    quota = Quota.objects.create(user=user, storage_bytes=9 * MIB)

    def use() -> int:
        return used([quota])[quota.pk].total.storage_bytes

    domain = site.guest(
        *(disk(site.volume(f"disk-{target}").path, target) for target in ("vda", "vdb", "vdc"))
    )
    make_owner(domain, user, site.by)
    assert use() == 3 * MIB
    job = editing.request(domain.pk, lambda _, hardware: of_removed_device(hardware, "disk:vdc"), by=site.by)
    assert job is not None
    site.done(job)
    assert use() == 3 * MIB
    site.done(services.request(domain.pk, by=site.by, volumes=["vda"], permanent=True))
    assert use() == 2 * MIB, "what went with it is gone"
    left = Volume.objects.filter(pk__in=owners.ids_of(user.pk))
    assert {volume.name for volume in left} == {"disk-vdb", "disk-vdc"}
    for number, volume in enumerate(left):
        wish = partial(changing.decide_delete, volume.pk, by=site.by)
        site.done(decided.wish(wish, site.by))
        assert use() == (1 - number) * MIB
