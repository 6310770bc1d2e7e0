"""`/hosts/`: enrol, read, edit, refresh, forget."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.filters import refuse_unknown
from access.api.serializers import NothingSerializer
from access.api.views import ObjectViewSet, Row
from access.errors import Invalid, NotPermitted, NotThere
from hosts import host_keys, renewing, services
from hosts.api.interfaces import COLUMNS as INTERFACE_COLUMNS
from hosts.api.interfaces import HostInterfaceSerializer
from hosts.api.offers import offers
from hosts.api.present import COLUMNS, Page, present
from hosts.api.shapes import (
    CapabilitiesSerializer,
    FingerprintSerializer,
    HostBodySerializer,
    HostSerializer,
    HostStatsSerializer,
    OfferSerializer,
    ProbeBodySerializer,
)
from hosts.models import Host, HostInterface, HostState
from jobs.api.views import ACCEPTED, accepted
from live import hour
from live.api.hours import HistorySerializer, seconds_of
from live.figures import latest


class HostFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=HostState.choices)
    driver = django_filters.CharFilter()
    cluster = django_filters.UUIDFilter(field_name="cluster_id")
    name = django_filters.CharFilter()

    class Meta:
        model = Host
        fields: ClassVar[list[str]] = []


class HostViewSet(ObjectViewSet):
    """The machines."""

    kind = "host"
    model = Host
    columns = COLUMNS
    serializer_class = HostSerializer
    filterset_class = HostFilter
    search_fields = ("name", "uri", "hostname")
    ordering_fields: ClassVar[dict[str, str]] = {
        name: name for name in ("name", "state", "driver", "cpus", "memory_bytes", "created_at", "updated_at")
    } | {"cluster": "cluster__name"}
    ordering = "name"

    def context(self, rows: Sequence[Row]) -> Page:
        return Page.of(rows, self.actor)

    def present(self, row: Row, context: Any) -> dict[str, Any]:
        return present(row, context)

    @extend_schema(request=HostBodySerializer, responses={202: ACCEPTED})
    def create(self, request: Request) -> Response:
        """Add a host. What is wrong with its address or keys is the job's error; the host stays and can be edited."""
        if not self.actor.scope("host.enrol").everywhere:
            raise NotPermitted("This needs the permission host.enrol.")
        body = self.body(HostBodySerializer)
        _, job = services.enrol(**_fields(body), by=self.actor)
        return accepted(job)

    @extend_schema(request=ProbeBodySerializer, responses={202: ACCEPTED})
    @action(detail=False, methods=["post"])
    def probe(self, request: Request) -> Response:
        """Ask a machine for its SSH key, to be compared: the job's result is `{host_key: {type, fingerprint}}`."""
        return accepted(host_keys.probe(**self.body(ProbeBodySerializer), by=self.actor))

    @extend_schema(request=FingerprintSerializer, responses={202: ACCEPTED})
    @action(detail=True, methods=["post"], url_path="confirm-host-key", url_name="confirm-host-key")
    def confirm_host_key(self, request: Request, pk: UUID) -> Response:
        """Take the machine's changed SSH key, of just this fingerprint, and connect again."""
        body = self.body(FingerprintSerializer)
        return accepted(host_keys.confirm(pk, body["fingerprint"], by=self.actor))

    @extend_schema(request=NothingSerializer, responses={202: ACCEPTED})
    @action(detail=True, methods=["post"], url_path="rotate-key", url_name="rotate-key")
    def rotate_key(self, request: Request, pk: UUID) -> Response:
        """Put a new key of ovirtlite's on the node in the place of its old one."""
        self.body(NothingSerializer)
        return accepted(host_keys.rotate(pk, by=self.actor))

    @extend_schema(request=NothingSerializer, responses={202: ACCEPTED})
    @action(detail=True, methods=["post"], url_path="renew-certificate", url_name="renew-certificate")
    def renew_certificate(self, request: Request, pk: UUID) -> Response:
        """Put new certificates in the place of the node's and of ovirtlite's for it, before it does so by itself."""
        self.body(NothingSerializer)
        return accepted(renewing.renew(pk, by=self.actor))

    @extend_schema(request=HostBodySerializer, responses={200: HostSerializer})
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change name, address, cluster or credentials. A new address is enrolled anew: see `job`."""
        services.edit(
            pk, _fields(self.body(HostBodySerializer)), by=self.actor, version=self.expected_version()
        )
        return self.reply(pk)

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "remove_key",
                OpenApiTypes.BOOL,
                description="Take ovirtlite's key and certificate out of the node first, if it answers: a job.",
            )
        ],
        responses={
            204: OpenApiResponse(description="Forgotten; nothing on the node changed."),
            202: ACCEPTED,
        },
    )
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Take the host out of the inventory. Nothing on the node changes but, where asked, a key of ours."""
        refuse_unknown(request, ("remove_key",))
        remove_key = _flag(request, "remove_key")
        job = services.forget(pk, by=self.actor, version=self.expected_version(), remove_key=remove_key)
        return accepted(job) if job else Response(status=204)

    @extend_schema(request=NothingSerializer, responses={202: ACCEPTED})
    @action(detail=True, methods=["post"])
    def refresh(self, request: Request, pk: UUID) -> Response:
        """Read everything of the node anew; try again to enrol one that could not be."""
        self.body(NothingSerializer)
        return accepted(services.refresh(pk, by=self.actor))

    @extend_schema(responses=CapabilitiesSerializer)
    @action(detail=True)
    def capabilities(self, request: Request, pk: UUID) -> Response:
        """What the node can do, as it said when it was last connected."""
        host = self._host(pk)
        if not host.capabilities:
            raise NotThere("The host has not been reached yet, so it has not said what it can do.")
        return Response(host.capabilities)

    @extend_schema(responses=HostStatsSerializer)
    @action(detail=True)
    def stats(self, request: Request, pk: UUID) -> Response:
        """The latest load of the machine."""
        host = self._host(pk)
        figures = latest("host", [host.pk]).get(host.pk, {})
        return Response(
            {
                "at": datetime.fromtimestamp(figures["at"], UTC) if figures else None,
                "cpu_percent": figures.get("cpu_percent"),
                "memory_bytes": host.memory_bytes,
                "memory_used_bytes": figures.get("memory_used_bytes"),
            }
        )

    @extend_schema(
        responses=HistorySerializer,
        parameters=[OpenApiParameter("seconds", OpenApiTypes.INT, description="So far back; at most 3600.")],
    )
    @action(detail=True, url_path="stats/history", url_name="stats-history")
    def stats_history(self, request: Request, pk: UUID) -> Response:
        """Processor and memory of the last hour in steps of ten seconds, oldest first."""
        refuse_unknown(request, ("seconds",))
        seconds = seconds_of(request)
        past = hour.read("host", self._host(pk).pk, seconds)
        return Response(
            {
                "step_seconds": hour.STEP_SECONDS,
                "from": datetime.fromtimestamp(past.start, UTC),
                "series": past.series,
            }
        )

    @extend_schema(responses=HostInterfaceSerializer(many=True), filters=False)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def interfaces(self, request: Request, pk: UUID) -> Response:
        """The machine's own cards, bridges, bonds and VLANs, by name; those of guests are left out."""
        refuse_unknown(request, ())
        host = self._host(pk)
        rows = list(HostInterface.objects.filter(host=host).order_by("name").values(*INTERFACE_COLUMNS))
        port_of = {port: row["name"] for row in rows for port in row["ports"]}
        return Response([{**row, "port_of": port_of.get(row["name"])} for row in rows])

    @extend_schema(responses=OfferSerializer(many=True), filters=False)
    @action(detail=False, pagination_class=None)
    def offers(self, request: Request) -> Response:
        """The hypervisors of this machine itself, and a playground, for the dialog that adds a host."""
        if not self.actor.scope("host.enrol").everywhere:
            raise NotPermitted("This needs the permission host.enrol.")
        return Response(offers())

    def _host(self, pk: UUID) -> Host:
        host: Host | None = self.get_queryset().filter(pk=pk).first()
        if host is None:
            raise NotThere
        return host


def _flag(request: Request, name: str) -> bool:
    said = request.query_params.get(name, "").lower()
    if said not in {"", "0", "1", "true", "false"}:
        raise Invalid(f"{name} must be true or false.", errors={name: ["must be true or false"]})
    return said in {"1", "true"}


def _fields(body: dict[str, Any]) -> dict[str, Any]:
    """The body in the names that the services take."""
    fields = dict(body)
    if "cluster" in fields:
        fields["cluster_id"] = fields.pop("cluster")
    return fields
