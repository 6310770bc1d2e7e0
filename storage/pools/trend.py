"""How full pools were: a sample about once an hour, kept for three months."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from hosts.models import ANSWERS
from storage.models import Pool, PoolSample

KEEP_DAYS = 90
_MOST_POINTS = 400
_A_DAY_SECONDS = 86400.0
_LEAST = timedelta(hours=6)  # a shorter time says nothing of the days to come


def sample() -> int:
    """Note how full each running pool is, and forget what is old."""
    now = timezone.now()
    pools = Pool.objects.filter(state="running", host__state__in=ANSWERS, capacity_bytes__gt=0)
    rows = [
        PoolSample(pool_id=pk, at=now, capacity_bytes=capacity, available_bytes=available)
        for pk, capacity, available in pools.values_list("pk", "capacity_bytes", "available_bytes")
    ]
    PoolSample.objects.bulk_create(rows, batch_size=500)
    PoolSample.objects.filter(at__lt=now - timedelta(days=KEEP_DAYS)).delete()
    return len(rows)


def trend(pool_id: UUID, days: int) -> dict[str, Any]:
    """The samples of the last days, thinned out, with how fast it fills and when it would be full."""
    since = timezone.now() - timedelta(days=days)
    rows: list[dict[str, Any]] = [
        {"at": at, "capacity_bytes": capacity, "available_bytes": available}
        for at, capacity, available in PoolSample.objects.filter(pool_id=pool_id, at__gte=since).values_list(
            "at", "capacity_bytes", "available_bytes"
        )
    ]
    growth = _growth(rows)
    return {
        "samples": _thinned(rows),
        "growth_bytes_a_day": growth,
        "full_at": _full_at(rows[-1], growth) if rows and growth and growth > 0 else None,
    }


def _growth(rows: Sequence[dict[str, Any]]) -> int | None:
    """The slope of the straight line that fits what was used best; None for too short a time."""
    if len(rows) < 2 or rows[-1]["at"] - rows[0]["at"] < _LEAST:
        return None
    days = [(row["at"] - rows[0]["at"]).total_seconds() / _A_DAY_SECONDS for row in rows]
    used = [row["capacity_bytes"] - row["available_bytes"] for row in rows]
    mean_day, mean_used = sum(days) / len(days), sum(used) / len(used)
    spread = sum((day - mean_day) ** 2 for day in days)
    if not spread:
        return None
    together = sum((day - mean_day) * (one - mean_used) for day, one in zip(days, used, strict=True))
    return int(together / spread)


def _full_at(last: dict[str, Any], growth: int) -> Any:
    days = last["available_bytes"] / growth
    return last["at"] + timedelta(days=days) if days < 10 * 365 else None


def _thinned(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    step = max(1, -(-len(rows) // _MOST_POINTS))
    kept = list(rows[::-1][::step])
    return kept[::-1]
