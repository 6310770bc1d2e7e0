"""The shapes of backups, and of disks that move."""

from typing import Any

from rest_framework import serializers

from access.api.serializers import ReferenceSerializer, StrictSerializer
from domains.models import Backup
from jobs.api.shapes import OpenJobSerializer

FORMATS = [("raw", "raw"), ("qcow2", "qcow2")]


class BackupDiskSerializer(serializers.Serializer[Any]):
    """What a backup keeps of one disk."""

    target = serializers.CharField()
    volume = serializers.CharField(help_text="Its name in the pool.")
    path = serializers.CharField()
    format = serializers.CharField()
    capacity_bytes = serializers.IntegerField()
    size_bytes = serializers.IntegerField(help_text="What it takes in the pool.")
    sha256 = serializers.CharField(
        allow_blank=True, help_text="Of the volume's file, once it was verified; else empty."
    )


class BackupSerializer(serializers.Serializer[Any]):
    """A restore point of a domain, which may be gone by now."""

    id = serializers.UUIDField()
    domain = ReferenceSerializer()
    domain_there = serializers.BooleanField(help_text="The domain still exists.")
    host = ReferenceSerializer(help_text="Of its pool.")
    pool = ReferenceSerializer()
    schedule = ReferenceSerializer(allow_null=True)
    state = serializers.ChoiceField(choices=Backup.State.choices)
    incremental = serializers.BooleanField(help_text="It stands on its parent.")
    parent = serializers.UUIDField(allow_null=True)  # type: ignore[assignment]
    children = serializers.IntegerField(help_text="How many backups stand on it directly.")
    fresh_because = serializers.CharField(
        allow_blank=True, help_text="Why a new chain began, where an incremental one was asked for."
    )
    disks = BackupDiskSerializer(many=True)
    size_bytes = serializers.IntegerField(help_text="Of all its disks together.")
    quiesced = serializers.BooleanField(help_text="The guest's agent froze its file systems for that moment.")
    running = serializers.BooleanField(help_text="The domain ran meanwhile.")
    error = serializers.CharField(allow_blank=True)
    verified_at = serializers.DateTimeField(allow_null=True)
    created_by = ReferenceSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    job = OpenJobSerializer(allow_null=True)
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()
    actions = serializers.ListField(child=serializers.CharField(), help_text="verify, restore, delete.")


class BackupBodySerializer(StrictSerializer):
    pool = serializers.UUIDField(
        help_text="Where it goes: a pool of files on the domain's host, or one that both hosts share."
    )
    full = serializers.BooleanField(
        required=False, default=False, help_text="Else incremental, wherever the last backup allows it."
    )
    quiesce = serializers.BooleanField(
        required=False,
        allow_null=True,
        default=None,
        help_text="The agent freezes the file systems for that moment; when not given, where an agent answers.",
    )
    disks = serializers.ListField(
        child=serializers.CharField(max_length=32),
        required=False,
        allow_null=True,
        default=None,
        min_length=1,
        max_length=64,
        help_text="Targets such as `vda`; all that are the domain's own when not given.",
    )


class RestoreBodySerializer(StrictSerializer):
    name = serializers.CharField(max_length=255, help_text="Of the new domain.")
    pool = serializers.UUIDField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Where its disks go, on the backup's host; where the originals lie when not given.",
    )
    start = serializers.BooleanField(required=False, default=False)


class MoveDiskBodySerializer(StrictSerializer):
    pool = serializers.UUIDField(help_text="Where it goes, on the domain's host.")
    format = serializers.ChoiceField(
        choices=FORMATS,
        required=False,
        allow_null=True,
        default=None,
        help_text="As it is when not given.",
    )
    delete_source = serializers.BooleanField(
        required=False, default=True, help_text="Remove the old volume, where nobody else stands on it."
    )
