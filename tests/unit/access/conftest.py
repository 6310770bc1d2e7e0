"""People whom most tests of access know."""

import pytest
from rest_framework.test import APIClient

from access.actor import Actor
from access.models import User
from tests.unit.access.people import client_of, person


@pytest.fixture
def admin(db: None) -> User:
    return person("ada", "administrator")


@pytest.fixture
def by_admin(admin: User) -> Actor:
    return Actor(user=admin, address="192.0.2.1")


@pytest.fixture
def client(admin: User) -> APIClient:
    """Signed in as an administrator."""
    return client_of(admin)
