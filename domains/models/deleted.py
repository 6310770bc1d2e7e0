"""The recycle bin: domains that were deleted and can still be had back."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from access.querysets import PermittedQuerySet
from hosts.models import Host


class DeletedDomain(models.Model):
    """A deleted domain's definition, and the disks that go with it when its time has come.

    Its disks lie where they lay until `purge_at`. `volumes` has `{"target", "pool": our id, "name", "path"}` of those
    that the person chose to delete with it; others are not ours to touch. `tags` come back with it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    domain_id = models.UUIDField()  # libvirt's, which it gets back
    name = models.CharField(max_length=255)
    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="deleted_domains")
    xml = models.TextField()
    # The same with its secrets (a VNC password), sealed by access.secrets: what is defined again.
    sealed = models.TextField(blank=True)
    volumes = models.JSONField(default=list)
    tags = models.JSONField(default=list)
    autostart = models.BooleanField(default=False)
    # Whose it was, and is again when it comes back; its disks count against their quota until they are gone.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    deleted_by_name = models.CharField(max_length=150, blank=True)
    deleted_at = models.DateTimeField(default=timezone.now)
    purge_at = models.DateTimeField()
    version = models.PositiveBigIntegerField(default=1)

    objects = PermittedQuerySet.as_manager()
    PERMITTED_BY = {"domain": "domain_id", "host": "host_id", "cluster": "host__cluster_id"}

    class Meta:
        ordering = ["-deleted_at"]
        indexes = [models.Index(fields=["purge_at"])]

    def __str__(self) -> str:
        return self.name
