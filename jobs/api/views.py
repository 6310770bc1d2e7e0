"""`/jobs/`, and the answer of every action: 202 with its job."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.serializers import NothingSerializer
from access.api.views import ObjectViewSet, Row
from jobs import services
from jobs.api.present import COLUMNS, present, present_job
from jobs.api.shapes import JobSerializer
from jobs.models import Job, JobState

ACCEPTED = OpenApiResponse(
    JobSerializer, description="Accepted; follow the job, its address is in `Location`."
)


def accepted(job: Job) -> Response:
    """202 with the job and where to follow it."""
    return Response(present_job(job), status=202, headers={"Location": f"/api/v1/jobs/{job.pk}/"})


def wants_plan(request: Request) -> bool:
    """Whether `?plan=1` asks what a change would meet, with nothing done. Raises ValidationError for other words."""
    said = request.query_params.get("plan", "")
    if said.lower() not in {"", "0", "1", "true", "false"}:
        raise ValidationError({"plan": ["This must be 1 or 0."]})
    return said.lower() in {"1", "true"}


class JobFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=JobState.choices)
    kind = django_filters.CharFilter()
    object = django_filters.UUIDFilter(field_name="object_id")
    host = django_filters.UUIDFilter(field_name="host_id")
    parent = django_filters.CharFilter(
        method="by_parent", help_text="A parent's id; `none` for jobs without one."
    )

    def by_parent(self, jobs: "QuerySet[Job]", name: str, wanted: str) -> "QuerySet[Job]":
        if wanted == "none":
            return jobs.filter(parent=None)
        try:
            return jobs.filter(parent_id=UUID(wanted))
        except ValueError:
            raise ValidationError({"parent": ["This must be the id of a job, or none."]}) from None

    class Meta:
        model = Job
        fields: ClassVar[list[str]] = []


class JobViewSet(ObjectViewSet):
    """What is being done and was done, newest first."""

    kind = "job"
    model = Job
    columns = COLUMNS
    serializer_class = JobSerializer
    filterset_class = JobFilter
    search_fields = ("object_name", "kind", "host_name", "requested_by_name")
    ordering_fields: ClassVar[dict[str, str]] = {
        name: name for name in ("created_at", "finished_at", "kind", "state")
    } | {"object": "object_name"}
    ordering = "-created_at"

    def reading(self) -> None:
        """Whoever asked for something new follows that, whatever else they may."""

    def get_queryset(self) -> "QuerySet[Job]":
        return Job.objects.permitted(self.actor, "job.read")

    def present(self, row: Row, context: Any) -> dict[str, Any]:
        return present(row)

    def context(self, rows: Sequence[Row]) -> None:
        return None

    @extend_schema(request=NothingSerializer, responses={202: ACCEPTED})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: UUID) -> Response:
        """Cancel it: at once while it is queued, else as soon as the node can stop. 409 where it cannot."""
        self.body(NothingSerializer)
        return accepted(services.cancel(pk, by=self.actor))
