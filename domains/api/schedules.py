"""`/schedules/`: backups and snapshots again and again."""

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
from domains.api.filters import ScheduleFilter
from domains.api.schedules_shapes import ScheduleBodySerializer, SchedulePatchSerializer, ScheduleSerializer
from domains.models import Domain, Schedule
from domains.schedules import runs, services
from jobs.api.views import accepted, wants_plan
from storage.api.pools_told import SEEN, pool_told, pools_seen, with_names_seen

_NAMES = (
    "id", "name", "kind", "enabled", "rule", "zone", "tag", "full_every", "keep", "options", "next_at", "last_at",
    "last_job", "created_at", "updated_at", "version",
)  # fmt: skip


class ScheduleViewSet(ObjectViewSet):
    """What is done to which domains, and when next. Those of your own, and those with a domain that you may see."""

    kind = "schedule"
    model = Schedule
    columns = (*_NAMES, "pool_id", "pool__name", "created_by_id", "created_by__username")
    serializer_class = ScheduleSerializer
    filterset_class = ScheduleFilter
    search_fields = ("name", "tag", SEEN)
    ordering_fields: ClassVar[dict[str, str]] = {
        name: name for name in ("name", "kind", "next_at", "last_at", "created_at")
    }
    ordering = "name"
    read_permission = "domain.read"
    extra_parameters = ("plan",)

    def get_queryset(self) -> "QuerySet[Schedule]":
        return with_names_seen(services.seen_by(self.actor), self.actor)

    def context(self, rows: Sequence[Row]) -> dict[str, Any]:
        ids = [row["id"] for row in rows]
        named: dict[UUID, list[dict[str, Any]]] = {}
        seen = Domain.objects.permitted(self.actor, "domain.read").filter(gone_at=None, schedules__in=ids)
        for schedule, domain, name in seen.values_list("schedules", "pk", "name").order_by("name"):
            if {"id": domain, "name": name} not in named.setdefault(schedule, []):
                named[schedule].append({"id": domain, "name": name})
        return {
            "domains": named,
            "changed": services.changed_by(self.actor, ids),
            "pools": pools_seen(rows, self.actor),
        }

    def present(self, row: Row, context: Any) -> dict[str, Any]:
        return {
            **{name: row[name] for name in _NAMES},
            "domains": context["domains"].get(row["id"], []),
            "pool": pool_told(row, context["pools"]) if row["pool_id"] else None,
            "created_by": {"id": row["created_by_id"], "name": row["created_by__username"]}
            if row["created_by_id"]
            else None,
            "actions": ["edit", "run", "delete"] if row["id"] in context["changed"] else [],
        }

    @extend_schema(request=ScheduleBodySerializer, responses={201: ScheduleSerializer})
    def create(self, request: Request) -> Response:
        """Have something done again and again, on your behalf and with the permissions that you have by then."""
        made = services.make(self.body(ScheduleBodySerializer), by=self.actor)
        return self.reply(made, status=201)

    @extend_schema(request=SchedulePatchSerializer, responses={200: ScheduleSerializer})
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change it. From then on it is done on your behalf."""
        changes = self.body(SchedulePatchSerializer)
        services.edit(pk, changes, by=self.actor, version=self.expected_version())
        return self.reply(pk)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Do it no more. What was made stays."""
        services.delete(pk, by=self.actor)
        return Response(status=204)

    @extend_schema(request=NothingSerializer, responses=ANSWERS, parameters=[PLAN])
    @action(detail=True, methods=["post"])
    def run(self, request: Request, pk: UUID) -> Response:
        """Do it now, beside its own times. The job is the parent of one for each domain."""
        self.body(NothingSerializer)
        if wants_plan(request):
            return Response(runs.plan(pk, by=self.actor))
        return accepted(runs.run_now(pk, by=self.actor))
