"""Routes of pools and volumes."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from storage.api.content import FetchViewSet, UploadContentViewSet, VolumeContentViewSet
from storage.api.images import ImageViewSet
from storage.api.own_volumes import OwnVolumesViewSet
from storage.api.pools import PoolViewSet
from storage.api.shared_pools import SharedPoolViewSet
from storage.api.uploads import UploadViewSet
from storage.api.volumes import VolumeViewSet

router = SimpleRouter(use_regex_path=False)
router.register("pools", PoolViewSet, basename="pool")
router.register("shared-pools", SharedPoolViewSet, basename="shared-pool")
router.register("volumes", VolumeViewSet, basename="volume")
router.register("uploads", UploadViewSet, basename="upload")
router.register("images", ImageViewSet, basename="image")
urlpatterns = [
    *router.urls,
    path("uploads/<uuid:pk>/content/", UploadContentViewSet.as_view({"head": "offset", "patch": "send"})),
    path(
        "volumes/<uuid:pk>/content/",
        VolumeContentViewSet.as_view({"get": "read", "head": "read", "put": "write"}),
    ),
    path("me/volumes/", OwnVolumesViewSet.as_view({"get": "list"})),
    path("pools/<uuid:pk>/fetch/", FetchViewSet.as_view({"post": "fetch"})),
]
