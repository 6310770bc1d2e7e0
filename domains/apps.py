"""The app of domains."""

from django.apps import AppConfig


class DomainsConfig(AppConfig):
    name = "domains"

    def ready(self) -> None:
        from domains import bulk, on_host, tags, tasks, volume_users
        from domains.backups import carry as backups
        from domains.backups import keeping, restored, users
        from domains.by_hand import carry as by_hand
        from domains.copies import carry as copies
        from domains.copies import renaming
        from domains.creation import carry as creation
        from domains.deletion import carry as deletion
        from domains.editing import carry as editing
        from domains.exchange import carry as exchange
        from domains.guest import carry as guest
        from domains.moving import carry as moving
        from domains.network_users import NetworkUsers
        from domains.quotas import volumes as quotas
        from domains.schedules import runs
        from domains.snapshots import carry as snapshots
        from domains.templates import carry as templates
        from networks import users as network_users
        from storage.users import register_bulk

        on_host.register()
        tags.register()
        network_users.register(NetworkUsers())
        tasks.register_kinds()
        volume_users.register()
        quotas.register()
        backups.register_kinds()
        keeping.register_kinds()
        restored.register_kinds()
        bulk.register_kinds()
        by_hand.register_kinds()
        copies.register_kinds()
        renaming.register_kinds()
        creation.register_kinds()
        deletion.register_kinds()
        templates.register_kinds()
        editing.register_kinds()
        exchange.register_kinds()
        guest.register_kinds()
        moving.register_kinds()
        runs.register_kinds()
        snapshots.register_kinds()
        register_bulk(users.standing_on)
