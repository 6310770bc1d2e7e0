"""Jobs that change domains, on a real node: put back where it refuses, done once whoever carries them out."""

from pathlib import Path
from typing import Any

import pytest

from domains.editing import carry, drafts, services
from domains.editing.live import Running
from domains.models import Definition, Domain
from hypervisor import errors
from hypervisor.xml.disk import Disk
from hypervisor.xml.hardware import change_settings, read_hardware
from jobs.carrying import decide
from jobs.models import Job, JobState
from storage.models import Volume
from tests.node.site import MIB, Site, cdrom, disk

pytestmark = pytest.mark.django_db


def wish(site: Site, guest: Domain, make: services.Make) -> Job:
    job = services.request(guest.pk, make, by=site.by)
    assert job is not None
    return job


def settings(site: Site, guest: Domain, **body: Any) -> Job:
    return wish(site, guest, lambda domain, hardware: drafts.of_settings(body))


def new_disk(site: Site, guest: Domain, **body: Any) -> Job:
    return wish(
        site, guest, lambda domain, hardware: drafts.of_new_device("disk", domain, hardware, body, site.by)
    )


def changed(site: Site, guest: Domain, key: str, **body: Any) -> Job:
    return wish(
        site, guest, lambda domain, hardware: drafts.of_changed_device(domain, hardware, key, body, site.by)
    )


def removed(site: Site, guest: Domain, key: str) -> Job:
    return wish(site, guest, lambda domain, hardware: drafts.of_removed_device(hardware, key))


def start(site: Site, guest: Domain) -> None:
    site.node.start(guest.pk)
    site.look(site.host.pk, "domain", guest.pk)


def keys(site: Site, guest: Domain, *, live: bool = False) -> set[str]:
    said = site.node.domain_xml(guest.pk)
    return {placed.key for placed in read_hardware((said.live if live else said.inactive) or "").devices}


def test_a_disk_is_made_for_a_domain_and_grows(site: Site) -> None:
    guest = site.guest()
    result = site.done(new_disk(site, guest, pool=site.pool.pk, capacity_bytes=2 * MIB, format="raw"))
    assert not result["needs_restart"]
    volume = Volume.objects.get(name=f"{guest.name}-1.img")
    assert keys(site, guest) >= {"disk:vda"}
    site.done(changed(site, guest, "disk:vda", capacity_bytes=4 * MIB, serial="big"))
    volume.refresh_from_db()
    assert volume.capacity_bytes == 4 * MIB
    vda = read_hardware(site.node.domain_xml(guest.pk).inactive or "").find("disk:vda").device
    assert isinstance(vda, Disk)
    assert vda.serial == "big"


def test_what_the_node_refuses_leaves_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    guest = site.guest(screen=True)
    start(site, guest)
    before, files = site.node.secret_definition(guest.pk), site.names()

    def refuse(running: Running, *_: Any) -> None:
        raise errors.NoCapacity("There is no memory for it.")

    monkeypatch.setattr(Running, "apply", refuse)
    ended = site.ended(new_disk(site, guest, pool=site.pool.pk, capacity_bytes=2 * MIB))
    assert (ended.state, ended.error_code) == ("failed", "no_capacity")
    assert "Nothing was changed" in ended.error_detail
    assert site.node.secret_definition(guest.pk) == before
    assert site.names() == files


def test_a_dead_workers_change_is_made_once(site: Site) -> None:
    guest = site.guest()
    job = new_disk(site, guest, pool=site.pool.pk, capacity_bytes=2 * MIB, format="raw")
    first = dict(job.options)
    assert site.done(job)
    # The worker died after all was done, and before it could say so.
    job = new_disk(site, guest, pool=site.pool.pk, capacity_bytes=2 * MIB, format="raw")
    Job.objects.filter(pk=job.pk).update(options=first, state=JobState.RUNNING, attempt=1)
    job.refresh_from_db()
    decide(job)
    site.done(job)
    assert len([key for key in keys(site, guest) if key.startswith("disk:")]) == 1
    assert len([name for name in site.names() if name.startswith(guest.name)]) == 1
    again = removed(site, guest, "disk:vda")
    site.done(again)
    Job.objects.filter(pk=again.pk).update(state=JobState.RUNNING, attempt=1)
    again.refresh_from_db()
    decide(again)
    site.done(again)
    assert "disk:vda" not in keys(site, guest)


def test_what_changed_on_the_node_meanwhile_is_kept(site: Site) -> None:
    guest = site.guest()
    job = settings(site, guest, description="Ours")
    site.node.redefine(
        guest.pk, lambda said: change_settings(said, {"title": "Theirs", "on_crash": "preserve"})
    )
    site.done(job)
    now = read_hardware(site.node.domain_xml(guest.pk).inactive or "").settings
    assert (now.title, now.on_crash, now.description) == ("Theirs", "preserve", "Ours")
    # Where both want the same place, ours says so and does nothing.
    volume = site.volume("data")
    job = new_disk(site, guest, volume=volume.pk)
    site.node.redefine(guest.pk, lambda said: said.replace("<serial", f"{disk('/theirs')}<serial", 1))
    ended = site.ended(job)
    assert (ended.state, ended.error_code) == ("failed", "invalid_field")
    assert Path(volume.path).exists()


def test_a_guest_that_does_not_listen_keeps_its_device(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only firmware runs in it: nobody there lets go of anything."""
    monkeypatch.setattr("domains.editing.live.GUEST_SECONDS", 1.0)
    guest = site.guest(disk(site.volume("kept").path))
    start(site, guest)
    result = site.done(removed(site, guest, "disk:vda"))
    assert result["needs_restart"]
    assert "did not let go" in result["changes"][0]["detail"]
    assert "disk:vda" in keys(site, guest, live=True)
    assert "disk:vda" not in keys(site, guest)
    guest.refresh_from_db()
    assert guest.has_pending


def test_media_change_at_once(site: Site) -> None:
    first, second = site.volume("first.iso", b"1"), site.volume("second.iso", b"2")
    guest = site.guest(cdrom(first.path))
    start(site, guest)
    for volume in (second, None):
        result = site.done(changed(site, guest, "disk:sda", volume=volume and volume.pk))
        assert not result["needs_restart"], result
        live = site.node.domain_xml(guest.pk).live or ""
        assert (second.path in live) is (volume is second)
        assert first.path not in live
        assert Definition.objects.get(pk=guest.pk).pending == []


def test_a_transient_domain_has_no_next_boot(site: Site) -> None:
    guest = site.guest()
    start(site, guest)
    site.node.undefine(guest.pk)
    site.look(site.host.pk, "domain", guest.pk)
    site.done(settings(site, guest, title="Now"))
    assert read_hardware(site.node.domain_xml(guest.pk).live or "").settings.title == "Now"
    ended = site.ended(settings(site, guest, on_crash="preserve"))
    assert (ended.state, ended.error_code) == ("failed", "not_supported")
    site.node.destroy(guest.pk)


def test_recovery_looks_before_it_acts(site: Site) -> None:
    guest = site.guest()
    assert type(carry.recover(settings(site, guest, title="x"))).__name__ == "Again"
