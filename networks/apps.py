"""The app of networks."""

from django.apps import AppConfig


class NetworksConfig(AppConfig):
    name = "networks"

    def ready(self) -> None:
        from networks import carry, cluster_networks

        carry.register_kinds()
        cluster_networks.register_kinds()
