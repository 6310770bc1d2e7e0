"""Backups and snapshots by schedule, and what was backed up."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from access.querysets import PermittedQuerySet
from domains.models.domain import Domain
from hosts.models import Host
from storage.models import Pool


class Schedule(models.Model):
    """What is done to some domains again and again. `rule` says when, in `zone`:

    `{"every": "hour"|"day"|"week"|"month", "at": "HH:MM", "weekdays": [0-6], "day": 1-28, "minute": 0-59}`.
    """

    class Kind(models.TextChoices):
        BACKUP = "backup"
        SNAPSHOT = "snapshot"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=150, unique=True)
    kind = models.CharField(max_length=16, choices=Kind)
    enabled = models.BooleanField(default=True)
    rule = models.JSONField(default=dict)
    zone = models.CharField(max_length=64, default="UTC")  # its IANA name
    domains = models.ManyToManyField(Domain, related_name="schedules", blank=True)
    tag = models.CharField(max_length=64, blank=True)  # domains that bear it, beside those named
    pool = models.ForeignKey(Pool, null=True, on_delete=models.SET_NULL, related_name="+")  # of backups
    full_every = models.PositiveIntegerField(
        default=7
    )  # every so many backups a full one; the rest incremental
    keep = models.PositiveIntegerField(default=14)  # the newest so many restore points a domain
    options = models.JSONField(default=dict)  # quiesce, memory …
    next_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    last_job = models.UUIDField(null=True)
    # On whose behalf: it may do what that person may do when its time comes.
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveBigIntegerField(default=1)

    objects = PermittedQuerySet.as_manager()
    PERMITTED_BY = {"domain": "domains", "host": "domains__host_id", "cluster": "domains__host__cluster_id"}

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["enabled", "next_at"])]

    def __str__(self) -> str:
        return self.name


class Backup(models.Model):
    """One restore point of a domain, which may be gone by then. Its job has the same id.

    `parent` is the backup that an incremental one stands on; `fresh_because` says why a chain began anew, "" for the
    first one and those that were asked to be full. `disks`: `{"target", "volume": name in the pool, "path", "format",
    "capacity_bytes", "size_bytes"}`. The XML is sealed: it holds passwords.
    """

    class State(models.TextChoices):
        RUNNING = "running"
        COMPLETE = "complete"
        FAILED = "failed"  # what it made is being removed
        DAMAGED = "damaged"  # verified, and not whole
        DELETING = "deleting"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    domain_id = models.UUIDField()
    domain_name = models.CharField(max_length=255)
    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="backups")  # of its pool
    pool = models.ForeignKey(Pool, on_delete=models.RESTRICT, related_name="backups")
    schedule = models.ForeignKey(Schedule, null=True, on_delete=models.SET_NULL, related_name="backups")
    state = models.CharField(max_length=16, choices=State, default=State.RUNNING)
    parent = models.ForeignKey("self", null=True, on_delete=models.RESTRICT, related_name="children")
    fresh_because = models.CharField(max_length=255, blank=True)
    checkpoint = models.CharField(max_length=255, blank=True)
    checkpoint_xml = models.TextField(blank=True)
    disks = models.JSONField(default=list)
    sealed_xml = models.TextField(blank=True)
    quiesced = models.BooleanField(default=False)
    running = models.BooleanField(default=True)  # whether the domain ran meanwhile
    error = models.TextField(blank=True)
    verified_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveBigIntegerField(default=1)

    objects = PermittedQuerySet.as_manager()
    PERMITTED_BY = {"domain": "domain_id", "host": "host_id", "cluster": "host__cluster_id"}

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["domain_id", "-created_at"])]

    def __str__(self) -> str:
        return f"{self.domain_name} at {self.created_at:%Y-%m-%d %H:%M}"
