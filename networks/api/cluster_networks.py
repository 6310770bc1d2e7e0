"""`/cluster-networks/`."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.serializers import NothingSerializer
from access.api.views import ObjectViewSet, Row
from jobs.api.views import accepted, wants_plan
from networks import cluster_networks as wished
from networks.api.shapes import (
    ClusterNetworkCreateSerializer,
    ClusterNetworkEditSerializer,
    ClusterNetworkSerializer,
)
from networks.api.spec_shapes import shown_spec
from networks.api.views import ANSWERS, PLAN, ClusterNetworkFilter
from networks.models import ClusterNetwork


class ClusterNetworkViewSet(ObjectViewSet):
    """Networks that hosts of a cluster have in common."""

    kind = "cluster_network"
    read_permission = "network.read"
    model = ClusterNetwork
    columns = (
        "id", "cluster_id", "cluster__name", "name", "description", "spec", "created_at", "updated_at", "version",
    )  # fmt: skip
    serializer_class = ClusterNetworkSerializer
    filterset_class = ClusterNetworkFilter
    search_fields = ("name", "description", "cluster__name")
    ordering_fields: ClassVar[dict[str, str]] = {"name": "name", "cluster": "cluster__name"}
    ordering = "name"
    extra_parameters = ("plan",)

    def context(self, rows: Sequence[Row]) -> Any:
        return wished.parts_of(
            [(row["id"], row["cluster_id"], row["name"], row["spec"]) for row in rows], self.actor
        )

    def present(self, row: Row, context: Any) -> dict[str, Any]:
        at = {"cluster": row["cluster_id"]}
        shown = {name: value for name, value in row.items() if not name.startswith("cluster_")}
        return {
            **shown,
            "cluster": {"id": row["cluster_id"], "name": row["cluster__name"]},
            "spec": shown_spec(row["spec"]),
            "hosts": context.get(row["id"], []),
            "actions": [
                verb for verb, permission in wished.ACTIONS.items() if self.actor.scope(permission).covers(at)
            ],
        }

    @extend_schema(request=ClusterNetworkCreateSerializer, responses={201: ClusterNetworkSerializer})
    def create(self, request: Request) -> Response:
        """Say that the hosts of a cluster should have a network. `apply` makes it there."""
        made = wished.create(**self.body(ClusterNetworkCreateSerializer), by=self.actor)
        return self.reply(made.pk, status=201)

    @extend_schema(request=ClusterNetworkEditSerializer, responses={200: ClusterNetworkSerializer})
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change what is wanted. The hosts' networks stay as they are until `apply`."""
        wished.edit(
            pk, self.body(ClusterNetworkEditSerializer), by=self.actor, version=self.expected_version()
        )
        return self.reply(pk)

    @extend_schema(responses={204: OpenApiResponse(description="Deleted; the hosts' networks stay.")})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Forget it. The hosts' networks stay."""
        wished.delete(pk, by=self.actor, version=self.expected_version())
        return Response(status=204)

    @extend_schema(request=NothingSerializer, responses=ANSWERS, parameters=[PLAN])
    @action(detail=True, methods=["post"])
    def apply(self, request: Request, pk: UUID) -> Response:
        """Make it on the hosts that lack it and change it where it differs: one job with a child a host."""
        self.body(NothingSerializer)
        if wants_plan(request):
            return Response(wished.plan_apply(pk, by=self.actor))
        return accepted(wished.apply(pk, by=self.actor))
