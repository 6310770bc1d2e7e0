"""The composition as a Django app, for its management commands."""

from django.apps import AppConfig


class OvirtliteConfig(AppConfig):
    name = "ovirtlite"
    label = "ovirtlite"
