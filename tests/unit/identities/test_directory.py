"""Passwords of a real slapd: who comes in, with which groups, and every way of it that must fail."""

import logging
import socket
import time

import pytest
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from access.identities.configuration import Ldap
from access.models import AuditEntry, Group, OutsideIdentity, User
from tests.identity.directory import BASE, Directory
from tests.unit.access.people import PASSWORD, client_of, person
from tests.unit.identities.conftest import knows_directory

pytestmark = pytest.mark.django_db
WORD = "the word of mia"


def sign_in(username: str, password: str, client: APIClient | None = None) -> int:
    reply = (client or client_of()).post("/api/v1/auth/login/", {"username": username, "password": password})
    return int(reply.status_code)


def groups_of(name: str) -> list[str]:
    return sorted(User.objects.get(username=name).groups.values_list("name", flat=True))


def test_the_directorys_password_signs_in_with_the_groups_of_the_map(
    ldap: Ldap, groups: dict[str, Group], people: Directory
) -> None:
    client = client_of()
    assert sign_in("mia", WORD, client) == 200
    me = client.get("/api/v1/me/").json()
    assert (me["name"], me["source"], me["has_password"], me["roles"]) == (
        "Mia Example",
        "ldap",
        True,
        ["operator"],
    )
    assert OutsideIdentity.objects.get().subject.startswith("entryuuid=")
    assert sign_in("MIA", WORD) == 200
    assert User.objects.count() == 1
    people.deletes_group("operators")
    try:
        assert sign_in("mia", WORD) == 200
        assert groups_of("mia") == []
    finally:
        people.makes_group("operators", "mia")
    assert client.get("/api/v1/me/").json()["roles"] == []  # for the session that was there already, too


def test_wrong_passwords_empty_ones_and_names_with_a_filter_in_them_are_refused(ldap: Ldap) -> None:
    assert sign_in("mia", "not the word") == 401
    assert sign_in("mia", "") == 400
    assert sign_in("mia", WORD + "\0") in {400, 401}
    for name in ("*", "mia)(uid=*", "m*", "mia\\2a", "(mia)", "mia,ou=people", "nobody"):
        assert sign_in(name, WORD) in {400, 401}, name
    assert not User.objects.exists()


def test_a_name_of_ours_is_never_asked_of_the_directory_and_its_people_have_no_password_here(
    ldap: Ldap,
) -> None:
    person("mia", "administrator")
    assert sign_in("mia", WORD) == 401
    assert sign_in("mia", PASSWORD) == 200
    User.objects.all().delete()
    assert sign_in("mia", WORD) == 200
    user = User.objects.get()
    user.set_password("somehow it has one")
    user.save()
    assert sign_in("mia", "somehow it has one") == 401


def test_a_new_person_of_an_old_name_is_not_the_old_one(ldap: Ldap, people: Directory) -> None:
    people.knows("kim", "the word of kim")
    assert sign_in("kim", "the word of kim") == 200
    people.forgets("kim")
    people.knows("kim", "the word of another kim")
    assert sign_in("kim", "the word of another kim") == 401
    people.forgets("kim")


def test_a_closed_account_and_who_lacks_the_required_group_stay_out(
    settings: Settings, people: Directory
) -> None:
    knows_directory(settings, people.settings(OVIRTLITE_LDAP_REQUIRED_GROUP="operators"))
    assert sign_in("bob", "the word of bob") == 401
    assert sign_in("mia", WORD) == 200
    User.objects.update(is_active=False)
    assert sign_in("mia", WORD) == 401
    assert AuditEntry.objects.filter(action="auth.login", result="failed").count() == 2


def test_the_other_kinds_of_groups(settings: Settings, people: Directory, groups: dict[str, Group]) -> None:
    knows_directory(settings, people.settings(OVIRTLITE_LDAP_GROUP_TYPE="posixGroup"))
    assert sign_in("bob", "the word of bob") == 200
    assert groups_of("bob") == ["viewers"]
    knows_directory(
        settings,
        people.settings(
            OVIRTLITE_LDAP_GROUP_TYPE="memberOf",
            # A group of this name is elsewhere in the directory, where others may make groups.
            OVIRTLITE_LDAP_GROUPS="operators=operators,auditors=friends",
        ),
    )
    assert sign_in("mia", WORD) == 200
    assert groups_of("mia") == ["operators"]


def test_start_tls_is_used_and_a_certificate_of_a_strangers_is_not_taken(
    settings: Settings, people: Directory, caplog: pytest.LogCaptureFixture
) -> None:
    tls = {"OVIRTLITE_LDAP_START_TLS": "1"}
    knows_directory(settings, people.settings(**tls, OVIRTLITE_LDAP_CA_FILE=str(people.ca_file)))
    assert sign_in("mia", WORD) == 200
    knows_directory(settings, people.settings(**tls))
    with caplog.at_level(logging.ERROR):
        assert sign_in("mia", WORD) == 401
    assert "gives no answer" in caplog.text


@pytest.mark.parametrize("silent", [False, True], ids=["nobody listens", "nobody answers"])
def test_without_the_directory_people_of_ours_still_sign_in(
    settings: Settings, caplog: pytest.LogCaptureFixture, silent: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("access.identities.directory._ANSWERS_WITHIN_SECONDS", 1)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        if not silent:
            listener.close()
        knows_directory(
            settings,
            {
                "OVIRTLITE_LDAP_URI": f"ldap://127.0.0.1:{port}",
                "OVIRTLITE_LDAP_USER_BASE": f"ou=people,{BASE}",
            },
        )
        person("ada", "viewer")
        began = time.monotonic()
        assert sign_in("mia", WORD) == 401
        assert time.monotonic() - began < 30
    assert "gives no answer" in caplog.text
    assert WORD not in caplog.text
    assert sign_in("ada", PASSWORD) == 200
