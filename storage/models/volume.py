"""Volumes, as the nodes show them."""

import uuid

from django.db import models
from django.utils import timezone

from access.querysets import PermittedQuerySet
from storage.models.pool import Pool


class Volume(models.Model):
    """A volume of a pool, by libvirt's key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="volumes")
    key = models.CharField(max_length=1000)
    name = models.CharField(max_length=255)
    path = models.CharField(max_length=1000, blank=True)
    type = models.CharField(max_length=16, blank=True)
    format = models.CharField(max_length=32, blank=True)
    capacity_bytes = models.PositiveBigIntegerField(default=0)
    allocation_bytes = models.PositiveBigIntegerField(default=0)
    backing = models.CharField(max_length=1000, blank=True)
    backing_format = models.CharField(max_length=32, blank=True)
    encryption = models.CharField(max_length=16, blank=True)  # luks
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveBigIntegerField(default=1)

    objects = PermittedQuerySet.as_manager()
    PERMITTED_BY = {
        "volume": "pk",
        "pool": "pool_id",
        "host": "pool__host_id",
        "cluster": "pool__host__cluster_id",
    }

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["pool", "key"], name="one_volume_a_key")]

    def __str__(self) -> str:
        return self.name
