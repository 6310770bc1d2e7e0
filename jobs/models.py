"""The job: a wish that a worker carries out, with its lease, its progress and its end."""

import uuid
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from access.querysets import PermittedQuerySet
from jobs.kinds import makes, making

if TYPE_CHECKING:
    from access.actor import Actor


class JobState(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"  # the node cannot say at present; resolved when it can


OPEN = (JobState.QUEUED, JobState.RUNNING, JobState.UNKNOWN)


BATCH = "batch"  # what a parent job's object is called: the many objects of its children
# Kinds of objects that no grant stands on: whoever asked for a job about one sees and cancels it.
_OF_THE_ASKER = (BATCH, "backup", "volume", "address")


class JobQuerySet(PermittedQuerySet["Job"]):
    """A parent job has no object that a grant could stand on, nor has a backup's: who asked may see and cancel it.

    What a job makes is there for nobody yet: who asked follows that without any other right.
    """

    def permitted(self, actor: "Actor", permission: str) -> Self:
        reached = super().permitted(actor, permission)
        scope = actor.scope(permission)
        if actor.user is None or scope.everywhere:
            return reached
        if actor.token is None or actor.token.permissions is None or permission in actor.token.permissions:
            reached = reached | self.filter(kind__in=making(), requested_by=actor.user)
        if not scope:
            return reached
        return reached | self.filter(object_kind__in=_OF_THE_ASKER, requested_by=actor.user)


class Job(models.Model):
    """One job. At most one open job an object: a constraint of the database, not a lock.

    Every write of who carries it out is a compare-and-set on (id, state, attempt): see jobs.claims.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=JobState, default=JobState.QUEUED)
    progress = models.PositiveSmallIntegerField(default=0)
    step = models.CharField(max_length=200, blank=True)
    transfer = models.JSONField(null=True)  # of a migration: total, processed, remaining, rate in bytes

    object_kind = models.CharField(max_length=16)
    object_id = models.UUIDField()
    object_name = models.CharField(max_length=255)
    host_id = models.UUIDField(null=True)
    host_name = models.CharField(max_length=255, blank=True)
    cluster_id = models.UUIDField(null=True)
    options = models.JSONField(default=dict)
    # The job that opened this one as a part of itself: a bulk action, a creation of many.
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="children")

    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    requested_by_name = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True)

    error_code = models.CharField(max_length=64, blank=True)
    error_detail = models.TextField(blank=True)
    result = models.JSONField(null=True)

    attempt = models.PositiveIntegerField(default=0)
    worker = models.CharField(max_length=120, blank=True)
    # By the database's clock. Of a running job: until when its worker has it. Of a queued or unknown one: when
    # somebody should next ring the bell or ask the node.
    lease_until = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField()
    cancel_requested_at = models.DateTimeField(null=True)
    version = models.PositiveBigIntegerField(default=1)

    objects = JobQuerySet.as_manager()
    PERMITTED_BY = {
        "domain": "object_id",
        "pool": "object_id",
        "network": "object_id",
        "host": "host_id",
        "cluster": "cluster_id",
    }

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["object_kind", "object_id"],
                condition=models.Q(state__in=OPEN),
                name="one_open_job_an_object",
            )
        ]
        indexes = [
            models.Index(fields=["object_id", "-created_at"]),
            models.Index(fields=["-created_at"]),
            models.Index(fields=["state", "lease_until"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_name}"

    @property
    def open(self) -> bool:
        return self.state in OPEN

    @property
    def within(self) -> dict[str, uuid.UUID | None]:
        """What holds it, for whoever may hear of it."""
        held = {self.object_kind: self.object_id, "host": self.host_id, "cluster": self.cluster_id}
        of_the_asker = self.object_kind in _OF_THE_ASKER or makes(self.kind)
        return held | {"person": self.requested_by_id} if of_the_asker else held

    def option(self, name: str, default: Any = None) -> Any:
        return self.options.get(name, default)


class Process(models.Model):
    """A worker or nodewatch that says every few seconds that it is alive."""

    class Role(models.TextChoices):
        WORKER = "worker"
        NODEWATCH = "nodewatch"

    name = models.CharField(max_length=120, primary_key=True)  # host name, pid, random word
    role = models.CharField(max_length=16, choices=Role)
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["role", "seen_at"])]

    def __str__(self) -> str:
        return f"{self.role} {self.name}"
