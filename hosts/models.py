"""Host: our row of a node. Cluster: hosts that belong together."""

import uuid

from django.db import models
from django.utils import timezone

from access.querysets import PermittedQuerySet

# The columns of a host on whose node no certificate of ours is.
NOT_CERTIFIED = {"ssh_uri": "", "certificate_expires_at": None, "certificate_renews_at": None}


class HostState(models.TextChoices):
    CONNECTING = "connecting"
    UP = "up"
    UNREACHABLE = "unreachable"
    MAINTENANCE = "maintenance"
    ERROR = "error"  # it answers, or not, in a way that only a person can mend


ANSWERS = (HostState.UP, HostState.MAINTENANCE)


class Cluster(models.Model):
    """Hosts that belong together: migration, networks and permissions speak of them as one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, unique=True)
    description = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveBigIntegerField(default=1)

    objects = PermittedQuerySet.as_manager()
    PERMITTED_BY = {"cluster": "pk"}

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Host(models.Model):
    """A node, as we know it. What *is* (state, facts) only nodewatch and enrolment write; the rest services do."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, unique=True)
    uri = models.CharField(max_length=500)
    cluster = models.ForeignKey(Cluster, null=True, on_delete=models.SET_NULL, related_name="hosts")
    # How *other nodes* reach this one for a migration; "" derives it from `uri` (see domains.migration.route).
    migration_uri = models.CharField(max_length=500, blank=True)
    # Sealed JSON of hypervisor.data.Credentials; never leaves this process but as files for libvirt.
    credentials = models.TextField(blank=True)
    # {"type", "fingerprint", "confirmed"} of the SSH key that is pinned, or that must be: once somebody has confirmed a
    # fingerprint, no other key is ever pinned. `confirmed`: a person compared it, or gave it.
    host_key = models.JSONField(null=True)
    shown_host_key = models.JSONField(
        null=True
    )  # {"type", "fingerprint"} of another key that the machine showed since
    # The line that we put into the node's authorized_keys; "" where its key is not of our making.
    own_key = models.CharField(max_length=200, blank=True)
    # Where it has a certificate of our authority: how that is renewed, by our key. `uri` goes over TLS then.
    ssh_uri = models.CharField(max_length=500, blank=True)
    certificate_expires_at = models.DateTimeField(null=True)
    certificate_renews_at = models.DateTimeField(null=True, db_index=True)

    state = models.CharField(max_length=16, choices=HostState, default=HostState.CONNECTING)
    error_code = models.CharField(max_length=64, blank=True)
    error_detail = models.TextField(blank=True)
    seen_at = models.DateTimeField(null=True)
    # Unlike any other node's: the driver and the machine's own UUID. Null while not enrolled, or unknown.
    node_key = models.CharField(max_length=120, null=True, unique=True)
    enrolled = models.BooleanField(default=False)

    driver = models.CharField(max_length=32, blank=True)
    hostname = models.CharField(max_length=255, blank=True)
    libvirt_version = models.CharField(max_length=32, blank=True)
    hypervisor_version = models.CharField(max_length=32, blank=True)
    arch = models.CharField(max_length=32, blank=True)
    cpu_model = models.CharField(max_length=100, blank=True)
    cpus = models.PositiveIntegerField(default=0)
    memory_bytes = models.PositiveBigIntegerField(default=0)
    capabilities = models.JSONField(default=dict)

    # Which nodewatch process listens to it, until when by the database's clock. `epoch` grows with each taking.
    watcher = models.CharField(max_length=120, blank=True)
    watched_until = models.DateTimeField(null=True)
    epoch = models.PositiveBigIntegerField(default=0)

    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveBigIntegerField(default=1)

    objects = PermittedQuerySet.as_manager()
    PERMITTED_BY = {"host": "pk", "cluster": "cluster_id"}

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def by_shell(self) -> str:
        """The address beyond which a shell or a tunnel is, where it is reached over ssh at all."""
        return self.ssh_uri if self.ssh_uri and "+tls://" in self.uri else self.uri

    @property
    def certified(self) -> bool:
        """Whether it is reached by a certificate of ours, and not just still has one."""
        return self.certificate_expires_at is not None and self.by_shell != self.uri

    @property
    def within(self) -> dict[str, uuid.UUID | None]:
        return {"host": self.pk, "cluster": self.cluster_id}

    @property
    def answers(self) -> bool:
        return self.state in ANSWERS


class Introduction(models.Model):
    """What a person gave for one job alone: the password or key by which ovirtlite puts its own key on the node.

    Sealed; gone with the job's end, however it ends (see hosts.introduction).
    """

    host = models.OneToOneField(Host, on_delete=models.CASCADE, primary_key=True, related_name="introduction")
    job_id = models.UUIDField()
    sealed = models.TextField()

    def __str__(self) -> str:
        return str(self.host_id)


class CertificateAuthority(models.Model):
    """The authority whose certificates open nodes: one row. `key` is sealed PEM (see hosts.authority)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    certificate = models.TextField()
    key = models.TextField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"until {self.expires_at}"


class HostOffers(models.Model):
    """What domains may have on a host, apart from the row that is read with every event of its domains.

    `offers`: a list of `hypervisor.data.DomainCapabilities` as plain data; read it with `hosts.offers`.
    """

    host = models.OneToOneField(Host, on_delete=models.CASCADE, primary_key=True, related_name="offers")
    offers = models.JSONField(default=list)

    def __str__(self) -> str:
        return str(self.host_id)


class HostInterface(models.Model):
    """A network interface of the machine itself, as the node shows it: cards, bridges, bonds, VLANs."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="interfaces")
    name = models.CharField(max_length=64)
    type = models.CharField(max_length=16)  # ethernet, bridge, bond, vlan
    mac = models.CharField(max_length=32, blank=True)
    active = models.BooleanField(default=False)
    link = models.CharField(max_length=32, blank=True)  # up, down, unknown …
    speed_mbits = models.PositiveIntegerField(null=True)
    addresses = models.JSONField(default=list)  # "10.0.0.2/24"
    ports = models.JSONField(default=list)  # of a bridge or bond, by name
    tag = models.PositiveIntegerField(null=True)  # of a VLAN
    on = models.CharField(max_length=64, blank=True)  # what a VLAN lies on
    updated_at = models.DateTimeField(default=timezone.now)

    objects = PermittedQuerySet.as_manager()
    PERMITTED_BY = {"host": "host_id", "cluster": "host__cluster_id"}

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["host", "name"], name="one_interface_a_host_and_name")]

    def __str__(self) -> str:
        return self.name
