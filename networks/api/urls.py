"""Routes of networks."""

from rest_framework.routers import SimpleRouter

from networks.api.cluster_networks import ClusterNetworkViewSet
from networks.api.filters import NetworkFilterViewSet
from networks.api.views import NetworkViewSet

router = SimpleRouter(use_regex_path=False)
router.register("networks", NetworkViewSet, basename="network")
router.register("cluster-networks", ClusterNetworkViewSet, basename="cluster-network")
router.register("network-filters", NetworkFilterViewSet, basename="network-filter")
urlpatterns = router.urls
