"""Routes of domains."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from domains.api.views import DomainViewSet

router = SimpleRouter(use_regex_path=False)
router.register("domains", DomainViewSet, basename="domain")
urlpatterns = [
    path(
        "domains/<uuid:pk>/console.vv",
        DomainViewSet.as_view({"get": "console_vv"}, detail=True, basename="domain"),
        name="domain-console-vv",
    ),
    *router.urls,
]
