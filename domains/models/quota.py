"""Quotas: how much somebody's domains may take together; and what open jobs will take, which counts already."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from access.models import Group
from access.querysets import PermittedQuerySet
from hosts.models import Cluster, Host
from jobs.models import Job


class Quota(models.Model):
    """Limits of a user's domains, of those of a group's members together, or (of nobody) of all in a cluster.

    With a cluster beside the user or group, only what is there counts. A limit that is null is none.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    group = models.ForeignKey(Group, null=True, on_delete=models.CASCADE, related_name="+")
    cluster = models.ForeignKey(Cluster, null=True, on_delete=models.CASCADE, related_name="+")
    domains = models.PositiveIntegerField(null=True)
    vcpus = models.PositiveIntegerField(null=True)
    memory_bytes = models.PositiveBigIntegerField(null=True)
    storage_bytes = models.PositiveBigIntegerField(null=True)
    snapshots = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveBigIntegerField(default=1)

    objects = PermittedQuerySet.as_manager()
    PERMITTED_BY: "dict[str, str]" = {}

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None) | Q(group=None),
                name="quota_of_one",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(group__isnull=False) | Q(cluster__isnull=False),
                name="quota_of_somebody",
            ),
            # NULLs differ from one another in unique indexes, so each form of a quota has its own.
            models.UniqueConstraint(fields=["user"], condition=Q(cluster=None), name="one_quota_a_user"),
            models.UniqueConstraint(
                fields=["user", "cluster"], condition=Q(cluster__isnull=False), name="one_quota_a_user_and_cluster"
            ),
            models.UniqueConstraint(fields=["group"], condition=Q(cluster=None), name="one_quota_a_group"),
            models.UniqueConstraint(
                fields=["group", "cluster"],
                condition=Q(cluster__isnull=False),
                name="one_quota_a_group_and_cluster",
            ),
            models.UniqueConstraint(
                fields=["cluster"], condition=Q(user=None, group=None), name="one_quota_a_cluster"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"of {self.user_id or self.group_id or self.cluster_id}"


class Reservation(models.Model):
    """What a domain will count for once a job is done: it counts from the moment that the job is opened.

    Amounts are those of the whole domain, not what is added: as long as both are there, the larger one counts, so
    nothing counts twice. `makes`: the job makes the domain, whose owner is then `owner`.
    """

    domain_id = models.UUIDField(unique=True)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="+")  # where the domain will be
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    makes = models.BooleanField(default=False)
    vcpus = models.PositiveBigIntegerField(default=0)
    memory_bytes = models.PositiveBigIntegerField(default=0)
    storage_bytes = models.PositiveBigIntegerField(default=0)
    snapshots = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.domain_id)
