"""Pools, as the nodes show them, and what several of them share."""

import uuid

from django.db import models
from django.utils import timezone

from access.querysets import PermittedQuerySet
from hosts.models import Host
from hypervisor.states import PoolState

STATES = [(state.value, state.value) for state in PoolState]


class SharedPool(models.Model):
    """One storage that several hosts see: each has a pool of its own for it, with the same content.

    `key` says what makes it the same: the type and the source of a pool whose content lies on the network; for what
    an administrator stated (`stated`), the id of this row.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=1000, unique=True)
    name = models.CharField(max_length=255)
    type = models.CharField(max_length=32)
    stated = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveBigIntegerField(default=1)

    objects = PermittedQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Pool(models.Model):
    """A storage pool of one host. `uuid` is libvirt's, which may stand on many hosts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="pools")
    uuid = models.UUIDField()
    name = models.CharField(max_length=255)
    type = models.CharField(max_length=32)
    state = models.CharField(max_length=16, choices=STATES)
    persistent = models.BooleanField(default=True)
    autostart = models.BooleanField(default=False)
    capacity_bytes = models.PositiveBigIntegerField(default=0)
    allocation_bytes = models.PositiveBigIntegerField(default=0)
    available_bytes = models.PositiveBigIntegerField(default=0)
    target = models.CharField(max_length=1000, blank=True)
    source = models.CharField(max_length=1000, blank=True)
    # The rest of its XML as plain data, without secrets: hosts, devices, format, initiator, adapter …
    detail = models.JSONField(default=dict)
    shared = models.ForeignKey(SharedPool, null=True, on_delete=models.SET_NULL, related_name="pools")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveBigIntegerField(default=1)

    objects = PermittedQuerySet.as_manager()
    PERMITTED_BY = {"pool": "pk", "host": "host_id", "cluster": "host__cluster_id"}

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["host", "uuid"], name="one_pool_a_host_and_uuid")]

    def __str__(self) -> str:
        return self.name


class PoolOffers(models.Model):
    """Which types of pools a host can keep; null where its driver does not say. Read it with `storage.pools.offers`."""

    host = models.OneToOneField(Host, on_delete=models.CASCADE, primary_key=True, related_name="pool_offers")
    offers = models.JSONField(null=True)

    def __str__(self) -> str:
        return str(self.host_id)


class PoolSample(models.Model):
    """How full a pool was, about once an hour: its trend."""

    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="samples")
    at = models.DateTimeField(default=timezone.now)
    capacity_bytes = models.PositiveBigIntegerField()
    available_bytes = models.PositiveBigIntegerField()

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["pool", "at"], name="sample_of_pool")]

    def __str__(self) -> str:
        return f"{self.pool_id} at {self.at}"
