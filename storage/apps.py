"""The app of pools and volumes."""

from django.apps import AppConfig


class StorageConfig(AppConfig):
    name = "storage"

    def ready(self) -> None:
        from storage.pools import carry as pools

        pools.register_kinds()
