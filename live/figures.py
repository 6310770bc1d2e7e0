"""The latest statistics, which nodewatch leaves in Redis for some seconds."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import redis

from live.doorbell import client


def latest(kind: str, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """The last figures of these hosts or domains, in one round trip; without those that have none now.

    Redis being away is no error of a page: then there are no figures.
    """
    if not ids:
        return {}
    try:
        found = client().mget([f"stats:{kind}:{id}" for id in ids])
    except redis.RedisError:
        return {}
    return {id: json.loads(figures) for id, figures in zip(ids, found, strict=True) if figures}
