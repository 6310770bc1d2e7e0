"""The administrator whom tests of the API sign in as."""

import pytest
from rest_framework.test import APIClient

from access.models import User
from tests.unit.access.people import client_of, person


@pytest.fixture
def admin(db: None) -> User:
    return person("ada", "administrator")


@pytest.fixture
def client(admin: User) -> APIClient:
    """Signed in as an administrator."""
    return client_of(admin)
