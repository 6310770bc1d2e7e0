"""`/domains/{id}/backups/` and `/backups/`: what a domain can be restored from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Count, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.serializers import NothingSerializer
from access.api.views import ObjectViewSet, Row
from access.errors import NotThere
from domains.api.backups_shapes import BackupBodySerializer, BackupSerializer, RestoreBodySerializer
from domains.api.copies import ANSWERS, PLAN
from domains.api.filters import BackupFilter
from domains.backups import restoring, services
from domains.backups.services import Asked
from domains.models import Backup, Domain
from hosts.models import ANSWERS as HOST_ANSWERS
from jobs.api.present import open_jobs
from jobs.api.views import accepted, wants_plan
from storage.api.pools_told import SEEN, pool_told, pools_seen, with_names_seen

_COLUMNS = (
    "id", "domain_id", "domain_name", "host_id", "host__name", "host__state", "host__cluster_id", "pool_id",
    "pool__name", "schedule_id", "schedule__name", "state", "parent_id", "fresh_because", "disks", "quiesced",
    "running", "error", "verified_at", "created_by_id", "created_by__username", "created_at", "finished_at",
    "updated_at", "version",
)  # fmt: skip
_CHAIN = OpenApiParameter(
    "children",
    OpenApiTypes.BOOL,
    description="All backups that stand on it too; else 409 while there are any.",
)


@dataclass(frozen=True)
class _Page:
    """What a page of backups needs beside its rows."""

    jobs: dict[UUID, dict[str, Any]]
    children: dict[UUID, int]
    there: set[UUID]
    pools: set[UUID]


class _Backups(ObjectViewSet):
    """How backups are shown."""

    kind = "backup"
    read_permission = "domain.read"
    model = Backup
    columns = _COLUMNS
    serializer_class = BackupSerializer
    filterset_class = BackupFilter
    search_fields = ("domain_name", "domain_id", SEEN, "host__name", "schedule__name")
    ordering_fields: ClassVar[dict[str, str]] = {
        name: name for name in ("created_at", "finished_at", "state")
    } | {"domain": "domain_name", "pool": SEEN, "host": "host__name"}
    ordering = "-created_at"

    def get_queryset(self) -> "QuerySet[Backup]":
        return with_names_seen(super().get_queryset(), self.actor)

    def context(self, rows: Sequence[Row]) -> _Page:
        ids = [row["id"] for row in rows]
        domains = {row["domain_id"] for row in rows}
        children = Backup.objects.filter(parent_id__in=ids).order_by().values_list("parent_id")
        there = Domain.objects.filter(pk__in=domains, gone_at=None).values_list("pk", flat=True)
        # A backup that is being made is its domain's job; what is done with one, its own.
        return _Page(
            open_jobs([*ids, *domains]),
            dict(children.annotate(Count("pk"))),
            set(there),
            pools_seen(rows, self.actor),
        )

    def present(self, row: Row, context: Any) -> dict[str, Any]:
        making = row["state"] == Backup.State.RUNNING
        job = context.jobs.get(row["domain_id"] if making else row["id"])
        if making and job is not None and job["id"] != row["id"]:
            job = None
        return {
            "id": row["id"],
            "domain": {"id": row["domain_id"], "name": row["domain_name"]},
            "domain_there": row["domain_id"] in context.there,
            "host": {"id": row["host_id"], "name": row["host__name"]},
            "pool": pool_told(row, context.pools),
            "schedule": {"id": row["schedule_id"], "name": row["schedule__name"]}
            if row["schedule_id"]
            else None,
            "state": row["state"],
            "incremental": row["parent_id"] is not None,
            "parent": row["parent_id"],
            "children": context.children.get(row["id"], 0),
            "fresh_because": row["fresh_because"],
            "disks": [{"sha256": "", **disk} for disk in row["disks"]],
            "size_bytes": sum(disk["size_bytes"] for disk in row["disks"]),
            "quiesced": row["quiesced"],
            "running": row["running"],
            "error": row["error"],
            "verified_at": row["verified_at"],
            "created_by": {"id": row["created_by_id"], "name": row["created_by__username"]}
            if row["created_by_id"]
            else None,
            "created_at": row["created_at"],
            "finished_at": row["finished_at"],
            "job": job,
            "updated_at": row["updated_at"],
            "version": row["version"],
            "actions": self._actions(row, job),
        }

    def _actions(self, row: Row, job: dict[str, Any] | None) -> list[str]:
        paths = {"domain": row["domain_id"], "host": row["host_id"], "cluster": row["host__cluster_id"]}
        held = job is not None or row["state"] in (Backup.State.RUNNING, Backup.State.DELETING)
        if held or row["host__state"] not in HOST_ANSWERS:
            return []
        if not self.actor.scope("domain.backup").covers(paths):
            return []
        found = ["delete"]
        if row["state"] in (Backup.State.COMPLETE, Backup.State.DAMAGED):
            found.append("verify")
        at = {"host": row["host_id"], "cluster": row["host__cluster_id"]}
        if row["state"] == Backup.State.COMPLETE and self.actor.scope("domain.create").covers(at):
            found.append("restore")
        return found


class BackupViewSet(_Backups):
    """The restore points of all domains, the latest first."""

    extra_parameters = ("plan", "children")

    @extend_schema(responses=ANSWERS, parameters=[PLAN, _CHAIN])
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Remove it with its volumes. Backups that stand on it are named (409), or removed with it (`children`)."""
        said = request.query_params.get("children", "").lower()
        if said not in {"", "0", "1", "true", "false"}:
            raise ValidationError({"children": ["This must be true or false."]})
        children = said in {"1", "true"}
        if wants_plan(request):
            return Response(services.plan_delete(pk, by=self.actor, children=children))
        return accepted(services.delete(pk, by=self.actor, children=children))

    @extend_schema(request=NothingSerializer, responses=ANSWERS, parameters=[PLAN])
    @action(detail=True, methods=["post"])
    def verify(self, request: Request, pk: UUID) -> Response:
        """Read every volume of its chain from end to end: is each there, over the right one, and as it was."""
        self.body(NothingSerializer)
        if wants_plan(request):
            return Response(services.plan_verify(pk, by=self.actor))
        return accepted(services.verify(pk, by=self.actor))

    @extend_schema(request=RestoreBodySerializer, responses=ANSWERS, parameters=[PLAN])
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: UUID) -> Response:
        """Make a new domain of it, on the backup's host. The original stays as it is, if it is still there."""
        body = self.body(RestoreBodySerializer)
        asked = {"name": body["name"], "pool_id": body["pool"], "start": body["start"]}
        if wants_plan(request):
            return Response(restoring.plan(pk, by=self.actor, **asked))
        return accepted(restoring.request(pk, by=self.actor, **asked))


class DomainBackupsViewSet(_Backups):
    """The restore points of one domain."""

    extra_parameters = ("plan",)

    def get_queryset(self) -> "QuerySet[Backup]":
        of: Any = self.kwargs.get("pk")  # none while the OpenAPI document is made
        return super().get_queryset().filter(domain_id=of)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Of a domain that is gone, as long as there are any."""
        known = Domain.objects.permitted(self.actor, "domain.read").filter(pk=self.kwargs["pk"], gone_at=None)
        if not known.exists() and not self.get_queryset().exists():
            raise NotThere
        return super().list(request, *args, **kwargs)

    @extend_schema(request=BackupBodySerializer, responses=ANSWERS, parameters=[PLAN])
    def create(self, request: Request, pk: UUID) -> Response:
        """Back it up, running or off. The job's id is the backup's too."""
        body = self.body(BackupBodySerializer)
        disks = body["disks"]
        asked = Asked(body["pool"], body["full"], body["quiesce"], None if disks is None else tuple(disks))
        if wants_plan(request):
            return Response(services.plan_take(pk, asked, by=self.actor))
        return accepted(services.take(pk, asked, by=self.actor))
