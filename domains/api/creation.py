"""`POST /domains/`, and what a wizard may offer."""

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.filters import refuse_unknown
from access.api.views import ObjectViewSet
from domains.api.creation_shapes import CreateBodySerializer, CreationOptionsSerializer
from domains.creation import options, services
from jobs.api.shapes import PlanSerializer
from jobs.api.views import ACCEPTED, accepted, wants_plan


class CreatingDomains(ObjectViewSet):
    """The part of `/domains/` that makes them."""

    @extend_schema(
        request=CreateBodySerializer,
        responses={202: ACCEPTED, 200: OpenApiResponse(PlanSerializer, description="With `plan=1`.")},
        parameters=[
            OpenApiParameter("plan", OpenApiTypes.BOOL, description="Say what it would meet, and do nothing.")
        ],
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Make a domain, or several: from an ISO, a disk, a cloud image, a template, the network, a kernel or XML.

        Only a name and a host (or cluster) are needed. The job's object is the new domain; with `count` it is one job
        whose children make one domain each.
        """
        body = self.body(CreateBodySerializer)
        if wants_plan(request):
            return Response(services.plan(body, by=self.actor))
        return accepted(services.request(body, by=self.actor))

    @extend_schema(
        responses=CreationOptionsSerializer,
        parameters=[
            OpenApiParameter("host", OpenApiTypes.UUID, description="Either this or a template."),
            OpenApiParameter("template", OpenApiTypes.UUID, description="Then its host is the place."),
        ],
        filters=False,
    )
    @action(detail=False, url_path="creation-options", pagination_class=None)
    def creation_options(self, request: Request) -> Response:
        """What can be chosen for a new domain on a host, as it was last recorded."""
        refuse_unknown(request, {"host", "template"})
        kind, offered = (
            ("template", options.offered_for)
            if "template" in request.query_params
            else ("host", options.offered)
        )
        if kind == "template" and "host" in request.query_params:
            raise ValidationError({"host": ["Name a host or a template, and not both."]})
        try:
            id = UUID(request.query_params.get(kind, ""))
        except ValueError:
            raise ValidationError({kind: [f"This must be the id of a {kind}."]}) from None
        return Response(offered(id, by=self.actor))
