"""Answers that are kept: never one that a commit made untrue, whoever committed it."""

import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries

from access import unchanged as kept
from access.actor import Actor
from access.models import Grant, Group, Role, User
from access.services import tokens
from access.unchanged import unchanged
from tests.unit.access.people import PASSWORD, client_of, client_with, give, person

pytestmark = pytest.mark.django_db(transaction=True)

GROUPS = "/api/v1/groups/"


@pytest.fixture(autouse=True)
def _long_second(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is kept must go by commits alone, not by its age."""
    monkeypatch.setattr(kept, "HOLDS_SECONDS", 3600.0)
    yield
    kept._found.clear()


def _names() -> list[str]:
    return unchanged("names", lambda: sorted(Group.objects.values_list("name", flat=True)))


def _elsewhere(name: str) -> None:
    """Commit a group in another thread, that is by another connection."""

    def commit() -> None:
        Group.objects.create(name=name)
        connection.close()

    thread = threading.Thread(target=commit)
    thread.start()
    thread.join(30)


def test_what_did_not_change_is_not_asked_again(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    Group.objects.create(name="a")
    assert _names() == ["a"]
    marks = 0 if connection.vendor == "sqlite" else 1
    with django_assert_num_queries(marks):
        assert _names() == ["a"]


def test_every_commit_is_seen_by_whomever() -> None:
    for number in range(50):
        Group.objects.create(name=f"here {number:02}")
        assert f"here {number:02}" in _names()
        _elsewhere(f"there {number:02}")
        assert f"there {number:02}" in _names()


def test_what_is_rolled_back_is_never_kept() -> None:
    assert _names() == []
    with suppress(ZeroDivisionError), transaction.atomic():
        Group.objects.create(name="a")
        assert _names() == ["a"]
        raise ZeroDivisionError
    assert _names() == []


def test_the_clock_bounds_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "HOLDS_SECONDS", 0.0)
    found = iter((1, 2))
    assert unchanged("x", lambda: next(found)) == 1
    assert unchanged("x", lambda: next(found)) == 2


def test_no_more_is_kept_than_may_be() -> None:
    for number in range(kept._MOST + 50):
        unchanged(number, int)
    assert len(kept._found) == kept._MOST


def test_a_page_has_each_change_at_once() -> None:
    client = client_of(person("ada", "administrator"))
    for number in range(20):
        Group.objects.create(name=f"group {number}")
        assert client.get(GROUPS).json()["count"] == number + 1
        assert client.get(GROUPS).json()["count"] == number + 1


def test_a_page_is_kept_for_its_reader_alone() -> None:
    Group.objects.create(name="team")
    admin, viewer = client_of(person("ada", "administrator")), client_of(person("vera", "viewer"))
    assert admin.get(GROUPS).status_code == 200
    assert viewer.get(GROUPS).status_code == 403
    _, text = tokens.create(
        name="narrow", permissions=["domain.read"], by=Actor(user=User.objects.get(username="ada"))
    )
    assert client_with(text).get(GROUPS).status_code == 403


def test_what_is_taken_away_is_gone_at_once() -> None:
    user = person("otto", "administrator")
    person("ada", "administrator")
    _, text = tokens.create(name="ci", by=Actor(user=user))
    session, program = client_of(user), client_with(text)
    assert [client.get(GROUPS).status_code for client in (session, program)] == [200, 200]
    Grant.objects.filter(user=user).update(role=Role.objects.get(name="viewer"))
    assert [client.get(GROUPS).status_code for client in (session, program)] == [403, 403]
    give(user, "administrator")
    assert [client.get(GROUPS).status_code for client in (session, program)] == [200, 200]
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert [client.get(GROUPS).status_code for client in (session, program)] == [401, 401]


def test_a_session_that_ended_stays_ended() -> None:
    user = person("vera", "viewer")
    browser, copy = client_of(user), client_of()
    copy.cookies["ovirtlite_session"] = browser.cookies["ovirtlite_session"].value
    assert copy.get("/api/v1/me/").status_code == 200
    browser.post("/api/v1/auth/logout/")
    assert copy.get("/api/v1/me/").status_code == 401


def test_a_changed_password_ends_kept_sessions() -> None:
    user = person("vera")
    browser = client_of(user)
    assert browser.get("/api/v1/me/").status_code == 200
    user.set_password(PASSWORD + "!")
    user.save()
    assert browser.get("/api/v1/me/").status_code == 401
