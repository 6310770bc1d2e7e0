"""`/events/`: what happened, newest first, with a cursor."""

from typing import Any, ClassVar

import django_filters
from rest_framework import serializers

from access.api.serializers import ObjectReferenceSerializer, ReferenceSerializer
from access.api.views import ObjectViewSet, Row
from live.models import Event


class EventSerializer(serializers.Serializer[Any]):
    """One thing that happened. `cursor` grows: `?after=<cursor>` gives only what is newer."""

    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    kind = serializers.CharField(help_text="Such as `domain.started`.")
    object = ObjectReferenceSerializer()
    host = ReferenceSerializer(allow_null=True)
    detail = serializers.CharField(allow_blank=True)
    job = serializers.UUIDField(allow_null=True)
    cursor = serializers.IntegerField()


class EventFilter(django_filters.FilterSet):
    kind = django_filters.CharFilter()
    object = django_filters.UUIDFilter(field_name="object_id")
    host = django_filters.UUIDFilter(field_name="host_id")
    after = django_filters.NumberFilter(field_name="seq", lookup_expr="gt", min_value=0, max_value=2**63 - 1)
    before = django_filters.NumberFilter(field_name="seq", lookup_expr="lt", min_value=0, max_value=2**63 - 1)

    class Meta:
        model = Event
        fields: ClassVar[list[str]] = []


class EventViewSet(ObjectViewSet):
    """What happened."""

    kind = "event"
    model = Event
    columns = (
        "seq", "id", "at", "kind", "object_kind", "object_id", "object_name", "host_id", "host_name", "job_id",
        "detail",
    )  # fmt: skip
    serializer_class = EventSerializer
    filterset_class = EventFilter
    search_fields = ("object_name", "kind", "detail", "host_name")
    ordering_fields: ClassVar[dict[str, str]] = {"at": "seq"}
    ordering = "-at"

    def present(self, row: Row, context: Any) -> dict[str, Any]:
        return {
            "id": row["id"],
            "at": row["at"],
            "kind": row["kind"],
            "object": {"kind": row["object_kind"], "id": row["object_id"], "name": row["object_name"]},
            "host": {"id": row["host_id"], "name": row["host_name"]} if row["host_id"] else None,
            "detail": row["detail"],
            "job": row["job_id"],
            "cursor": row["seq"],
        }
