"""Whose volumes are that stand by themselves: who made one in a pool, or whose domain let it go. See docs/adr/0036.

Whoever a volume is of sees it and may delete it, whatever else they may in its pool; and it counts against their quota.
Quotas lie above this layer, so they register what they have to say of a volume that is to be made or to be larger.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from access import bundles
from access.actor import Actor
from access.models import User
from jobs.models import OPEN, Job, JobState
from storage.models import Pool, Volume, VolumeOwner

# What they may do with it, and follow what they asked for.
_THEIRS = frozenset({"pool.read", "volume.delete", "job.read"})
# So long a volume that a job made may take to show in a listing of its pool.
_SHOWN_WITHIN = timedelta(seconds=30)
# A job that ended so made nothing: whatever has the name is another's.
_NOT_OURS = frozenset({"name_taken", "operation_invalid"})
Key = tuple[UUID, str]  # the storage (the shared one, or the pool) and the name there: the same on every host


@dataclass(frozen=True, slots=True)
class Takes:
    """A volume that a job makes or makes larger: how large it will be, how much more that is, and for whom it counts.

    `domain`: it is a disk of that one, and counts with it.
    """

    pool: Pool
    name: str
    capacity_bytes: int
    more_bytes: int
    by: Actor
    owner: User | None
    domain: UUID | None = None


class Limits(Protocol):
    """What quotas have to say of it."""

    def check(self, takes: Takes) -> None:
        """Raises a Refused where it would be too much; until the transaction ends, nobody else is given of the same."""
        ...

    def hold(self, job: Job, takes: Takes) -> None:
        """The same, and keeps it for the job."""
        ...

    def release(self, job: Job) -> None:
        """At the job's end, whichever that is."""
        ...


_limits: list[Limits] = []


def key_of(pool: UUID, shared: UUID | None, name: str) -> Key:
    return (pool if shared is None else shared), name


def register() -> None:
    bundles.register_held(bundles.Held("volume", _THEIRS, ids_of))


def register_limits(limits: Limits) -> None:
    """A higher app calls this once, when it is ready."""
    _limits.append(limits)


def new(pool: Pool, name: str, capacity_bytes: int, by: Actor) -> Takes:
    """A new volume, which is whose who makes it. Of unknown size: give 1, and it is counted as soon as it is seen."""
    return Takes(pool, name, capacity_bytes, capacity_bytes, by, by.user)


def incoming(pool: Pool, name: str, size_bytes: int, by: Actor, *, library: bool) -> Takes | None:
    """The same of one that is sent or fetched; None where who keeps the library sends it there: it is everybody's."""
    keeps = by.scope("image.manage").covers({"pool": pool.pk, **pool.host.within})
    return None if library and keeps else new(pool, name, size_bytes or 1, by)


def larger(volume: Volume, capacity_bytes: int, by: Actor, *, domain: UUID | None = None) -> Takes:
    """A volume that is there and is to be larger; it stays whose it is."""
    more = max(0, capacity_bytes - volume.capacity_bytes)
    row = _rows_at(volume.pool, volume.name).select_related("owner").first()
    owner = row.owner if row is not None else None
    return Takes(volume.pool, volume.name, capacity_bytes, more, by, owner, domain)


def check(takes: Takes) -> None:
    """Raises what limits say against it."""
    if takes.more_bytes:
        for limits in _limits:
            limits.check(takes)


def hold(job: Job, takes: Takes) -> None:
    """Count it from now on, in the transaction that opens the job. Raises what limits say against it."""
    if not takes.more_bytes:
        return
    for limits in _limits:
        limits.hold(job, takes)
    at = _rows_at(takes.pool, takes.name)
    if takes.capacity_bytes > takes.more_bytes:  # it is there
        at.exclude(owner=None).update(capacity_bytes=takes.capacity_bytes, job_id=job.pk)
        return
    at.delete()  # of another volume, which had the name before
    if takes.owner is not None:
        VolumeOwner.objects.create(
            pool=takes.pool, name=takes.name, owner=takes.owner, capacity_bytes=takes.capacity_bytes, job_id=job.pk
        )  # fmt: skip


def ended(job: Job) -> None:
    """The last word of every kind of job that `hold` was called for."""
    for limits in _limits:
        limits.release(job)
    rows = VolumeOwner.objects.filter(job_id=job.pk)
    succeeded = job.state == JobState.SUCCEEDED
    if not succeeded and job.kind != "volume.resize" and (job.attempt == 0 or job.error_code in _NOT_OURS):
        rows.delete()
    for row in rows:
        seen = Volume.objects.filter(pool=row.pool_id, name=row.name).first()
        size = seen.capacity_bytes if seen is not None else 0
        # As large as was wanted, if nobody has looked yet: the next look at its pool has the last word.
        VolumeOwner.objects.filter(pk=row.pk).update(
            capacity_bytes=max(size, row.capacity_bytes) if succeeded else size,
            job_id=None if seen is not None else job.pk,
        )


def left(owner: User, volumes: Iterable[Volume]) -> None:
    """A domain of theirs let these go: they are its owner's from now on, but for those whose they are is known."""
    _note(owner, volumes)


def lent(volumes: Iterable[Volume]) -> None:
    """They were there before a domain gets them: let go, they are nobody's again. What is somebody's stays so."""
    _note(None, volumes)


def everybodys(volume: Volume) -> None:
    """Who keeps the library put it there."""
    _rows_at(volume.pool, volume.name).update(owner=None)


def given(volumes: Iterable[Volume], before: User, after: User | None) -> None:
    """Of these, what was one person's is another's now, or nobody's."""
    for volume in volumes:
        _rows_at(volume.pool, volume.name).filter(owner=before).update(owner=after)


def listed(pool: Pool, sizes: Mapping[str, int]) -> None:
    """What nodewatch saw in a running pool, capacities by name: what is gone is nobody's any more."""
    rows = list(VolumeOwner.objects.filter(pool=pool))
    if not rows:
        return
    held = {row.job_id for row in rows if row.job_id is not None}
    jobs = {job.pk: job for job in Job.objects.filter(pk__in=held)} if held else {}
    for row in rows:
        job = jobs.get(row.job_id) if row.job_id is not None else None
        under_way = job is not None and job.state in OPEN
        size = sizes.get(row.name)
        if size is not None:
            size = max(size, row.capacity_bytes) if under_way else size
            kept = row.job_id if under_way else None
            if (size, kept) != (row.capacity_bytes, row.job_id):
                VolumeOwner.objects.filter(pk=row.pk).update(capacity_bytes=size, job_id=kept)
        elif not under_way and not _may_show_yet(job) and not _replaced(pool, row.name):
            row.delete()


def renamed(pool: Pool, before: str, after: str) -> None:
    """A copy under another name takes the place of what was there."""
    if not VolumeOwner.objects.filter(pool=pool, name=after).exists():
        VolumeOwner.objects.filter(pool=pool, name=before).update(name=after)


def ids_of(user: UUID) -> list[UUID]:
    """The volumes of a user, on every host that sees them."""
    rows = VolumeOwner.objects.filter(owner=user).values_list("pool_id", "pool__shared_id", "name")
    keys = {key_of(pool, shared, name) for pool, shared, name in rows}
    if not keys:
        return []
    places = {place for place, _ in keys}
    volumes = Volume.objects.filter(
        Q(pool__in=places) | Q(pool__shared__in=places), name__in={name for _, name in keys}
    )
    found = volumes.order_by().values_list("pk", "pool_id", "pool__shared_id", "name")
    return [pk for pk, pool, shared, name in found if key_of(pool, shared, name) in keys]


def owners_of_rows(rows: Iterable[Mapping[str, Any]]) -> dict[UUID, tuple[UUID, str]]:
    """Of rows of volumes (`id`, `pool_id`, `pool__shared_id`, `name`): the owner's id and name, by the volume's id."""
    keys = {row["id"]: key_of(row["pool_id"], row["pool__shared_id"], row["name"]) for row in rows}
    if not keys:
        return {}
    places = {place for place, _ in keys.values()}
    known = VolumeOwner.objects.filter(
        Q(pool__in=places) | Q(pool__shared__in=places), name__in={name for _, name in keys.values()}
    ).exclude(owner=None)
    owners = {
        key_of(pool, shared, name): (owner, username)
        for pool, shared, name, owner, username in known.values_list(
            "pool_id", "pool__shared_id", "name", "owner_id", "owner__username"
        )
    }
    return {id: owners[key] for id, key in keys.items() if key in owners}


def _note(owner: User | None, volumes: Iterable[Volume]) -> None:
    """Two may write the same at once: whoever is first has said it."""
    rows = [
        VolumeOwner(pool=one.pool, name=one.name, owner=owner, capacity_bytes=one.capacity_bytes)
        for one in volumes
        if not _rows_at(one.pool, one.name).exists()
    ]
    VolumeOwner.objects.bulk_create(rows, ignore_conflicts=True)


def _rows_at(pool: Pool, name: str) -> Any:
    """The row of a volume, by whichever host's pool of a shared storage it came to be."""
    same = Q(pool=pool) if pool.shared_id is None else Q(pool=pool) | Q(pool__shared=pool.shared_id)
    return VolumeOwner.objects.filter(same, name=name)


def _may_show_yet(job: Job | None) -> bool:
    return (
        job is not None and job.finished_at is not None and timezone.now() < job.finished_at + _SHOWN_WITHIN
    )


def _replaced(pool: Pool, name: str) -> bool:
    """A job puts another copy in its place, so that it is not there for a moment."""
    jobs = Job.objects.filter(kind="volume.sparsify", state__in=OPEN)
    return jobs.filter(options__pool=str(pool.pk), options__name=name).exists()
