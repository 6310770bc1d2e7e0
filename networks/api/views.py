"""`/networks/`, read only."""

from typing import Any, ClassVar

import django_filters
from rest_framework import serializers

from access.api.filters import BooleanFilter
from access.api.serializers import ReferenceSerializer
from access.api.views import ObjectViewSet, Row
from networks.models import Network


class NetworkSerializer(serializers.Serializer[Any]):
    """A libvirt network of one host. `uuid` is libvirt's, which may stand on many hosts."""

    id = serializers.UUIDField()
    uuid = serializers.UUIDField()
    name = serializers.CharField()
    host = ReferenceSerializer()
    active = serializers.BooleanField()
    persistent = serializers.BooleanField()
    autostart = serializers.BooleanField()
    bridge = serializers.CharField(allow_blank=True)
    forward = serializers.CharField(
        allow_blank=True, help_text="nat, route, open, bridge …; empty: isolated."
    )
    addresses = serializers.ListField(child=serializers.CharField())
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()
    actions = serializers.ListField(child=serializers.CharField())


class NetworkFilter(django_filters.FilterSet):
    host = django_filters.UUIDFilter(field_name="host_id")
    active = BooleanFilter()
    forward = django_filters.CharFilter()
    name = django_filters.CharFilter()

    class Meta:
        model = Network
        fields: ClassVar[list[str]] = []


class NetworkViewSet(ObjectViewSet):
    """The libvirt networks of all hosts."""

    kind = "network"
    model = Network
    columns = (
        "id", "uuid", "name", "host_id", "host__name", "active", "persistent", "autostart", "bridge", "forward",
        "addresses", "updated_at", "version",
    )  # fmt: skip
    serializer_class = NetworkSerializer
    filterset_class = NetworkFilter
    search_fields = ("name", "bridge", "host__name")
    ordering_fields: ClassVar[dict[str, str]] = {
        name: name for name in ("name", "active", "forward", "bridge")
    } | {"host": "host__name"}
    ordering = "name"

    def present(self, row: Row, context: Any) -> dict[str, Any]:
        shown = {name: value for name, value in row.items() if not name.startswith("host_")}
        return {**shown, "host": {"id": row["host_id"], "name": row["host__name"]}, "actions": []}
