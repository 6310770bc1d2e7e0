"""Uploads: content on its way into a volume."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from access.querysets import PermittedQuerySet
from storage.models.pool import Pool


class Upload(models.Model):
    """What a person sends into a volume, over as many requests as it takes. Its job has the same id.

    `received_bytes` are on the node for certain: whoever goes on begins there. `made`: the upload made the volume, so
    that it goes away with an upload that is given up.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="uploads")
    volume_id = models.UUIDField(null=True)  # our row, once nodewatch has seen it
    volume_name = models.CharField(max_length=255)
    made = models.BooleanField(default=True)
    format = models.CharField(max_length=32, blank=True)  # as it was declared; "" for whatever it is
    size_bytes = models.PositiveBigIntegerField()
    received_bytes = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)  # as the sender declared it; "" for none
    refused = models.TextField(blank=True)  # why the content is not taken, once that is known
    library = models.BooleanField(default=False)  # into the library, once it is whole
    # Which attempt of its job works on it now, making the volume or checking the content; 0 while content is awaited.
    attempt = models.PositiveIntegerField(default=0)
    # Which request sends now, and until when it counts without another word of it.
    sender = models.CharField(max_length=32, blank=True)
    sending_until = models.DateTimeField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    objects = PermittedQuerySet.as_manager()
    PERMITTED_BY = {"pool": "pool_id", "host": "pool__host_id", "cluster": "pool__host__cluster_id"}

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.volume_name
