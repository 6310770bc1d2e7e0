"""Of `/domains/`: clones, a new name, and deletion."""

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.views import ObjectViewSet
from domains.api.copies_shapes import CloneBodySerializer, RenameBodySerializer, UndefineBodySerializer
from domains.copies import renaming
from domains.copies import services as copies
from domains.deletion import services as deletion
from jobs.api.shapes import PlanSerializer
from jobs.api.views import ACCEPTED, accepted, wants_plan

PLAN = OpenApiParameter("plan", OpenApiTypes.BOOL, description="Say what it would meet, and do nothing.")
ANSWERS = {202: ACCEPTED, 200: OpenApiResponse(PlanSerializer, description="With `plan=1`.")}
_VOLUMES = OpenApiParameter(
    "volumes",
    OpenApiTypes.STR,
    description="Disks to delete with it: `true` (all its own), or targets with commas between; else none.",
)
_PERMANENT = OpenApiParameter("permanent", OpenApiTypes.BOOL, description="For good, past the recycle bin.")


class CopyingDomains(ObjectViewSet):
    """The part of the domains' view that makes copies and takes domains away."""

    @extend_schema(request=CloneBodySerializer, responses=ANSWERS, parameters=[PLAN])
    @action(detail=True, methods=["post"])
    def clone(self, request: Request, pk: UUID) -> Response:
        """Make another domain of one that is off: with copies of its disks, or with layers over them (`linked`)."""
        body = self.body(CloneBodySerializer)
        asked = {
            "name": body["name"],
            "linked": body["linked"],
            "host_id": body.get("host"),
            "pool_id": body.get("pool"),
        }
        if wants_plan(request):
            return Response(copies.plan(pk, by=self.actor, **asked))
        return accepted(copies.request(pk, by=self.actor, **asked))

    @extend_schema(request=RenameBodySerializer, responses=ANSWERS, parameters=[PLAN])
    @action(detail=True, methods=["post"])
    def rename(self, request: Request, pk: UUID) -> Response:
        """Give a domain that is off another name."""
        name = self.body(RenameBodySerializer)["name"]
        if wants_plan(request):
            return Response(renaming.plan(pk, name, by=self.actor))
        return accepted(renaming.request(pk, name, by=self.actor))

    @extend_schema(request=UndefineBodySerializer, responses=ANSWERS, parameters=[PLAN])
    @action(detail=True, methods=["post"])
    def undefine(self, request: Request, pk: UUID) -> Response:
        """Delete it: into the recycle bin with the disks that go with it, or for good (`permanent`)."""
        return self._delete(request, pk, self.body(UndefineBodySerializer))

    @extend_schema(responses=ANSWERS, parameters=[PLAN, _VOLUMES, _PERMANENT])
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Delete it, as `undefine` does."""
        volumes = request.query_params.getlist("volumes")
        words = [word for given in volumes for word in given.split(",") if word]
        if len(words) == 1 and words[0].lower() in {"true", "false", "1", "0"}:
            chosen: bool | list[str] = words[0].lower() in {"true", "1"}
        else:
            chosen = words or False
        return self._delete(request, pk, {"volumes": chosen, "permanent": _flag(request, "permanent")})

    def _delete(self, request: Request, pk: UUID, asked: dict[str, Any]) -> Response:
        if wants_plan(request):
            return Response(deletion.plan(pk, by=self.actor, **asked))
        return accepted(deletion.request(pk, by=self.actor, **asked))


def _flag(request: Request, name: str) -> bool:
    said = request.query_params.get(name, "").lower()
    if said not in {"", "0", "1", "true", "false"}:
        raise ValidationError({name: ["This must be true or false."]})
    return said in {"1", "true"}
