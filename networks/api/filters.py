"""`/network-filters/`."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.views import ObjectViewSet, Row
from jobs.api.present import open_jobs
from jobs.api.views import accepted, wants_plan
from networks import filters as wished
from networks.api.present import shown_users
from networks.api.shapes import (
    NetworkFilterCreateSerializer,
    NetworkFilterDetailSerializer,
    NetworkFilterPutSerializer,
    NetworkFilterSerializer,
)
from networks.api.views import ANSWERS, PLAN
from networks.models import NetworkFilter


class NetworkFilterFilter(django_filters.FilterSet):
    host = django_filters.UUIDFilter(field_name="host_id")
    name = django_filters.CharFilter()

    class Meta:
        model = NetworkFilter
        fields: ClassVar[list[str]] = []


class NetworkFilterViewSet(ObjectViewSet):
    """The nwfilters of all hosts."""

    kind = "filter"
    read_permission = "network.read"
    model = NetworkFilter
    list_columns = (
        "id", "uuid", "name", "host_id", "host__name", "host__cluster_id", "chain", "references", "rules",
        "updated_at", "version",
    )  # fmt: skip
    columns = (*list_columns, "xml")
    serializer_class = NetworkFilterDetailSerializer
    list_serializer_class = NetworkFilterSerializer
    filterset_class = NetworkFilterFilter
    search_fields = ("name", "host__name")
    ordering_fields: ClassVar[dict[str, str]] = {"name": "name", "chain": "chain", "host": "host__name"}
    ordering = "name"
    extra_parameters = ("plan",)

    def context(self, rows: Sequence[Row]) -> Any:
        return open_jobs([row["id"] for row in rows])

    def present(self, row: Row, context: Any) -> dict[str, Any]:
        shown = {name: value for name, value in row.items() if not name.startswith("host_")}
        paths = {"host": row["host_id"], "cluster": row["host__cluster_id"]}
        shown |= {
            "host": {"id": row["host_id"], "name": row["host__name"]},
            "job": context.get(row["id"]),
            "actions": ["edit", "delete"] if self.actor.scope("filter.manage").covers(paths) else [],
        }
        if "xml" in row:
            used = wished.used_by(row["host_id"], row["name"], self.actor)
            shown |= {"domains": shown_users(used.told), "used_by_filters": list(used.filters)}
        return shown

    @extend_schema(request=NetworkFilterCreateSerializer, responses=ANSWERS, parameters=[PLAN])
    def create(self, request: Request) -> Response:
        """Define a filter on a host, by its document or ready made."""
        body = self.body(NetworkFilterCreateSerializer)
        if wants_plan(request):
            return Response(wished.plan_create(**body, by=self.actor))
        return accepted(wished.create(**body, by=self.actor))

    @extend_schema(request=NetworkFilterPutSerializer, responses=ANSWERS, parameters=[PLAN])
    def update(self, request: Request, pk: UUID) -> Response:
        """Give it another document; interfaces that name it follow at once."""
        xml = self.body(NetworkFilterPutSerializer)["xml"]
        if wants_plan(request):
            return Response(wished.plan_edit(pk, xml, by=self.actor))
        return accepted(wished.edit(pk, xml, by=self.actor, version=self.expected_version()))

    @extend_schema(responses=ANSWERS, parameters=[PLAN])
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Remove it. 409 while an interface or another filter names it."""
        if wants_plan(request):
            return Response(wished.plan_delete(pk, by=self.actor))
        return accepted(wished.delete(pk, by=self.actor, version=self.expected_version()))
