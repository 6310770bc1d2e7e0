"""Routes of networks."""

from rest_framework.routers import SimpleRouter

from networks.api.views import NetworkViewSet

router = SimpleRouter(use_regex_path=False)
router.register("networks", NetworkViewSet, basename="network")
urlpatterns = router.urls
