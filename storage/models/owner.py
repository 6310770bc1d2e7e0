"""Whose volumes are that count for somebody by themselves, and not as a disk of a domain."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from storage.models.pool import Pool


class VolumeOwner(models.Model):
    """Whose a volume is: who made it in a pool, or whose domain let it go. See `storage.owners`.

    By pool and name: rows of volumes go and come with each stop of their pool, and what is just being made has none
    yet. `owner` null: nobody's for certain, also when a domain lets it go. `job_id`: the job that makes it or makes it
    larger; what it will have counts from the moment that the job is opened.
    """

    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="owners")
    name = models.CharField(max_length=255)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    capacity_bytes = models.PositiveBigIntegerField(default=0)  # as it was last seen, or will be
    job_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pool", "name"], name="one_owner_a_volume")]

    def __str__(self) -> str:
        return self.name
