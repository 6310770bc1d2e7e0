"""Network filters, as the nodes show them."""

import uuid

from django.db import models
from django.utils import timezone

from access.querysets import PermittedQuerySet
from hosts.models import Host


class NetworkFilter(models.Model):
    """An nwfilter of one host: rules that an interface names."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="filters")
    uuid = models.UUIDField()
    name = models.CharField(max_length=255)
    chain = models.CharField(max_length=64, blank=True)
    references = models.JSONField(default=list)  # names of the filters that it calls
    rules = models.PositiveIntegerField(default=0)
    xml = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveBigIntegerField(default=1)

    objects = PermittedQuerySet.as_manager()
    PERMITTED_BY = {"host": "host_id", "cluster": "host__cluster_id"}

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["host", "uuid"], name="one_filter_a_host_and_uuid")]

    def __str__(self) -> str:
        return self.name
