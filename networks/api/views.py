"""`/networks/`."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.filters import BooleanFilter, refuse_unknown
from access.api.serializers import NothingSerializer
from access.api.views import ObjectViewSet, Row
from access.errors import NotThere
from jobs.api.shapes import PlanSerializer
from jobs.api.views import ACCEPTED, accepted, wants_plan
from networks import leases, options, services
from networks.api.present import COLUMNS, Page, present
from networks.api.shapes import (
    LeasesSerializer,
    NetworkCreateSerializer,
    NetworkDetailSerializer,
    NetworkEditSerializer,
    NetworkOptionsSerializer,
    NetworkSerializer,
    NetworkStopSerializer,
    NetworkXMLSerializer,
)
from networks.models import ClusterNetwork, Network

PLAN = OpenApiParameter("plan", OpenApiTypes.BOOL, description="Say what it would meet, and do nothing.")
ANSWERS = {202: ACCEPTED, 200: OpenApiResponse(PlanSerializer, description="With `plan=1`.")}


class NetworkFilter(django_filters.FilterSet):
    host = django_filters.UUIDFilter(field_name="host_id")
    active = BooleanFilter()
    forward = django_filters.CharFilter()
    name = django_filters.CharFilter()

    class Meta:
        model = Network
        fields: ClassVar[list[str]] = []


class ClusterNetworkFilter(django_filters.FilterSet):
    cluster = django_filters.UUIDFilter(field_name="cluster_id")
    name = django_filters.CharFilter()

    class Meta:
        model = ClusterNetwork
        fields: ClassVar[list[str]] = []


class NetworkViewSet(ObjectViewSet):
    """The libvirt networks of all hosts."""

    kind = "network"
    model = Network
    columns = COLUMNS
    serializer_class = NetworkDetailSerializer
    list_serializer_class = NetworkSerializer
    filterset_class = NetworkFilter
    search_fields = ("name", "bridge", "host__name")
    ordering_fields: ClassVar[dict[str, str]] = {
        name: name for name in ("name", "active", "forward", "bridge")
    } | {"host": "host__name"}
    ordering = "name"
    extra_parameters = ("plan",)

    def context(self, rows: Sequence[Row]) -> Page:
        return Page.of(rows, self.actor)

    def present(self, row: Row, context: Any) -> dict[str, Any]:
        return present(row, context, with_users=self.action != "list")

    @extend_schema(request=NetworkCreateSerializer, responses=ANSWERS, parameters=[PLAN])
    def create(self, request: Request) -> Response:
        """Make a network on a host, and start it."""
        body = self.body(NetworkCreateSerializer)
        if wants_plan(request):
            return Response(services.plan_create(body, by=self.actor))
        return accepted(services.create(body, by=self.actor))

    @extend_schema(request=NetworkEditSerializer, responses=ANSWERS, parameters=[PLAN])
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change its settings: at once where libvirt can, else from its next start on. The plan says which."""
        body = self.body(NetworkEditSerializer)
        if not body:
            raise ValidationError({"forward": ["Say what shall be another."]})
        if wants_plan(request):
            return Response(services.plan_edit(pk, body, by=self.actor))
        return accepted(services.edit(pk, body, by=self.actor, version=self.expected_version()))

    @extend_schema(responses=ANSWERS, parameters=[PLAN])
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Stop it and remove its definition. 409 while a domain names it."""
        if wants_plan(request):
            return Response(services.plan("delete", pk, by=self.actor))
        return accepted(services.delete(pk, by=self.actor, version=self.expected_version()))

    @extend_schema(request=NothingSerializer, responses=ANSWERS, parameters=[PLAN])
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: UUID) -> Response:
        """Start it."""
        self.body(NothingSerializer)
        if wants_plan(request):
            return Response(services.plan("start", pk, by=self.actor))
        return accepted(services.start(pk, by=self.actor))

    @extend_schema(request=NetworkStopSerializer, responses=ANSWERS, parameters=[PLAN])
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: UUID) -> Response:
        """Stop it. 409 while running domains are on it, unless forced."""
        force = self.body(NetworkStopSerializer)["force"]
        if wants_plan(request):
            return Response(services.plan("stop", pk, by=self.actor, force=force))
        return accepted(services.stop(pk, by=self.actor, force=force))

    @extend_schema(responses=LeasesSerializer, filters=False)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def leases(self, request: Request, pk: UUID) -> Response:
        """The addresses that it gave out by DHCP."""
        refuse_unknown(request, ())
        return Response(leases.of(self._network(pk), self.actor))

    @extend_schema(responses=NetworkXMLSerializer, filters=False)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def xml(self, request: Request, pk: UUID) -> Response:
        """Its documents, as the node last gave them."""
        refuse_unknown(request, ())
        network = self._network(pk)
        inactive = network.inactive_xml or network.xml
        return Response(
            {
                "live": network.xml or None if network.active else None,
                "inactive": inactive or None if network.persistent else None,
            }
        )

    @extend_schema(
        responses=NetworkOptionsSerializer,
        parameters=[OpenApiParameter("host", OpenApiTypes.UUID, required=True)],
        filters=False,
    )
    @action(detail=False, filter_backends=[], pagination_class=None, url_path="options", url_name="options")
    def wanted_options(self, request: Request) -> Response:
        """What a network of that host can stand on, what is free, and what bridging to the LAN needs there."""
        refuse_unknown(request, ("host",))
        try:
            host = UUID(request.query_params.get("host", ""))
        except ValueError:
            raise ValidationError({"host": ["This must be the id of a host."]}) from None
        return Response(options.of(host, by=self.actor))

    def _network(self, pk: UUID) -> Network:
        network: Network | None = self.get_queryset().select_related("host").filter(pk=pk).first()
        if network is None:
            raise NotThere
        return network
