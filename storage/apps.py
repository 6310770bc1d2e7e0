"""The app of pools and volumes."""

from django.apps import AppConfig


class StorageConfig(AppConfig):
    name = "storage"

    def ready(self) -> None:
        from storage import owners
        from storage.content import users as content_users
        from storage.fetching import carry as fetching
        from storage.library import carry as library
        from storage.pools import carry as pools
        from storage.uploads import carry as uploads
        from storage.volumes import carry_changing, carry_making, carry_replacing

        owners.register()
        pools.register_kinds()
        carry_making.register_kinds()
        carry_changing.register_kinds()
        carry_replacing.register_kinds()
        uploads.register_kinds()
        fetching.register_kinds()
        library.register_kinds()
        content_users.register_users()
