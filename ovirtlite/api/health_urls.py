"""Routes of health and metrics, at the root."""

from django.urls import path

from ovirtlite.api import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
