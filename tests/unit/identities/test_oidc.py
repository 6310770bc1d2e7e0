"""Signing in at a real OpenID provider: what comes of it, and every way of it that must fail."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.test import Client
from pytest_django.fixtures import Settings

from access.api import rates
from access.identities import oidc as flow
from access.identities.admission import NotAdmitted
from access.identities.configuration import Oidc
from access.models import AuditEntry, Group, OutsideIdentity, SignedInSession, User
from tests.identity.provider import CLIENT_ID, OpenidProvider
from tests.unit.access.people import client_of, person
from tests.unit.identities.conftest import Signing

pytestmark = pytest.mark.django_db

REFUSED = "/?sign_in_error="
# A test that goes to the provider and back must not be held inside of SQLite's answers that are kept.
Groups = dict[str, Group]


def states(client: Client) -> dict[str, list[object]]:
    held: dict[str, list[object]] = client.session["socialaccount_states"]
    return held


def test_the_first_sign_in_makes_the_user_with_the_groups_of_the_map(
    signing: Signing, groups: Groups
) -> None:
    address = signing.begin(next="/hosts?q=rack")
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    assert {"state", "nonce", "code_challenge"} <= asked.keys()
    assert signing.come_back(signing.at_the_provider(address))["Location"] == "/hosts?q=rack"
    me = signing.me()
    assert me is not None
    assert (me["username"], me["name"], me["source"], me["has_password"]) == (
        "mia",
        "Mia Example",
        "oidc",
        False,
    )
    assert me["roles"] == ["operator"]
    user = User.objects.get()
    assert SignedInSession.objects.filter(user=user).count() == 1
    assert sorted(AuditEntry.objects.values_list("action", "actor_name", "result")) == [
        ("auth.login", "mia", "accepted"),
        ("user.create", "mia", "accepted"),
        ("user.groups", "mia", "accepted"),
    ]


def test_groups_follow_the_provider_at_each_sign_in_and_those_given_by_hand_stay(
    signing: Signing, groups: Groups, openid: OpenidProvider
) -> None:
    signing.through()
    user = User.objects.get()
    user.groups.add(groups["friends"])
    openid.knows("mia", "the word of mia", preferred_username="renamed", groups=["watchers"])
    Signing(openid).through()
    assert sorted(user.groups.values_list("name", flat=True)) == ["friends", "viewers"]
    assert User.objects.get().username == "mia"  # found again by the subject, whatever they are called there
    openid.knows("mia", "the word of mia", groups=[])
    Signing(openid).through()
    assert list(user.groups.values_list("name", flat=True)) == ["friends"]
    last = AuditEntry.objects.filter(action="user.groups").latest("at")
    assert last.changes == {"groups": {"before": ["friends", "viewers"], "after": ["friends"]}}


def test_without_a_map_groups_of_the_same_name_are_given_and_only_what_was_given_is_taken(
    signing: Signing, groups: Groups, openid: OpenidProvider, settings: Settings, oidc: Oidc
) -> None:
    settings.OIDC = replace(oidc, groups=replace(oidc.groups, names=None))
    openid.knows("mia", "the word of mia", preferred_username="mia", groups=["viewers", "unknown here"])
    signing.through()
    user = User.objects.get()
    user.groups.add(groups["operators"])
    openid.knows("mia", "the word of mia", preferred_username="mia", groups=[])
    Signing(openid).through()
    assert list(user.groups.values_list("name", flat=True)) == ["operators"]


def test_a_name_that_is_taken_is_refused_and_nobody_elses_account_is_entered(
    signing: Signing, groups: Groups
) -> None:
    person("Mia", "administrator")
    assert signing.through() == f"{REFUSED}name_taken"
    assert signing.me() is None
    assert not OutsideIdentity.objects.exists()
    assert AuditEntry.objects.get().detail["reason"] == "name_taken"


def test_a_closed_account_stays_out_and_so_does_who_is_not_in_the_required_group(
    signing: Signing, openid: OpenidProvider, settings: Settings, oidc: Oidc
) -> None:
    signing.through()
    User.objects.update(is_active=False)
    again = Signing(openid)
    assert again.through() == f"{REFUSED}closed"
    assert again.me() is None
    User.objects.update(is_active=True)
    settings.OIDC = replace(oidc, groups=replace(oidc.groups, required="insiders"))
    assert Signing(openid).through() == f"{REFUSED}not_allowed"
    assert Signing(openid).through("nobody", "") == f"{REFUSED}not_allowed"  # who gives up there


def test_a_provider_does_not_take_the_last_administrator_away(
    signing: Signing, groups: Groups, openid: OpenidProvider, settings: Settings, oidc: Oidc
) -> None:
    from tests.unit.access.people import give

    give(groups["operators"], "administrator")
    signing.through()
    openid.knows("mia", "the word of mia", preferred_username="mia", groups=[])
    assert Signing(openid).through() == f"{REFUSED}not_allowed"
    assert User.objects.get().groups.filter(name="operators").exists()


def test_a_name_is_made_of_what_can_be_one(signing: Signing, openid: OpenidProvider) -> None:
    openid.knows("zoe", "w", preferred_username="Zoë Ünal", email="zoe.u@example.org")
    signing.through("zoe", "w")
    openid.knows("nil", "w", preferred_username="<script>")
    Signing(openid).through("nil", "w")
    assert set(User.objects.values_list("username", flat=True)) == {"zoe.u", "id-of-nil"}


def test_a_password_never_opens_the_account_of_somebody_from_elsewhere(signing: Signing) -> None:
    signing.through()
    user = User.objects.get()
    user.set_password("somehow it has one")
    user.save()
    given = {"username": "mia", "password": "somehow it has one"}
    assert client_of().post("/api/v1/auth/login/", given).status_code == 401


def test_another_browsers_state_and_an_unknown_one_are_refused(
    signing: Signing, openid: OpenidProvider
) -> None:
    back = signing.at_the_provider(signing.begin())
    assert (
        Signing(openid).come_back(back)["Location"] == f"{REFUSED}failed"
    )  # an attacker's code, a victim's browser
    assert signing.come_back(back.replace("state=", "state=x"))["Location"] == f"{REFUSED}failed"
    assert signing.come_back("/auth/oidc/callback/")["Location"] == f"{REFUSED}failed"
    assert not User.objects.exists()
    assert signing.come_back(back)["Location"] == "/"
    assert signing.come_back(back)["Location"] == f"{REFUSED}failed"  # a state is used once


def test_a_code_is_taken_once_and_for_its_own_verifier_alone(
    signing: Signing, openid: OpenidProvider
) -> None:
    first = signing.at_the_provider(signing.begin())
    code = parse_qs(urlsplit(first).query)["code"][0]
    other = Signing(openid)
    state = parse_qs(urlsplit(other.begin()).query)["state"][0]
    stolen = f"/auth/oidc/callback/?code={code}&state={state}"
    assert other.come_back(stolen)["Location"] == f"{REFUSED}failed"  # PKCE: begun with another verifier
    signing.come_back(first)
    state = parse_qs(urlsplit(signing.begin()).query)["state"][0]
    again = f"/auth/oidc/callback/?code={code}&state={state}"
    assert signing.come_back(again)["Location"] == f"{REFUSED}failed"


def test_an_id_token_of_another_sign_in_is_refused(signing: Signing) -> None:
    back = signing.at_the_provider(signing.begin())
    session = signing.browser.session
    for state in session["socialaccount_states"].values():
        state[0]["data"]["nonce"] = "of another sign-in"
    session.save()
    assert signing.come_back(back)["Location"] == f"{REFUSED}failed"
    assert not User.objects.exists()


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example/", "/\\evil.example", "evil", "/api/v1/me/",
                                    "/\t/evil.example", "javascript:alert(1)", "/auth/oidc/login/"])  # fmt: skip
def test_next_is_a_page_of_ours_or_nothing(signing: Signing, wanted: str) -> None:
    signing.begin(next=wanted)
    (state,) = states(signing.browser).values()
    assert state[0]["data"]["then"] == "/"  # type: ignore[index]


def test_what_the_query_says_beside_that_does_not_reach_the_provider(signing: Signing, oidc: Oidc) -> None:
    address = signing.begin(
        scope="admin", auth_params="redirect_uri=https://evil.example/", process="connect"
    )
    asked = parse_qs(urlsplit(address).query)
    assert asked["redirect_uri"] == ["http://testserver/auth/oidc/callback/"]
    assert set(asked["scope"][0].split()) == set(oidc.scopes)


def test_a_host_header_of_a_strangers_is_no_address_to_come_back_to(signing: Signing) -> None:
    response = signing.browser.get("/auth/oidc/login/", headers={"host": "evil.example"})
    assert response["Location"] == f"{REFUSED}failed"


def test_anothers_page_does_not_begin_a_sign_in(signing: Signing) -> None:
    response = signing.browser.get("/auth/oidc/login/", headers={"Sec-Fetch-Site": "cross-site"})
    assert response["Location"] == "/"
    assert "socialaccount_states" not in signing.browser.session


def test_strangers_visits_leave_no_more_rows_than_an_address_has_sign_ins(
    signing: Signing, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RATE_LIMITS = True
    monkeypatch.setattr(rates, "_buckets", rates.Buckets(lambda: 0.0))
    monkeypatch.setattr(rates, "SIGN_INS", rates.Rate(2, 1))
    visits = [
        Client(REMOTE_ADDR=f"2001:db8::{last}").get("/auth/oidc/login/")["Location"] for last in range(5)
    ]
    assert visits[2:] == [f"{REFUSED}too_many"] * 3, "one network of IPv6 is one of them"
    assert Session.objects.count() == 2
    assert signing.through() == "/", "from elsewhere all goes on"


def test_a_provider_that_does_not_answer_is_told_in_words(signing: Signing, settings: Settings) -> None:
    settings.OIDC = replace(settings.OIDC, issuer="http://127.0.0.1:9")
    assert signing.begin() == f"{REFUSED}failed"


def test_a_provider_that_calls_itself_otherwise_is_not_believed(
    signing: Signing, settings: Settings, openid: OpenidProvider
) -> None:
    settings.OIDC = replace(settings.OIDC, issuer=openid.issuer.replace("127.0.0.1", "localhost"))
    assert signing.begin() == f"{REFUSED}failed"


def test_only_these_routes_are_there_and_only_when_a_provider_is_named(
    client: Client, settings: Settings, oidc: Oidc
) -> None:
    found = client.get("/api/v1/auth/methods/").json()
    assert found == {
        "password": True,
        "providers": [{"id": "oidc", "name": "Example", "url": "/auth/oidc/login/"}],
    }
    for path in (
        "login",
        "logout",
        "signup",
        "password/reset",
        "email",
        "3rdparty",
        "social/signup",
        "oidc",
        "",
    ):
        reply = client.get(f"/auth/{path}/")
        assert (path, reply.status_code, reply["Content-Type"]) == (path, 404, "application/problem+json")
    assert client.post("/auth/oidc/login/").status_code == 405
    settings.OIDC = None
    assert client.get("/api/v1/auth/methods/").json()["providers"] == []
    assert client.get("/auth/oidc/login/").status_code == 404
    assert client.get("/auth/oidc/callback/?code=a&state=b").status_code == 404


# What the id token must be, against the real provider's keys.


@pytest.fixture
def reader(oidc: Oidc) -> flow.Flow:
    request = HttpRequest()
    return flow.Flow(request, flow.Provider(request, oidc))


def claims_of(openid: OpenidProvider, **changes: object) -> dict[str, object]:
    return {
        "iss": openid.issuer,
        "aud": CLIENT_ID,
        "sub": "id-of-mia",
        "iat": 1,
        "exp": 9_999_999_999,
        **changes,
    }


@pytest.mark.parametrize("algorithm", ["RS256", "HS256", "none"])
def test_an_id_token_that_the_provider_did_not_sign_is_refused(
    reader: flow.Flow, openid: OpenidProvider, algorithm: str
) -> None:
    keys: dict[str, Any] = {
        "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
        "HS256": "a secret that the client and the provider share",
    }
    key: Any = keys.get(algorithm)
    forged = jwt.encode(
        claims_of(openid),
        key,
        algorithm=algorithm,
        headers={"kid": "of-the-tests"},
    )
    with pytest.raises(NotAdmitted), flow._faults_of_the_provider():
        reader._verified(forged)
