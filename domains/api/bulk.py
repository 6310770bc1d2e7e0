"""Of `/domains/`: the same for many at once."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.serializers import NothingSerializer, StrictSerializer
from access.api.views import ObjectViewSet
from domains import bulk
from domains.api.copies_shapes import UndefineBodySerializer
from domains.api.definitions_shapes import ChangeSerializer
from domains.api.shapes import MigrateBodySerializer, ShutdownBodySerializer
from jobs.api.present import present_job
from jobs.api.shapes import CheckSerializer, JobSerializer, PlanSerializer
from jobs.api.views import wants_plan

PLAN = OpenApiParameter(
    "plan", OpenApiTypes.BOOL, description="Say what it would meet, domain by domain, and do nothing."
)
_OPTIONS: dict[str, type[StrictSerializer]] = {
    "shutdown": ShutdownBodySerializer,
    "migrate": MigrateBodySerializer,
    "undefine": UndefineBodySerializer,
}


class BulkBodySerializer(StrictSerializer):
    action = serializers.ChoiceField(choices=sorted(bulk.ACTIONS))
    ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=1000)
    options = serializers.DictField(
        required=False, help_text="What the action on one domain takes in its body; the same for all."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        shape = _OPTIONS.get(attrs["action"], NothingSerializer)
        reader = shape(data=attrs.get("options", {}))
        if not reader.is_valid():
            raise serializers.ValidationError({"options": reader.errors})
        attrs["options"] = {
            name: str(value) if name == "host" else value for name, value in reader.validated_data.items()
        }
        return attrs


class BulkRefusedSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField(allow_blank=True)
    code = serializers.CharField(allow_blank=True)
    detail = serializers.CharField(allow_blank=True)


class BulkOutcomeSerializer(serializers.Serializer[Any]):
    """The parent job, null where all were refused. Its children: `GET /jobs/?parent=`."""

    job = JobSerializer(allow_null=True)
    refused = BulkRefusedSerializer(many=True)


class BulkPlannedSerializer(BulkRefusedSerializer):
    """One domain's part of the plan; `code` and `detail` say why not."""

    allowed = serializers.BooleanField()
    checks = CheckSerializer(many=True)
    changes = ChangeSerializer(many=True)


class BulkPlanSerializer(PlanSerializer):
    """What a wish about many would meet. Allowed where at least one domain can."""

    domains = BulkPlannedSerializer(many=True)


class BulkDomains(ObjectViewSet):
    """The part of the domains' view that acts on many."""

    @extend_schema(
        request=BulkBodySerializer,
        responses={
            202: BulkOutcomeSerializer,
            200: OpenApiResponse(BulkPlanSerializer, description="With `plan=1`."),
        },
        parameters=[PLAN],
    )
    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        """The same for many domains, as one job with a child a domain; one that is refused keeps no other back.

        A few run at once on each host. Cancelling the job begins no further one.
        """
        body = self.body(BulkBodySerializer)
        wish = (body["action"], body["ids"])
        if wants_plan(request):
            return Response(bulk.plan(*wish, by=self.actor, options=body["options"]))
        job, refused = bulk.request(*wish, by=self.actor, options=body["options"])
        return Response(
            {"job": present_job(job) if job is not None else None, "refused": refused},
            status=202,
            headers={"Location": f"/api/v1/jobs/{job.pk}/"} if job is not None else None,
        )
