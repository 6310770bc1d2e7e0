"""Networks that hosts of a cluster have in common."""

import uuid

from django.db import models
from django.utils import timezone

from access.querysets import PermittedQuerySet
from hosts.models import Cluster


class ClusterNetwork(models.Model):
    """A network that every host of a cluster should have by this name: what is wanted, not what is.

    A domain finds its network by name, so the hosts' networks of that name are its parts; what they lack or have
    otherwise is computed from them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="networks")
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    spec = models.JSONField(default=dict)  # hypervisor.networking.NetworkSpec as plain data
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveBigIntegerField(default=1)

    objects = PermittedQuerySet.as_manager()
    PERMITTED_BY = {"cluster": "cluster_id"}

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["cluster", "name"], name="one_network_a_cluster_and_name")
        ]

    def __str__(self) -> str:
        return self.name
