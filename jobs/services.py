"""Opening and cancelling jobs. Whoever opens one is in the transaction that records the wish."""

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

import kombu.exceptions
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from access import audit
from access.actor import Actor
from access.errors import NotPermitted, NotThere
from jobs import claims
from jobs.errors import Busy, NotCancellable
from jobs.kinds import kind_named
from jobs.models import OPEN, Job, JobState
from live.notices import tell

logger = logging.getLogger(__name__)


def open_job(
    kind: str,
    object: tuple[str, UUID, str],
    *,
    by: Actor,
    host: tuple[UUID, str] | None = None,
    cluster_id: UUID | None = None,
    options: dict[str, Any] | None = None,
    deadline_seconds: float | None = None,
    parent: Job | None = None,
    result: dict[str, Any] | None = None,
) -> Job:
    """Record a wish about `object` = (kind, id, name) and ring for a worker once the transaction commits.

    `parent`: the job that this one is a part of; `result`: what a parent has to show from the start.
    Raises Busy when another open job holds the object.
    """
    declared = kind_named(kind)
    object_kind, object_id, object_name = object
    host_id, host_name = host or (None, "")
    seconds = declared.deadline_seconds if deadline_seconds is None else deadline_seconds
    try:
        with transaction.atomic():
            job = Job.objects.create(
                kind=kind,
                object_kind=object_kind,
                object_id=object_id,
                object_name=object_name,
                host_id=host_id,
                host_name=host_name,
                cluster_id=cluster_id,
                options=options or {},
                parent=parent,
                result=result,
                requested_by=by.user,
                requested_by_name=by.user.username if by.user else "",
                deadline_at=timezone.now() + timedelta(seconds=seconds),
                lease_until=timezone.now() + timedelta(seconds=3),
            )
    except IntegrityError:
        held = open_job_of(object_kind, object_id)
        if held is None:
            raise  # not the constraint that we know
        raise Busy(held) from None
    tell("created", "job", job.pk, job.version, job.within)
    transaction.on_commit(lambda: ring(job.pk, declared.queue))
    return job


def open_job_of(object_kind: str, object_id: UUID) -> Job | None:
    """The job that holds the object now."""
    return Job.objects.filter(object_kind=object_kind, object_id=object_id, state__in=OPEN).first()


def ring(job_id: UUID, queue: str) -> None:
    """Tell a worker. A bell that cannot ring is no error: the sweeper rings again."""
    from jobs.tasks import carry_out

    try:
        carry_out.apply_async((str(job_id),), queue=queue)
    except (kombu.exceptions.OperationalError, OSError) as error:
        logger.warning("job %s waits for the sweeper: %s", job_id, error)


def cancel(job_id: UUID, *, by: Actor) -> Job:
    """Cancel a job: at once while it is queued, else by asking whoever carries it out.

    Raises NotThere, NotPermitted, NotCancellable.
    """
    with transaction.atomic():
        job = Job.objects.permitted(by, "job.read").filter(pk=job_id).first()
        if job is None:
            raise NotThere
        if not Job.objects.permitted(by, "job.cancel").filter(pk=job_id).exists():
            raise NotPermitted(
                "You may see this job, but not cancel it: that needs the permission job.cancel."
            )
        if not job.open:
            raise NotCancellable(f"{job.kind} of {job.object_name} has already {job.state}.")
        if not claims.cancel_queued(job):
            job.refresh_from_db()
            if not kind_named(job.kind).cancellable:
                raise NotCancellable(f"{job.kind} of {job.object_name} cannot be stopped once it began.")
            if not claims.ask_cancel(job):
                raise NotCancellable(f"{job.kind} of {job.object_name} has just ended.")
        audit.record(by, "job.cancel", "job", job.pk, f"{job.kind} {job.object_name}")
    job.refresh_from_db()
    return job


def due() -> list[Job]:
    """Jobs that somebody should look at: unclaimed, with an expired lease, or unknown for a while."""
    return list(Job.objects.filter(state__in=OPEN, lease_until__lt=Now()).order_by("lease_until")[:200])


def rung(job: Job) -> bool:
    """Note that the bell was rung for a queued job, so that sweepers do not ring it each time."""
    waited = Job.objects.filter(pk=job.pk, state=JobState.QUEUED, lease_until=job.lease_until)
    return bool(waited.update(lease_until=Now() + timedelta(seconds=10)))
