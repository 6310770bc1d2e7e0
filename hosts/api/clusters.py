"""`/clusters/`."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Count, QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.views import ObjectViewSet, Row
from hosts import clusters
from hosts.api.shapes import ClusterBodySerializer, ClusterSerializer
from hosts.models import Cluster


class ClusterViewSet(ObjectViewSet):
    """Hosts that belong together."""

    kind = "cluster"
    model = Cluster
    columns = ("id", "name", "description", "created_at", "updated_at", "version")
    serializer_class = ClusterSerializer
    search_fields = ("name", "description")
    ordering_fields: ClassVar[dict[str, str]] = {"name": "name", "created_at": "created_at"}
    ordering = "name"

    def context(self, rows: Any) -> dict[UUID, int]:
        counted: QuerySet[Cluster, Any] = Cluster.objects.filter(
            pk__in=[row["id"] for row in rows]
        ).order_by()
        return dict(counted.annotate(number=Count("hosts")).values_list("pk", "number"))

    def present(self, row: Row, context: Any) -> dict[str, Any]:
        editable = self.actor.scope("cluster.edit").covers({"cluster": row["id"]})
        return {**row, "hosts": context.get(row["id"], 0), "actions": ["edit", "delete"] if editable else []}

    @extend_schema(request=ClusterBodySerializer, responses={201: ClusterSerializer})
    def create(self, request: Request) -> Response:
        """Make a cluster."""
        cluster = clusters.create(**self.body(ClusterBodySerializer), by=self.actor)
        return self.reply(cluster.pk, status=201)

    @extend_schema(request=ClusterBodySerializer, responses={200: ClusterSerializer})
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change its name or description."""
        clusters.edit(pk, self.body(ClusterBodySerializer), by=self.actor, version=self.expected_version())
        return self.reply(pk)

    @extend_schema(responses={204: OpenApiResponse(description="Deleted; its hosts stay.")})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Delete it; its hosts stay, without a cluster."""
        clusters.delete(pk, by=self.actor, version=self.expected_version())
        return Response(status=204)
