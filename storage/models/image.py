"""The library: media and disk images that people make domains from, wherever copies of them lie."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from access.querysets import PermittedQuerySet
from storage.models.volume import Volume


class Image(models.Model):
    """One image by its content; `ImageCopy` says in which volumes it lies. `os` is libosinfo's id, "" if unknown."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=255, unique=True)
    description = models.TextField(blank=True)
    kind = models.CharField(max_length=16, choices=[(kind, kind) for kind in ("iso", "disk", "appliance")])
    format = models.CharField(max_length=32)
    os = models.CharField(max_length=255, blank=True)
    arch = models.CharField(max_length=32, blank=True)
    label = models.CharField(max_length=255, blank=True)  # an ISO's volume id
    size_bytes = models.PositiveBigIntegerField(default=0)
    capacity_bytes = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    source_url = models.CharField(max_length=2000, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveBigIntegerField(default=1)

    objects = PermittedQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ImageCopy(models.Model):
    """A volume that holds an image."""

    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="copies")
    volume = models.OneToOneField(Volume, on_delete=models.CASCADE, related_name="image_copy")
    created_at = models.DateTimeField(default=timezone.now)

    objects = PermittedQuerySet.as_manager()
    PERMITTED_BY = {
        "pool": "volume__pool_id",
        "host": "volume__pool__host_id",
        "cluster": "volume__pool__host__cluster_id",
    }

    def __str__(self) -> str:
        return f"{self.image_id} in {self.volume_id}"
