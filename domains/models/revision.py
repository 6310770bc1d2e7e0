"""The drift journal: each version of a domain's definition, with who made it and when."""

from django.db import models
from django.utils import timezone

from domains.models.domain import Domain


class Revision(models.Model):
    """One version of a domain's inactive XML (the live one of a transient domain), numbered from 1.

    Made by a job of ours, whose person is named then, or found changed on the node: then `by_name` is empty.
    """

    domain = models.ForeignKey(Domain, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    xml = models.TextField()
    at = models.DateTimeField(default=timezone.now)
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=150, blank=True)
    job_id = models.UUIDField(null=True)
    job_kind = models.CharField(max_length=64, blank=True)
    # What differs from the version before, one line a change, for the list of versions.
    changes = models.JSONField(default=list)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["domain", "number"], name="one_revision_a_domain_and_number")
        ]

    def __str__(self) -> str:
        return f"{self.domain_id} version {self.number}"
