"""/audit/: who asked for what, newest first."""

from typing import Any

import django_filters

from access.api.shapes import RESULTS, AuditEntrySerializer
from access.api.views import ObjectViewSet, Row
from access.models import AuditEntry


class AuditFilter(django_filters.FilterSet):  # type: ignore[misc]
    actor = django_filters.UUIDFilter(field_name="actor_id")
    action = django_filters.CharFilter()
    kind = django_filters.CharFilter(field_name="object_kind")
    object = django_filters.UUIDFilter(field_name="object_id")
    result = django_filters.ChoiceFilter(choices=[(result, result) for result in RESULTS])
    after = django_filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte")
    before = django_filters.IsoDateTimeFilter(field_name="at", lookup_expr="lt")


class AuditViewSet(ObjectViewSet):
    """Who asked for what, from where, and what was answered."""

    kind = "audit"
    model = AuditEntry
    serializer_class = AuditEntrySerializer
    columns = (
        "id",
        "at",
        "actor_id",
        "actor_name",
        "token_id",
        "token_name",
        "address",
        "action",
        "object_kind",
        "object_id",
        "object_name",
        "result",
        "detail",
    )
    filterset_class = AuditFilter
    search_fields = ("actor_name", "action", "object_name", "address")
    ordering_fields = {"at": "at", "action": "action", "actor": "actor_name"}
    ordering = "-at"

    def present(self, row: Row, context: None) -> dict[str, Any]:
        return {
            "id": row["id"],
            "at": row["at"],
            "actor": {"id": row["actor_id"], "name": row["actor_name"]},
            "token": {"id": row["token_id"], "name": row["token_name"]} if row["token_name"] else None,
            "address": row["address"],
            "action": row["action"],
            "object": {"kind": row["object_kind"], "id": row["object_id"], "name": row["object_name"]},
            "result": row["result"],
            "detail": row["detail"],
        }
