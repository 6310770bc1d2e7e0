"""`/domains/`: inventory and the verbs of one domain."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from access.api.serializers import NothingSerializer
from access.api.views import Row
from access.errors import NotThere
from domains import screenshots, services
from domains.api.bulk import BulkDomains
from domains.api.copies import CopyingDomains
from domains.api.creation import CreatingDomains
from domains.api.definitions import DefinedDomains
from domains.api.exchange import ExchangingDomains
from domains.api.filters import DomainFilter
from domains.api.hardware import EditingDomains
from domains.api.present import COLUMNS, DETAIL_COLUMNS, Page, present
from domains.api.shapes import (
    ConsoleBodySerializer,
    ConsoleSerializer,
    DomainListSerializer,
    DomainSerializer,
    DomainStatsSerializer,
    MigrateBodySerializer,
    ShutdownBodySerializer,
)
from domains.console.services import open_console
from domains.console.viewer import viewer_file
from domains.migration import services as migration
from domains.models import Domain
from hypervisor.states import DomainAction
from jobs.api.shapes import PlanSerializer
from jobs.api.views import ACCEPTED, accepted, wants_plan
from live.figures import latest

PLAN = OpenApiParameter("plan", OpenApiTypes.BOOL, description="Say what it would meet, and do nothing.")
ANSWERS = {202: ACCEPTED, 200: OpenApiResponse(PlanSerializer, description="With `plan=1`.")}


class DomainViewSet(
    CreatingDomains, CopyingDomains, ExchangingDomains, DefinedDomains, EditingDomains, BulkDomains
):
    """The virtual machines and containers of all hosts."""

    kind = "domain"
    model = Domain
    columns = DETAIL_COLUMNS
    list_columns = COLUMNS
    serializer_class = DomainSerializer
    list_serializer_class: ClassVar[type[BaseSerializer[Any]] | None] = DomainListSerializer
    filterset_class = DomainFilter
    search_fields = ("name", "title", "id", "host__name", "macs", "addresses")
    ordering_fields: ClassVar[dict[str, str]] = {
        name: name for name in ("name", "state", "vcpus", "memory_bytes", "created_at", "updated_at")
    } | {"host": "host__name", "cluster": "host__cluster__name", "driver": "host__driver"}
    ordering = "name"
    extra_parameters = ("plan",)

    def get_queryset(self) -> "QuerySet[Domain]":
        return super().get_queryset().filter(gone_at=None)

    def context(self, rows: Sequence[Row]) -> Page:
        return Page.of(rows, self.actor)

    def present(self, row: Row, context: Any) -> dict[str, Any]:
        return present(row, context)

    # The verbs

    def _act(self, verb: DomainAction, pk: UUID, options: dict[str, Any]) -> Response:
        if wants_plan(self.request):
            return Response(services.plan(verb, pk, by=self.actor))
        return accepted(services.request(verb, pk, by=self.actor, options=options))

    @extend_schema(request=NothingSerializer, responses=ANSWERS, parameters=[PLAN])
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: UUID) -> Response:
        """Start it. A domain with a saved memory goes on where it was saved."""
        return self._act(DomainAction.START, pk, self.body(NothingSerializer))

    @extend_schema(request=ShutdownBodySerializer, responses=ANSWERS, parameters=[PLAN])
    @action(detail=True, methods=["post"])
    def shutdown(self, request: Request, pk: UUID) -> Response:
        """Ask the guest to shut down. The job ends when it is off, or when its time has passed."""
        return self._act(DomainAction.SHUTDOWN, pk, self.body(ShutdownBodySerializer))

    @extend_schema(request=NothingSerializer, responses=ANSWERS, parameters=[PLAN])
    @action(detail=True, methods=["post"])
    def reboot(self, request: Request, pk: UUID) -> Response:
        """Ask the guest to reboot."""
        return self._act(DomainAction.REBOOT, pk, self.body(NothingSerializer))

    @extend_schema(request=NothingSerializer, responses=ANSWERS, parameters=[PLAN])
    @action(detail=True, methods=["post"])
    def reset(self, request: Request, pk: UUID) -> Response:
        """Press its reset button."""
        return self._act(DomainAction.RESET, pk, self.body(NothingSerializer))

    @extend_schema(request=NothingSerializer, responses=ANSWERS, parameters=[PLAN])
    @action(detail=True, methods=["post"], url_path="destroy", url_name="destroy")
    def force_off(self, request: Request, pk: UUID) -> Response:
        """Force it off (libvirt's destroy). Its definition and disks stay."""
        return self._act(DomainAction.DESTROY, pk, self.body(NothingSerializer))

    @extend_schema(request=NothingSerializer, responses=ANSWERS, parameters=[PLAN])
    @action(detail=True, methods=["post"])
    def suspend(self, request: Request, pk: UUID) -> Response:
        """Pause it; its memory stays on the host."""
        return self._act(DomainAction.SUSPEND, pk, self.body(NothingSerializer))

    @extend_schema(request=NothingSerializer, responses=ANSWERS, parameters=[PLAN])
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: UUID) -> Response:
        """Let a paused one go on."""
        return self._act(DomainAction.RESUME, pk, self.body(NothingSerializer))

    @extend_schema(request=NothingSerializer, responses=ANSWERS, parameters=[PLAN])
    @action(detail=True, methods=["post"])
    def save(self, request: Request, pk: UUID) -> Response:
        """Save its memory to the host's disk and turn it off; the next start goes on there."""
        return self._act(DomainAction.SAVE, pk, self.body(NothingSerializer))

    @extend_schema(request=NothingSerializer, responses=ANSWERS, parameters=[PLAN])
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: UUID) -> Response:
        """Start a saved one where it was saved."""
        return self._act(DomainAction.RESTORE, pk, self.body(NothingSerializer))

    @extend_schema(request=MigrateBodySerializer, responses=ANSWERS, parameters=[PLAN])
    @action(detail=True, methods=["post"])
    def migrate(self, request: Request, pk: UUID) -> Response:
        """Move it to another host while it runs: with shared disks, or copying them (`copy_storage`)."""
        body = self.body(MigrateBodySerializer)
        destination = body.pop("host")
        if wants_plan(self.request):
            return Response(migration.plan(pk, destination, by=self.actor, copy_storage=body["copy_storage"]))
        return accepted(migration.request(pk, destination, by=self.actor, **body))

    # What is read

    @extend_schema(responses=DomainStatsSerializer)
    @action(detail=True)
    def stats(self, request: Request, pk: UUID) -> Response:
        """The latest load of a running domain."""
        if not self.get_queryset().filter(pk=pk).exists():
            raise NotThere
        figures = latest("domain", [pk]).get(pk, {})
        names = (name for name in DomainStatsSerializer._declared_fields if name != "at")
        at = datetime.fromtimestamp(figures["at"], UTC) if figures else None
        return Response({"at": at, **{name: figures.get(name) for name in names}})

    @extend_schema(responses={(200, "image/png"): OpenApiTypes.BINARY})
    @action(detail=True)
    def screenshot(self, request: Request, pk: UUID) -> HttpResponse:
        """Its screen now, as a PNG."""
        return HttpResponse(
            screenshots.take(pk, by=self.actor),
            content_type="image/png",
            headers={"Cache-Control": "no-store"},
        )

    @extend_schema(request=ConsoleBodySerializer, responses={200: ConsoleSerializer})
    @action(detail=True, methods=["post"])
    def console(self, request: Request, pk: UUID) -> Response:
        """A single-use address of its screen (noVNC opens it as it is) or serial line (xterm.js)."""
        body = self.body(ConsoleBodySerializer)
        opened = open_console(
            pk,
            body["type"],
            by=self.actor,
            view_only=body["view_only"],
            seen_as=request.get_host().rpartition(":")[0],
        )
        return Response(
            {
                "type": opened.type,
                "url": opened.url,
                "expires_at": opened.expires_at,
                "view_only": opened.view_only,
            }
        )

    @extend_schema(responses={(200, "application/x-virt-viewer"): OpenApiTypes.STR})
    def console_vv(self, request: Request, pk: UUID) -> HttpResponse:
        """The file that remote-viewer opens; 409 where the screen cannot be reached from outside the node.

        Routed apart: a file's name ends without a slash.
        """
        return HttpResponse(
            viewer_file(pk, by=self.actor),
            content_type="application/x-virt-viewer",
            headers={"Cache-Control": "no-store", "Content-Disposition": "attachment; filename=console.vv"},
        )
