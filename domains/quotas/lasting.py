"""How long what is held for a job lasts beyond the job."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from jobs.models import OPEN, JobState

# The columns of a reservation that `lasts` looks at.
LASTING = ("host__seen_at", "job__state", "job__attempt", "job__finished_at")
# So long a node's word takes at most to be written after it was given.
_WRITTEN_WITHIN = timedelta(seconds=30)


def lasts(row: Mapping[str, Any]) -> bool:
    """While its job is open; and afterwards until its host was heard again, for then what it did is written.

    A job that failed is as good as undone once its host is heard at all; one that nobody began did nothing.
    """
    state, ended, seen = row["job__state"], row["job__finished_at"], row["host__seen_at"]
    if state in OPEN:
        return True
    if ended is None or (state != JobState.SUCCEEDED and not row["job__attempt"]):
        return False
    return bool(
        seen is None or seen < ended + (_WRITTEN_WITHIN if state == JobState.SUCCEEDED else timedelta(0))
    )
