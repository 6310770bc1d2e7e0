"""`/domains/{id}/disks/{target}/move/`: a disk into another pool, while its guest goes on."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from access.api.views import Endpoint
from domains.api.backups_shapes import MoveDiskBodySerializer
from domains.api.copies import ANSWERS, PLAN
from domains.moving import services
from jobs.api.views import accepted, wants_plan


class MoveDiskViewSet(Endpoint, ViewSet):
    """Moving one disk."""

    kind = "domain"
    extra_parameters = ("plan",)

    @extend_schema(request=MoveDiskBodySerializer, responses=ANSWERS, parameters=[PLAN])
    def move_disk(self, request: Request, pk: UUID, target: str, **_: Any) -> Response:
        """Copy it into a new volume and use that from then on. A layer comes out whole, without what it stood on."""
        body = self.body(MoveDiskBodySerializer)
        asked = {
            "pool_id": body["pool"],
            "format": body["format"] or "",
            "delete_source": body["delete_source"],
        }
        if wants_plan(request):
            return Response(services.plan(pk, target, by=self.actor, **asked))
        return accepted(services.request(pk, target, by=self.actor, **asked))
