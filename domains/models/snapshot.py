"""Snapshots, as the nodes show them."""

import uuid

from django.db import models
from django.utils import timezone

from access.querysets import PermittedQuerySet
from domains.models.domain import Domain


class Snapshot(models.Model):
    """One snapshot of a domain. Only domains.inventory's side writes it; libvirt knows it by its name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    domain = models.ForeignKey(Domain, on_delete=models.CASCADE, related_name="snapshots")
    name = models.CharField(max_length=255)
    parent = models.CharField(max_length=255, blank=True)  # the parent's name
    description = models.TextField(blank=True)
    state = models.CharField(max_length=32, blank=True)  # the domain's when it was taken; or "disk-snapshot"
    current = models.BooleanField(default=False)
    memory = models.BooleanField(default=False)
    external = models.BooleanField(default=False)
    memory_file = models.CharField(max_length=1000, blank=True)  # of an external one
    # {"target", "snapshot": internal|external|no, "source", "before": where the disk was when it was taken}
    disks = models.JSONField(default=list)
    # What the domain had when it was taken, and has again when it goes back: see SnapshotSeen.
    vcpus = models.PositiveIntegerField(default=0)
    memory_bytes = models.PositiveBigIntegerField(default=0)
    taken_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveBigIntegerField(default=1)

    objects = PermittedQuerySet.as_manager()
    PERMITTED_BY = {"domain": "domain_id", "host": "domain__host_id", "cluster": "domain__host__cluster_id"}

    class Meta:
        ordering = ["taken_at", "name"]
        constraints = [models.UniqueConstraint(fields=["domain", "name"], name="one_snapshot_a_name")]

    def __str__(self) -> str:
        return self.name
