"""The shapes of domains: replies, and strict bodies of actions."""

from typing import Any

from rest_framework import serializers

from access.api.serializers import ReferenceSerializer, StrictSerializer
from domains.models import STATES
from jobs.api.shapes import OpenJobSerializer

CONSOLES = [("vnc", "vnc"), ("serial", "serial")]


class ConflictSerializer(serializers.Serializer[Any]):
    """Another host that has a domain of the same UUID."""

    host = ReferenceSerializer()
    state = serializers.CharField()


class DomainListSerializer(serializers.Serializer[Any]):
    """A domain in a list."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(choices=STATES)
    reason = serializers.CharField(allow_blank=True)
    stale = serializers.BooleanField(help_text="Its host does not answer: this is its last known state.")
    seen_at = serializers.DateTimeField(allow_null=True)
    host = ReferenceSerializer()
    cluster = ReferenceSerializer(allow_null=True)
    owner = ReferenceSerializer(allow_null=True, help_text="Against whose quota it counts.")
    driver = serializers.CharField()
    vcpus = serializers.IntegerField()
    memory_bytes = serializers.IntegerField()
    max_memory_bytes = serializers.IntegerField()
    persistent = serializers.BooleanField()
    autostart = serializers.BooleanField()
    has_managed_save = serializers.BooleanField()
    has_pending = serializers.BooleanField(help_text="Its next boot brings something else than what runs.")
    protected = serializers.BooleanField(help_text="Against deletion.")
    tags = serializers.ListField(child=serializers.CharField())
    os_type = serializers.CharField(allow_blank=True)
    arch = serializers.CharField(allow_blank=True)
    machine = serializers.CharField(allow_blank=True)
    domain_type = serializers.CharField(allow_blank=True)
    firmware = serializers.CharField(allow_blank=True)
    consoles = serializers.ListField(child=serializers.ChoiceField(choices=CONSOLES))
    addresses = serializers.ListField(
        child=serializers.CharField(), help_text="Of the guest while it runs, as far as they are known."
    )
    job = OpenJobSerializer(allow_null=True)
    conflict = ConflictSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()
    actions = serializers.ListField(child=serializers.CharField())


class DiskSerializer(serializers.Serializer[Any]):
    target = serializers.CharField()
    device = serializers.CharField()
    bus = serializers.CharField(allow_blank=True)
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    type = serializers.CharField()
    format = serializers.CharField(allow_blank=True)
    readonly = serializers.BooleanField()


class InterfaceSerializer(serializers.Serializer[Any]):
    mac = serializers.CharField(allow_blank=True)
    type = serializers.CharField()
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    model = serializers.CharField(allow_blank=True)
    target = serializers.CharField(allow_blank=True)


class LastBackupSerializer(serializers.Serializer[Any]):
    """A domain's latest restore point."""

    id = serializers.UUIDField()
    created_at = serializers.DateTimeField()


class DomainSerializer(DomainListSerializer):
    """A domain."""

    description = serializers.CharField(allow_blank=True)
    disks = DiskSerializer(many=True)
    interfaces = InterfaceSerializer(many=True)
    last_backup = LastBackupSerializer(allow_null=True)
    schedules = serializers.IntegerField(help_text="How many schedules it is part of.")


class DomainXMLSerializer(serializers.Serializer[Any]):
    """Both definitions, as the node last gave them."""

    live = serializers.CharField(allow_null=True)
    inactive = serializers.CharField(allow_null=True)
    fetched_at = serializers.DateTimeField(allow_null=True)


class DiskStatsSerializer(serializers.Serializer[Any]):
    target = serializers.CharField()
    read_bytes_per_second = serializers.FloatField(allow_null=True)
    write_bytes_per_second = serializers.FloatField(allow_null=True)
    read_requests_per_second = serializers.FloatField(allow_null=True)
    write_requests_per_second = serializers.FloatField(allow_null=True)


class InterfaceStatsSerializer(serializers.Serializer[Any]):
    target = serializers.CharField(help_text="The device on the host.")
    rx_bytes_per_second = serializers.FloatField(allow_null=True)
    tx_bytes_per_second = serializers.FloatField(allow_null=True)
    rx_packets_per_second = serializers.FloatField(allow_null=True)
    tx_packets_per_second = serializers.FloatField(allow_null=True)


class DomainStatsSerializer(serializers.Serializer[Any]):
    """The latest figures; null while nothing is measured."""

    at = serializers.DateTimeField(allow_null=True)
    cpu_percent = serializers.FloatField(allow_null=True)
    memory_bytes = serializers.IntegerField(allow_null=True)
    vcpu_percents = serializers.ListField(
        child=serializers.FloatField(allow_null=True), allow_null=True, help_text="Of each virtual processor."
    )
    memory_unused_bytes = serializers.IntegerField(allow_null=True)
    memory_usable_bytes = serializers.IntegerField(
        allow_null=True, help_text="What the guest could give to a new program, by its balloon."
    )
    memory_rss_bytes = serializers.IntegerField(allow_null=True, help_text="What it takes on its host.")
    disk_read_bytes_per_second = serializers.FloatField(allow_null=True)
    disk_write_bytes_per_second = serializers.FloatField(allow_null=True)
    net_rx_bytes_per_second = serializers.FloatField(allow_null=True)
    net_tx_bytes_per_second = serializers.FloatField(allow_null=True)
    disks = DiskStatsSerializer(many=True, allow_null=True)
    interfaces = InterfaceStatsSerializer(many=True, allow_null=True)


class ShutdownBodySerializer(StrictSerializer):
    timeout_seconds = serializers.IntegerField(
        required=False, min_value=1, max_value=3600, help_text="How long the guest has; 180 when not given."
    )


class MigrateBodySerializer(StrictSerializer):
    host = serializers.UUIDField()
    copy_storage = serializers.BooleanField(required=False, default=False)
    bandwidth_bytes = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1024 * 1024,
        max_value=2**45,
        help_text="At most so many a second.",
    )


class ConsoleBodySerializer(StrictSerializer):
    type = serializers.ChoiceField(choices=CONSOLES)
    view_only = serializers.BooleanField(required=False, default=False)


class ConsoleSerializer(serializers.Serializer[Any]):
    """Where the console is, once: the address holds a ticket that opens it a single time."""

    type = serializers.ChoiceField(choices=CONSOLES)
    url = serializers.CharField()
    expires_at = serializers.DateTimeField()
    view_only = serializers.BooleanField()
