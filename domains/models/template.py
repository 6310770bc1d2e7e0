"""Templates: definitions with disks of their own, from which domains are made."""

import uuid

from django.db import models
from django.utils import timezone

from access.querysets import PermittedQuerySet
from hosts.models import Host


class Template(models.Model):
    """A named line of versions on one host, whose pools hold their disks."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=255, unique=True)
    description = models.TextField(blank=True)
    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="templates")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveBigIntegerField(
        default=1
    )  # of this row, as everywhere; see TemplateVersion.number

    objects = PermittedQuerySet.as_manager()
    PERMITTED_BY = {"template": "pk", "host": "host_id", "cluster": "host__cluster_id"}

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TemplateVersion(models.Model):
    """One version: a definition without identity, and the volumes that its disks are copied from.

    `disks` has `{"target", "pool": our id, "volume": name, "path", "format", "capacity_bytes"}` each. While `ready_at`
    is null its job still copies them.
    """

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    xml = models.TextField()
    disks = models.JSONField(default=list)
    vcpus = models.PositiveIntegerField(default=0)
    memory_bytes = models.PositiveBigIntegerField(default=0)
    source_name = models.CharField(max_length=255, blank=True)  # the domain that it was made from
    notes = models.TextField(blank=True)
    created_by_name = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ready_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="one_version_a_template_and_number")
        ]

    def __str__(self) -> str:
        return f"{self.template_id} version {self.number}"
