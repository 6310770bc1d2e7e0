"""`/templates/`: what domains are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.views import ObjectViewSet, Row
from domains.api.copies import ANSWERS, PLAN
from domains.api.copies_shapes import (
    TemplateBodySerializer,
    TemplatePatchSerializer,
    TemplateSerializer,
    TemplateVersionBodySerializer,
)
from domains.api.filters import TemplateFilter
from domains.models import Template, TemplateVersion
from domains.templates import services
from hosts.models import ANSWERS as HOST_ANSWERS
from jobs.api.present import open_jobs
from jobs.api.views import accepted, wants_plan

_NUMBER = OpenApiParameter("number", OpenApiTypes.INT, OpenApiParameter.PATH)


@dataclass(frozen=True)
class _Page:
    versions: dict[UUID, list[dict[str, Any]]]
    jobs: dict[UUID, dict[str, Any]]


class TemplateViewSet(ObjectViewSet):
    """Templates, by name, with their versions."""

    kind = "template"
    model = Template
    columns = (
        "id", "name", "description", "host_id", "host__name", "host__state", "host__cluster_id", "created_at",
        "updated_at", "version",
    )  # fmt: skip
    serializer_class = TemplateSerializer
    filterset_class = TemplateFilter
    search_fields = ("name", "description", "host__name")
    ordering_fields: ClassVar[dict[str, str]] = {
        name: name for name in ("name", "created_at", "updated_at")
    } | {"host": "host__name"}
    ordering = "name"

    def context(self, rows: Sequence[Row]) -> _Page:
        ids = [row["id"] for row in rows]
        versions: dict[UUID, list[dict[str, Any]]] = {}
        for version in TemplateVersion.objects.filter(template_id__in=ids):
            versions.setdefault(version.template_id, []).append(_version(version))
        making = {
            template: {name: getattr(job, name) for name in ("id", "kind", "state", "progress", "step")}
            for template, job in services.making(ids).items()
        }
        return _Page(versions, making | open_jobs(ids))

    def present(self, row: Row, context: Any) -> dict[str, Any]:
        versions = context.versions.get(row["id"], [])
        job = context.jobs.get(row["id"])
        ready = [version["number"] for version in versions if version["ready"]]
        paths = {"template": row["id"], "host": row["host_id"], "cluster": row["host__cluster_id"]}
        actions = []
        if self.actor.scope("template.manage").covers(paths) and job is None:
            actions = ["edit", "delete"] if row["host__state"] in HOST_ANSWERS else ["edit"]
        if ready and self.actor.scope("domain.create").covers(paths):
            actions.append("create")
        return {
            "id": row["id"],
            "name": row["name"],
            "description": row["description"],
            "host": {"id": row["host_id"], "name": row["host__name"]},
            "latest": max(ready, default=None),
            "versions": versions,
            "job": job,
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
            "version": row["version"],
            "actions": actions,
        }

    @extend_schema(request=TemplateBodySerializer, responses=ANSWERS, parameters=[PLAN])
    def create(self, request: Request) -> Response:
        """Make a template of a domain that is off: its definition without identity, and copies of its disks."""
        body = self.body(TemplateBodySerializer)
        asked = {
            "name": body["name"],
            "domain_id": body["domain"],
            "description": body.get("description", ""),
            "notes": body.get("notes", ""),
            "pool_id": body.get("pool"),
        }
        if wants_plan(request):
            return Response(services.plan_make(by=self.actor, **asked))
        return accepted(services.make(by=self.actor, **asked))

    @extend_schema(request=TemplatePatchSerializer, responses={200: TemplateSerializer})
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change its name or description."""
        changes = self.body(TemplatePatchSerializer)
        services.edit(pk, changes, by=self.actor, version=self.expected_version())
        return self.reply(pk)

    @extend_schema(responses=ANSWERS, parameters=[PLAN])
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Remove it with all its disks. 409 while a linked clone stands on one."""
        if wants_plan(request):
            return Response(services.plan_delete(pk, by=self.actor))
        return accepted(services.delete(pk, by=self.actor))

    @extend_schema(request=TemplateVersionBodySerializer, responses=ANSWERS, parameters=[PLAN])
    @action(detail=True, methods=["post"], filter_backends=[])
    def versions(self, request: Request, pk: UUID) -> Response:
        """Add a version, of a domain that is off on the same host."""
        body = self.body(TemplateVersionBodySerializer)
        asked = {
            "domain_id": body["domain"],
            "notes": body.get("notes", ""),
            "pool_id": body.get("pool"),
        }
        if wants_plan(request):
            return Response(services.plan_version(pk, by=self.actor, **asked))
        return accepted(services.add_version(pk, by=self.actor, **asked))

    @extend_schema(responses=ANSWERS, parameters=[PLAN, _NUMBER])
    def remove_version(self, request: Request, pk: UUID, number: int) -> Response:
        """Remove one version with its disks. 409 while a linked clone stands on one."""
        if wants_plan(request):
            return Response(services.plan_delete(pk, by=self.actor, number=number))
        return accepted(services.delete(pk, by=self.actor, number=number))


def _version(version: TemplateVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "ready": version.ready_at is not None,
        "source": version.source_name,
        "notes": version.notes,
        "created_by": version.created_by_name,
        "created_at": version.created_at,
        "vcpus": version.vcpus,
        "memory_bytes": version.memory_bytes,
        "disks": version.disks,
    }
