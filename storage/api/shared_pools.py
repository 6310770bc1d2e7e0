"""`/shared-pools/`: storage that several hosts see, by its source or by an administrator's word."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.views import ObjectViewSet, Row
from jobs.api.shapes import PlanSerializer
from jobs.api.views import wants_plan
from storage.api.pool_shapes import SharedPoolBodySerializer, SharedPoolSerializer
from storage.models import Pool, SharedPool
from storage.pools import shared

_PLAN = OpenApiParameter("plan", OpenApiTypes.BOOL, description="Say what it would meet, and do nothing.")


class SharedPoolViewSet(ObjectViewSet):
    """Storage that several hosts see, each by a pool of its own."""

    kind = "pool"
    model = SharedPool
    read_permission = "pool.read"
    columns = ("id", "name", "type", "stated", "version")
    serializer_class = SharedPoolSerializer
    search_fields = ("name",)
    ordering_fields: ClassVar[dict[str, str]] = {name: name for name in ("name", "type")}
    ordering = "name"
    extra_parameters = ("plan",)

    def get_queryset(self) -> "QuerySet[SharedPool]":
        """Those of which the actor may see a pool."""
        rows: QuerySet[SharedPool] = shared.visible(self.actor)
        return rows

    def context(self, rows: Sequence[Row]) -> dict[UUID, list[dict[str, Any]]]:
        pools: dict[UUID, list[dict[str, Any]]] = {}
        seen = Pool.objects.permitted(self.actor, "pool.read").filter(shared__in=[row["id"] for row in rows])
        columns = ("id", "name", "shared_id", "host_id", "host__name", "host__cluster_id")
        for pool in seen.order_by("host__name").values(*columns):
            pools.setdefault(pool["shared_id"], []).append(pool)
        return pools

    def present(self, row: Row, context: Any) -> dict[str, Any]:
        pools = context.get(row["id"], [])
        edits = self.actor.scope("pool.edit")
        may = all(
            edits.covers({"pool": pool["id"], "host": pool["host_id"], "cluster": pool["host__cluster_id"]})
            for pool in pools
        )
        return {
            **row,
            "hosts": [{"id": pool["host_id"], "name": pool["host__name"]} for pool in pools],
            "pools": [{"id": pool["id"], "name": pool["name"]} for pool in pools],
            "actions": ["delete"] if row["stated"] and may else [],
        }

    @extend_schema(
        request=SharedPoolBodySerializer,
        responses={
            201: SharedPoolSerializer,
            200: OpenApiResponse(PlanSerializer, description="With `plan=1`."),
        },
        parameters=[_PLAN],
    )
    def create(self, request: Request) -> Response:
        """State that pools of several hosts are one storage: the same folder, at the same place. Nobody checks it."""
        body = self.body(SharedPoolBodySerializer)
        if wants_plan(request):
            return Response(shared.plan_state(body["pools"], by=self.actor))
        made = shared.state(body["name"], body["pools"], by=self.actor)
        return self.reply(made.pk, status=201)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Take that back. What is shared by its source stays so."""
        shared.unstate(pk, by=self.actor)
        return Response(status=204)
