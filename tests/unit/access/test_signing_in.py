"""Signing in and out over HTTP: cookies, CSRF, bounds on guessing, and what stays out of replies."""

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessFailureLog
from django.test import override_settings
from django.utils import timezone
from rest_framework.test import APIClient

from access.models import AuditEntry, User
from access.services import lock_out
from access.services.first import make_first_administrator
from tests.unit.access.people import PASSWORD, client_of, give, person, program_of

pytestmark = pytest.mark.django_db

LOGIN, LOGOUT, ME = "/api/v1/auth/login/", "/api/v1/auth/logout/", "/api/v1/me/"


def _browser() -> APIClient:
    return APIClient(enforce_csrf_checks=True)


def _login(client: APIClient, username: str, password: str, **extra: Any) -> int:
    return client.post(
        LOGIN, {"username": username, "password": password}, format="json", **extra
    ).status_code


def test_in_and_out() -> None:
    user = person("vera", "viewer")
    browser = _browser()
    assert browser.get(ME).status_code == 401
    reply = browser.post(LOGIN, {"username": "Vera", "password": PASSWORD}, format="json")
    assert reply.status_code == 200
    assert (reply.json()["username"], reply.json()["roles"]) == ("vera", ["viewer"])
    assert "domain.read" in reply.json()["permissions"]["everywhere"]
    session, csrf = reply.cookies["ovirtlite_session"], reply.cookies["csrftoken"]
    assert (session["httponly"], session["samesite"], session["secure"]) == (True, "Lax", "")
    assert browser.get(ME).json()["id"] == str(user.pk)
    assert browser.post(LOGOUT).json()["code"] == "csrf_failed"
    assert browser.post(LOGOUT, HTTP_X_CSRFTOKEN=csrf.value).status_code == 204
    assert browser.get(ME).status_code == 401
    actions = (
        AuditEntry.objects.filter(actor_id=user.pk, result="accepted")
        .order_by("at")
        .values_list("action", flat=True)
    )
    assert list(actions) == ["auth.login", "auth.logout"]


def test_signing_in_as_another_ends_the_first_session() -> None:
    person("vera")
    person("bob")
    browser, copy = _browser(), _browser()
    _login(browser, "vera", PASSWORD)
    copy.cookies["ovirtlite_session"] = browser.cookies["ovirtlite_session"].value
    assert copy.get(ME).json()["username"] == "vera"
    _login(browser, "bob", PASSWORD)
    assert browser.get(ME).json()["username"] == "bob"
    assert copy.get(ME).status_code == 401


@override_settings(TRUSTED_PROXIES=["127.0.0.1"])
def test_cookies_are_secure_when_a_trusted_proxy_speaks_https() -> None:
    person("vera")
    browser = _browser()
    reply = browser.post(
        LOGIN, {"username": "vera", "password": PASSWORD}, format="json", HTTP_X_FORWARDED_PROTO="https"
    )
    assert all(reply.cookies[name]["secure"] for name in ("ovirtlite_session", "csrftoken"))


@pytest.mark.parametrize("username", ["vera", "nobody", "closed"])
def test_a_failure_says_nothing_of_why(username: str) -> None:
    person("vera")
    User.objects.filter(pk=person("closed").pk).update(is_active=False)
    password = PASSWORD if username == "closed" else "wrong"
    reply = _browser().post(LOGIN, {"username": username, "password": password}, format="json")
    assert (reply.status_code, reply.json()["code"]) == (401, "wrong_credentials")
    assert "ovirtlite_session" not in reply.cookies
    entry = AuditEntry.objects.get(action="auth.login")
    # A name that nobody has may be a password in the wrong field.
    kept = "" if username == "nobody" else username
    assert (entry.result, entry.object_name, entry.actor_id) == ("failed", kept, None)


def test_unknown_names_cost_the_same_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    original = User.set_password

    def set_password(self: User, raw: str | None) -> None:
        hashed.append(raw or "")
        original(self, raw)

    monkeypatch.setattr(User, "set_password", set_password)
    _login(_browser(), "nobody", "wrong")
    assert hashed == ["wrong"]


def test_guessing_is_bounded_by_name_and_address() -> None:
    person("vera")
    browser = _browser()
    answers = [_login(browser, "vera", f"wrong {number}") for number in range(11)]
    assert answers == [401] * 10 + [429]
    refused = browser.post(LOGIN, {"username": "vera", "password": PASSWORD}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_attempts")
    assert AuditEntry.objects.filter(action="auth.lock_out", object_name="vera").count() == 1
    assert 0 < int(refused["Retry-After"]) <= lock_out.WINDOW.total_seconds() + 1
    # Another address is not locked out by the first, and the wait ends.
    assert _login(browser, "vera", PASSWORD, REMOTE_ADDR="192.0.2.9") == 200
    AccessFailureLog.objects.update(attempt_time=timezone.now() - lock_out.WINDOW - timedelta(seconds=1))
    assert _login(browser, "vera", PASSWORD) == 200


def test_guessing_many_names_is_bounded_by_address() -> None:
    AccessFailureLog.objects.bulk_create(
        AccessFailureLog(username=f"name{number}", ip_address="127.0.0.1", path_info="password")
        for number in range(50)
    )
    assert _login(_browser(), "other", "wrong") == 429


def test_a_success_clears_the_failures_before_it() -> None:
    person("vera")
    browser = _browser()
    for _ in range(9):
        _login(browser, "vera", "wrong")
    assert _login(browser, "vera", PASSWORD) == 200
    assert _login(browser, "vera", "wrong") == 401
    assert lock_out.prune() == 0


def test_a_page_of_another_origin_cannot_sign_in() -> None:
    person("vera")
    assert _login(_browser(), "vera", PASSWORD, HTTP_ORIGIN="https://evil.example") == 403
    assert _login(_browser(), "vera", PASSWORD, HTTP_ORIGIN="null") == 403
    assert _login(_browser(), "vera", PASSWORD, HTTP_ORIGIN="http://testserver") == 200
    form = _browser().post(LOGIN, "username=vera", content_type="application/x-www-form-urlencoded")
    assert form.status_code == 415


def test_the_password_can_be_changed_and_other_sessions_end() -> None:
    person("vera")
    here, there = _browser(), _browser()
    for one in (here, there):
        _login(one, "vera", PASSWORD)
    csrf: dict[str, Any] = {"HTTP_X_CSRFTOKEN": here.cookies["csrftoken"].value}
    new = {"current_password": "wrong", "new_password": "another long phrase"}
    reply = here.post("/api/v1/me/password/", new, format="json", **csrf)
    assert (reply.status_code, list(reply.json()["errors"])) == (400, ["current_password"])
    new["current_password"] = PASSWORD
    assert here.post("/api/v1/me/password/", new, format="json", **csrf).status_code == 204
    assert here.get(ME).status_code == 200
    assert there.get(ME).status_code == 401
    assert _login(_browser(), "vera", "another long phrase") == 200


def test_a_token_cannot_change_the_person() -> None:
    program = program_of(person("vera", "administrator"))
    body = {"current_password": PASSWORD, "new_password": "another long phrase"}
    assert program.post("/api/v1/me/password/", body, format="json").status_code == 403
    assert program.patch(ME, {"name": "x"}, format="json").status_code == 403
    assert program.post(LOGOUT).status_code == 403


def test_me_shows_rights_on_some_objects_apart() -> None:
    user = person("vera")
    give(user, "user", kind="domain", at=user.pk)
    permissions = client_of(user).get(ME).json()["permissions"]
    assert permissions["everywhere"] == []
    assert "domain.start" in permissions["somewhere"]
    assert permissions["on"]["domain.start"] == ["domain"]
    assert (
        client_of(user).patch(ME, {"theme": "dark", "name": "Vera"}, format="json").json()["theme"] == "dark"
    )


def test_who_is_closed_is_out_at_once() -> None:
    user = person("vera", "viewer")
    browser = client_of(user)
    assert browser.get(ME).status_code == 200
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert browser.get(ME).status_code == 401


def test_the_first_administrator_is_made_once() -> None:
    password = make_first_administrator(None)
    assert password is not None
    assert _login(_browser(), "admin", password) == 200
    assert make_first_administrator("another") is None
    assert User.objects.get().password.startswith("argon2$argon2id$")
