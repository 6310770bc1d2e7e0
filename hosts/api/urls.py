"""Routes of hosts and clusters."""

from rest_framework.routers import SimpleRouter

from hosts.api.clusters import ClusterViewSet
from hosts.api.views import HostViewSet

router = SimpleRouter(use_regex_path=False)
router.register("hosts", HostViewSet, basename="host")
router.register("clusters", ClusterViewSet, basename="cluster")
urlpatterns = router.urls
