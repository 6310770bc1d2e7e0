"""`/volumes/` of all pools."""

from typing import Any, ClassVar

import django_filters
from rest_framework import serializers

from access.api.serializers import ReferenceSerializer
from access.api.views import ObjectViewSet, Row
from storage.models import Volume

_SIZES = ("capacity_bytes", "allocation_bytes")


class VolumeSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    pool = ReferenceSerializer()
    path = serializers.CharField(allow_blank=True)
    type = serializers.CharField(allow_blank=True)
    format = serializers.CharField(allow_blank=True)
    capacity_bytes = serializers.IntegerField()
    allocation_bytes = serializers.IntegerField()
    backing = serializers.CharField(allow_blank=True)
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()


class VolumeFilter(django_filters.FilterSet):
    pool = django_filters.UUIDFilter(field_name="pool_id")
    host = django_filters.UUIDFilter(field_name="pool__host_id")
    format = django_filters.CharFilter()
    name = django_filters.CharFilter()

    class Meta:
        model = Volume
        fields: ClassVar[list[str]] = []


class VolumeViewSet(ObjectViewSet):
    """The volumes of all pools."""

    kind = "volume"
    read_permission = "pool.read"
    model = Volume
    columns = (
        "id",
        "name",
        "pool_id",
        "pool__name",
        "path",
        "type",
        "format",
        *_SIZES,
        "backing",
        "updated_at",
        "version",
    )
    serializer_class = VolumeSerializer
    filterset_class = VolumeFilter
    search_fields = ("name", "path", "pool__name")
    ordering_fields: ClassVar[dict[str, str]] = {name: name for name in ("name", "format", *_SIZES)}
    ordering = "name"

    def present(self, row: Row, context: Any) -> dict[str, Any]:
        shown = {name: value for name, value in row.items() if not name.startswith("pool_")}
        return {**shown, "pool": {"id": row["pool_id"], "name": row["pool__name"]}}
