"""`/uploads/`: content on its way into volumes."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.views import ObjectViewSet, Row
from jobs.api.present import open_jobs_by_id
from jobs.api.shapes import PlanSerializer
from jobs.api.views import ACCEPTED, accepted, wants_plan
from jobs.models import OPEN, Job
from storage.api.content_shapes import UploadBodySerializer, UploadSerializer
from storage.models import Upload, Volume
from storage.uploads import services
from storage.uploads.services import Wanted

PLAN = OpenApiParameter("plan", OpenApiTypes.BOOL, description="Say what it would meet, and do nothing.")


def wanted_of(body: Mapping[str, Any], size_bytes: int) -> Wanted:
    return Wanted(
        size_bytes, body.get("format", ""), body.get("sha256", ""), bool(body.get("library", False))
    )


class UploadFilter(django_filters.FilterSet):
    pool = django_filters.UUIDFilter(field_name="pool_id")
    host = django_filters.UUIDFilter(field_name="pool__host_id")
    name = django_filters.CharFilter(field_name="volume_name")

    class Meta:
        model = Upload
        fields: ClassVar[list[str]] = []


@extend_schema_view(
    create=extend_schema(
        request=UploadBodySerializer,
        responses={201: UploadSerializer, 200: OpenApiResponse(PlanSerializer, description="With `plan=1`.")},
        parameters=[PLAN],
    ),
    destroy=extend_schema(
        responses={202: ACCEPTED, 200: OpenApiResponse(PlanSerializer, description="With `plan=1`.")},
        parameters=[PLAN],
    ),
)
class UploadViewSet(ObjectViewSet):
    """Uploads that have not ended, newest first."""

    kind = "upload"
    read_permission = "pool.read"
    model = Upload
    columns = (
        "id", "volume_id", "volume_name", "pool_id", "pool__name", "pool__host_id", "pool__host__name", "format",
        "sha256", "library", "size_bytes", "received_bytes", "sending_until", "created_by_id",
        "created_by__username", "created_at", "expires_at", "attempt",
    )  # fmt: skip
    serializer_class = UploadSerializer
    filterset_class = UploadFilter
    search_fields = ("volume_name", "pool__name")
    ordering_fields: ClassVar[dict[str, str]] = {"created_at": "created_at", "name": "volume_name"}
    ordering = "-created_at"
    extra_parameters = ("plan",)

    def get_queryset(self) -> "QuerySet[Upload]":
        return super().get_queryset().filter(pk__in=Job.objects.filter(state__in=OPEN).values("pk"))

    def context(self, rows: Sequence[Row]) -> Any:
        ids = [row["id"] for row in rows]
        volumes = Volume.objects.filter(pk__in=[row["volume_id"] for row in rows])
        stoppable = Job.objects.permitted(self.actor, "job.cancel").filter(pk__in=ids)
        return {
            "jobs": open_jobs_by_id(ids),
            "volumes": dict(volumes.values_list("pk", "name")),
            "may": self._may_send(),
            "stoppable": frozenset(stoppable.values_list("pk", flat=True)),
        }

    def present(self, row: Row, context: Any) -> dict[str, Any]:
        own = row["created_by_id"] == self.actor.id
        name = context["volumes"].get(row["volume_id"])
        until = row["sending_until"]
        sends = ["send"] if own and row["id"] in context["may"] else []
        return {
            "id": row["id"],
            "job": context["jobs"].get(row["id"]),
            "name": row["volume_name"],
            "pool": {"id": row["pool_id"], "name": row["pool__name"]},
            "host": {"id": row["pool__host_id"], "name": row["pool__host__name"]},
            "volume": {"id": row["volume_id"], "name": name} if name is not None else None,
            "format": row["format"],
            "sha256": row["sha256"],
            "library": row["library"],
            "size_bytes": row["size_bytes"],
            "offset_bytes": row["received_bytes"],
            "sending": until is not None and until > timezone.now(),
            "url": f"/api/v1/uploads/{row['id']}/content/",
            "created_by": {"id": row["created_by_id"], "name": row["created_by__username"]}
            if row["created_by_id"]
            else None,
            "created_at": row["created_at"],
            "expires_at": row["expires_at"],
            "actions": [*sends, *(["delete"] if own or row["id"] in context["stoppable"] else [])],
        }

    def create(self, request: Request) -> Response:
        """Begin one. Its bytes go to `url`, in one request or in many; what is not whole after a day is given up."""
        body = self.body(UploadBodySerializer)
        wanted = wanted_of(body, body["size_bytes"])
        if wants_plan(request):
            return Response(
                services.plan(
                    wanted,
                    by=self.actor,
                    pool_id=body.get("pool"),
                    name=body.get("name", ""),
                    volume_id=body.get("volume"),
                )
            )
        if "volume" in body:
            upload = services.open_into_volume(body["volume"], wanted, by=self.actor)
        else:
            upload = services.open_into_pool(body["pool"], body["name"], wanted, by=self.actor)
        return self.reply(upload.pk, status=201)

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Give it up: the volume that it made goes away. One that was there before keeps what was written."""
        if wants_plan(request):
            job = services.job_to_give_up(pk, self.actor)
            return Response(
                {"allowed": True, "checks": [{"code": "state", "ok": True, "detail": f"It is {job.state}."}]}
            )
        return accepted(services.give_up(pk, by=self.actor))

    def _may_send(self) -> frozenset[UUID]:
        own = Upload.objects.permitted(self.actor, "volume.upload").filter(created_by=self.actor.user)
        return frozenset(own.values_list("pk", flat=True))
