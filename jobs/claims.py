"""Every change of a job's state: compare-and-set on (id, state, attempt), by the database's clock.

Who loses a comparison has lost the job and stops. Each change tells the browsers.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from access import audit
from jobs.errors import LeaseLost
from jobs.kinds import kind_named, last_word
from jobs.models import Job, JobState
from live.models import happened
from live.notices import tell

LEASE = timedelta(seconds=15)
LOOK_AGAIN = timedelta(seconds=10)


def claim(job_id: UUID | str, worker: str) -> Job | None:
    """Take a queued job, once: a redelivered message gets None."""
    won = _set(
        Job.objects.filter(pk=job_id, state=JobState.QUEUED),
        state=JobState.RUNNING,
        attempt=F("attempt") + 1,
        worker=worker,
        started_at=Now(),
        lease_until=Now() + LEASE,
        step="",
    )
    return _told(job_id) if won else None


def renew(held: dict[UUID, int]) -> set[UUID]:
    """Prolong the leases of jobs that this process carries out, {id: attempt}; returns those it still has."""
    kept = set()
    for job_id, attempt in held.items():
        if Job.objects.filter(pk=job_id, attempt=attempt, state=JobState.RUNNING).update(
            lease_until=Now() + LEASE
        ):
            kept.add(job_id)
    return kept


def advance(job: Job, *, progress: int, step: str, transfer: dict[str, int] | None) -> bool:
    """Write how far it is. False when the job is no longer this attempt's."""
    won = _set(_mine(job), progress=progress, step=step, transfer=transfer, lease_until=Now() + LEASE)
    if won:
        _told(job.pk)
    return won


def note(job: Job, **options: Any) -> None:
    """Keep with the job what the next attempt must know. Raises LeaseLost where there is such an attempt already."""
    job.options = {**job.options, **options}
    if not Job.objects.filter(pk=job.pk, attempt=job.attempt).update(options=job.options):
        raise LeaseLost(str(job.pk))


def finish(
    job: Job,
    state: JobState,
    *,
    code: str = "",
    detail: str = "",
    result: dict[str, Any] | None = None,
) -> bool:
    """End it, from running or unknown. False when somebody else already did."""
    with transaction.atomic():
        won = _set(
            Job.objects.filter(
                pk=job.pk, attempt=job.attempt, state__in=(JobState.RUNNING, JobState.UNKNOWN)
            ),
            state=state,
            progress=100 if state == JobState.SUCCEEDED else F("progress"),
            step="",
            error_code=code,
            error_detail=detail,
            result=result,
            finished_at=Now(),
            lease_until=None,
        )
        if won:
            ended = _told(job.pk)
            _after(ended)
            if state == JobState.FAILED:
                happened(
                    "job.failed",
                    (ended.object_kind, ended.object_id, ended.object_name),
                    within=ended.within,
                    host_name=ended.host_name,
                    job=ended.pk,
                    detail=f"{ended.kind}: {detail}",
                )
    return won


def set_unknown(job: Job, detail: str) -> bool:
    """The node cannot say: keep the job open and look again soon."""
    won = _set(
        Job.objects.filter(pk=job.pk, attempt=job.attempt, state__in=(JobState.RUNNING, JobState.UNKNOWN)),
        state=JobState.UNKNOWN,
        step=detail[:200],
        lease_until=Now() + LOOK_AGAIN,
    )
    if won:
        _told(job.pk)
    return won


def keep(job: Job) -> bool:
    """Hold a parent's row for one pass over its children, to the end of the transaction. False when it has ended."""
    return _set(
        Job.objects.filter(pk=job.pk, state__in=(JobState.RUNNING, JobState.UNKNOWN)),
        state=JobState.RUNNING,
        lease_until=Now() + LEASE,
    )


def count(job: Job, progress: int, step: str, result: dict[str, Any]) -> None:
    """Write how far a parent's children are. Inside of a pass that keeps it."""
    Job.objects.filter(pk=job.pk).update(progress=min(99, progress), step=step, result=result)
    _told(job.pk)


def report(job_id: UUID, *, progress: int, step: str, transfer: dict[str, int] | None = None) -> bool:
    """How far a job is that no worker holds, from whoever moves it on. False when it is not under way."""
    won = _set(
        Job.objects.filter(pk=job_id, state__in=(JobState.RUNNING, JobState.UNKNOWN)),
        state=JobState.RUNNING,
        progress=max(0, min(99, progress)),
        step=step[:200],
        transfer=transfer,
        lease_until=Now() + LEASE,
    )
    if won:
        _told(job_id)
    return won


def requeue(job: Job) -> bool:
    """Back into the queue for another attempt."""
    won = _set(
        Job.objects.filter(pk=job.pk, attempt=job.attempt, state__in=(JobState.RUNNING, JobState.UNKNOWN)),
        state=JobState.QUEUED,
        step="",
        lease_until=Now(),
    )
    if won:
        _told(job.pk)
    return won


def take_over(job: Job, worker: str) -> bool:
    """Become the one who decides about a job whose lease ran out. Only one of many sweepers wins."""
    won = _set(
        Job.objects.filter(pk=job.pk, attempt=job.attempt, state=job.state, lease_until__lt=Now()),
        attempt=F("attempt") + 1,
        worker=worker,
        lease_until=Now() + LEASE,
    )
    if won:
        job.refresh_from_db()
    return won


def cancel_queued(job: Job) -> bool:
    """Cancel what nobody has begun."""
    with transaction.atomic():
        won = _set(
            Job.objects.filter(pk=job.pk, state=JobState.QUEUED, attempt=0),
            state=JobState.CANCELLED,
            finished_at=Now(),
            lease_until=None,
        )
        if won:
            _after(_told(job.pk))
    return won


def ask_cancel(job: Job) -> bool:
    """Leave the word for whoever carries it out."""
    won = _set(
        Job.objects.filter(pk=job.pk, state__in=(JobState.RUNNING, JobState.QUEUED, JobState.UNKNOWN)),
        cancel_requested_at=Now(),
    )
    if won:
        asked = _told(job.pk)
        if kind_named(asked.kind).follows_children:
            _pass_over(asked.pk)
    return won


def _after(job: Job) -> None:
    """What goes with a job's end: what came of it in the audit log, its kind's last word, its parent's next pass."""
    code = {"code": job.error_code} if job.error_code else {}
    asked = (job.requested_by_id, job.requested_by_name)
    audit.record_end(
        asked, job.kind, job.object_kind, job.object_id, job.object_name, job.state, job=str(job.pk), **code
    )
    last = last_word(job.kind)
    if last is not None:
        last(job)
    if job.parent_id is not None:
        _pass_over(job.parent_id)


def _pass_over(parent_id: UUID) -> None:
    """Have a parent look at its children once this is committed."""
    from jobs.tasks import ring_parent

    transaction.on_commit(lambda: ring_parent(parent_id))


def _mine(job: Job) -> "QuerySet[Job]":
    return Job.objects.filter(pk=job.pk, attempt=job.attempt, state=JobState.RUNNING)


def _set(jobs: "QuerySet[Job]", **changes: Any) -> bool:
    return bool(jobs.update(version=F("version") + 1, updated_at=Now(), **changes))


def _told(job_id: UUID | str) -> Job:
    job = Job.objects.get(pk=job_id)
    tell("updated", "job", job.pk, job.version, job.within)
    return job
