"""Routes of pools and volumes."""

from rest_framework.routers import SimpleRouter

from storage.api.pools import PoolViewSet
from storage.api.shared_pools import SharedPoolViewSet
from storage.api.volumes import VolumeViewSet

router = SimpleRouter(use_regex_path=False)
router.register("pools", PoolViewSet, basename="pool")
router.register("shared-pools", SharedPoolViewSet, basename="shared-pool")
router.register("volumes", VolumeViewSet, basename="volume")
urlpatterns = router.urls
