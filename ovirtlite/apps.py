"""The composition as a Django app: its management commands, and the Celery app for whoever enqueues."""

from importlib import import_module

from django.apps import AppConfig


class OvirtliteConfig(AppConfig):
    name = "ovirtlite"
    label = "ovirtlite"

    def ready(self) -> None:
        """Shared tasks go to the Celery app that was made last: everywhere it must be ours."""
        import_module("ovirtlite.celery")
