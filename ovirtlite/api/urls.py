"""Routes of the API: every app brings its own, this is the one list of them."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from ovirtlite.api.problems import not_found
from ovirtlite.api.schema_views import DocsView, SchemaView

v1: list[URLPattern | URLResolver] = [
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(url_name="schema"), name="docs"),
    path("", include("access.api.urls")),
    path("", include("live.api.urls")),
    path("", include("jobs.api.urls")),
    path("", include("hosts.api.urls")),
    path("", include("storage.api.urls")),
    path("", include("networks.api.urls")),
    path("", include("domains.api.urls")),
]

urlpatterns = [
    path("v1/", include(v1)),
    re_path("", not_found),
]
