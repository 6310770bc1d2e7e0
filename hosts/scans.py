"""How many machines a person may have asked for their keys, by whatever wish: this scans no network."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from access.actor import Actor
from access.errors import TooMany
from access.models import User
from jobs.models import Job

MOST_A_MINUTE = 10
SCANS = {"scans": True}  # of a job that asks a machine for its key, and is no probe


def count(by: Actor) -> None:
    """Called in the transaction that opens such a job. Raises TooMany."""
    if by.user is None:
        return
    User.objects.select_for_update().filter(pk=by.user.pk).first()  # so that two at once are two
    lately = Job.objects.filter(requested_by=by.user, created_at__gt=timezone.now() - timedelta(minutes=1))
    if (
        lately.filter(Q(kind="host.probe") | Q(kind="host.enrol", options__scans=True)).count()
        >= MOST_A_MINUTE
    ):
        raise TooMany(
            f"At most {MOST_A_MINUTE} machines a minute are asked for their keys; known_hosts spares that.",
            retry_after_seconds=60,
        )
