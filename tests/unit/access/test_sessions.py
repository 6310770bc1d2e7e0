"""Sessions: listed, ended one by one and all at once, by oneself and by who manages users; and by the clock."""

import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone
from rest_framework.test import APIClient

from access.models import AuditEntry, SecondFactor, SignedInSession, User
from access.services import lock_out
from access.sessions import stands
from tests.unit.access.people import PASSWORD, client_of, person

pytestmark = pytest.mark.django_db

ME, MINE = "/api/v1/me/", "/api/v1/me/sessions/"


def _key(client: APIClient) -> str:
    return str(client.cookies["ovirtlite_session"].value)


def _audited() -> list[str]:
    return list(AuditEntry.objects.filter(result="accepted").order_by("at").values_list("action", flat=True))


def test_one_sees_and_ends_ones_own_sessions() -> None:
    user = person("vera")
    here, there, third = client_of(user), client_of(user), client_of(user)
    SignedInSession.objects.filter(session=_key(there)).update(address="192.0.2.7", user_agent="Firefox")
    foreign = client_of(person("bob")).get(MINE).json()[0]["id"]
    listed = here.get(MINE).json()
    assert [one["current"] for one in listed].count(True) == 1
    assert not any(_key(one) in str(listed) for one in (here, there, third))
    other = next(one for one in listed if one["address"] == "192.0.2.7")
    assert (other["user_agent"], other["current"]) == ("Firefox", False)
    for unknown in (foreign, uuid4()):
        assert here.delete(f"{MINE}{unknown}/").status_code == 404
    assert here.delete(f"{MINE}{other['id']}/").status_code == 204
    assert [one.get(ME).status_code for one in (here, there, third)] == [200, 401, 200]
    assert not Session.objects.filter(pk=_key(there)).exists()
    assert here.post(f"{MINE}end-others/").json() == {"ended": 1}
    assert [one.get(ME).status_code for one in (here, third)] == [200, 401]
    assert len(here.get(MINE).json()) == 1
    assert _audited() == ["session.end", "session.end_others"]


def test_what_a_browser_says_of_itself_is_cut_and_the_address_is_the_middlewares() -> None:
    person("vera")
    browser = APIClient()
    browser.post(
        "/api/v1/auth/login/",
        {"username": "vera", "password": PASSWORD},
        format="json",
        HTTP_USER_AGENT="x" * 300,
        HTTP_X_FORWARDED_FOR="198.51.100.1",
        HTTP_X_REAL_IP="198.51.100.1",
    )
    row = SignedInSession.objects.get()
    assert (row.address, row.user_agent) == ("127.0.0.1", "x" * 200)
    expires = Session.objects.get().expire_date - timezone.now()
    assert timedelta(hours=11, minutes=59) < expires <= timedelta(hours=12)


def test_use_is_noted_once_a_minute_and_prolongs_nothing() -> None:
    browser = client_of(person("vera"))
    ends = Session.objects.get().expire_date
    before = SignedInSession.objects.get().last_seen_at
    browser.get(ME)
    assert SignedInSession.objects.get().last_seen_at == before
    SignedInSession.objects.update(last_seen_at=before - timedelta(minutes=2))
    browser.get(ME)
    assert SignedInSession.objects.get().last_seen_at >= before
    assert Session.objects.get().expire_date == ends


def test_a_session_of_an_older_version_is_listed_and_proves_nothing() -> None:
    browser = client_of(person("vera"))
    SignedInSession.objects.all().delete()
    assert len(browser.get("/api/v1/hosts/").json()) > 0
    assert browser.get(MINE).json()[0]["current"] is True
    assert browser.post("/api/v1/tokens/", {"name": "x"}, format="json").json()["code"] == "confirm_password"


def test_a_session_that_rests_too_long_ends(settings: Any) -> None:
    user = person("vera")
    browser = client_of(user)
    key = _key(browser)
    settings.SESSION_IDLE_SECONDS = 60
    assert browser.get(ME).status_code == 200
    assert stands(key, user)
    SignedInSession.objects.update(last_seen_at=timezone.now() - timedelta(seconds=61))
    assert not stands(key, user)
    assert browser.get(ME).status_code == 401
    assert not Session.objects.filter(pk=key).exists()


def test_a_session_stands_for_its_own_active_user_alone() -> None:
    user, other = person("vera"), person("bob")
    key = _key(client_of(user))
    assert stands(key, user)
    assert not stands(key, other)
    assert not stands("", user)
    assert not stands("no such key", user)
    user.is_active = False
    assert not stands(key, user)
    user.is_active = True
    user.set_password("another long phrase")
    assert not stands(key, user)


@pytest.mark.parametrize("change", [{"password": "another long phrase"}, {"active": False}])
def test_a_reset_password_or_a_closed_account_ends_sessions_at_once(
    client: APIClient, change: dict[str, Any]
) -> None:
    user = person("vera")
    key = _key(client_of(user))
    assert client.patch(f"/api/v1/users/{user.pk}/", change, format="json").status_code == 200
    assert not Session.objects.filter(pk=key).exists()
    assert client.get(ME).status_code == 200


def test_who_manages_users_sees_and_ends_sessions_and_takes_what_is_lost(client: APIClient) -> None:
    user = person("vera", "viewer")
    browser = client_of(user)
    at = f"/api/v1/users/{user.pk}/"
    SecondFactor.objects.create(user=user, kind="totp")
    assert client.get(at).json()["second_factor"] is True
    assert [one["current"] for one in client.get(f"{at}sessions/").json()] == [False]
    assert client.post(f"{at}end-sessions/").json() == {"ended": 1}
    assert browser.get(ME).status_code == 401
    again = client_of(user)
    assert client.post(f"{at}reset-second-factor/").json()["second_factor"] is False
    assert again.get(ME).status_code == 401
    for _ in range(10):
        lock_out.count("Vera", "192.0.2.1")
    assert client.get(at).json()["locked"] is True
    assert client.post(f"{at}unlock/").json()["locked"] is False
    lock_out.count("vera", "192.0.2.1")
    assert _audited() == ["user.end_sessions", "user.reset_second_factor", "user.unlock"]


def test_others_can_do_none_of_that_and_nobody_to_who_may_more(client: APIClient, admin: User) -> None:
    operator = client_of(person("vera", "operator"))
    for what in ("end-sessions", "reset-second-factor", "unlock"):
        assert operator.post(f"/api/v1/users/{admin.pk}/{what}/").status_code == 403
        assert client.post(f"/api/v1/users/{uuid4()}/{what}/").status_code == 404
    assert operator.get(f"/api/v1/users/{admin.pk}/sessions/").status_code == 403
    assert client.get(ME).status_code == 200


def test_a_password_that_must_be_changed_is_changed_first(client: APIClient) -> None:
    user = person("vera", "viewer")
    at = f"/api/v1/users/{user.pk}/"
    assert (
        client.patch(at, {"must_change_password": True}, format="json").json()["must_change_password"] is True
    )
    browser = client_of(user)
    assert browser.get(ME).json()["must_change_password"] is True
    assert browser.get("/api/v1/domains/").json()["code"] == "password_change_required"
    same = {"current_password": PASSWORD, "new_password": PASSWORD}
    assert browser.post(f"{ME}password/", same, format="json").status_code == 400
    new = {"current_password": PASSWORD, "new_password": "another long phrase"}
    assert browser.post(f"{ME}password/", new, format="json").status_code == 204
    assert browser.get("/api/v1/domains/").status_code == 200
    assert len(browser.get(MINE).json()) == 1


def test_who_has_the_machine_gets_in_again(monkeypatch: pytest.MonkeyPatch) -> None:
    user = person("ada", "administrator")
    SecondFactor.objects.create(user=user, kind="totp")
    browser = client_of(user)
    out = io.StringIO()
    call_command("reset_second_factor", "ADA", stdout=out)
    assert out.getvalue() == "Second factors of ada taken: totp; sessions that ended: 1.\n"
    assert browser.get(ME).status_code == 401
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    with pytest.raises(CommandError, match="too short"):
        call_command("set_password", "ada")
    monkeypatch.setattr("sys.stdin", io.StringIO("another long phrase\n"))
    out = io.StringIO()
    call_command("set_password", "ada", stdout=out)
    assert out.getvalue() == "The password of ada is set; sessions that ended: 0.\n"
    user.refresh_from_db()
    assert user.check_password("another long phrase")
    entries = AuditEntry.objects.order_by("at").values_list("actor_name", "action")
    assert list(entries) == [("ovirtlite", "user.reset_second_factor"), ("ovirtlite", "user.password")]
    for command in ("set_password", "reset_second_factor"):
        with pytest.raises(CommandError, match="no user nobody"):
            call_command(command, "nobody")
