"""The app of networks."""

from django.apps import AppConfig


class NetworksConfig(AppConfig):
    name = "networks"
