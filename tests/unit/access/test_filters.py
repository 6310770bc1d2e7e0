"""What a query may say: bounded, and refused by name where it cannot be meant."""

import pytest
from rest_framework.test import APIClient

from tests.unit.access.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> APIClient:
    return client_of(person("ada", "administrator"))


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        ("users", "search", "a " * 21),
        ("domains", "search", "a " * 5000),
        ("users", "username", "a" * 4001),
        ("audit", "after", "0001-01-01T00:00:00+23:00"),
        ("audit", "before", "9999-12-31T23:59:59-23:00"),
        ("audit/export", "before", "9999-12-31T23:59:59-23:00"),
    ],
)
def test_too_much_and_too_far_is_refused_by_name(
    client: APIClient, path: str, field: str, value: str
) -> None:
    reply = client.get(f"/api/v1/{path}/", {field: value})
    assert reply.status_code == 400, reply.content
    assert list(reply.json()["errors"]) == [field]


def test_an_ordinary_search_and_time_are_taken(client: APIClient) -> None:
    assert client.get("/api/v1/users/", {"search": "a " * 20}).status_code == 200
    assert client.get("/api/v1/audit/", {"after": "2026-01-01T00:00:00Z"}).status_code == 200
