"""Of `/domains/`: the definition as XML, and the journal of its versions."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.filters import refuse_unknown
from access.api.serializers import NothingSerializer
from access.api.views import ObjectViewSet
from access.errors import NotPermitted, NotThere
from domains.api.definitions_shapes import (
    RevisionDiffSerializer,
    RevisionSerializer,
    RevisionXMLSerializer,
    XMLBodySerializer,
)
from domains.api.shapes import DomainXMLSerializer
from domains.by_hand import services
from domains.journal.services import COLUMNS, difference, newest
from domains.models import Definition, Domain, Revision
from jobs.api.shapes import PlanSerializer
from jobs.api.views import ACCEPTED, accepted, wants_plan

PLAN = OpenApiParameter("plan", OpenApiTypes.BOOL, description="Say what it would meet, and do nothing.")
ANSWERS = {202: ACCEPTED, 200: OpenApiResponse(PlanSerializer, description="With `plan=1`.")}
_FROM = OpenApiParameter("from", OpenApiTypes.INT, required=True)
_TO = OpenApiParameter("to", OpenApiTypes.INT, required=True)


class DefinedDomains(ObjectViewSet):
    """The part of the domains' view that shows and changes definitions as a whole."""

    @extend_schema(responses=DomainXMLSerializer)
    @action(detail=True)
    def xml(self, request: Request, pk: UUID) -> Response:
        """Its definitions, as its node last gave them. The ETag is the version in the journal, for If-Match."""
        domain = self._readable(pk)
        definition = Definition.objects.filter(pk=pk).first()
        return Response(
            {
                "live": definition.live if definition else None,
                "inactive": definition.inactive if definition else None,
                "fetched_at": definition.fetched_at if definition else None,
            },
            headers={"ETag": f'"{newest(domain)}"'},
        )

    @extend_schema(request=XMLBodySerializer, responses=ANSWERS, parameters=[PLAN])
    @xml.mapping.put
    def edit_xml(self, request: Request, pk: UUID) -> Response:
        """Define it anew by a whole document. A running domain takes it at its next boot.

        What the document newly names of the host beyond pools and networks needs the permissions domain.host_paths,
        domain.host_devices or domain.raw_qemu.
        """
        xml = self.body(XMLBodySerializer)["xml"]
        if wants_plan(request):
            return Response(services.plan(pk, xml, by=self.actor))
        return accepted(services.request(pk, xml, by=self.actor, expected=self.expected_version()))

    @extend_schema(request=XMLBodySerializer, responses=PlanSerializer)
    @action(detail=True, methods=["post"], url_path="xml/check", url_name="xml-check")
    def check_xml(self, request: Request, pk: UUID) -> Response:
        """Whether it would be taken, and what it would change; nothing is done."""
        return Response(services.plan(pk, self.body(XMLBodySerializer)["xml"], by=self.actor))

    @extend_schema(responses=RevisionSerializer(many=True), filters=False)
    @action(detail=True)
    def revisions(self, request: Request, pk: UUID) -> Response:
        """The versions of its definition, the newest first."""
        domain = self._readable(pk)
        refuse_unknown(request, {"limit", "offset"})
        rows: Any = self.paginate_queryset(Revision.objects.filter(domain=domain)) or []
        return self.get_paginated_response([_shown(row) for row in rows])

    @extend_schema(responses=RevisionXMLSerializer)
    @action(detail=True, url_path="revisions/<int:number>", url_name="revision")
    def revision(self, request: Request, pk: UUID, number: int) -> Response:
        """One version with its document."""
        domain = self._readable(pk)
        row = Revision.objects.filter(domain=domain, number=number).values(*COLUMNS, "xml").first()
        if row is None:
            raise NotThere(f"{domain.name} has no version {number}.")
        return Response({**_shown(row), "xml": row["xml"]})

    @extend_schema(responses=RevisionDiffSerializer, parameters=[_FROM, _TO])
    @action(detail=True, url_path="revisions/diff", url_name="revision-diff")
    def revision_diff(self, request: Request, pk: UUID) -> Response:
        """What became of one version in another, of any two."""
        domain = self._readable(pk)
        refuse_unknown(request, {"from", "to"})
        return Response(difference(domain, _number(request, "from"), _number(request, "to")))

    @extend_schema(request=NothingSerializer, responses=ANSWERS, parameters=[PLAN])
    @action(detail=True, methods=["post"], url_path="revisions/<int:number>/rollback", url_name="rollback")
    def rollback(self, request: Request, pk: UUID, number: int) -> Response:
        """Define this version again. Name and UUID stay as they are; a running domain takes it at its next boot."""
        self.body(NothingSerializer)
        if wants_plan(request):
            return Response(services.plan_rollback(pk, number, by=self.actor))
        return accepted(services.request_rollback(pk, number, by=self.actor))

    def shown(self, rows: "QuerySet[Any, Any]") -> "QuerySet[Any, Any]":
        return rows.values(*COLUMNS) if self.action == "revisions" else super().shown(rows)

    def _readable(self, pk: UUID) -> Domain:
        domains = Domain.objects.filter(gone_at=None)
        domain = domains.permitted(self.actor, "domain.read_xml").filter(pk=pk).first()
        if domain is None:
            if self.get_queryset().filter(pk=pk).exists():
                raise NotPermitted("You may see this domain, but not its XML.")
            raise NotThere
        return domain


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "number": row["number"],
        "at": row["at"],
        "by": {"id": row["by_id"], "name": row["by_name"]} if row["by_name"] else None,
        "job": {"id": row["job_id"], "kind": row["job_kind"]} if row["job_id"] else None,
        "changes": row["changes"],
    }


def _number(request: Request, name: str) -> int:
    said = request.query_params.get(name, "")
    if not said.isascii() or not said.isdecimal() or len(said) > 9:
        raise ValidationError({name: ["This must be the number of a version."]})
    return int(said)
