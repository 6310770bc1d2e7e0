"""`/domains/{id}/stats/history/`: what a domain used in the last hour."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from access.api.filters import refuse_unknown
from access.api.views import Endpoint
from access.errors import NotThere
from domains.models import Definition, Domain
from live import hour
from live.api.hours import HistorySerializer, seconds_of


def _rates() -> Any:
    """One for each field: a field that two names share belongs to the last of them."""
    return serializers.ListField(child=serializers.FloatField(allow_null=True))


class DiskHistorySerializer(serializers.Serializer[Any]):
    target = serializers.CharField()
    read_bytes_per_second = _rates()
    write_bytes_per_second = _rates()


class InterfaceHistorySerializer(serializers.Serializer[Any]):
    target = serializers.CharField(help_text="The device on the host.")
    mac = serializers.CharField(allow_blank=True)
    rx_bytes_per_second = _rates()
    tx_bytes_per_second = _rates()


class DomainHistorySerializer(HistorySerializer):
    """One value a step; null where nothing was measured."""

    disks = DiskHistorySerializer(many=True)
    interfaces = InterfaceHistorySerializer(many=True)


class DomainHistoryView(Endpoint, ViewSet):
    """Figures of the last hour, from Redis."""

    kind = "domain"
    extra_parameters = ("seconds",)

    @extend_schema(
        responses=DomainHistorySerializer,
        parameters=[OpenApiParameter("seconds", OpenApiTypes.INT, description="So far back; at most 3600.")],
    )
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Processor, memory, disks and network in steps of ten seconds, oldest first."""
        refuse_unknown(request, self.extra_parameters)
        seconds = seconds_of(request)
        domains = Domain.objects.filter(gone_at=None).permitted(self.actor, "domain.read")
        if not domains.filter(pk=pk).exists():
            raise NotThere
        past = hour.read("domain", pk, seconds)
        definition = Definition.objects.filter(pk=pk).first()
        macs = {one["target"]: one["mac"] for one in definition.interfaces} if definition else {}
        return Response(
            {
                "step_seconds": hour.STEP_SECONDS,
                "from": datetime.fromtimestamp(past.start, UTC),
                "series": past.series,
                "disks": [
                    {"target": name, "read_bytes_per_second": one, "write_bytes_per_second": other}
                    for name, (one, other) in past.devices("disk")
                ],
                "interfaces": [
                    {
                        "target": name,
                        "mac": macs.get(name, ""),
                        "rx_bytes_per_second": one,
                        "tx_bytes_per_second": other,
                    }
                    for name, (one, other) in past.devices("interface")
                ],
            }
        )
