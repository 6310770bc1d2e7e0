"""What a worker process does beside its tasks: say that it lives, and keep the leases of its jobs."""

import logging
import os
import secrets
import socket
import threading
from typing import Any

from celery.signals import worker_ready, worker_shutdown
from django.db import DatabaseError, close_old_connections
from django.db.models.functions import Now

from jobs import claims
from jobs.carrying import held
from jobs.models import Process

logger = logging.getLogger(__name__)
BEAT_SECONDS = 4.0
_word = secrets.token_hex(3)
_stop = threading.Event()


def name() -> str:
    """This process, unlike any other of any machine."""
    return f"{socket.gethostname()}:{os.getpid()}:{_word}"


def alive(role: Process.Role) -> None:
    """Say that this process lives."""
    Process.objects.update_or_create(
        name=name(),
        defaults={"role": role, "seen_at": Now()},
        create_defaults={"role": role, "seen_at": Now()},
    )


def gone() -> None:
    """Say that this process ends in order."""
    Process.objects.filter(name=name()).delete()


def _keep() -> None:
    while True:
        try:
            claims.renew(held())
            alive(Process.Role.WORKER)
        except DatabaseError as error:
            logger.warning("heartbeat failed: %s", error)
        finally:
            close_old_connections()
        if _stop.wait(BEAT_SECONDS):
            return


@worker_ready.connect
def _begin(**_: Any) -> None:
    threading.Thread(target=_keep, name="heartbeat", daemon=True).start()


@worker_shutdown.connect
def _end(**_: Any) -> None:
    _stop.set()
    gone()
