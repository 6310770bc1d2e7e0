"""The app of jobs."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jobs"
