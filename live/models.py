"""Events: what happened to objects, kept for a while."""

import uuid
from collections.abc import Mapping
from uuid import UUID

from django.db import models
from django.utils import timezone

from access.querysets import PermittedQuerySet


class Event(models.Model):
    """One thing that happened, as a sentence of data. `kind` is `domain.started`, `host.unreachable`, `job.failed` …

    Rows are never changed. `seq` orders them and is the cursor of the API.
    """

    seq = models.BigAutoField(primary_key=True)
    id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    kind = models.CharField(max_length=64)
    object_kind = models.CharField(max_length=16)
    object_id = models.UUIDField(db_index=True)
    object_name = models.CharField(max_length=255)
    host_id = models.UUIDField(null=True)
    host_name = models.CharField(max_length=255, blank=True)
    cluster_id = models.UUIDField(null=True)
    job_id = models.UUIDField(null=True)
    detail = models.TextField(blank=True)

    objects = PermittedQuerySet.as_manager()
    PERMITTED_BY = {"domain": "object_id", "host": "host_id", "cluster": "cluster_id"}

    class Meta:
        ordering = ["-seq"]
        indexes = [models.Index(fields=["host_id", "-seq"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_name}"


def happened(
    kind: str,
    object: tuple[str, UUID, str],
    *,
    within: Mapping[str, UUID | None] | None = None,
    host_name: str = "",
    job: UUID | None = None,
    detail: str = "",
) -> Event:
    """Record an event of `object` = (kind, id, name). Call it in the transaction of the change."""
    object_kind, object_id, object_name = object
    held = within or {}
    return Event.objects.create(
        kind=kind,
        object_kind=object_kind,
        object_id=object_id,
        object_name=object_name,
        host_id=held.get("host"),
        host_name=host_name,
        cluster_id=held.get("cluster"),
        job_id=job,
        detail=detail,
    )
