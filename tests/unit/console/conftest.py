"""Redis for tickets."""

import pytest
import redis

from tests.private_redis import PrivateRedis


@pytest.fixture
def store(doorbell: PrivateRedis) -> "redis.Redis":
    """A real server: tickets stand on what it promises, not on what a stand-in would do."""
    return doorbell.client()
