"""Lists: pages, order, search, fields; a number of queries that does not grow."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from access.models import Group, Role, User
from hosts.models import Host
from tests.unit.access.people import give

pytestmark = pytest.mark.django_db

USERS, GROUPS = "/api/v1/users/", "/api/v1/groups/"


def _groups(number: int) -> None:
    Group.objects.bulk_create(Group(name=f"group {index:03}", description="same") for index in range(number))


def _queries(client: APIClient, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_pages_follow_one_another(client: APIClient) -> None:
    _groups(250)
    names: list[str] = []
    url: str | None = f"{GROUPS}?ordering=name"
    while url:
        page = client.get(url).json()
        assert page["count"] == 250
        names += [one["name"] for one in page["results"]]
        url = page["next"]
    assert names == [f"group {index:03}" for index in range(250)]
    last = client.get(f"{GROUPS}?limit=100&offset=200").json()
    assert (last["next"], "offset=100" in last["previous"]) == (None, True)
    beyond = client.get(f"{GROUPS}?offset=900").json()
    assert (beyond["count"], beyond["results"]) == (250, [])


def test_equal_rows_have_a_stable_order(client: APIClient) -> None:
    _groups(20)
    seen = {
        one["id"]
        for offset in range(0, 20, 5)
        for one in client.get(f"{GROUPS}?ordering=created_at&limit=5&offset={offset}").json()["results"]
    }
    assert len(seen) == 20


def test_order_search_and_fields(client: APIClient) -> None:
    _groups(3)
    ordered = client.get(f"{GROUPS}?ordering=-name&fields=name").json()["results"]
    assert ordered == [{"name": "group 002"}, {"name": "group 001"}, {"name": "group 000"}]
    assert client.get(f"{GROUPS}?search=GROUP 001").json()["count"] == 1
    group = Group.objects.get(name="group 001")
    assert client.get(f"{GROUPS}{group.pk}/?fields=name,version").json() == {
        "name": "group 001",
        "version": 1,
    }


def test_times_are_utc_with_z(client: APIClient, admin: User) -> None:
    assert client.get(f"{USERS}{admin.pk}/").json()["created_at"].endswith("Z")


@pytest.mark.parametrize("noun", ["users", "groups", "roles", "grants", "tokens", "audit"])
def test_the_number_of_queries_does_not_grow(client: APIClient, noun: str) -> None:
    path = f"/api/v1/{noun}/?limit=20"

    def more(number: int, word: str) -> None:
        host = Host.objects.create(name=word, uri=f"test:///{word}")
        for index in range(number):
            user = User.objects.create(username=f"{word}{index}")
            user.groups.add(Group.objects.create(name=f"{word}{index}"))
            Role.objects.create(name=f"{word}{index}")
            give(user, "viewer", kind="host", at=host.pk)
            client.post("/api/v1/tokens/", {"name": word}, format="json")

    more(2, "few")
    few = _queries(client, path)
    more(8, "more")
    assert _queries(client, path) == few
    # Session, what is told of it, and user; rights; the page; what the page needs beside it, of users the most.
    assert few <= (8 if noun == "users" else 6)
