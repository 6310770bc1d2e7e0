"""Of `/domains/`: export and import; and what is inside of a volume that holds an appliance."""

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from access.api.serializers import NothingSerializer
from access.api.views import Endpoint, ObjectViewSet
from domains.api.exchange_shapes import ExportBodySerializer, ImportBodySerializer
from domains.exchange import services
from jobs.api.shapes import PlanSerializer
from jobs.api.views import ACCEPTED, accepted, wants_plan

_PLAN = OpenApiParameter("plan", OpenApiTypes.BOOL, description="Say what it would meet, and do nothing.")
_ANSWERS = {202: ACCEPTED, 200: OpenApiResponse(PlanSerializer, description="With `plan=1`.")}


class ExchangingDomains(ObjectViewSet):
    """The part of the domains' view that lets them out and in."""

    @extend_schema(request=ExportBodySerializer, responses=_ANSWERS, parameters=[_PLAN])
    @action(detail=True, methods=["post"])
    def export(self, request: Request, pk: UUID) -> Response:
        """Write a domain that is off as an appliance (OVA) into a new volume.

        The job's result names the volume, whose content is then read from `/volumes/{id}/content/`.
        """
        body = self.body(ExportBodySerializer)
        asked = {"pool_id": body["pool"], "name": body.get("name", "")}
        if wants_plan(request):
            return Response(services.plan_export(pk, by=self.actor, **asked))
        return accepted(services.request_export(pk, by=self.actor, **asked))

    @extend_schema(request=ImportBodySerializer, responses=_ANSWERS, parameters=[_PLAN])
    @action(detail=False, methods=["post"], url_path="import", url_name="import")
    def import_(self, request: Request) -> Response:
        """Make a domain of an appliance (OVA), or of one disk of another hypervisor, that lies in a volume.

        The job's object is the new domain. A plan knows what is inside once `/volumes/{id}/appliance/` has looked.
        """
        body = self.body(ImportBodySerializer)
        if wants_plan(request):
            return Response(services.plan_import(body, by=self.actor))
        return accepted(services.request_import(body, by=self.actor))


class ApplianceViewSet(Endpoint, ViewSet):
    """`/volumes/{id}/appliance/`."""

    kind = "volume"
    extra_parameters = ("plan",)

    @extend_schema(request=NothingSerializer, responses=_ANSWERS, parameters=[_PLAN])
    def inspect(self, request: Request, pk: UUID, **_: Any) -> Response:
        """Look what is inside of a volume that holds an appliance or a disk of another hypervisor.

        The job's result says it: `kind` (appliance, disk), `name`, `os`, `vcpus`, `memory_bytes`, `firmware`, `disks`,
        `interfaces`, and in `warnings` what an import would leave out.
        """
        self.body(NothingSerializer)
        if wants_plan(request):
            return Response(services.plan_inspection(pk, by=self.actor))
        return accepted(services.request_inspection(pk, by=self.actor))
