"""What nodewatch last read of the insides of running domains: in Redis, for it is gone with the guest's run."""

import json
from dataclasses import asdict
from typing import Any
from uuid import UUID

import redis

from hypervisor.guests import GuestSeen
from live.doorbell import client

KEPT_SECONDS = 200  # three times as long as until the next reading


def keep(uuid: UUID, seen: GuestSeen, at: float) -> None:
    """Only nodewatch calls this. Raises RedisError."""
    client().set(_key(uuid), json.dumps({"at": at, **asdict(seen)}), ex=KEPT_SECONDS)


def forget(uuid: UUID) -> None:
    """Only nodewatch calls this. Raises RedisError."""
    client().delete(_key(uuid))


def known(uuid: UUID) -> dict[str, Any] | None:
    """The last reading; None when there is none. Redis being away is no error of a page."""
    try:
        packed = client().get(_key(uuid))
    except redis.RedisError:
        return None
    found: dict[str, Any] | None = json.loads(packed) if packed else None
    return found


def _key(uuid: UUID) -> str:
    return f"guest:{uuid}"
