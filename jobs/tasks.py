"""What Celery runs: one task for every job, whose message is the job's id alone, and the sweeper."""

import logging
from uuid import UUID

import kombu.exceptions
from celery import shared_task

from jobs import claims, services
from jobs.carrying import carry, decide
from jobs.kinds import kind_named
from jobs.models import JobState
from jobs.worker import name

logger = logging.getLogger(__name__)


def _is_one(id: object) -> bool:
    """Whether this names a job at all: whoever can write to the broker can say anything."""
    try:
        UUID(id)  # type: ignore[arg-type]  # that is the question
    except (ValueError, TypeError, AttributeError):
        logger.warning("a message that names no job is passed over")
        return False
    return True


@shared_task(name="jobs.carry_out")
def carry_out(job_id: str) -> None:
    """Carry out one job, if it is still there to be claimed."""
    if _is_one(job_id):
        carry(job_id, name())


@shared_task(name="jobs.sweep")
def sweep() -> None:
    """Ring again for what nobody claimed; ask the nodes about what lost its worker or could not be told.

    Any number of sweepers may run at once: each step is a compare-and-set.
    """
    for job in services.due():
        if job.state == JobState.QUEUED:
            if services.rung(job):
                services.ring(job.pk, kind_named(job.kind).queue)
        elif claims.take_over(job, name()):
            look_into.apply_async((str(job.pk), job.attempt), queue="lifecycle")


@shared_task(name="jobs.follow")
def follow(job_id: str) -> None:
    """A child ended, all content came, or it is to be cancelled: let the job look. While it is queued it will."""
    from jobs.models import Job

    if not _is_one(job_id):
        return
    job = Job.objects.filter(pk=job_id, state__in=(JobState.RUNNING, JobState.UNKNOWN)).first()
    if job is not None and decide(job):
        services.ring(job.pk, kind_named(job.kind).queue)


def ring_parent(job_id: UUID) -> None:
    """A bell that cannot ring is no error: the sweeper comes by."""
    try:
        follow.apply_async((str(job_id),), queue="lifecycle")
    except (kombu.exceptions.OperationalError, OSError) as error:
        logger.warning("parent job %s waits for the sweeper: %s", job_id, error)


@shared_task(name="jobs.look_into")
def look_into(job_id: str, attempt: int) -> None:
    """Ask the nodes about one job. A node that hangs costs this task alone, never the sweeper."""
    from jobs.models import Job

    if not (_is_one(job_id) and isinstance(attempt, int)):
        return
    job = Job.objects.filter(pk=job_id, attempt=attempt).first()
    if job is not None and job.open and decide(job):
        services.ring(job.pk, kind_named(job.kind).queue)
