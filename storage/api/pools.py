"""`/pools/`."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import Count, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.serializers import ReferenceSerializer
from access.api.views import ObjectViewSet, Row
from access.errors import NotThere
from storage.api.volumes import VolumeSerializer, VolumeViewSet
from storage.models import STATES, Pool, Volume

_SIZES = ("capacity_bytes", "allocation_bytes")


class PoolSerializer(serializers.Serializer[Any]):
    """A storage pool of one host. `uuid` is libvirt's, which may stand on many hosts."""

    id = serializers.UUIDField()
    uuid = serializers.UUIDField()
    name = serializers.CharField()
    host = ReferenceSerializer()
    type = serializers.CharField()
    state = serializers.ChoiceField(choices=STATES)
    persistent = serializers.BooleanField()
    autostart = serializers.BooleanField()
    capacity_bytes = serializers.IntegerField()
    allocation_bytes = serializers.IntegerField()
    available_bytes = serializers.IntegerField()
    target = serializers.CharField(allow_blank=True)
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    volumes = serializers.IntegerField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()
    actions = serializers.ListField(child=serializers.CharField())


class PoolFilter(django_filters.FilterSet):
    host = django_filters.UUIDFilter(field_name="host_id")
    state = django_filters.MultipleChoiceFilter(choices=STATES)
    type = django_filters.CharFilter()
    name = django_filters.CharFilter()

    class Meta:
        model = Pool
        fields: ClassVar[list[str]] = []


class PoolViewSet(ObjectViewSet):
    """The storage pools of all hosts."""

    kind = "pool"
    model = Pool
    columns = (
        "id", "uuid", "name", "host_id", "host__name", "type", "state", "persistent", "autostart", *_SIZES,
        "available_bytes", "target", "source", "updated_at", "version",
    )  # fmt: skip
    serializer_class = PoolSerializer
    filterset_class = PoolFilter
    search_fields = ("name", "target", "source", "host__name")
    ordering_fields: ClassVar[dict[str, str]] = {
        name: name for name in ("name", "type", "state", "available_bytes", *_SIZES)
    } | {"host": "host__name"}
    ordering = "name"

    def context(self, rows: Sequence[Row]) -> dict[UUID, int]:
        counted: QuerySet[Pool, Any] = Pool.objects.filter(pk__in=[row["id"] for row in rows]).order_by()
        return dict(counted.annotate(number=Count("volumes")).values_list("pk", "number"))

    def present(self, row: Row, context: Any) -> dict[str, Any]:
        shown = {name: value for name, value in row.items() if not name.startswith("host_")}
        host = {"id": row["host_id"], "name": row["host__name"]}
        return {**shown, "host": host, "volumes": context.get(row["id"], 0), "actions": []}

    @extend_schema(responses=VolumeSerializer(many=True), filters=False)
    @action(detail=True, filter_backends=[])
    def volumes(self, request: Request, pk: UUID) -> Response:
        """The pool's volumes, by name."""
        if not self.get_queryset().filter(pk=pk).exists():
            raise NotThere
        rows = Volume.objects.filter(pool_id=pk).order_by("name", "pk").values(*VolumeViewSet.columns)
        page = self.paginate_queryset(rows) or []
        presenting = VolumeViewSet()
        return self.get_paginated_response([presenting.present(row, None) for row in page])
