"""Every address: health and metrics, the API, and the dashboard for all the rest."""

from django.urls import include, path, re_path

from ovirtlite.dashboard import page

urlpatterns = [
    path("", include("ovirtlite.api.health_urls")),
    path("api/", include("ovirtlite.api.urls")),
    path("auth/", include("access.identities.urls")),
    re_path(r"^(?!api/|auth/|static/|ws/|console/).*$", page),
]

handler400 = "ovirtlite.api.problems.bad_request"
handler403 = "ovirtlite.api.problems.forbidden"
handler404 = "ovirtlite.api.problems.not_found"
handler500 = "ovirtlite.api.problems.server_error"
