"""What jobs refuse, and how a job says that it failed."""

from typing import Any

from access.errors import Conflict
from jobs.models import Job


class Busy(Conflict):
    """Another open job holds the object."""

    code = "busy"

    def __init__(self, job: Job) -> None:
        super().__init__(
            f"{job.object_name} is busy: {job.kind} is {job.state}. Wait for that job, or cancel it.",
            job={"id": str(job.pk), "kind": job.kind, "state": job.state},
        )


class NotCancellable(Conflict):
    """This job can no longer, or never could, be cancelled."""

    code = "not_cancellable"


class JobFailed(Exception):
    """Raised by what carries a job out: it ends as failed with this code and sentence, and what it found so far."""

    def __init__(self, code: str, detail: str, *, result: dict[str, Any] | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.result = result


class JobCancelled(Exception):
    """Raised by what carries a job out, once the node has stopped for the person's cancel."""


class GoesOn(Exception):
    """Raised by what carries out a parent job: its children go on, and their ends bring the next pass."""


class LeaseLost(Exception):
    """Another attempt has the job now: stop before the next step, and write nothing."""
