"""What people wish of uploads: to begin one, to send, to give it up."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from access import audit
from access.actor import Actor
from access.errors import Conflict, Invalid, NotPermitted, NotThere, Refused
from jobs import claims
from jobs.errors import NotCancellable
from jobs.models import OPEN, Job
from storage import owners, users
from storage.models import Pool, Upload, Volume
from storage.services.wishes import check_free, check_running, find_pool, find_volume, open_about
from storage.uploads.errors import TooManyTransfers
from storage.volumes import names
from storage.volumes.errors import NameTaken, NoRoom
from storage.volumes.pool_types import WRITABLE

KIND = "volume.upload"
KEPT = timedelta(hours=24)  # so long without a byte, and it is given up
SENDER_LEASE = timedelta(seconds=20)
MOST_OPEN_OF_A_PERSON = 16
_DEADLINE_SECONDS = 60 * 24 * 3600.0


class LongerThanDeclared(Refused):
    """More bytes than the upload was declared to have."""

    code = "longer_than_declared"
    status: ClassVar[int] = 413
    title = "Longer than declared"


class WrongOffset(Conflict):
    """These bytes do not follow on those that are there."""

    code = "wrong_offset"


class BeingSent(Refused):
    """Another request sends at this moment."""

    code = "being_sent"
    status: ClassVar[int] = 423
    title = "Being sent"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be sent. `format` and `sha256` are "" where nothing is declared."""

    size_bytes: int
    format: str = ""
    sha256: str = ""
    library: bool = False


def open_into_pool(pool_id: UUID, name: str, wanted: Wanted, *, by: Actor) -> Upload:
    """A new volume, made for it. Raises NotThere, NotPermitted, HostSilent, PoolForbids, Invalid."""
    with transaction.atomic():
        pool = find_pool(pool_id, "volume.upload", by, lock=True)
        _check_open_ones(by)
        check_new(pool, name, wanted)
        job = open_about(
            KIND,
            pool,
            by=by,
            options={"pool": str(pool.pk), "name": name},
            told={"volume": name, "size_bytes": wanted.size_bytes},
            holds=("volume", uuid4(), name),
            deadline_seconds=_DEADLINE_SECONDS,
        )
        if takes := owners.incoming(pool, name, wanted.size_bytes, by, library=wanted.library):
            owners.hold(job, takes)
        return _open(job, pool, name, wanted, by, attempt=1)


def open_into_volume(volume_id: UUID, wanted: Wanted, *, by: Actor) -> Upload:
    """A volume that is there. Raises NotThere, NotPermitted, HostSilent, PoolForbids, Busy, InUse, Invalid."""
    with transaction.atomic():
        volume = find_volume(volume_id, "volume.upload", by, lock=True)
        _check_open_ones(by)
        check_old(volume, wanted, by)
        job = open_about(
            KIND,
            volume,
            by=by,
            options={"pool": str(volume.pool_id), "name": volume.name, "volume": str(volume.pk)},
            told={"size_bytes": wanted.size_bytes},
            deadline_seconds=_DEADLINE_SECONDS,
        )
        return _open(job, volume.pool, volume.name, wanted, by, volume=volume)


def check_new(pool: Pool, name: str, wanted: Wanted) -> None:
    """Raises what keeps a new volume from being filled."""
    check_running(pool)
    if pool.type not in WRITABLE:
        raise Conflict(
            f"{pool.name} is of type {pool.type}: its volumes are made elsewhere. Choose one that is there.",
            code="not_supported",
        )
    check_name(pool, name)
    if wanted.size_bytes > pool.available_bytes:
        raise NoRoom(pool, wanted.size_bytes)


def check_name(pool: Pool, name: str) -> None:
    """Raises Invalid, NameTaken."""
    if problem := names.fault_in(name, pool):
        raise Invalid(problem, errors={"name": [problem]})
    # An upload whose job was cancelled before anybody began it has nothing to take back.
    open_ones = Job.objects.filter(kind=KIND, state__in=OPEN).values("pk")
    Upload.objects.filter(pool=pool, volume_name=name).exclude(pk__in=open_ones).delete()
    if problem := names.taken(pool, name):
        raise NameTaken(problem)


def check_old(volume: Volume, wanted: Wanted, by: Actor) -> None:
    """Raises what keeps this volume from being written anew."""
    check_running(volume.pool)
    check_free("volume", volume.pk)
    host = volume.pool.host
    told = users.users_of(host, [volume.path], by).get(volume.path)
    if told is not None:
        # Whose disk it is may have it filled while off; under a layer, a template or the library it must stay as it is.
        own = users.disks_of(host, volume.path)
        if any(disk.active for disk in own) or told.count > len({disk.domain for disk in own}):
            raise users.InUse(volume.name, told)
    if volume.encryption:
        raise Conflict(
            f"{volume.name} is encrypted: what is sent would replace its key.", code="not_supported"
        )
    raw = volume.format in {"", "raw", "iso"}
    if raw and wanted.size_bytes > volume.capacity_bytes:
        problem = f"{volume.name} holds {volume.capacity_bytes} bytes, and this has {wanted.size_bytes}."
        raise Invalid(problem, errors={"size_bytes": [problem]})
    if not raw and wanted.size_bytes > volume.pool.available_bytes + volume.allocation_bytes:
        raise NoRoom(volume.pool, wanted.size_bytes)


def plan(
    wanted: Wanted, *, by: Actor, pool_id: UUID | None = None, name: str = "", volume_id: UUID | None = None
) -> dict[str, Any]:
    """What beginning it would meet. Raises NotThere, NotPermitted, Invalid."""
    try:
        if volume_id is not None:
            check_old(find_volume(volume_id, "volume.upload", by), wanted, by)
        elif pool_id is not None:
            pool = find_pool(pool_id, "volume.upload", by)
            check_new(pool, name, wanted)
            with transaction.atomic():
                if takes := owners.incoming(pool, name, wanted.size_bytes, by, library=wanted.library):
                    owners.check(takes)
    except Conflict as refused:
        return {"allowed": False, "checks": [{"code": refused.code, "ok": False, "detail": refused.detail}]}
    return {"allowed": True, "checks": []}


def find(uuid: UUID, by: Actor) -> Upload:
    """An upload of one's own that is under way. Raises NotThere, NotPermitted."""
    uploads = Upload.objects.select_related("pool__host")
    upload = uploads.permitted(by, "volume.upload").filter(pk=uuid).first()
    if upload is None or upload.created_by_id != by.id:
        if uploads.permitted(by, "pool.read").filter(pk=uuid).exists():
            raise NotPermitted("You may see this upload, but another person sends it.")
        raise NotThere
    return upload


def under_way(volume_id: UUID, by: Actor) -> Upload | None:
    """One's own upload into a volume that is there."""
    own = Upload.objects.permitted(by, "volume.upload").filter(created_by=by.user, volume_id=volume_id)
    return own.select_related("pool__host").first()


def begin(upload: Upload, offset: int, length: int | None, *, by: Actor) -> str:
    """Become its only sender from `offset` on, for `length` bytes (None: not announced); returns the sender's word.

    Raises HostSilent, PoolForbids, WrongOffset, LongerThanDeclared, BeingSent, Conflict.
    """
    check_running(upload.pool)
    if upload.refused:
        raise Conflict(upload.refused, code="content_refused")
    if Job.objects.filter(pk=upload.pk, cancel_requested_at__isnull=False).exists():
        raise Conflict("The upload was cancelled.", code="given_up")
    if offset != upload.received_bytes:
        raise WrongOffset(
            f"{upload.received_bytes} bytes are there for certain, so the next begin at "
            f"{upload.received_bytes}, not at {offset}.",
            offset_bytes=upload.received_bytes,
        )
    if length is not None and offset + length > upload.size_bytes:
        raise LongerThanDeclared(
            f"The upload was declared to have {upload.size_bytes} bytes; with these it would have {offset + length}.",
            size_bytes=upload.size_bytes,
        )
    now = timezone.now()
    word = secrets.token_hex(16)
    free = Upload.objects.filter(pk=upload.pk, received_bytes=offset).filter(
        Q(sender="") | Q(sending_until__lt=now)
    )
    with transaction.atomic():
        if not free.update(sender=word, sending_until=now + SENDER_LEASE, expires_at=now + KEPT):
            raise BeingSent("Another request sends this upload at this moment. Wait until it has ended.")
        if offset == 0:
            audit.record(
                by, "volume.send", "volume", upload.volume_id, upload.volume_name, upload=str(upload.pk)
            )
    return word


def give_up(uuid: UUID, *, by: Actor) -> Job:
    """Cancel it: what it made goes away. Raises NotThere, NotPermitted, NotCancellable."""
    with transaction.atomic():
        job = job_to_give_up(uuid, by)
        if claims.cancel_queued(job):
            Upload.objects.filter(pk=uuid).delete()  # nobody began, so there is nothing to take back
        elif not claims.ask_cancel(job):
            raise NotCancellable(f"The upload of {job.object_name} has just ended.")
        audit.record(by, "job.cancel", "job", job.pk, f"{job.kind} {job.object_name}")
    job.refresh_from_db()
    return job


def job_to_give_up(uuid: UUID, by: Actor) -> Job:
    """The job of an upload that `by` may give up: its own, or by the permission to cancel jobs."""
    job = Job.objects.filter(pk=uuid, kind=KIND, state__in=OPEN).first()
    seen = Upload.objects.permitted(by, "pool.read").filter(pk=uuid).first()
    if job is None or seen is None:
        raise NotThere
    if seen.created_by_id != by.id and not Job.objects.permitted(by, "job.cancel").filter(pk=uuid).exists():
        raise NotPermitted("You may see this upload, but another person sends it.")
    return job


def _check_open_ones(by: Actor) -> None:
    """Each holds a name, a volume and a day. Raises TooManyTransfers."""
    open_ones = Upload.objects.filter(
        created_by=by.user, pk__in=Job.objects.filter(state__in=OPEN).values("pk")
    )
    if open_ones.count() >= MOST_OPEN_OF_A_PERSON:
        raise TooManyTransfers(f"You have {MOST_OPEN_OF_A_PERSON} uploads under way; end one first.")


def _open(
    job: Job,
    pool: Pool,
    name: str,
    wanted: Wanted,
    by: Actor,
    *,
    attempt: int = 0,
    volume: Volume | None = None,
) -> Upload:
    upload: Upload = Upload.objects.create(
        pk=job.pk,
        pool=pool,
        volume_id=volume.pk if volume is not None else None,
        volume_name=name,
        made=volume is None,
        format=wanted.format,
        size_bytes=wanted.size_bytes,
        sha256=wanted.sha256.lower(),
        library=wanted.library,
        attempt=attempt,
        created_by=by.user,
        expires_at=timezone.now() + KEPT,
    )
    return upload
