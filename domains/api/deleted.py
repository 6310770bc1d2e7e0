"""`/deleted-domains/`: the recycle bin."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.serializers import NothingSerializer
from access.api.views import ObjectViewSet, Row
from domains.api.copies import ANSWERS, PLAN
from domains.api.copies_shapes import DeletedDomainSerializer
from domains.api.filters import DeletedDomainFilter
from domains.deletion import recycling
from domains.models import DeletedDomain
from hosts.models import ANSWERS as HOST_ANSWERS
from jobs.api.present import open_jobs
from jobs.api.views import accepted, wants_plan


class DeletedDomainViewSet(ObjectViewSet):
    """Deleted domains that can still be had back, the latest first."""

    kind = "deleted_domain"
    read_permission = "domain.read"
    model = DeletedDomain
    columns = (
        "id", "domain_id", "name", "host_id", "host__name", "host__state", "host__cluster_id", "volumes", "tags",
        "autostart", "deleted_by_id", "deleted_by_name", "deleted_at", "purge_at", "version",
    )  # fmt: skip
    serializer_class = DeletedDomainSerializer
    filterset_class = DeletedDomainFilter
    search_fields = ("name", "domain_id", "host__name", "deleted_by_name")
    ordering_fields: ClassVar[dict[str, str]] = {
        name: name for name in ("name", "deleted_at", "purge_at")
    } | {"host": "host__name"}
    ordering = "-deleted_at"

    def get_queryset(self) -> "QuerySet[DeletedDomain]":
        return recycling.entries().permitted(self.actor, "domain.read")

    def context(self, rows: Sequence[Row]) -> dict[UUID, dict[str, Any]]:
        return open_jobs(row["domain_id"] for row in rows)

    def present(self, row: Row, context: Any) -> dict[str, Any]:
        job = context.get(row["domain_id"])
        paths = {"domain": row["domain_id"], "host": row["host_id"], "cluster": row["host__cluster_id"]}
        may = self.actor.scope("domain.undefine").covers(paths)
        free = job is None and row["host__state"] in HOST_ANSWERS
        return {
            "id": row["id"],
            "domain_id": row["domain_id"],
            "name": row["name"],
            "host": {"id": row["host_id"], "name": row["host__name"]},
            "volumes": [
                {name: volume[name] for name in ("target", "name", "path")} for volume in row["volumes"]
            ],
            "tags": row["tags"],
            "autostart": row["autostart"],
            "deleted_by": {"id": row["deleted_by_id"], "name": row["deleted_by_name"]}
            if row["deleted_by_id"]
            else None,
            "deleted_at": row["deleted_at"],
            "purge_at": row["purge_at"],
            "job": job,
            "version": row["version"],
            "actions": ["restore", "purge"] if may and free else [],
        }

    @extend_schema(request=NothingSerializer, responses=ANSWERS, parameters=[PLAN])
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: UUID) -> Response:
        """Have it back, under its UUID and name. The job fails, saying which, when a disk is gone."""
        self.body(NothingSerializer)
        if wants_plan(request):
            return Response(recycling.plan_restore(pk, by=self.actor))
        return accepted(recycling.restore(pk, by=self.actor))

    @extend_schema(responses=ANSWERS, parameters=[PLAN])
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Remove it for good now, its volumes too."""
        if wants_plan(request):
            return Response(recycling.plan_purge(pk, by=self.actor))
        return accepted(recycling.purge(pk, by=self.actor))
