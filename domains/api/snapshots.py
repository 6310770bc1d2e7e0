"""`/domains/{id}/snapshots/`: the tree of what a domain can go back to."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.filters import names_for, refuse_unknown
from access.api.serializers import StrictSerializer
from access.api.views import ObjectViewSet, Row
from access.errors import NotThere
from domains.models import Domain, Snapshot
from domains.snapshots import services
from domains.snapshots.checks import LONGEST_NAME, Asked
from hosts import looking
from jobs.api.shapes import PlanSerializer
from jobs.api.views import ACCEPTED, accepted, wants_plan

_PLAN = OpenApiParameter("plan", OpenApiTypes.BOOL, description="Say what it would meet, and do nothing.")
_ANSWERS = {202: ACCEPTED, 200: OpenApiResponse(PlanSerializer, description="With `plan=1`.")}
_KEPT = [(word, word) for word in ("no", "internal", "external")]


class SnapshotDiskSerializer(serializers.Serializer[Any]):
    """How a snapshot keeps a disk; `source` is the file that is written to since, of an external one."""

    target = serializers.CharField()
    snapshot = serializers.ChoiceField(choices=_KEPT)
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]


class SnapshotSerializer(serializers.Serializer[Any]):
    """A snapshot; its place in the tree is its parent's name."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    parent = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    description = serializers.CharField(allow_blank=True)
    state = serializers.CharField(allow_blank=True, help_text="The domain's, when it was taken.")
    current = serializers.BooleanField(help_text="The present state stands on this one.")
    memory = serializers.BooleanField()
    external = serializers.BooleanField()
    disks = SnapshotDiskSerializer(many=True)
    taken_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()


class SnapshotBodySerializer(StrictSerializer):
    name = serializers.CharField(max_length=LONGEST_NAME)
    description = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)
    memory = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="Of a running domain, when not given."
    )
    disks = serializers.ListField(
        child=serializers.CharField(max_length=32),
        required=False,
        allow_null=True,
        default=None,
        max_length=64,
        help_text="Targets such as `vda`; all that are written to when not given, none for [].",
    )
    quiesce = serializers.BooleanField(
        required=False, default=False, help_text="The guest agent freezes the file systems for that moment."
    )
    external = serializers.BooleanField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Inside the disks where they can, when not given.",
    )


class SnapshotEditSerializer(StrictSerializer):
    description = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    current = serializers.BooleanField(
        required=False, help_text="true: the next snapshot hangs on this one. Nothing of the domain changes."
    )

    def validate_current(self, value: bool) -> bool:
        if not value:
            raise serializers.ValidationError("Make another one current instead.")
        return value


class RevertBodySerializer(StrictSerializer):
    start = serializers.BooleanField(
        required=False, default=False, help_text="Running, whatever it was then."
    )
    force = serializers.BooleanField(
        required=False, default=False, help_text="In spite of what the plan calls risky."
    )


class SnapshotViewSet(ObjectViewSet):
    """The snapshots of one domain. A snapshot is named in the address, or by its id where its name has a slash."""

    kind = "domain"
    model = Snapshot
    read_permission = "domain.read"
    columns = (
        "id", "name", "parent", "description", "state", "current", "memory", "external", "disks", "taken_at",
        "updated_at", "version",
    )  # fmt: skip
    serializer_class = SnapshotSerializer
    search_fields = ("name", "description")
    ordering_fields: ClassVar[dict[str, str]] = {"name": "name", "taken_at": "taken_at"}
    ordering = "taken_at"
    extra_parameters = ("plan", "children", "metadata_only")

    def get_queryset(self) -> "QuerySet[Snapshot]":
        return super().get_queryset().filter(domain_id=self.kwargs.get("pk"), domain__gone_at=None)

    def present(self, row: Row, context: Any) -> dict[str, Any]:
        disks = [
            {name: disk.get(name, "") for name in ("target", "snapshot", "source")} for disk in row["disks"]
        ]
        return {**row, "parent": row["parent"] or None, "disks": disks}

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Parents and children by name of the parent. The host is asked to look anew; a notice tells what is new."""
        domains = Domain.objects.filter(gone_at=None).permitted(self.actor, "domain.read")
        domain = domains.filter(pk=self.kwargs["pk"]).first()
        if domain is None:
            raise NotThere
        # libvirt tells of no snapshot that somebody takes on the node.
        looking.nudge(domain.host_id, "domain", domain.pk)
        return super().list(request, *args, **kwargs)

    @extend_schema(responses=SnapshotSerializer)
    def retrieve(self, request: Request, pk: UUID, name: str = "", *args: Any, **kwargs: Any) -> Response:
        """One of them."""
        refuse_unknown(request, names_for(self, of_list=False))
        row = self.get_queryset().filter(name=self._name(pk, name)).values(*self.columns).first()
        if row is None:
            raise NotThere
        return self._with_etag(Response(self.present_all([row])[0]), row)

    @extend_schema(request=SnapshotBodySerializer, responses=_ANSWERS, parameters=[_PLAN])
    def create(self, request: Request, pk: UUID) -> Response:
        """Take one. Where the disks' own files cannot hold it, layers are laid over them (external)."""
        body = self.body(SnapshotBodySerializer)
        disks = body.pop("disks")
        asked = Asked(**body, disks=None if disks is None else tuple(disks))
        if wants_plan(request):
            return Response(services.plan_take(pk, asked, by=self.actor))
        return accepted(services.take(pk, asked, by=self.actor))

    @extend_schema(request=SnapshotEditSerializer, responses=_ANSWERS, parameters=[_PLAN])
    def partial_update(self, request: Request, pk: UUID, name: str) -> Response:
        """Another description, or that it is the current one."""
        body = self.body(SnapshotEditSerializer)
        if not body:
            raise ValidationError({"description": ["Say what shall be another."]})
        name = self._name(pk, name)
        if wants_plan(request):
            return Response(services.plan_edit(pk, name, body, by=self.actor))
        return accepted(services.edit(pk, name, body, by=self.actor))

    @extend_schema(
        responses=_ANSWERS,
        parameters=[
            _PLAN,
            OpenApiParameter("children", OpenApiTypes.BOOL, description="All that hang on it too."),
            OpenApiParameter("metadata_only", OpenApiTypes.BOOL, description="Its record alone; files stay."),
        ],
    )
    def destroy(self, request: Request, pk: UUID, name: str) -> Response:
        """Remove it; the present state stays. A layer is merged into the file below it, running or off."""
        options = {word: self._flag(word) for word in ("children", "metadata_only")}
        name = self._name(pk, name)
        if wants_plan(request):
            return Response(services.plan_remove(pk, name, by=self.actor, **options))
        return accepted(services.remove(pk, name, by=self.actor, **options))

    @extend_schema(request=RevertBodySerializer, responses=_ANSWERS, parameters=[_PLAN])
    def revert(self, request: Request, pk: UUID, name: str) -> Response:
        """Back to how it was. What was not taken since is lost: the plan says what."""
        body = self.body(RevertBodySerializer)
        name = self._name(pk, name)
        if wants_plan(request):
            return Response(services.plan_revert(pk, name, by=self.actor, **body))
        return accepted(services.revert(pk, name, by=self.actor, **body))

    def _name(self, pk: UUID, given: str) -> str:
        """A snapshot's name, where its id was given."""
        try:
            id = UUID(given)
        except ValueError:
            return given
        return self.get_queryset().filter(pk=id).values_list("name", flat=True).first() or given

    def _flag(self, word: str) -> bool:
        said = self.request.query_params.get(word, "").lower()
        if said not in {"", "0", "1", "true", "false"}:
            raise ValidationError({word: ["This must be true or false."]})
        return said in {"1", "true"}
