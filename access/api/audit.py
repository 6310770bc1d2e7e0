"""/audit/: who asked for what, newest first; all of it as lines; is it what was written."""

from typing import Any

import django_filters
from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from access import chain, verifying
from access.api.filters import TimeFilter
from access.api.shapes import RESULTS, AuditEntrySerializer, AuditVerdictSerializer
from access.api.views import ObjectViewSet, Row
from access.errors import NotPermitted
from access.exporting import COLUMNS, lines, presented
from access.models import AuditEntry

_LINES = "application/x-ndjson"
# A request takes seconds for so many; the command takes as many as there are.
MOST_VERIFIED = 100_000


class AuditFilter(django_filters.FilterSet):  # type: ignore[misc]
    actor = django_filters.UUIDFilter(field_name="actor_id")
    action = django_filters.CharFilter()
    kind = django_filters.CharFilter(field_name="object_kind")
    object = django_filters.UUIDFilter(field_name="object_id")
    address = django_filters.CharFilter()
    session = django_filters.UUIDFilter(field_name="session_id")
    changes = django_filters.CharFilter(method="in_changes", max_length=200)
    result = django_filters.ChoiceFilter(choices=[(result, result) for result in RESULTS])
    after = TimeFilter(field_name="at", lookup_expr="gte")
    before = TimeFilter(field_name="at", lookup_expr="lt")

    def in_changes(self, rows: "QuerySet[AuditEntry]", name: str, text: str) -> "QuerySet[AuditEntry]":
        """Those in whose changed fields, or their values, this text stands."""
        return rows.annotate(changes_text=Cast("changes", CharField())).filter(changes_text__icontains=text)


class AuditViewSet(ObjectViewSet):
    """Who asked for what, from where, and what was answered."""

    kind = "audit"
    model = AuditEntry
    serializer_class = AuditEntrySerializer
    columns = COLUMNS
    filterset_class = AuditFilter
    search_fields = ("actor_name", "action", "object_name", "address")
    ordering_fields = {"at": "at", "action": "action", "actor": "actor_name", "sequence": "sequence"}
    ordering = "-at"

    def present(self, row: Row, context: None) -> dict[str, Any]:
        return presented(row)

    @extend_schema(
        summary="All entries as lines of JSON, oldest first",
        responses={(200, _LINES): OpenApiTypes.STR},
    )
    @action(detail=False, methods=["get"])
    def export(self, request: Request) -> StreamingHttpResponse:
        self._reads()
        chosen = self.filter_queryset(self.get_queryset())
        chain.seal_all()
        reply = StreamingHttpResponse(lines(chosen), content_type=_LINES)
        reply["Content-Disposition"] = 'attachment; filename="audit.jsonl"'
        reply["Cache-Control"] = "no-store"
        return reply

    @extend_schema(summary="Is the log what was written?", request=None, responses=AuditVerdictSerializer)
    @action(detail=False, methods=["post"], filter_backends=[], pagination_class=None)
    def verify(self, request: Request) -> Response:
        self._reads()
        verdict = verifying.verify(last=MOST_VERIFIED)
        return Response(
            {
                "valid": verdict.valid,
                "checked": verdict.checked,
                "first": verdict.first,
                "unsealed": verdict.unsealed,
                "head_known": verdict.head_known,
                "broken_at": verdict.broken_at,
                "problem": verdict.problem or None,
                "detail": verdict.detail,
            }
        )

    def _reads(self) -> None:
        if not self.actor.may("audit.read"):
            raise NotPermitted("This needs the permission audit.read.")
