"""`/storage-report/`: what storage holds that nothing uses, and what is named and not there."""

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.filters import refuse_unknown
from access.api.serializers import ObjectReferenceSerializer, ReferenceSerializer
from access.api.views import Endpoint
from domains.storage_report import Dangling, Report, report


class OrphanSerializer(serializers.Serializer[Any]):
    """A volume that nothing uses."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    pool = ReferenceSerializer()
    host = ReferenceSerializer()
    path = serializers.CharField(allow_blank=True)
    format = serializers.CharField(allow_blank=True)
    capacity_bytes = serializers.IntegerField()
    allocation_bytes = serializers.IntegerField()
    updated_at = serializers.DateTimeField()


class DanglingSerializer(serializers.Serializer[Any]):
    """Something that names a file or volume which is not there."""

    object = ObjectReferenceSerializer()
    host = ReferenceSerializer()
    pool = ReferenceSerializer(allow_null=True)
    path = serializers.CharField()
    reason = serializers.CharField()


class StorageReportSerializer(serializers.Serializer[Any]):
    """Of running pools alone: of others nobody knows. Each list has the first thousand; the totals count all."""

    orphans = OrphanSerializer(many=True)
    orphans_count = serializers.IntegerField()
    orphans_bytes = serializers.IntegerField(help_text="What deleting all of them would free.")
    dangling = DanglingSerializer(many=True)
    dangling_count = serializers.IntegerField()


class StorageReportView(Endpoint):
    """What could be cleaned up, and what is broken."""

    kind = "pool"

    @extend_schema(
        responses=StorageReportSerializer,
        parameters=[OpenApiParameter("host", OpenApiTypes.UUID, description="Of this host alone.")],
    )
    def get(self, request: Request) -> Response:
        """Volumes that nothing uses, the largest first; and what names a file or volume that is not there."""
        refuse_unknown(request, {"host", "format"})
        return Response(_shown(report(by=self.actor, host_id=_host(request))))


def _host(request: Request) -> UUID | None:
    given = request.query_params.get("host", "")
    try:
        return UUID(given) if given else None
    except ValueError:
        raise ValidationError({"host": ["This must be the id of a host."]}) from None


def _shown(found: Report) -> dict[str, Any]:
    return {
        "orphans": [_orphan(row, found) for row in found.orphans],
        "orphans_count": found.orphans_count,
        "orphans_bytes": found.orphans_bytes,
        "dangling": [_dangling(one, found) for one in found.dangling],
        "dangling_count": found.dangling_count,
    }


def _orphan(row: dict[str, Any], found: Report) -> dict[str, Any]:
    return {
        **{name: value for name, value in row.items() if not name.startswith("pool_")},
        "pool": {"id": row["pool_id"], "name": row["pool__name"]},
        "host": {"id": row["pool__host_id"], "name": found.hosts[row["pool__host_id"]]},
    }


def _dangling(one: Dangling, found: Report) -> dict[str, Any]:
    kind, id, name = one.object
    return {
        "object": {"kind": kind, "id": id, "name": name},
        "host": {"id": one.host, "name": found.hosts[one.host]},
        "pool": {"id": one.pool[0], "name": one.pool[1]} if one.pool else None,
        "path": one.path,
        "reason": one.reason,
    }
