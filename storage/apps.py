"""The app of pools and volumes."""

from django.apps import AppConfig


class StorageConfig(AppConfig):
    name = "storage"
