"""The shapes of schedules."""

from typing import Any

from rest_framework import serializers

from access.api.serializers import ReferenceSerializer, StrictSerializer
from domains.models import Schedule
from domains.schedules.rule import EVERY

_LONGEST_NAME = 150


class RuleSerializer(StrictSerializer):
    """When: `minute` of each hour; `at` on each day, on those `weekdays` (0 is Monday) or on that `day` of a month."""

    every = serializers.ChoiceField(choices=[(word, word) for word in EVERY])
    at = serializers.RegexField(
        r"^([01]\d|2[0-3]):[0-5]\d$", required=False, help_text="HH:MM, by the schedule's zone."
    )
    minute = serializers.IntegerField(required=False, min_value=0, max_value=59)
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=6), required=False, min_length=1, max_length=7
    )
    day = serializers.IntegerField(required=False, min_value=1, max_value=28)


class ScheduleOptionsSerializer(StrictSerializer):
    """How it is done; what does not fit the kind is refused."""

    quiesce = serializers.BooleanField(required=False, allow_null=True)
    memory = serializers.BooleanField(required=False, help_text="Of snapshots: the memory too.")


class ScheduleSerializer(serializers.Serializer[Any]):
    """What is done to some domains again and again."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Schedule.Kind.choices)
    enabled = serializers.BooleanField()
    rule = RuleSerializer()
    zone = serializers.CharField(help_text="The IANA name of the time zone that `rule` is in.")
    domains = ReferenceSerializer(many=True, help_text="Those that are named, as far as you may see them.")
    tag = serializers.CharField(allow_blank=True, help_text="Domains that bear it, beside those named.")
    pool = ReferenceSerializer(allow_null=True)
    full_every = serializers.IntegerField()
    keep = serializers.IntegerField(help_text="The newest so many of each domain.")
    options = ScheduleOptionsSerializer()
    next_at = serializers.DateTimeField(allow_null=True)
    last_at = serializers.DateTimeField(allow_null=True)
    last_job = serializers.UUIDField(allow_null=True)
    created_by = ReferenceSerializer(
        allow_null=True, help_text="Who last changed it: it may do what that person may."
    )
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()
    actions = serializers.ListField(child=serializers.CharField(), help_text="edit, run, delete.")


class ScheduleBodySerializer(StrictSerializer):
    name = serializers.CharField(max_length=_LONGEST_NAME)
    kind = serializers.ChoiceField(choices=Schedule.Kind.choices)
    rule = RuleSerializer()
    zone = serializers.CharField(required=False, default="UTC", max_length=64)
    domains = serializers.ListField(
        child=serializers.UUIDField(), required=False, default=list, max_length=1000
    )
    tag = serializers.CharField(required=False, allow_blank=True, default="", max_length=64)
    pool = serializers.UUIDField(required=False, allow_null=True, default=None)
    full_every = serializers.IntegerField(required=False, default=7, min_value=1, max_value=365)
    keep = serializers.IntegerField(required=False, default=14, min_value=1, max_value=1000)
    enabled = serializers.BooleanField(required=False, default=True)
    options = ScheduleOptionsSerializer(required=False)


class SchedulePatchSerializer(StrictSerializer):
    name = serializers.CharField(required=False, max_length=_LONGEST_NAME)
    rule = RuleSerializer(required=False)
    zone = serializers.CharField(required=False, max_length=64)
    domains = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=1000)
    tag = serializers.CharField(required=False, allow_blank=True, max_length=64)
    pool = serializers.UUIDField(required=False, allow_null=True)
    full_every = serializers.IntegerField(required=False, min_value=1, max_value=365)
    keep = serializers.IntegerField(required=False, min_value=1, max_value=1000)
    enabled = serializers.BooleanField(required=False)
    options = ScheduleOptionsSerializer(required=False)
