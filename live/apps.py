"""The app of notices and events."""

from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "live"
