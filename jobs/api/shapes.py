"""The shapes of jobs in the OpenAPI document."""

from typing import Any

from rest_framework import serializers

from access.api.serializers import ObjectReferenceSerializer, ReferenceSerializer
from jobs.models import JobState


class JobErrorSerializer(serializers.Serializer[Any]):
    """Why it failed: a code for programs, a sentence for people."""

    code = serializers.CharField()
    detail = serializers.CharField()


class TransferSerializer(serializers.Serializer[Any]):
    """How far a migration's data is."""

    total_bytes = serializers.IntegerField()
    processed_bytes = serializers.IntegerField()
    remaining_bytes = serializers.IntegerField()
    rate_bytes = serializers.IntegerField(help_text="Bytes a second.")


class ChildrenSerializer(serializers.Serializer[Any]):
    """How far a parent's children are. Who they are: `GET /jobs/?parent=`; how each ended: in `result` at the end."""

    total = serializers.IntegerField()
    succeeded = serializers.IntegerField()
    failed = serializers.IntegerField()
    cancelled = serializers.IntegerField()


class JobSerializer(serializers.Serializer[Any]):
    """What is being done, or was."""

    id = serializers.UUIDField()
    kind = serializers.CharField(help_text="Such as `domain.start`.")
    state = serializers.ChoiceField(choices=JobState.choices)
    progress = serializers.IntegerField(min_value=0, max_value=100)
    step = serializers.CharField(allow_blank=True)
    transfer = TransferSerializer(allow_null=True)
    object = ObjectReferenceSerializer()
    host = ReferenceSerializer(allow_null=True)
    requested_by = ReferenceSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField()
    error = JobErrorSerializer(allow_null=True)
    result = serializers.JSONField(allow_null=True)
    parent = serializers.UUIDField(  # type: ignore[assignment]
        allow_null=True, help_text="The job that this one is a part of."
    )
    children = ChildrenSerializer(allow_null=True, help_text="Of a job about many objects.")
    cancellable = serializers.BooleanField()
    version = serializers.IntegerField()


class OpenJobSerializer(serializers.Serializer[Any]):
    """The job that holds an object, in short."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    state = serializers.ChoiceField(choices=JobState.choices)
    progress = serializers.IntegerField()
    step = serializers.CharField(allow_blank=True)


class CheckSerializer(serializers.Serializer[Any]):
    """One thing that was looked at for a plan."""

    code = serializers.CharField()
    ok = serializers.BooleanField()
    detail = serializers.CharField()


class PlannedChangeSerializer(serializers.Serializer[Any]):
    """One thing that would be another: `live` says whether it holds at once or from the next boot on."""

    path = serializers.CharField()
    before = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True)
    live = serializers.BooleanField()


class PlanSerializer(serializers.Serializer[Any]):
    """What a change would meet, with nothing done (`?plan=1`)."""

    allowed = serializers.BooleanField()
    checks = CheckSerializer(many=True)
    changes = PlannedChangeSerializer(many=True, required=False)
    needs_restart = serializers.BooleanField(required=False)
    xml = serializers.CharField(required=False, help_text="The whole definition as it would be.")
    diff = serializers.CharField(
        required=False, help_text="Against the present definition, as a unified diff."
    )
    affected = ObjectReferenceSerializer(many=True, required=False)
