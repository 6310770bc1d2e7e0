"""The app of domains."""

from django.apps import AppConfig


class DomainsConfig(AppConfig):
    name = "domains"

    def ready(self) -> None:
        from domains import tasks

        tasks.register_kinds()
