"""Jobs that are at work on volumes, as those who stand on them: nobody else takes or changes what is being copied."""

from collections.abc import Collection
from uuid import UUID

from jobs.models import OPEN, Job

# What an upload stands on, it says itself.
_OTHERS = ("volume.upload",)
_PATHS = ("path", "source", "backing")


def at_work(hosts: Collection[UUID]) -> list[tuple[Job, set[str]]]:
    """The open jobs about volumes of these hosts, with the paths that each reads or changes."""
    jobs = Job.objects.filter(kind__startswith="volume.", host_id__in=hosts, state__in=OPEN)
    return [
        (job, {str(job.option(name)) for name in _PATHS if job.option(name)})
        for job in jobs.exclude(kind__in=_OTHERS)
    ]
