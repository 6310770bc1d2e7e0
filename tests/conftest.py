"""What tests of every ring may ask for."""

import os
from collections.abc import Iterator

import pytest

from tests.own_home import HOME
from tests.private_redis import PrivateRedis


@pytest.fixture(scope="session")
def redis_server() -> Iterator[PrivateRedis]:
    """A real Redis where the settings look for it: on the socket under this HOME."""
    server = PrivateRedis(os.path.join(HOME, "run"))
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def doorbell(redis_server: PrivateRedis) -> PrivateRedis:
    """The same, emptied."""
    redis_server.client().flushall()
    return redis_server
