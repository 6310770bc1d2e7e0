"""The Celery app: `celery -A ovirtlite.celery worker`. What its processes do beside tasks is in jobs.worker."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ovirtlite.settings")

app = Celery("ovirtlite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["ovirtlite", "jobs"])
