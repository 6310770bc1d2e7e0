"""Domain: what its node says of it, and what people want of it. Claims: what other hosts say of the same UUID."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from access.querysets import PermittedQuerySet
from hosts.models import Host
from hypervisor.states import ACTIVE, DomainState

STATES = [(state.value, state.value) for state in DomainState]


class Domain(models.Model):
    """One domain, by its libvirt UUID. `host` is where it is now. Only domains.inventory writes what *is*.

    `gone_at`: no host has it any more; the row is kept for some days, out of every list.
    """

    id = models.UUIDField(primary_key=True)
    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="domains")
    name = models.CharField(max_length=255)
    state = models.CharField(max_length=16, choices=STATES)
    reason = models.CharField(max_length=64, blank=True)
    libvirt_id = models.IntegerField(null=True)
    persistent = models.BooleanField(default=True)
    autostart = models.BooleanField(default=False)
    has_managed_save = models.BooleanField(default=False)
    vcpus = models.PositiveIntegerField(default=0)
    memory_bytes = models.PositiveBigIntegerField(default=0)
    max_memory_bytes = models.PositiveBigIntegerField(default=0)
    # Which of its runs this is: set anew whenever it is seen to start, kept over a migration. Consoles hold on to it.
    run = models.UUIDField(null=True)

    title = models.CharField(max_length=255, blank=True)
    description = models.TextField(blank=True)
    os_type = models.CharField(max_length=32, blank=True)
    arch = models.CharField(max_length=32, blank=True)
    machine = models.CharField(max_length=64, blank=True)
    domain_type = models.CharField(max_length=32, blank=True)
    firmware = models.CharField(max_length=16, blank=True)
    macs = models.CharField(max_length=1000, blank=True)  # for the search
    addresses = models.CharField(
        max_length=1000, blank=True
    )  # of the guest while it runs, for lists and the search
    consoles = models.JSONField(default=list)  # "vnc", "serial"
    # The next boot will bring something else than what runs: Definition.pending says what.
    has_pending = models.BooleanField(default=False)

    # What people want of it; only services write these.
    protected = models.BooleanField(default=False)  # against deletion
    # Whose quota it counts against. What the owner may do stands in a grant like anybody's: see domains.owners.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    gone_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveBigIntegerField(default=1)

    objects = PermittedQuerySet.as_manager()
    PERMITTED_BY = {"domain": "pk", "host": "host_id", "cluster": "host__cluster_id"}

    class Meta:
        ordering = ["name"]
        indexes = [
            models.Index(fields=["name", "id"], name="domain_by_name", condition=models.Q(gone_at=None)),
            models.Index(fields=["state"], name="domain_by_state", condition=models.Q(gone_at=None)),
            models.Index(fields=["-updated_at"], name="domain_by_change", condition=models.Q(gone_at=None)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def active(self) -> bool:
        return DomainState(self.state) in ACTIVE


class Definition(models.Model):
    """A domain's XML as its node last gave it, apart from the row that lists read."""

    domain = models.OneToOneField(
        Domain, on_delete=models.CASCADE, primary_key=True, related_name="definition"
    )
    live = models.TextField(null=True)
    inactive = models.TextField(null=True)
    disks = models.JSONField(default=list)
    interfaces = models.JSONField(default=list)
    graphics = models.JSONField(default=list)
    # What differs between `live` and `inactive` as far as people chose it: `{"path", "live", "inactive"}` each.
    pending = models.JSONField(default=list)
    fetched_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.domain_id)


class Tag(models.Model):
    """A word that people hang on a domain, to find it and its like by."""

    domain = models.ForeignKey(Domain, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=64)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["domain", "name"], name="one_tag_a_domain_and_name")]
        indexes = [models.Index(fields=["name"])]

    def __str__(self) -> str:
        return self.name


class Label(models.Model):
    """A word that is or was used as a tag, as the object that a grant may stand on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = PermittedQuerySet.as_manager()
    PERMITTED_BY = {"tag": "pk"}

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Claim(models.Model):
    """Another host's word of a domain whose row says that it is elsewhere.

    During a migration both ends speak; afterwards one of them falls silent and its word goes. A claim that
    stays is a conflict: one UUID on two hosts, which people see and nothing starts or stops by itself.
    """

    domain = models.ForeignKey(Domain, on_delete=models.CASCADE, related_name="claims")
    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=16, choices=STATES)
    incoming = models.BooleanField(default=False)
    seen = models.JSONField()  # the columns of Domain, as that host gives them
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["domain", "host"], name="one_claim_a_host")]

    def __str__(self) -> str:
        return f"{self.domain_id} on {self.host_id}"
