"""The one world of a file: built once, and undone at its end."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.private_redis import PrivateRedis
from tests.unit.permissions.world import World, build


@pytest.fixture(scope="module")
def database(django_db_setup: None, django_db_blocker: Any, redis_server: PrivateRedis) -> Iterator[None]:
    """One transaction around all tests of a file. Each of them undoes its own part by a savepoint."""
    redis_server.client().flushall()
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def world(database: None) -> World:
    return build()
