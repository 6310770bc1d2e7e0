"""The shapes of hosts and clusters: replies, and strict bodies."""

from typing import Any

from rest_framework import serializers

from access.api.serializers import ReferenceSerializer, StrictSerializer
from hosts.api.reached import REACHED_BY
from hosts.models import HostState
from jobs.api.shapes import JobErrorSerializer, OpenJobSerializer

_SECRET_BYTES = 64 * 1024
_FINGERPRINT = r"^SHA256:[A-Za-z0-9+/]{43}$"


class CredentialsSerializer(StrictSerializer):
    """What opens the node: contents of files, as text. Never given back; empty text forgets one."""

    ssh_private_key = serializers.CharField(
        required=False, allow_blank=True, write_only=True, trim_whitespace=False, max_length=_SECRET_BYTES
    )
    known_hosts = serializers.CharField(
        required=False,
        allow_blank=True,
        write_only=True,
        trim_whitespace=False,
        max_length=_SECRET_BYTES,
        help_text="Lines of OpenSSH's known_hosts. Without them the key is read and pinned at enrolment.",
    )
    ssh_password = serializers.RegexField(
        r"^[^\x00-\x1f\x7f]+$",
        required=False,
        write_only=True,
        trim_whitespace=False,
        max_length=512,
        help_text="Used once, to install a key of ovirtlite's, and forgotten when that job ends. Needs `host_key`.",
    )
    tls_ca_certificate = serializers.CharField(
        required=False, allow_blank=True, write_only=True, trim_whitespace=False, max_length=_SECRET_BYTES
    )
    tls_certificate = serializers.CharField(
        required=False, allow_blank=True, write_only=True, trim_whitespace=False, max_length=_SECRET_BYTES
    )
    tls_private_key = serializers.CharField(
        required=False, allow_blank=True, write_only=True, trim_whitespace=False, max_length=_SECRET_BYTES
    )


class HostBodySerializer(StrictSerializer):
    """A host to enrol, or (PATCH) what to change of one."""

    name = serializers.RegexField(r"^[^\x00-\x1f/]{1,100}$", max_length=100)
    uri = serializers.CharField(max_length=500, help_text="A libvirt address: `qemu+ssh://user@host/system`.")
    migration_uri = serializers.CharField(
        max_length=500,
        required=False,
        allow_blank=True,
        help_text="How other nodes reach this one for a migration; empty: by `uri`.",
    )
    cluster = serializers.UUIDField(required=False, allow_null=True)
    credentials = CredentialsSerializer(required=False)
    host_key = serializers.RegexField(
        _FINGERPRINT,
        required=False,
        help_text="The fingerprint of the machine's SSH key that a person compared (see `/hosts/probe/`): "
        "no other key is then pinned. Without it the first that is shown is pinned, and the job says `pinned_unseen`.",
    )
    install = serializers.ChoiceField(
        choices=["none", "key", "tls"],
        required=False,
        help_text="Whether ovirtlite puts a key of its own on the node, over SSH; `ssh_private_key` is then used once "
        "too. `tls`: a certificate of its own authority as well, by which it comes back; `uri` becomes that way's. "
        "Default: `key` where `ssh_password` is given, else `none`.",
    )


class ProbeBodySerializer(StrictSerializer):
    """A machine to ask for its SSH key."""

    address = serializers.CharField(max_length=253, help_text="A host name or an IP address.")
    port = serializers.IntegerField(required=False, min_value=1, max_value=65535, default=22)


class FingerprintSerializer(StrictSerializer):
    """The changed key of a machine, as the person has compared it on the machine itself."""

    fingerprint = serializers.RegexField(_FINGERPRINT)


class CountsSerializer(serializers.Serializer[Any]):
    total = serializers.IntegerField()
    running = serializers.IntegerField()


class ShownKeySerializer(serializers.Serializer[Any]):
    type = serializers.CharField(allow_blank=True)
    fingerprint = serializers.CharField()


class HostKeySerializer(ShownKeySerializer):
    confirmed = serializers.BooleanField(
        help_text="A person compared it; else the first that was shown is pinned."
    )


class CertificateSerializer(serializers.Serializer[Any]):
    """As whom the node knows ovirtlite, and until when; both its certificate and the node's are renewed before."""

    subject = serializers.CharField()
    expires_at = serializers.DateTimeField()
    renews_at = serializers.DateTimeField()


class HostSerializer(serializers.Serializer[Any]):
    """A host: what its node says, and what we know of reaching it."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    uri = serializers.CharField()
    migration_uri = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(choices=HostState.choices)
    error = JobErrorSerializer(allow_null=True)
    cluster = ReferenceSerializer(allow_null=True)
    driver = serializers.CharField(allow_blank=True)
    hostname = serializers.CharField(allow_blank=True)
    libvirt_version = serializers.CharField(allow_blank=True)
    hypervisor_version = serializers.CharField(allow_blank=True)
    arch = serializers.CharField(allow_blank=True)
    cpu_model = serializers.CharField(allow_blank=True)
    cpus = serializers.IntegerField()
    cpu_percent = serializers.FloatField(allow_null=True)
    memory_bytes = serializers.IntegerField()
    memory_used_bytes = serializers.IntegerField(allow_null=True)
    domains = CountsSerializer()
    seen_at = serializers.DateTimeField(allow_null=True)
    stale = serializers.BooleanField(
        help_text="It does not answer: what is known of it is what was last seen."
    )
    has_credentials = serializers.BooleanField()
    reached_by = serializers.ChoiceField(choices=REACHED_BY)
    certificate = CertificateSerializer(allow_null=True, help_text="Where ovirtlite has put one on the node.")
    host_key = HostKeySerializer(allow_null=True)
    shown_host_key = ShownKeySerializer(
        allow_null=True, help_text="Another SSH key that the machine showed since; it is not used."
    )
    job = OpenJobSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()
    actions = serializers.ListField(child=serializers.CharField())


class OfferSerializer(serializers.Serializer[Any]):
    """A hypervisor of this machine itself, or the playground."""

    uri = serializers.CharField()
    driver = serializers.CharField()
    title = serializers.CharField()
    answers = serializers.BooleanField()
    detail = serializers.CharField(allow_blank=True)
    enrolled = serializers.BooleanField()


class GuestTypeSerializer(serializers.Serializer[Any]):
    os_type = serializers.CharField()
    arch = serializers.CharField()
    domain_types = serializers.ListField(child=serializers.CharField())
    machines = serializers.ListField(child=serializers.CharField())
    emulator = serializers.CharField(allow_blank=True, required=False)


class CapabilitiesSerializer(serializers.Serializer[Any]):
    """What the node can do, as it says."""

    migration = serializers.BooleanField()
    migration_uris = serializers.ListField(child=serializers.CharField())
    consoles = serializers.BooleanField()
    storage = serializers.BooleanField()
    networks = serializers.BooleanField()
    events = serializers.BooleanField()
    guests = GuestTypeSerializer(many=True)


class HostStatsSerializer(serializers.Serializer[Any]):
    """The latest figures; null where the node does not say, or nobody measured of late."""

    at = serializers.DateTimeField(allow_null=True)
    cpu_percent = serializers.FloatField(allow_null=True)
    memory_bytes = serializers.IntegerField()
    memory_used_bytes = serializers.IntegerField(allow_null=True)


class ClusterSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    hosts = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()
    actions = serializers.ListField(child=serializers.CharField())


class ClusterBodySerializer(StrictSerializer):
    name = serializers.RegexField(r"^[^\x00-\x1f/]{1,100}$", max_length=100)
    description = serializers.CharField(required=False, allow_blank=True, max_length=2000)
