"""`/pools/`: what is there, what can be made, and what is wished of them. Volumes of a pool: `pool_volumes`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.conf import settings
from django.db.models import Count
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.filters import BooleanFilter, names_for, refuse_unknown
from access.api.serializers import NothingSerializer
from access.api.views import Row
from access.errors import NotPermitted, NotThere
from hosts.models import ANSWERS, Host
from hypervisor.storage import NATURES, PoolType
from jobs.api.present import open_jobs
from jobs.api.shapes import PlanSerializer
from jobs.api.views import ACCEPTED, accepted, wants_plan
from storage.api.pool_shapes import (
    DiscoveryBodySerializer,
    PoolBodySerializer,
    PoolBuildSerializer,
    PoolEditSerializer,
    PoolOptionsSerializer,
    PoolSerializer,
    PoolTrendSerializer,
)
from storage.api.pool_volumes import VolumesOfPools
from storage.models import STATES, Pool
from storage.pools import offers, services, trend

_SIZES = ("capacity_bytes", "allocation_bytes")
_PLAN = OpenApiParameter("plan", OpenApiTypes.BOOL, description="Say what it would meet, and do nothing.")
_ANSWERS = {202: ACCEPTED, 200: OpenApiResponse(PlanSerializer, description="With `plan=1`.")}
_CONTENT = {"create_volume": "volume.create", "upload": "volume.upload", "fetch": "volume.upload"}


class PoolFilter(django_filters.FilterSet):
    host = django_filters.UUIDFilter(field_name="host_id")
    state = django_filters.MultipleChoiceFilter(choices=STATES)
    type = django_filters.CharFilter()
    name = django_filters.CharFilter()
    shared = django_filters.UUIDFilter(field_name="shared_id")
    autostart = BooleanFilter()

    class Meta:
        model = Pool
        fields: ClassVar[list[str]] = []


@dataclass(frozen=True)
class _Page:
    """What a page of pools needs beside its rows."""

    volumes: Mapping[UUID, int]
    jobs: Mapping[UUID, dict[str, Any]]
    hosts: Mapping[UUID, list[dict[str, Any]]]  # by the shared storage: those that its reader may see
    several: frozenset[UUID]


class PoolViewSet(VolumesOfPools):
    """The storage pools of all hosts."""

    kind = "pool"
    model = Pool
    columns = (
        "id", "uuid", "name", "host_id", "host__name", "host__state", "host__cluster_id", "type", "state", "persistent",
        "autostart", *_SIZES, "available_bytes", "target", "source", "detail", "shared_id", "shared__name",
        "shared__stated", "updated_at", "version",
    )  # fmt: skip
    serializer_class = PoolSerializer
    filterset_class = PoolFilter
    search_fields = ("name", "target", "source", "host__name")
    ordering_fields: ClassVar[dict[str, str]] = {
        name: name for name in ("name", "type", "state", "available_bytes", *_SIZES)
    } | {"host": "host__name"}
    ordering = "name"
    extra_parameters = ("plan", "storage", "days")

    def context(self, rows: Sequence[Row]) -> _Page:
        ids = [row["id"] for row in rows]
        counted = Pool.objects.filter(pk__in=ids).order_by().annotate(number=Count("volumes"))
        shared = {row["shared_id"] for row in rows if row["shared_id"] is not None}
        of_shared = Pool.objects.filter(shared__in=shared).order_by("host__name")
        hosts: dict[UUID, list[dict[str, Any]]] = {}
        seen = of_shared.permitted(self.actor, "pool.read")
        for id, host_id, name in seen.values_list("shared_id", "host_id", "host__name"):
            hosts.setdefault(id, []).append({"id": host_id, "name": name})
        numbers = of_shared.order_by().values("shared_id").annotate(number=Count("pk")).filter(number__gt=1)
        return _Page(
            volumes=dict(counted.values_list("pk", "number")),
            jobs=open_jobs(ids),
            hosts=hosts,
            several=frozenset(row["shared_id"] for row in numbers) if shared else frozenset(),
        )

    def present(self, row: Row, context: _Page) -> dict[str, Any]:
        shown = {name: value for name, value in row.items() if not name.startswith(("host_", "shared_"))}
        shared = None
        if row["shared_id"] in context.several:
            shared = {
                "id": row["shared_id"],
                "name": row["shared__name"],
                "stated": row["shared__stated"],
                "hosts": context.hosts.get(row["shared_id"], []),
            }
        return {
            **shown,
            "host": {"id": row["host_id"], "name": row["host__name"]},
            "shared": shared,
            "volumes": context.volumes.get(row["id"], 0),
            "job": context.jobs.get(row["id"]),
            "actions": self._actions(row, context),
        }

    def _actions(self, row: Row, context: _Page) -> list[str]:
        """What its reader may ask of it now: by permission, by its state, by whether its host answers."""
        if row["id"] in context.jobs or row["host__state"] not in ANSWERS:
            return []
        at = {"pool": row["id"], "host": row["host_id"], "cluster": row["host__cluster_id"]}
        found = [
            verb
            for verb in services.VERBS
            if self.actor.scope(f"pool.{verb}").covers(at)
            and services.possible(verb, row["state"], row["type"], row["persistent"])
        ]
        makes = row["type"] in set(PoolType) and NATURES[PoolType(row["type"])].makes
        if makes and row["state"] == "running":
            found += [
                word for word, permission in _CONTENT.items() if self.actor.scope(permission).covers(at)
            ]
        return found

    @extend_schema(request=PoolBodySerializer, responses=_ANSWERS, parameters=[_PLAN])
    def create(self, request: Request) -> Response:
        """Have a pool made on a host: defined, built where that is asked for, started. All of it, or nothing."""
        body = self.body(PoolBodySerializer)
        if wants_plan(request):
            return Response(services.plan_create(body, by=self.actor))
        return accepted(services.create(body, by=self.actor))

    @extend_schema(request=PoolEditSerializer, responses=_ANSWERS, parameters=[_PLAN])
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Whether it starts with its host; another name, of a pool that is stopped and unused."""
        body = self.body(PoolEditSerializer)
        if not body:
            raise ValidationError({"autostart": ["Say what shall be another."]})
        return self._wish("edit", pk, body)

    @extend_schema(
        responses=_ANSWERS,
        parameters=[
            _PLAN,
            OpenApiParameter(
                "storage",
                OpenApiTypes.BOOL,
                description="What lies below an empty pool too, and not the definition alone.",
            ),
        ],
    )
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Stop it and remove its definition. 409 `in_use` names the domains that use its volumes."""
        return self._wish("delete", pk, {"storage": self._flag("storage")})

    @extend_schema(request=NothingSerializer, responses=_ANSWERS, parameters=[_PLAN])
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: UUID) -> Response:
        """Start it."""
        self.body(NothingSerializer)
        return self._wish("start", pk, {})

    @extend_schema(request=NothingSerializer, responses=_ANSWERS, parameters=[_PLAN])
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: UUID) -> Response:
        """Stop it: its content stays. Not while a running domain uses a volume of it."""
        self.body(NothingSerializer)
        return self._wish("stop", pk, {})

    @extend_schema(request=NothingSerializer, responses=_ANSWERS, parameters=[_PLAN])
    @action(detail=True, methods=["post"])
    def refresh(self, request: Request, pk: UUID) -> Response:
        """Have its host look again what is in it."""
        self.body(NothingSerializer)
        return self._wish("refresh", pk, {})

    @extend_schema(request=PoolBuildSerializer, responses=_ANSWERS, parameters=[_PLAN])
    @action(detail=True, methods=["post"])
    def build(self, request: Request, pk: UUID) -> Response:
        """Make what lies below it: a folder, a file system, a volume group. Content is lost with `overwrite` alone."""
        return self._wish("build", pk, self.body(PoolBuildSerializer))

    @extend_schema(
        responses=PoolTrendSerializer,
        parameters=[OpenApiParameter("days", OpenApiTypes.INT, description="1 to 90, else 30.")],
        filters=False,
    )
    @action(detail=True, filter_backends=[], pagination_class=None)
    def trend(self, request: Request, pk: UUID) -> Response:
        """How full it was, how fast it fills, and when it would be full."""
        refuse_unknown(request, names_for(self, of_list=False))
        days = request.query_params.get("days", "30")
        if not days.isdecimal() or not 1 <= int(days[:4]) <= trend.KEEP_DAYS:
            raise ValidationError({"days": [f"This must be a number from 1 to {trend.KEEP_DAYS}."]})
        if not self.get_queryset().filter(pk=pk).exists():
            raise NotThere
        return Response(trend.trend(pk, int(days)))

    @extend_schema(
        responses=PoolOptionsSerializer,
        parameters=[OpenApiParameter("host", OpenApiTypes.UUID, required=True)],
        filters=False,
    )
    @action(detail=False, filter_backends=[], pagination_class=None, url_path="options")
    def choices(self, request: Request) -> Response:
        """Which types of pools a host can have, and what each needs."""
        refuse_unknown(request, {"host"})
        try:
            host_id = UUID(request.query_params.get("host", ""))
        except ValueError:
            raise ValidationError({"host": ["Name a host by its id."]}) from None
        if not Host.objects.permitted(self.actor, "pool.create").filter(pk=host_id).exists():
            if Host.objects.permitted(self.actor, "host.read").filter(pk=host_id).exists():
                raise NotPermitted("You may see this host, but not make pools on it.")
            raise NotThere
        return Response({**offers.shown(host_id), "roots": list(settings.POOL_ROOTS)})

    @extend_schema(request=DiscoveryBodySerializer, responses={202: ACCEPTED})
    @action(detail=False, methods=["post"])
    def discover(self, request: Request) -> Response:
        """Have a host look for sources: exports of a server, volume groups, targets. The job's result has them."""
        return accepted(services.discover(self.body(DiscoveryBodySerializer), by=self.actor))

    def _wish(self, verb: str, pk: UUID, options: Mapping[str, Any]) -> Response:
        if wants_plan(self.request):
            return Response(services.plan(verb, pk, by=self.actor, options=options))
        return accepted(services.request(verb, pk, by=self.actor, options=options))

    def _flag(self, word: str) -> bool:
        said = self.request.query_params.get(word, "").lower()
        if said not in {"", "0", "1", "true", "false"}:
            raise ValidationError({word: ["This must be true or false."]})
        return said in {"1", "true"}
