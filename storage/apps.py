"""The app of pools and volumes."""

from django.apps import AppConfig


class StorageConfig(AppConfig):
    name = "storage"

    def ready(self) -> None:
        from storage.pools import carry as pools
        from storage.volumes import carry_changing, carry_making, carry_replacing

        pools.register_kinds()
        carry_making.register_kinds()
        carry_changing.register_kinds()
        carry_replacing.register_kinds()
