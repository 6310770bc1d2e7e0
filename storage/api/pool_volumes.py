"""Of `/pools/`: the volumes in one."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.paging import LimitOffset
from access.api.views import ObjectViewSet
from access.errors import NotThere
from storage.api.volume_shapes import PoolVolumeBodySerializer, VolumeSerializer
from storage.api.volumes import ANSWERS_OF_CHANGES, PLAN, VolumeViewSet, create_in
from storage.models import Volume


class VolumesOfPools(ObjectViewSet):
    """The part of the pools' view that is about what is in them."""

    @extend_schema(responses=VolumeSerializer(many=True), filters=False)
    @action(detail=True, filter_backends=[])
    def volumes(self, request: Request, pk: UUID) -> Response:
        """The pool's volumes, by name."""
        if not self.get_queryset().filter(pk=pk).exists():
            raise NotThere
        rows = Volume.objects.filter(pool_id=pk).order_by("name", "pk").values(*VolumeViewSet.columns)
        pages = LimitOffset()
        page = pages.paginate_queryset(rows, request)  # not as this view reads its own rows
        return pages.get_paginated_response(VolumeViewSet(request=request).present_all(page))

    @extend_schema(request=PoolVolumeBodySerializer, responses=ANSWERS_OF_CHANGES, parameters=[PLAN])
    @volumes.mapping.post
    def make_volume(self, request: Request, pk: UUID) -> Response:
        """Make a new, empty volume in it."""
        return create_in(request, pk, self.body(PoolVolumeBodySerializer), self.actor)
