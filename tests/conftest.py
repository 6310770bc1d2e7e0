"""What tests of every ring may ask for."""

import os
from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.own_home import HOME
from tests.private_redis import PrivateRedis


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Tests that empty their tables may empty the audit log too; those of its triggers set them again."""
    from django.db import connection

    from access import triggers

    with django_db_blocker.unblock():
        triggers.remove(connection)


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
