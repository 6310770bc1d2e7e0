"""A log in a HOME of its own, with the keys of its own."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection, transaction
from pytest_django import Settings
from rest_framework.test import APIClient

from access import audit, chain, triggers
from access.actor import Actor
from access.models import User
from tests.unit.access.people import client_of, person

BY = Actor(address="192.0.2.7")


def write(many: int, action: str = "user.edit") -> None:
    """So many entries, sealed."""
    for number in range(many):
        audit.record(BY, action, "user", None, f"person {number}")
    chain.seal_all()


@pytest.fixture
def home(tmp_path: Path, settings: Settings) -> Path:
    settings.HOME = replace(settings.HOME, path=tmp_path)
    settings.KEYS_FILE = tmp_path / "keys"
    return tmp_path


@pytest.fixture
def guarded(db: None) -> Iterator[None]:
    """With the triggers that every installation has."""
    triggers.install(connection)
    yield
    with transaction.atomic():
        triggers.remove(connection)


@pytest.fixture
def admin(db: None) -> User:
    return person("ada", "administrator")


@pytest.fixture
def client(admin: User) -> APIClient:
    return client_of(admin)
