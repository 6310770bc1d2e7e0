"""`/images/`: the library."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.serializers import ReferenceSerializer, StrictSerializer
from access.api.views import ObjectViewSet, Row
from hypervisor.xml.osinfo import system_named
from jobs.api.shapes import PlanSerializer
from jobs.api.views import ACCEPTED, accepted, wants_plan
from storage.api.uploads import PLAN
from storage.library import services
from storage.models import Image, ImageCopy

IMAGE_KINDS = ("iso", "disk", "appliance")
IMAGE_ACTIONS = ("edit", "delete", "copy")
_ANSWERS = {202: ACCEPTED, 200: OpenApiResponse(PlanSerializer, description="With `plan=1`.")}


class ImageSystemSerializer(serializers.Serializer[Any]):
    """An operating system, by libosinfo."""

    id = serializers.CharField()
    short_id = serializers.CharField(allow_blank=True)
    name = serializers.CharField()


class ImageCopySerializer(serializers.Serializer[Any]):
    volume = ReferenceSerializer()
    pool = ReferenceSerializer()
    host = ReferenceSerializer()


class ImageSerializer(serializers.Serializer[Any]):
    """An image of the library, and where it lies as far as its reader may know."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    kind = serializers.ChoiceField(choices=IMAGE_KINDS)
    format = serializers.CharField()
    os = ImageSystemSerializer(allow_null=True)
    arch = serializers.CharField(allow_blank=True)
    label = serializers.CharField(allow_blank=True, help_text="An ISO's volume id.")  # type: ignore[assignment]
    size_bytes = serializers.IntegerField()
    capacity_bytes = serializers.IntegerField()
    sha256 = serializers.CharField(allow_blank=True)
    source_url = serializers.CharField(allow_blank=True)
    copies = ImageCopySerializer(many=True)
    created_by = ReferenceSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()
    actions = serializers.ListField(child=serializers.ChoiceField(choices=IMAGE_ACTIONS))


class SystemField(serializers.CharField):
    """An operating system by libosinfo's id, short or full; nothing for none."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        named = super().run_validation(data)
        if not named:
            return named
        system = system_named(named)
        if system is None:
            raise serializers.ValidationError(["No such operating system is known."])
        return system.id


class ImageEditSerializer(StrictSerializer):
    name = serializers.CharField(required=False, max_length=255)
    os = SystemField(required=False, allow_blank=True, max_length=255)
    description = serializers.CharField(required=False, allow_blank=True, max_length=2000)


class ImageBodySerializer(ImageEditSerializer):
    """A volume for the library. What it is, is read from its content."""

    volume = serializers.UUIDField()


class ImageCopyBodySerializer(StrictSerializer):
    pool = serializers.UUIDField()


class ImageFilter(django_filters.FilterSet):
    host = django_filters.UUIDFilter(method="on_host", help_text="Those with a copy there.")
    pool = django_filters.UUIDFilter(method="in_pool", help_text="Those with a copy there.")
    kind = django_filters.MultipleChoiceFilter(choices=[(kind, kind) for kind in IMAGE_KINDS])
    format = django_filters.CharFilter()
    os = django_filters.CharFilter()
    arch = django_filters.CharFilter()
    name = django_filters.CharFilter()

    def on_host(self, images: "QuerySet[Image]", name: str, host: UUID) -> "QuerySet[Image]":
        return images.filter(pk__in=ImageCopy.objects.filter(volume__pool__host_id=host).values("image_id"))

    def in_pool(self, images: "QuerySet[Image]", name: str, pool: UUID) -> "QuerySet[Image]":
        return images.filter(pk__in=ImageCopy.objects.filter(volume__pool_id=pool).values("image_id"))

    class Meta:
        model = Image
        fields: ClassVar[list[str]] = []


class ImageViewSet(ObjectViewSet):
    """Media and disk images that domains are made from."""

    kind = "image"
    model = Image
    columns = (
        "id", "name", "description", "kind", "format", "os", "arch", "label", "size_bytes", "capacity_bytes",
        "sha256", "source_url", "created_by_id", "created_by__username", "created_at", "updated_at", "version",
    )  # fmt: skip
    serializer_class = ImageSerializer
    filterset_class = ImageFilter
    search_fields = ("name", "description", "label", "os")
    ordering_fields: ClassVar[dict[str, str]] = {
        name: name for name in ("name", "kind", "size_bytes", "created_at")
    }
    ordering = "name"
    extra_parameters = ("plan",)

    def reading(self) -> str | None:
        return None

    def get_queryset(self) -> "QuerySet[Image]":
        return services.visible(self.actor)

    def context(self, rows: Sequence[Row]) -> Any:
        ids = [row["id"] for row in rows]
        copies: dict[UUID, list[dict[str, Any]]] = {id: [] for id in ids}
        seen = ImageCopy.objects.permitted(self.actor, "pool.read").filter(image_id__in=ids)
        for image, volume, name, pool, pool_name, host, host_name in seen.order_by(
            "volume__pool__host__name", "volume__pool__name"
        ).values_list(
            "image_id", "volume_id", "volume__name", "volume__pool_id", "volume__pool__name",
            "volume__pool__host_id", "volume__pool__host__name",
        ):  # fmt: skip
            copies[image].append(
                {
                    "volume": {"id": volume, "name": name},
                    "pool": {"id": pool, "name": pool_name},
                    "host": {"id": host, "name": host_name},
                }
            )
        mine = services.manageable(self.actor).filter(pk__in=ids).values_list("pk", flat=True)
        return {"copies": copies, "mine": set(mine), "copy": self.actor.may("image.manage")}

    def present(self, row: Row, context: Any) -> dict[str, Any]:
        shown = {name: value for name, value in row.items() if not name.startswith("created_by")}
        system = system_named(row["os"]) if row["os"] else None
        copies = context["copies"][row["id"]]
        may = ["edit", "delete"] if row["id"] in context["mine"] else []
        return {
            **shown,
            "os": {
                "id": row["os"],
                "short_id": system.short_id if system else "",
                "name": system.name if system else row["os"],
            }
            if row["os"]
            else None,
            "copies": copies,
            "created_by": {"id": row["created_by_id"], "name": row["created_by__username"]}
            if row["created_by_id"]
            else None,
            "actions": [*may, *(["copy"] if copies and context["copy"] else [])],
        }

    @extend_schema(request=ImageBodySerializer, responses=_ANSWERS, parameters=[PLAN])
    def create(self, request: Request) -> Response:
        """Put a volume into the library. It stays where it is, and is looked at there."""
        body = self.body(ImageBodySerializer)
        volume = body.pop("volume")
        if wants_plan(request):
            return Response(services.plan_add(volume, body, by=self.actor))
        return accepted(services.add(volume, body, by=self.actor))

    @extend_schema(
        request=ImageEditSerializer,
        responses={200: ImageSerializer},
        parameters=[],
    )
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Another name, description or operating system."""
        body = self.body(ImageEditSerializer)
        if not body:
            raise ValidationError({"name": ["Say what shall be another."]})
        services.edit(pk, body, by=self.actor, version=self.expected_version())
        return self.reply(pk)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Take it out of the library. Its volumes stay."""
        services.remove(pk, by=self.actor)
        return Response(status=204)

    @extend_schema(request=ImageCopyBodySerializer, responses=_ANSWERS, parameters=[PLAN])
    @action(detail=True, methods=["post"])
    def copy(self, request: Request, pk: UUID) -> Response:
        """A copy in another pool, on whatever host, through a worker; both are compared in the end."""
        pool = self.body(ImageCopyBodySerializer)["pool"]
        if wants_plan(request):
            return Response(services.plan_copy(pk, pool, by=self.actor))
        return accepted(services.copy(pk, pool, by=self.actor))
