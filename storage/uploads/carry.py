"""Carrying out uploads: the volume is made, its content awaited without a worker, and looked at once it is whole.

`Upload.attempt` says which attempt of the job works on it now; 0 while content is awaited. Whoever finds that there is
something to do (all bytes came, it was cancelled or refused, nothing came for long) reserves it for the next attempt.
"""

import time
from typing import Any

from django.db.models import Q
from django.utils import timezone

from hosts import looking, nodes
from hosts.models import Host
from hypervisor import errors
from hypervisor.data import NewVolume
from hypervisor.node import Node
from jobs.carrying import Carrying
from jobs.errors import GoesOn, JobCancelled, JobFailed
from jobs.kinds import Again, Failed, JobKind, Resting, Succeeded, Verdict, register
from jobs.models import Job
from storage import owners
from storage.content.verifying import verify
from storage.library.adding import add_volume
from storage.models import Upload, Volume
from storage.uploads.services import KIND

_SENDER_WITHIN_SECONDS = 25.0
_NOBODY_KNOWS = (errors.NodeUnreachable, errors.Timeout)


def register_kinds() -> None:
    register(
        JobKind(KIND, run, recover, queue="long", cancellable=True, follows_children=True, ended=owners.ended)
    )


def run(carrying: Carrying) -> dict[str, Any]:
    """Whatever is to be done now: end it, make the volume, look at the content; or wait for more of it (GoesOn)."""
    job = carrying.job
    upload = Upload.objects.select_related("pool__host").filter(pk=job.pk).first()
    if upload is None:
        return _ended_before(job)
    if upload.made or _due(upload, job):
        Upload.objects.filter(pk=upload.pk).update(attempt=job.attempt)
    try:
        return _next(carrying, upload)
    except (JobFailed, JobCancelled, errors.HypervisorError) as failure:
        if carrying.touched and isinstance(failure, _NOBODY_KNOWS):
            raise  # it stays as it is, and is looked at again
        _take_back(carrying, upload)
        raise


def recover(job: Job) -> Verdict:
    """Is there anything to do for a worker? Then for the next attempt, once."""
    upload = Upload.objects.filter(pk=job.pk).first()
    if upload is None:
        try:
            return Succeeded(_ended_before(job))
        except JobFailed as failed:
            return Failed(failed.code, failed.detail)
    if upload.attempt == job.attempt or (not upload.attempt and not _due(upload, job)):
        return Resting()
    reserved = Upload.objects.filter(pk=upload.pk, attempt=upload.attempt).update(attempt=job.attempt + 1)
    return Again() if reserved else Resting()


def _due(upload: Upload, job: Job) -> bool:
    whole = upload.received_bytes == upload.size_bytes
    over = bool(upload.refused) or job.cancel_requested_at is not None or upload.expires_at < timezone.now()
    return whole or over


def _next(carrying: Carrying, upload: Upload) -> dict[str, Any]:
    job, host = carrying.job, upload.pool.host
    while True:
        if carrying.cancel_requested():
            raise JobCancelled
        if upload.refused:
            raise JobFailed("content_refused", upload.refused)
        if upload.expires_at < timezone.now():
            raise JobFailed("upload_abandoned", "Nothing was sent for a day, so it was given up.")
        if upload.made and not _is_made(upload):
            _make(carrying, upload, host)
        if upload.received_bytes == upload.size_bytes:
            return _finish(carrying, upload, host)
        carrying.progress(99 * upload.received_bytes // max(1, upload.size_bytes), "waiting for content")
        Upload.objects.filter(pk=upload.pk, attempt=job.attempt).update(attempt=0)
        # Who sent the last byte or a cancel before that line was told that somebody is at it.
        upload.refresh_from_db()
        job.refresh_from_db(fields=["cancel_requested_at"])
        if not (_due(upload, job) and _reserve(upload, job)):
            raise GoesOn


def _reserve(upload: Upload, job: Job) -> bool:
    return bool(Upload.objects.filter(pk=upload.pk, attempt=0).update(attempt=job.attempt))


def _is_made(upload: Upload) -> bool:
    return upload.volume_id is not None or upload.received_bytes > 0


def _make(carrying: Carrying, upload: Upload, host: Host) -> None:
    """A volume for it. One of an earlier attempt, which is not known to have made it, is taken as it is."""
    with nodes.pooled(host) as node:
        carrying.touching("making the volume")
        new = NewVolume(upload.volume_name, upload.size_bytes, "raw" if _keeps_files(upload) else "")
        try:
            node.create_volume(upload.pool.uuid, new)
        except errors.OperationInvalid as refused:
            if carrying.first or not _is_ours(node, upload):
                upload.made = False  # so that nobody takes it back
                raise JobFailed("name_taken", f"No volume was made: {refused.detail}") from refused
    looking.look(host.pk, "pool", upload.pool.uuid)
    row = (
        Volume.objects.filter(pool=upload.pool, name=upload.volume_name).values_list("pk", flat=True).first()
    )
    upload.volume_id = row
    Upload.objects.filter(pk=upload.pk).update(volume_id=row)


def _keeps_files(upload: Upload) -> bool:
    return upload.pool.type in {"dir", "fs", "netfs", "gluster", "vstorage"}


def _is_ours(node: Node, upload: Upload) -> bool:
    """Whether the volume of that name is as new as one that an earlier attempt has just made."""
    seen = node.volume(upload.pool.uuid, upload.volume_name)
    return seen.capacity_bytes >= upload.size_bytes and not seen.backing and seen.format in {"raw", ""}


def _finish(carrying: Carrying, upload: Upload, host: Host) -> dict[str, Any]:
    """All of it came: is it what it should be?"""
    pool, name = upload.pool, upload.volume_name
    carrying.touching("looking at the content")
    found = verify(
        carrying, host, pool, name, size=upload.size_bytes, format=upload.format, sha256=upload.sha256
    )
    with nodes.pooled(host) as node:
        node.refresh_pool(pool.uuid)
    looking.look(host.pk, "pool", pool.uuid)
    volume = Volume.objects.filter(pool=pool, name=name).first()
    result: dict[str, Any] = {
        "volume": {"id": str(volume.pk), "name": name} if volume is not None else None,
        "format": found.format,
    }
    if upload.sha256:
        result["sha256"] = upload.sha256
    if upload.library and volume is not None:
        result["image"] = add_volume(volume, found, sha256=upload.sha256, by=upload.created_by)
    upload.delete()
    return result


def _take_back(carrying: Carrying, upload: Upload) -> None:
    """What this upload made goes away; a volume that was there before keeps what was written into it."""
    host = upload.pool.host
    _wait_for_sender(upload)
    if upload.made and not (carrying.first and not _is_made(upload)):
        with nodes.pooled(host) as node:
            carrying.touching("removing what was made")
            try:
                if _is_made(upload) or _is_ours(node, upload):
                    node.delete_volume(upload.pool.uuid, upload.volume_name)
            except errors.NotFound:
                pass  # it was never made, or somebody was faster
        looking.look(host.pk, "pool", upload.pool.uuid)
    upload.delete()


def _wait_for_sender(upload: Upload) -> None:
    """Whoever sends notices within a second that it is over."""
    until = time.monotonic() + _SENDER_WITHIN_SECONDS
    sending = Upload.objects.filter(~Q(sender=""), pk=upload.pk, sending_until__gte=timezone.now())
    while sending.exists() and time.monotonic() < until:
        time.sleep(0.2)


def _ended_before(job: Job) -> dict[str, Any]:
    """The upload is gone: an attempt before this one ended it, and its worker died before it could say so."""
    volume = Volume.objects.filter(pool_id=job.option("pool"), name=job.option("name")).first()
    if volume is None:
        raise JobFailed("upload_ended", "The upload was ended, and what it made was removed.")
    return {"volume": {"id": str(volume.pk), "name": volume.name}}
