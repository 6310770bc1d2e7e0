"""Second factors over HTTP: set up, used once, refused in every wrong way, and never a way to lock oneself out."""

import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pyotp
import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from rest_framework.test import APIClient

from access.models import AuditEntry, SecondFactor, SignedInSession, User
from access.services import duties
from tests.unit.access.authenticator import Authenticator
from tests.unit.access.people import PASSWORD, client_of, give, program_of

pytestmark = pytest.mark.django_db

LOGIN, SECOND, ME = "/api/v1/auth/login/", "/api/v1/auth/second-factor/", "/api/v1/me/"
MINE = "/api/v1/me/second-factors/"
ORIGIN = "http://localhost:8000"


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    """What argon2 is for is tested elsewhere."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def _person(name: str = "vera", role: str | None = None) -> User:
    user: User = User.objects.create(username=name, password=make_password(PASSWORD))
    if role is not None:
        give(user, role)
    return user


class Browser:
    """A browser on one page, that sends what a page sends."""

    def __init__(self, origin: str = ORIGIN) -> None:
        self.client = APIClient(enforce_csrf_checks=True)
        self.origin = origin

    def post(self, path: str, body: Any = None, **extra: Any) -> Any:
        return self._send("post", path, body or {}, **extra)

    def delete(self, path: str) -> Any:
        return self._send("delete", path, None)

    def get(self, path: str) -> Any:
        return self.client.get(path, HTTP_HOST="localhost:8000")

    def _send(self, method: str, path: str, body: Any, **extra: Any) -> Any:
        csrf = self.client.cookies.get("csrftoken")
        headers = {
            "HTTP_HOST": "localhost:8000",
            "HTTP_ORIGIN": self.origin,
            "HTTP_X_CSRFTOKEN": csrf.value if csrf else "",
            **extra,
        }
        return getattr(self.client, method)(path, body, format="json", **headers)

    def password(self, name: str = "vera", password: str = PASSWORD) -> Any:
        return self.post(LOGIN, {"username": name, "password": password})

    @property
    def key(self) -> str:
        return str(self.client.cookies["ovirtlite_session"].value)


def _code(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(time.time()) + 30 * steps)


def _with_app(name: str = "vera", role: str | None = None) -> tuple[Browser, str, list[str]]:
    """Somebody signed in, with an app; its secret and the codes for paper. The step of now is left to be used."""
    _person(name, role)
    browser = Browser()
    assert browser.password(name).status_code == 200
    begun = browser.post(f"{MINE}totp/").json()
    confirmed = browser.post(f"{MINE}totp/confirm/", {"code": _code(begun["secret"], -1)})
    assert confirmed.status_code == 201
    return browser, begun["secret"], confirmed.json()["recovery_codes"]


def _audited(action: str) -> list[str]:
    return list(AuditEntry.objects.filter(action=action).order_by("at").values_list("result", flat=True))


def test_an_app_asks_at_the_next_sign_in_and_a_code_is_good_once() -> None:
    here, secret, codes = _with_app()
    assert here.get(ME).json()["second_factor"] == {"enabled": True, "required": False}
    listed = here.get(MINE).json()
    assert [(one["kind"], one["left"]) for one in listed] == [("totp", None), ("recovery_codes", 10)]
    assert len(set(codes)) == 10
    stored = SecondFactor.objects.get(kind="totp")
    assert secret not in stored.sealed_secret

    there = Browser()
    asked = there.password()
    assert (asked.status_code, asked.json()["code"]) == (401, "second_factor_required")
    assert asked.json()["methods"] == ["totp", "recovery_code"]
    assert asked.json()["webauthn"] is None
    # The password alone opens nothing.
    waiting = there.key
    for path in (ME, MINE, "/api/v1/users/", "/api/v1/me/sessions/"):
        assert there.get(path).status_code == 401
    assert there.get(SECOND).json()["methods"] == ["totp", "recovery_code"]
    wrong = there.post(SECOND, {"code": "000000"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_code")
    code = _code(secret)
    reply = there.post(SECOND, {"code": f"{code[:3]} {code[3:]}"})
    assert (reply.status_code, reply.json()["username"]) == (200, "vera")
    assert there.key != waiting  # a session that was known before means nothing now
    assert there.get(ME).status_code == 200

    copy = Browser()
    copy.client.cookies["ovirtlite_session"] = waiting
    assert copy.get(ME).status_code == 401
    replayed = Browser()
    replayed.password()
    assert replayed.post(SECOND, {"code": code}).json()["code"] == "wrong_code"
    assert replayed.post(SECOND, {"code": _code(secret, -1)}).json()["code"] == "wrong_code"
    assert replayed.post(SECOND, {"code": _code(secret, 5)}).json()["code"] == "wrong_code"
    assert _audited("auth.second_factor") == ["failed"] * 4
    last = AuditEntry.objects.filter(action="auth.login").order_by("at").last()
    assert last is not None
    assert last.detail == {"second_factor": "totp"}


def test_a_recovery_code_is_good_once_and_ten_new_ones_replace_the_old() -> None:
    here, _, codes = _with_app()
    for number, (code, status) in enumerate([(codes[0].upper(), 200), (codes[0], 401), (codes[1], 200)]):
        browser = Browser()
        browser.password()
        assert browser.post(SECOND, {"recovery_code": code}).status_code == status, number
    assert here.get(MINE).json()[1]["left"] == 8
    renewed = here.post(f"{MINE}recovery-codes/")
    assert renewed.status_code == 201
    assert not set(renewed.json()["recovery_codes"]) & set(codes)
    browser = Browser()
    browser.password()
    assert browser.post(SECOND, {"recovery_code": codes[2]}).status_code == 401
    stored = "".join(str(entry.detail) for entry in AuditEntry.objects.all())
    assert not any(code in stored for code in codes)


def test_guesses_of_codes_are_bounded_wherever_they_come_from() -> None:
    _, secret, _ = _with_app()
    browser = Browser()
    browser.password()
    answers = [
        browser.post(SECOND, {"code": "000000"}, REMOTE_ADDR=f"192.0.2.{number}").status_code
        for number in range(11)
    ]
    assert answers == [401] * 10 + [429]
    refused = browser.post(SECOND, {"code": _code(secret)})
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_attempts")
    assert int(refused["Retry-After"]) > 0


def test_the_second_step_ends_after_five_minutes_and_with_the_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, secret, _ = _with_app()
    assert Browser().post(SECOND, {"code": _code(secret)}).json()["code"] == "sign_in_again"
    changed = Browser()
    changed.password()
    user = User.objects.get()
    user.set_password("another long phrase")
    user.save()
    assert changed.post(SECOND, {"code": _code(secret)}).json()["code"] == "sign_in_again"
    late = Browser()
    late.password(password="another long phrase")
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(minutes=5, seconds=1))
    assert late.post(SECOND, {"code": _code(secret)}).json()["code"] == "sign_in_again"


def test_the_second_step_needs_the_csrf_token_and_exactly_one_answer() -> None:
    _, secret, codes = _with_app()
    browser = Browser()
    browser.password()
    good = {"code": _code(secret)}
    assert browser.post(SECOND, good, HTTP_X_CSRFTOKEN="").json()["code"] == "csrf_failed"
    assert browser.post(SECOND, good, HTTP_ORIGIN="https://evil.example").json()["code"] == "csrf_failed"
    for bad in ({}, {**good, "recovery_code": codes[0]}, {"code": 123456}, {"webauthn": "x"}, {"totp": "1"}):
        assert browser.post(SECOND, bad).status_code == 400
    assert browser.post(SECOND, good).status_code == 200


def test_what_lets_others_in_asks_for_the_password_again() -> None:
    here, _, _ = _with_app()
    factor = here.get(MINE).json()[0]["id"]
    SignedInSession.objects.update(proved_at=timezone.now() - timedelta(minutes=6))
    asks = [
        here.post(f"{MINE}webauthn/"),
        here.post(f"{MINE}totp/"),
        here.post(f"{MINE}recovery-codes/"),
        here.delete(f"{MINE}{factor}/"),
        here.post("/api/v1/tokens/", {"name": "mine"}),
    ]
    assert [(one.status_code, one.json()["code"]) for one in asks] == [(403, "confirm_password")] * 5
    wrong = here.post("/api/v1/me/confirm/", {"password": "wrong"})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["password"])
    assert here.post("/api/v1/me/confirm/", {"password": PASSWORD}).status_code == 204
    assert here.post("/api/v1/tokens/", {"name": "mine"}).status_code == 201
    assert here.delete(f"{MINE}{factor}/").status_code == 204
    assert here.get(MINE).json() == []  # codes on paper stood in for what is gone
    assert Browser().password().status_code == 200
    # Whoever comes by a provider has no password that could be asked for.
    User.objects.update(source="oidc", password="!")
    other = client_of(User.objects.get())
    SignedInSession.objects.update(proved_at=timezone.now() - timedelta(minutes=6))
    assert other.post(f"{MINE}totp/").json()["code"] == "sign_in_again"
    assert (
        other.post("/api/v1/me/confirm/", {"password": "x"}, format="json").json()["code"] == "sign_in_again"
    )


def test_guesses_in_a_stolen_session_are_bounded() -> None:
    user = _person()
    browser = client_of(user)
    answers = [
        browser.post("/api/v1/me/confirm/", {"password": f"wrong {number}"}, format="json").status_code
        for number in range(6)
    ]
    new = {"current_password": "wrong", "new_password": "another long phrase"}
    answers += [browser.post("/api/v1/me/password/", new, format="json").status_code for _ in range(5)]
    assert answers == [400] * 10 + [429]


def test_nobody_locks_themselves_out_where_a_second_factor_is_required(settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = "administrators"
    _person("ada", "administrator")
    other = _person("vera", "operator")
    assert Browser().password("vera").status_code == 200
    assert not duties.must_have_second_factor(other)
    browser = Browser()
    assert browser.password("ada").json()["second_factor"] == {"enabled": False, "required": True}
    for path in ("/api/v1/users/", "/api/v1/domains/", "/api/v1/me/sessions/", "/api/v1/tokens/"):
        assert browser.get(path).json()["code"] == "second_factor_setup_required"
    assert browser.post("/api/v1/users/", {"username": "x"}).json()["code"] == "second_factor_setup_required"
    # Programs of theirs go on.
    assert program_of(User.objects.get(username="ada")).get("/api/v1/users/").status_code == 200
    begun = browser.post(f"{MINE}totp/").json()
    browser.post(f"{MINE}totp/confirm/", {"code": _code(begun["secret"])})
    assert browser.get("/api/v1/users/").status_code == 200
    reply = browser.delete(f"{MINE}{begun['id']}/")
    assert (reply.status_code, reply.json()["code"]) == (409, "second_factor_needed")
    assert browser.get("/api/v1/users/").status_code == 200


def test_an_app_counts_only_once_its_first_code_came() -> None:
    _person()
    browser = Browser()
    browser.password()
    assert browser.post(f"{MINE}totp/confirm/", {"code": "000000"}).json()["code"] == "set_up_expired"
    begun = browser.post(f"{MINE}totp/").json()
    assert begun["uri"].startswith("otpauth://totp/ovirtlite:vera?secret=")
    assert begun["qr_svg"].startswith("<svg")
    wrong = browser.post(f"{MINE}totp/confirm/", {"code": "000000"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "wrong_code")
    assert browser.get(MINE).json() == []
    assert Browser().password().status_code == 200
    SecondFactor.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    late = browser.post(f"{MINE}totp/confirm/", {"code": _code(begun["secret"])})
    assert late.json()["code"] == "set_up_expired"
    begun = browser.post(f"{MINE}totp/").json()
    assert browser.post(f"{MINE}totp/confirm/", {"code": _code(begun["secret"])}).status_code == 201
    assert browser.post(f"{MINE}totp/").json()["code"] == "already_set_up"
    assert browser.delete(f"{MINE}{uuid4()}/").status_code == 404


def test_a_security_key_signs_in_and_only_the_right_one_on_the_right_page() -> None:
    here, _, _ = _with_app()
    key, foreign = Authenticator("localhost", ORIGIN), Authenticator("localhost", ORIGIN)
    options = here.post(f"{MINE}webauthn/").json()
    assert options["rp"]["id"] == "localhost"
    # From a page of another origin, or for another challenge, it is not taken; and each challenge serves once.
    elsewhere = Authenticator("localhost", "https://evil.example")
    bad = here.post(f"{MINE}webauthn/confirm/", {"name": "key", "credential": elsewhere.create(options)})
    assert (bad.status_code, bad.json()["code"]) == (400, "wrong_credential")
    again = here.post(f"{MINE}webauthn/confirm/", {"name": "key", "credential": key.create(options)})
    assert (again.status_code, again.json()["code"]) == (409, "set_up_expired")
    made = key.create(here.post(f"{MINE}webauthn/").json())
    reply = here.post(f"{MINE}webauthn/confirm/", {"name": "Blue key", "credential": made})
    assert (reply.status_code, reply.json()) == (201, {})  # there are codes for paper already
    assert here.get(MINE).json()[2]["name"] == "Blue key"
    here.post(f"{MINE}webauthn/")
    for nonsense in ({}, {"id": 1}, {"id": "a", "rawId": "a", "response": {}, "type": "public-key"}, made):
        body = {"name": "key", "credential": nonsense}
        assert here.post(f"{MINE}webauthn/confirm/", body).status_code in {400, 409}
        here.post(f"{MINE}webauthn/")

    there = Browser()
    asked = there.password().json()
    assert asked["methods"] == ["totp", "webauthn", "recovery_code"]
    assert [one["id"] for one in asked["webauthn"]["allowCredentials"]] == [made["id"]]
    answer = key.get(asked["webauthn"])
    foreign.id = key.id  # the same name, another secret
    assert there.post(SECOND, {"webauthn": foreign.get(asked["webauthn"])}).status_code == 401
    assert there.post(SECOND, {"webauthn": answer}).status_code == 401  # the challenge is used up
    key.origin = "https://evil.example"
    assert there.post(SECOND, {"webauthn": key.get(there.get(SECOND).json()["webauthn"])}).status_code == 401
    key.origin = ORIGIN
    for nonsense in ({}, {"id": made["id"]}, {"id": made["id"], "response": "x"}):
        there.get(SECOND)
        assert there.post(SECOND, {"webauthn": nonsense}).status_code == 401
    right = key.get(there.get(SECOND).json()["webauthn"])
    assert there.post(SECOND, {"webauthn": right}).status_code == 200

    # A copy of the key has not counted along.
    copied = Browser()
    key.count -= 2
    assert copied.post(SECOND, {"webauthn": key.get(copied.password().json()["webauthn"])}).status_code == 401


def test_a_security_key_of_another_is_of_no_use() -> None:
    keys = {}
    for name in ("vera", "bob"):
        _person(name)
        browser = Browser()
        browser.password(name)
        keys[name] = Authenticator("localhost", ORIGIN)
        made = keys[name].create(browser.post(f"{MINE}webauthn/").json())
        assert browser.post(f"{MINE}webauthn/confirm/", {"name": "k", "credential": made}).status_code == 201
        if name == "vera":
            stolen = made
    taken = keys["vera"].create(browser.post(f"{MINE}webauthn/").json())
    assert taken["id"] == stolen["id"]
    reply = browser.post(f"{MINE}webauthn/confirm/", {"name": "k", "credential": taken})
    assert (reply.status_code, reply.json()["code"]) == (409, "already_set_up")
    there = Browser()
    asked = there.password("vera").json()["webauthn"]
    assert there.post(SECOND, {"webauthn": keys["bob"].get(asked)}).status_code == 401


def test_security_keys_need_a_name_and_answer_at_theirs_alone() -> None:
    _person()
    by_address = APIClient()
    by_address.force_login(User.objects.get())
    reply = by_address.post(f"{MINE}webauthn/", HTTP_HOST="127.0.0.1:8000")
    assert (reply.status_code, reply.json()["code"]) == (409, "webauthn_needs_name")
    here = Browser()
    here.password()
    made = Authenticator("localhost", ORIGIN).create(here.post(f"{MINE}webauthn/").json())
    assert here.post(f"{MINE}webauthn/confirm/", {"name": "k", "credential": made}).status_code == 201
    asked = APIClient().post(
        LOGIN, {"username": "vera", "password": PASSWORD}, format="json", HTTP_HOST="vms.example"
    )
    assert asked.json()["webauthn"] is None


def test_programs_may_not_touch_second_factors_or_sessions() -> None:
    program = program_of(_person("ada", "administrator"))
    factor = SecondFactor.objects.create(user=User.objects.get(), kind="webauthn", credential_id="a")
    me = "/api/v1/me/"
    tries: list[tuple[str, str, dict[str, Any]]] = [
        ("get", MINE, {}),
        ("post", f"{MINE}totp/", {}),
        ("post", f"{MINE}totp/confirm/", {"code": "000000"}),
        ("post", f"{MINE}webauthn/", {}),
        ("post", f"{MINE}webauthn/confirm/", {"name": "k", "credential": {}}),
        ("post", f"{MINE}recovery-codes/", {}),
        ("delete", f"{MINE}{factor.pk}/", {}),
        ("post", f"{me}confirm/", {"password": PASSWORD}),
        ("get", f"{me}sessions/", {}),
        ("post", f"{me}sessions/end-others/", {}),
        ("delete", f"{me}sessions/{uuid4()}/", {}),
    ]
    for method, path, body in tries:
        reply = getattr(program, method)(path, body, format="json")
        assert reply.status_code == 403, (method, path, reply.content)
    assert SecondFactor.objects.count() == 1
