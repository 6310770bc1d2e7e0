"""`/volumes/` of all pools."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from access.actor import Actor
from access.api.filters import names_for, refuse_unknown
from access.api.serializers import NothingSerializer
from access.api.views import ObjectViewSet, Row
from access.errors import NotThere
from hosts.models import ANSWERS
from jobs.api.present import open_jobs
from jobs.api.shapes import PlanSerializer
from jobs.api.views import ACCEPTED, accepted, wants_plan
from jobs.models import OPEN, Job
from storage import owners
from storage.api.pools_told import SEEN, pool_told, pools_seen, with_names_seen
from storage.api.volume_shapes import (
    VolumeBodySerializer,
    VolumeCloneSerializer,
    VolumeConvertSerializer,
    VolumeDetailSerializer,
    VolumeEditSerializer,
    VolumeResizeSerializer,
    VolumeSerializer,
    VolumeWipeSerializer,
)
from storage.models import Volume
from storage.users import Told
from storage.volumes import changing, making
from storage.volumes.decided import Decide, plan, wish
from storage.volumes.listing import Layer, around, unused, users_of_rows
from storage.volumes.pool_types import FILES, WRITABLE

__all__ = ["PLAN", "VolumeSerializer", "VolumeViewSet", "asked_for"]

PLAN = OpenApiParameter("plan", OpenApiTypes.BOOL, description="Say what it would meet, and do nothing.")
ANSWERS_OF_CHANGES = {202: ACCEPTED, 200: OpenApiResponse(PlanSerializer, description="With `plan=1`.")}
_SIZES = ("capacity_bytes", "allocation_bytes")
_SHOWN = (
    "id", "name", "path", "type", "format", "encryption", *_SIZES, "backing", "backing_format", "updated_at",
    "version",
)  # fmt: skip
# (action, permission), and whether it must be nobody's.
_ACTIONS = (
    ("resize", "volume.edit", False),
    ("clone", "volume.create", False),
    ("convert", "volume.edit", False),
    ("wipe", "volume.wipe", True),
    ("sparsify", "volume.edit", False),
    ("rename", "volume.edit", True),
    ("delete", "volume.delete", True),
    ("upload", "volume.upload", True),
    ("download", "volume.download", False),
)


def asked_for(request: Request, decide: Decide, by: Actor) -> Response:
    """The plan, or 202 with the job of a wish that was decided."""
    return Response(plan(decide)) if wants_plan(request) else accepted(wish(decide, by))


class VolumeFilter(django_filters.FilterSet):
    pool = django_filters.UUIDFilter(field_name="pool_id")
    host = django_filters.UUIDFilter(field_name="pool__host_id")
    owner = django_filters.UUIDFilter(
        method="by_owner", help_text="Those that are this user's by themselves."
    )
    format = django_filters.CharFilter()
    name = django_filters.CharFilter()
    unused = django_filters.BooleanFilter(
        method="by_use", help_text="true: those that nothing stands on; false: the others."
    )

    def by_owner(self, volumes: "QuerySet[Volume]", name: str, user: UUID) -> "QuerySet[Volume]":
        return volumes.filter(pk__in=owners.ids_of(user))

    def by_use(self, volumes: "QuerySet[Volume]", name: str, wanted: bool) -> "QuerySet[Volume]":
        free = unused(volumes)
        return volumes.filter(pk__in=free) if wanted else volumes.exclude(pk__in=free)

    class Meta:
        model = Volume
        fields: ClassVar[list[str]] = []


@dataclass(frozen=True)
class _Page:
    """What a page of volumes needs beside its rows, in a number of queries that does not grow with it."""

    actor: Actor
    users: Mapping[UUID, Told]
    jobs: Mapping[UUID, dict[str, Any]]
    pools: set[UUID]  # whose names its reader may know
    owners: Mapping[UUID, tuple[UUID, str]]


class VolumeViewSet(ObjectViewSet):
    """The volumes of all pools."""

    kind = "volume"
    read_permission = "pool.read"
    model = Volume
    columns = (
        *_SHOWN, "pool_id", "pool__name", "pool__shared_id", "pool__state", "pool__type", "pool__host_id",
        "pool__host__name", "pool__host__state", "pool__host__cluster_id",
    )  # fmt: skip
    serializer_class = VolumeSerializer
    filterset_class = VolumeFilter
    search_fields = ("name", "path", SEEN)
    ordering_fields: ClassVar[dict[str, str]] = {name: name for name in ("name", "format", *_SIZES)} | {
        "pool": SEEN,
        "host": "pool__host__name",
    }
    ordering = "name"
    extra_parameters = ("plan",)

    def get_queryset(self) -> "QuerySet[Volume]":
        return with_names_seen(super().get_queryset(), self.actor)

    def context(self, rows: Sequence[Row]) -> _Page:
        return _Page(
            self.actor,
            users_of_rows(rows, self.actor),
            _jobs({row["id"] for row in rows}),
            pools_seen(rows, self.actor),
            owners.owners_of_rows(rows),
        )

    def present(self, row: Row, context: _Page) -> dict[str, Any]:
        told = context.users.get(row["id"])
        owner = context.owners.get(row["id"])
        return {
            **{name: row[name] for name in _SHOWN},
            "pool": pool_told(row, context.pools),
            "host": {"id": row["pool__host_id"], "name": row["pool__host__name"]},
            "owner": {"id": owner[0], "name": owner[1]} if owner is not None else None,
            "used_by": [{"kind": kind, "id": id, "name": name} for kind, id, name in told.users]
            if told
            else [],
            "used_by_words": told.words if told else "",
            "job": context.jobs.get(row["id"]),
            "actions": _actions(row, context),
        }

    @extend_schema(responses=VolumeDetailSerializer)
    def retrieve(self, request: Request, pk: UUID, *args: Any, **kwargs: Any) -> Response:
        """One of them, with what it stands on and what stands on it."""
        refuse_unknown(request, names_for(self, of_list=False))
        row = self.get_queryset().filter(pk=pk).values(*self.columns).first()
        if row is None:
            raise NotThere
        below, above = around(pk, self.actor)
        shown = {
            **self.present_all([row])[0],
            "chain": [_layer(layer) for layer in below],
            "layers": [_layer(layer) for layer in above],
        }
        return self._with_etag(Response(shown), row)

    @extend_schema(request=VolumeBodySerializer, responses=ANSWERS_OF_CHANGES, parameters=[PLAN])
    def create(self, request: Request) -> Response:
        """Make a new, empty volume: raw or qcow2, sparse or not, encrypted, or a layer over another."""
        body = self.body(VolumeBodySerializer)
        return create_in(request, body.pop("pool"), body, self.actor)

    @extend_schema(request=VolumeEditSerializer, responses=ANSWERS_OF_CHANGES, parameters=[PLAN])
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Another name: copied under it, then the old one goes."""
        body = self.body(VolumeEditSerializer)
        if "name" not in body:
            raise ValidationError({"name": ["Say what it shall be called."]})
        return self._do(request, partial(changing.decide_rename, pk, body["name"], by=self.actor))

    @extend_schema(responses=ANSWERS_OF_CHANGES, parameters=[PLAN])
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Delete it, for good."""
        return self._do(request, partial(changing.decide_delete, pk, by=self.actor))

    @extend_schema(request=VolumeResizeSerializer, responses=ANSWERS_OF_CHANGES, parameters=[PLAN])
    @action(detail=True, methods=["post"])
    def resize(self, request: Request, pk: UUID) -> Response:
        """Another size; through QEMU where a domain runs with it."""
        body = self.body(VolumeResizeSerializer)
        return self._do(request, partial(changing.decide_resize, pk, by=self.actor, **body))

    @extend_schema(request=VolumeCloneSerializer, responses=ANSWERS_OF_CHANGES, parameters=[PLAN])
    @action(detail=True, methods=["post"])
    def clone(self, request: Request, pk: UUID) -> Response:
        """Make a whole copy of its own, in any pool of its host."""
        body = self.body(VolumeCloneSerializer)
        return self._do(request, partial(making.decide_clone, pk, by=self.actor, **body))

    @extend_schema(request=VolumeConvertSerializer, responses=ANSWERS_OF_CHANGES, parameters=[PLAN])
    @action(detail=True, methods=["post"])
    def convert(self, request: Request, pk: UUID) -> Response:
        """Make a copy in another format. The original stays."""
        body = self.body(VolumeConvertSerializer)
        return self._do(request, partial(making.decide_convert, pk, by=self.actor, **body))

    @extend_schema(request=VolumeWipeSerializer, responses=ANSWERS_OF_CHANGES, parameters=[PLAN])
    @action(detail=True, methods=["post"])
    def wipe(self, request: Request, pk: UUID) -> Response:
        """Write over all that is in it."""
        body = self.body(VolumeWipeSerializer)
        return self._do(request, partial(changing.decide_wipe, pk, by=self.actor, **body))

    @extend_schema(request=NothingSerializer, responses=ANSWERS_OF_CHANGES, parameters=[PLAN])
    @action(detail=True, methods=["post"])
    def sparsify(self, request: Request, pk: UUID) -> Response:
        """Give the space of blocks that hold nothing back to the pool."""
        self.body(NothingSerializer)
        return self._do(request, partial(changing.decide_sparsify, pk, by=self.actor))

    def _do(self, request: Request, decide: Decide) -> Response:
        return asked_for(request, decide, self.actor)


def create_in(request: Request, pool: UUID, body: dict[str, Any], by: Actor) -> Response:
    """A new volume of this pool, as a body of `PoolVolumeBodySerializer` asks for it."""
    encryption = body.pop("encryption", None) or {}
    decide = partial(making.decide_create, pool, by=by, passphrase=encryption.get("passphrase", ""), **body)
    return asked_for(request, decide, by)


def _jobs(ids: set[UUID]) -> dict[UUID, dict[str, Any]]:
    """What is being done to these volumes now; some jobs hold the domain whose disk it is."""
    held = Job.objects.filter(object_kind="domain", kind__startswith="volume.", state__in=OPEN)
    through = {
        UUID(row["options"]["volume"]): row["object_id"] for row in held.values("object_id", "options")
    }
    through = {volume: domain for volume, domain in through.items() if volume in ids}
    found = open_jobs([*ids, *through.values()])
    return found | {volume: found[domain] for volume, domain in through.items() if domain in found}


def _actions(row: Row, page: _Page) -> list[str]:
    """What its reader may ask of it now: by permission, by use, by what is under way, by whether its pool runs."""
    if row["pool__state"] != "running" or row["pool__host__state"] not in ANSWERS or row["id"] in page.jobs:
        return []
    at = {
        "volume": row["id"],
        "pool": row["pool_id"],
        "host": row["pool__host_id"],
        "cluster": row["pool__host__cluster_id"],
    }
    cannot = set() if row["type"] != "dir" else {name for name, _, _ in _ACTIONS}
    if row["pool__type"] not in FILES:
        cannot |= {"rename", "sparsify"}
    if row["pool__type"] not in WRITABLE:
        cannot.add("delete")
    if row["encryption"]:
        cannot |= {"clone", "convert", "rename", "sparsify"}
    if not page.actor.scope("volume.create").covers(at):
        cannot.add("convert")  # which makes another
    used = row["id"] in page.users
    return [
        name
        for name, permission, alone in _ACTIONS
        if name not in cannot and not (alone and used) and page.actor.scope(permission).covers(at)
    ]


def _layer(layer: Layer) -> dict[str, Any]:
    return {
        "id": layer.id,
        "name": layer.name,
        "pool": {"id": layer.pool_id, "name": layer.pool_name} if layer.pool_id else None,
        "path": layer.path,
        "format": layer.format,
    }
