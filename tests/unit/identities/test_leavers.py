"""Who leaves a real slapd: accounts close and open again with their entries, and never for want of an answer."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from access.actor import Actor
from access.identities import leavers
from access.identities.configuration import Ldap
from access.models import AuditEntry, OutsideIdentity, SignedInSession, Token, User
from access.services import users
from access.standing import still
from ovirtlite.tasks import ask_directory
from tests.identity.directory import Directory
from tests.unit.access.people import client_of, person, program_of
from tests.unit.identities.conftest import knows_directory
from tests.unit.identities.test_directory import sign_in

pytestmark = pytest.mark.django_db
WORD = "the word of kim"


@pytest.fixture
def kim(people: Directory) -> str:
    people.knows("kim", WORD)
    return "kim"


def program_of_kim() -> APIClient:
    assert sign_in("kim", WORD) == 200
    return program_of(User.objects.get(username="kim"))


def reads(program: APIClient) -> int:
    return int(program.get("/api/v1/me/").status_code)


def test_the_account_of_who_is_gone_or_disabled_closes_with_tokens_and_sessions_and_opens_again(
    ldap: Ldap, people: Directory, kim: str
) -> None:
    program = program_of_kim()
    ask_directory()
    assert reads(program) == 200
    people.disables("kim")
    ask_directory()
    assert reads(program) == 401
    assert not SignedInSession.objects.exists()
    closed = AuditEntry.objects.filter(action="user.edit").latest("at")
    assert (closed.actor_name, closed.object_name, closed.detail["reason"]) == (
        "ovirtlite",
        "kim",
        "disabled",
    )
    assert closed.changes == {"active": {"before": True, "after": False}}
    people.enables("kim")
    ask_directory()
    assert reads(program) == 200, "its own token works again"
    people.forgets("kim")
    ask_directory()
    assert reads(program) == 401
    assert AuditEntry.objects.filter(action="user.edit").latest("at").detail["reason"] == "gone"
    entries = AuditEntry.objects.count()
    ask_directory()
    assert AuditEntry.objects.count() == entries, "once for each change"


def test_a_sign_in_opens_what_the_directory_closed_and_not_what_a_person_did(
    ldap: Ldap, people: Directory, kim: str
) -> None:
    program_of_kim()
    user = User.objects.get(username="kim")
    people.disables("kim")
    ask_directory()
    people.enables("kim")
    assert sign_in("kim", WORD) == 200, "before anybody asked again"
    people.disables("kim")
    ask_directory()
    admin = Actor(user=person("ada", "administrator"))
    users.change(user.pk, {"active": False}, expected=None, by=admin)
    people.enables("kim")
    ask_directory()
    assert sign_in("kim", WORD) == 401
    people.forgets("kim")


def test_who_lacks_the_required_group_by_now(settings: Settings, people: Directory) -> None:
    knows_directory(settings, people.settings(OVIRTLITE_LDAP_REQUIRED_GROUP="operators"))
    assert sign_in("mia", "the word of mia") == 200
    people.deletes_group("operators")
    try:
        ask_directory()
        assert not User.objects.get(username="mia").is_active
    finally:
        people.makes_group("operators", "mia")
    ask_directory()
    assert User.objects.get(username="mia").is_active


@pytest.mark.parametrize(
    "wrong",
    [
        {"OVIRTLITE_LDAP_URI": "ldap://127.0.0.1:9"},
        {"OVIRTLITE_LDAP_BIND_PASSWORD": "another"},
        {"OVIRTLITE_LDAP_BIND_DN": "", "OVIRTLITE_LDAP_BIND_PASSWORD": ""},  # who sees nobody
        {"OVIRTLITE_LDAP_USER_FILTER": "(&(uid=%(user)s)(objectClass=nothing))"},
    ],
    ids=["down", "refuses us", "shows nobody", "another filter"],
)
def test_a_directory_that_says_nothing_closes_nothing(
    settings: Settings,
    ldap: Ldap,
    people: Directory,
    wrong: dict[str, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert sign_in("mia", "the word of mia") == 200
    knows_directory(settings, people.settings(**wrong))
    with caplog.at_level(logging.ERROR):
        ask_directory()
    assert User.objects.get(username="mia").is_active
    assert "nobody's account is touched" in caplog.text


def test_it_takes_no_word_for_most_people_being_gone_at_once(
    ldap: Ldap, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(leavers, "_FEW", 1)
    assert sign_in("mia", "the word of mia") == 200
    for name in ("ann", "ben", "eve"):
        user = User.objects.create(username=name, source="ldap")
        OutsideIdentity.objects.create(
            user=user, issuer=ldap.user_base, subject=f"dn=uid={name},{ldap.user_base}"
        )
    ask_directory()
    assert User.objects.filter(is_active=True).count() == 4
    assert "knows 3 of 4 people no more" in caplog.text
    User.objects.get(username="eve").delete()
    monkeypatch.setattr(leavers, "_FEW", 2)
    ask_directory()
    assert list(User.objects.filter(is_active=True).values_list("username", flat=True)) == ["mia"]


def test_tokens_of_people_from_elsewhere_work_for_some_days_after_they_were_vouched_for(
    ldap: Ldap, people: Directory, settings: Settings, kim: str
) -> None:
    program = program_of_kim()
    user, token = User.objects.get(username="kim"), Token.objects.get()
    asker = Actor(user=user, token=token)
    assert still([asker])[0] is not None
    OutsideIdentity.objects.update(vouched_at=timezone.now() - timedelta(days=31))
    assert reads(program) == 401
    assert still([asker]) == [None]
    settings.OUTSIDE_TOKEN_DAYS = 0
    assert reads(program) == 200
    settings.OUTSIDE_TOKEN_DAYS = 30
    assert sign_in("kim", WORD, client_of()) == 200
    assert reads(program) == 200
    OutsideIdentity.objects.update(vouched_at=timezone.now() - timedelta(days=31))
    ask_directory()  # it has them still
    assert reads(program) == 200
    people.forgets("kim")
