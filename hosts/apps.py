"""The app of hosts and clusters."""

from django.apps import AppConfig


class HostsConfig(AppConfig):
    name = "hosts"

    def ready(self) -> None:
        from hosts import tasks

        tasks.register_kinds()
