"""One attempt at a job: what `run` of a kind gets in its hand, and how an attempt ends."""

import logging
import threading
import time
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from hypervisor import errors
from jobs import claims
from jobs.errors import GoesOn, JobCancelled, JobFailed, LeaseLost
from jobs.kinds import Again, Failed, Resting, Succeeded, Unknown, Verdict, WasCancelled, kind_named
from jobs.models import Job, JobState

logger = logging.getLogger(__name__)
_WRITE_EVERY_SECONDS = 0.5

_held: dict[UUID, int] = {}
_held_lock = threading.Lock()


def held() -> dict[UUID, int]:
    """The jobs that this process carries out now, with their attempts."""
    with _held_lock:
        return dict(_held)


class Carrying:
    """An attempt under way. `touched` says whether the node may already have been asked to change something."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.touched = False
        self._written = 0.0

    @property
    def first(self) -> bool:
        """Whether nobody tried before: then the object's present state is not our own doing."""
        return self.job.attempt == 1

    @property
    def deadline(self) -> datetime:
        return self.job.deadline_at

    @property
    def late(self) -> bool:
        return timezone.now() >= self.deadline

    def option(self, name: str, default: Any = None) -> Any:
        return self.job.option(name, default)

    def progress(self, percent: int, step: str, transfer: dict[str, int] | None = None) -> None:
        """Write how far it is, at most twice a second unless the step is new. Raises LeaseLost."""
        new_step = step != self.job.step
        if not new_step and time.monotonic() - self._written < _WRITE_EVERY_SECONDS:
            return
        self._written = time.monotonic()
        self.job.step = step
        if not claims.advance(self.job, progress=max(0, min(99, percent)), step=step, transfer=transfer):
            raise LeaseLost(str(self.job.pk))

    def cancel_requested(self) -> bool:
        return Job.objects.filter(pk=self.job.pk, cancel_requested_at__isnull=False).exists()

    def touching(self, step: str) -> None:
        """From here on the node may have changed, whatever becomes of us. Raises LeaseLost."""
        self.progress(self.job.progress, step)
        self.touched = True


def carry(job_id: str, worker: str) -> None:
    """Claim a job, do it, end it with the truth. A job that is not there to be claimed is nobody's error."""
    job = claims.claim(job_id, worker)
    if job is None:
        return
    with _held_lock:
        _held[job.pk] = job.attempt
    carrying = Carrying(job)
    try:
        _attempt(carrying)
    finally:
        with _held_lock:
            if _held.get(job.pk) == job.attempt:
                del _held[job.pk]


def _attempt(carrying: Carrying) -> None:
    job = carrying.job
    try:
        if carrying.late:
            raise JobFailed("deadline", f"{job.kind} was not begun before its deadline.")
        kind = kind_named(job.kind)
        if job.cancel_requested_at is not None and not kind.follows_children:
            raise JobCancelled  # the others tidy up first
        result = kind.run(carrying)
    except LeaseLost:
        logger.warning("job %s: another attempt has it, this one stops", job.pk)
    except GoesOn:
        return
    except (JobCancelled, errors.Cancelled):
        claims.finish(job, JobState.CANCELLED)
    except (JobFailed, errors.HypervisorError) as failure:
        _fail(carrying, failure)
    except Exception:  # whatever it is, the job must not stay "running" for ever
        logger.exception("job %s (%s) broke", job.pk, job.kind)
        if carrying.touched:
            claims.set_unknown(job, "The worker met an error of its own; the node is asked what came of it.")
        else:
            claims.finish(
                job,
                JobState.FAILED,
                code="internal",
                detail="An error inside ovirtlite; see the worker's log.",
            )
    else:
        claims.finish(job, JobState.SUCCEEDED, result=result)


def _fail(carrying: Carrying, failure: JobFailed | errors.HypervisorError) -> None:
    """A node that fell silent after it was asked leaves the outcome open; everything else is a failure."""
    if carrying.touched and isinstance(failure, errors.NodeUnreachable | errors.Timeout):
        claims.set_unknown(carrying.job, f"The node stopped answering: {failure.detail}")
        return
    detail, result = str(failure), None
    if isinstance(failure, JobFailed):
        detail, result = failure.detail, failure.result
    claims.finish(carrying.job, JobState.FAILED, code=failure.code, detail=detail, result=result)


def decide(job: Job) -> bool:
    """Ask the kind what became of an interrupted job, and record it. True when it goes back into the queue."""
    verdict: Verdict
    try:
        verdict = kind_named(job.kind).recover(job)
    except (errors.NodeUnreachable, errors.Timeout) as lost:
        verdict = Unknown(f"The node does not answer: {lost.detail}")
    except errors.HypervisorError as refused:
        verdict = Failed(refused.code, str(refused))
    match verdict:
        case Succeeded(result):
            claims.finish(job, JobState.SUCCEEDED, result=result)
        case Failed(code, detail):
            claims.finish(job, JobState.FAILED, code=code, detail=detail)
        case WasCancelled():
            claims.finish(job, JobState.CANCELLED)
        case Unknown(detail):
            claims.set_unknown(job, detail)
        case Resting():
            return False
        case Again():
            if timezone.now() >= job.deadline_at:
                claims.finish(
                    job,
                    JobState.FAILED,
                    code="deadline",
                    detail="Its worker died, and its deadline passed before another.",
                )
                return False
            return claims.requeue(job)
    return False
