"""Volumes that are kept for something else: nobody takes them for a disk, and they do not go from below anybody."""

from datetime import timedelta
from typing import Any, cast
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from access.actor import Actor
from access.models import User
from domains.creation.complaints import Complaints
from domains.creation.frame import Frame
from domains.creation.storage import Disks
from domains.models import Backup
from domains.schedules import runs
from jobs.errors import LeaseLost
from jobs.models import Job
from storage.models import Image, ImageCopy, Pool, Volume
from storage.volumes.carry_replacing import _note_swapping
from tests.unit.access.people import person
from tests.unit.domains.test_backups_api import backup, schedule
from tests.unit.domains.test_copies_api import admin, client, domain, pool, post, volume

__all__ = ["admin", "client", "pool"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]


def kept(pool: Pool) -> tuple[Backup, Volume]:
    """A backup with the volume that it lies in."""
    one = backup(pool)
    return one, volume(pool, one.disks[0]["volume"])


def said(pool: Pool, of: Volume, by: Actor) -> dict[str, list[str]]:
    """What speaks against it as the disk of a new domain."""
    complaints = Complaints()
    disks = Disks("new", pool.host, cast("Frame", None), by, complaints)
    found = disks.volume(of.pk, "disk")
    assert found is not None
    disks.check_unused(found, "disk")
    return dict(complaints.by_field)


def test_a_backup_s_volume_is_nobody_s_disk(client: APIClient, pool: Pool) -> None:
    one, held = kept(pool)
    eve = person("eve", "viewer", kind="pool", at=pool.pk)
    (words, *_) = said(pool, held, Actor(user=eve))["disk"]
    assert "a part of" in words
    assert one.domain_name not in words, "whose it is, is told to nobody who may not see it"
    reply = post(client, "/api/v1/domains/import/", {"host": str(pool.host_id), "volume": str(held.pk)})
    assert reply.status_code == 400
    assert "restore that instead" in str(reply.json()["errors"]["volume"])
    edited = post(
        client,
        f"/api/v1/domains/{domain(pool).pk}/disks/",
        {"source": {"type": "file", "file": held.path}, "target": "vdx"},
    )
    assert "restore that instead" in str(edited.json()), edited.json()
    assert not Job.objects.exists()


def test_the_library_s_volume_is_not_written_to(admin: User, pool: Pool) -> None:
    held = volume(pool, "cloud.qcow2")
    assert not said(pool, held, Actor(user=admin))
    image = Image.objects.create(
        name="cloud", kind="disk", format="qcow2", size_bytes=1, capacity_bytes=1, created_by=admin
    )
    ImageCopy.objects.create(image=image, volume=held)
    assert "the image cloud" in said(pool, held, Actor(user=admin))["disk"][0]


def test_a_backup_stays_below_what_stands_on_it(client: APIClient, admin: User, pool: Pool) -> None:
    one, held = kept(pool)
    path = f"/api/v1/backups/{one.pk}/"
    layer = volume(pool, "layer.qcow2", backing=held.path)
    reply = client.delete(path)
    assert (reply.status_code, reply.json()["code"]) == (409, "in_use"), reply.json()
    layer.delete()
    above = backup(pool, parent=one, domain_id=one.domain_id)
    volume(pool, above.disks[0]["volume"], backing=held.path)
    assert client.delete(f"{path}?children=true").status_code == 202, "what goes with it is in nobody's way"


def test_what_is_being_restored_does_not_go_by_schedule(admin: User, pool: Pool) -> None:
    one = domain(pool)
    nightly = schedule(pool, admin, one, keep=1, next_at=None)
    old, _ = (
        backup(pool, one, schedule=nightly, created_at=timezone.now() + timedelta(hours=hour))
        for hour in (0, 1)
    )
    reading = Job.objects.create(
        kind="domain.restore-backup", object_kind="domain", object_id=uuid4(), object_name="new",
        host_id=pool.host_id, options={"backup": str(old.pk)}, deadline_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    assert runs.forget_old() == 0
    reading.delete()
    assert runs.forget_old() == 1


def test_who_lost_a_job_does_not_remove_the_original(pool: Pool) -> None:
    """Else the next attempt, which knows nothing of it, would take the only whole copy for a half one."""
    values: dict[str, Any] = {"kind": "volume.sparsify", "object_kind": "volume", "object_id": uuid4()}
    job = Job.objects.create(
        **values, object_name="v", state="running", attempt=2, deadline_at=timezone.now() + timedelta(days=1)
    )
    _note_swapping(job)
    job.attempt = 1
    with pytest.raises(LeaseLost):
        _note_swapping(job)
