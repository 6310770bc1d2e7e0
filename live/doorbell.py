"""Redis, as everything here reaches it: to be told soon, never to keep a truth."""

import threading

import redis
import redis.asyncio
from django.conf import settings

_clients = threading.local()


def client() -> "redis.Redis":
    """This thread's client. Calls fail fast where Redis is away: whoever rings decides what that means."""
    made: redis.Redis | None = getattr(_clients, "client", None)
    if made is None:
        made = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=3, socket_timeout=20)
        _clients.client = made
    return made


def async_client() -> "redis.asyncio.Redis":
    """A client for one event loop; the caller closes it."""
    return redis.asyncio.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=3, socket_timeout=20)
