"""libvirt networks, as the nodes show them."""

import uuid

from django.db import models
from django.utils import timezone

from access.querysets import PermittedQuerySet
from hosts.models import Host


class Network(models.Model):
    """A network of one host. `uuid` is libvirt's, which may stand on many hosts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="networks")
    uuid = models.UUIDField()
    name = models.CharField(max_length=255)
    active = models.BooleanField()
    persistent = models.BooleanField(default=True)
    autostart = models.BooleanField(default=False)
    bridge = models.CharField(max_length=64, blank=True)
    forward = models.CharField(max_length=32, blank=True)  # "" is isolated
    addresses = models.JSONField(default=list)
    # What people see and edit, as plain data (hypervisor.xml.network_spec.NetworkSpec), and the whole document: of
    # the running network, and of the next start where that is another one; then `pending` says in what, by
    # `{"path", "live", "inactive"}` each.
    detail = models.JSONField(default=dict)
    xml = models.TextField(blank=True)
    inactive_xml = models.TextField(blank=True)
    pending = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveBigIntegerField(default=1)

    objects = PermittedQuerySet.as_manager()
    PERMITTED_BY = {"network": "pk", "host": "host_id", "cluster": "host__cluster_id"}

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["host", "uuid"], name="one_network_a_host_and_uuid")]

    def __str__(self) -> str:
        return self.name
