"""Routes of domains."""

from rest_framework.routers import SimpleRouter

from domains.api.views import DomainViewSet

router = SimpleRouter(use_regex_path=False)
router.register("domains", DomainViewSet, basename="domain")
urlpatterns = router.urls
