"""Sharing the hosts among the nodewatch processes, by leases in the database.

Each process keeps at most its fair share; a share that nobody renews is taken by the others. `epoch` grows with each
taking, and what a process writes of a host is dropped when the host has another epoch by then.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from django.db.models import F, Q
from django.db.models.functions import Now

from access.secrets import sameness
from hosts.models import Host
from jobs.models import Process

T = TypeVar("T")
LEASE = timedelta(seconds=9)
ALIVE = timedelta(seconds=9)


@dataclass(frozen=True, slots=True)
class Lease:
    """One host of ours. It is watched anew when any of this differs."""

    host_id: UUID
    epoch: int
    uri: str
    credentials: str


def share(me: str) -> list[Lease]:
    """Renew ours, take what nobody renews, give back what is more than our share; returns what we have now."""
    ours = Host.objects.filter(watcher=me, enrolled=True)
    ours.update(watched_until=Now() + LEASE)
    watchable = Host.objects.filter(enrolled=True)
    processes = max(1, Process.objects.filter(role=Process.Role.NODEWATCH, seen_at__gt=Now() - ALIVE).count())
    fair = math.ceil(watchable.count() / processes)
    surplus = ours.count() - fair
    if surplus > 0:
        _give_back(me, list(ours.order_by("pk").values_list("pk", flat=True)[:surplus]))
    elif surplus < 0:
        free = watchable.filter(Q(watched_until=None) | Q(watched_until__lt=Now())).values_list(
            "pk", flat=True
        )
        for pk in list(free[:-surplus]):
            Host.objects.filter(Q(watched_until=None) | Q(watched_until__lt=Now()), pk=pk).update(
                watcher=me, watched_until=Now() + LEASE, epoch=F("epoch") + 1
            )
    rows = ours.values_list("pk", "epoch", "uri", "credentials")
    # The same credentials under another key are no reason to hang up.
    return [Lease(pk, epoch, uri, sameness(sealed)) for pk, epoch, uri, sealed in rows]


def release(me: str) -> None:
    """Give everything back, so that others need not wait for the leases to run out."""
    Host.objects.filter(watcher=me).update(watcher="", watched_until=None)


def _give_back(me: str, hosts: list[UUID]) -> None:
    Host.objects.filter(watcher=me, pk__in=hosts).update(watcher="", watched_until=None)


def fenced(lease: Lease, work: Callable[[], T]) -> Callable[[], T | None]:
    """`work`, unless another process took the host meanwhile: then None."""

    def guarded() -> T | None:
        if not Host.objects.filter(pk=lease.host_id, epoch=lease.epoch).exists():
            return None
        return work()

    return guarded
