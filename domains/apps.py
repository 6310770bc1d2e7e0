"""The app of domains."""

from django.apps import AppConfig


class DomainsConfig(AppConfig):
    name = "domains"

    def ready(self) -> None:
        from domains import bulk, tasks
        from domains.by_hand import carry as by_hand
        from domains.copies import carry as copies
        from domains.copies import renaming
        from domains.creation import carry as creation
        from domains.deletion import carry as deletion
        from domains.editing import carry as editing
        from domains.exchange import carry as exchange
        from domains.guest import carry as guest
        from domains.snapshots import carry as snapshots
        from domains.templates import carry as templates

        tasks.register_kinds()
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
        snapshots.register_kinds()
