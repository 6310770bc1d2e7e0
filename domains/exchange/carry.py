"""The kinds of jobs of exchange, and what a worker does about it when it starts."""

import logging
from pathlib import Path
from typing import Any

from celery.signals import worker_ready
from django.conf import settings

from domains.creation import carry as creation
from domains.exchange import exporting, importing, inspecting
from domains.exchange.kinds import EXPORT, IMPORT, INSPECT
from domains.quotas.holding import release
from hypervisor.images.scratch import clean
from jobs.kinds import JobKind, register
from storage import owners

logger = logging.getLogger(__name__)
_LONGEST_SECONDS = 24 * 3600


def register_kinds() -> None:
    for name, run, recover in (
        (EXPORT, exporting.export, exporting.recover),
        (IMPORT, importing.bring_in, creation.recover),
    ):
        register(
            JobKind(
                name,
                run,
                recover,
                queue="long",
                deadline_seconds=_LONGEST_SECONDS,
                cancellable=True,
                ended=release if name == IMPORT else owners.ended,
                makes=name == IMPORT,
            )
        )
    register(JobKind(INSPECT, inspecting.inspect, inspecting.recover, queue="long", deadline_seconds=600))


@worker_ready.connect
def _tidy(**_: Any) -> None:
    """What jobs of a worker left that died with them. Those of workers beside this one hold their locks."""
    removed = clean(Path(settings.SCRATCH_DIR))
    if removed:
        logger.warning("removed %s scratch folders that a worker left", removed)
