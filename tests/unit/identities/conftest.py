"""A real provider and a real directory, each started once; and people who go through the provider's page."""

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings

from access.identities import oidc as flow
from access.identities.configuration import Ldap, Oidc
from access.models import Group
from tests.identity.directory import Directory, directory
from tests.identity.provider import OpenidProvider, openid_provider
from tests.unit.access.people import give

ORIGIN = "http://testserver"
BACKENDS = ["axes.backends.AxesStandaloneBackend", "access.sessions.AccountBackend"]


@pytest.fixture(scope="session")
def openid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenidProvider]:
    with openid_provider(tmp_path_factory.mktemp("openid"), [ORIGIN]) as made:
        yield made


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    with directory(tmp_path_factory.mktemp("ldap")) as made:
        made.knows("mia", "the word of mia", "Mia Example")
        made.knows("bob", "the word of bob")
        made.makes_group("operators", "mia")
        made.makes_group("auditors", "mia", under="elsewhere")
        made.makes_posix_group("viewers", 5000, "bob")
        yield made


@pytest.fixture
def groups(db: None) -> dict[str, Group]:
    """Three of ours, each with the role of its name's singular."""
    made = {name: Group.objects.create(name=name) for name in ("operators", "viewers", "friends")}
    give(made["operators"], "operator")
    give(made["viewers"], "viewer")
    return made


class Signing:
    """A browser of ours and the same person's session at the provider."""

    def __init__(self, openid: OpenidProvider) -> None:
        self.browser = Client()
        self._openid = openid
        self._there = requests.Session()

    def begin(self, **query: str) -> str:
        """Where our page sends the browser."""
        response = self.browser.get("/auth/oidc/login/", query)
        assert response.status_code == 302
        return response["Location"]

    def at_the_provider(self, address: str, name: str = "mia", password: str = "the word of mia") -> str:
        """Sign in there; where it sends the browser."""
        reply = self._there.get(address, timeout=10, allow_redirects=False)
        while "Location" in reply.headers:
            address = urljoin(reply.url, reply.headers["Location"])
            if address.startswith(ORIGIN):
                return address
            reply = self._there.get(address, timeout=10, allow_redirects=False)
            if "/sign-in/" in reply.url:
                asked = {"name": name, "password": password}
                reply = self._there.post(reply.url, asked, timeout=10, allow_redirects=False)
        raise AssertionError(reply.text)

    def come_back(self, address: str) -> HttpResponse:
        parts = urlsplit(address)
        return self.browser.get(f"{parts.path}?{parts.query}")  # type: ignore[return-value]

    def through(self, name: str = "mia", password: str = "the word of mia", **query: str) -> str:
        """All of it; where the browser comes out."""
        back = self.come_back(self.at_the_provider(self.begin(**query), name, password))
        assert back.status_code == 302
        return back["Location"]

    def me(self) -> dict[str, object] | None:
        reply = self.browser.get("/api/v1/me/")
        return reply.json() if reply.status_code == 200 else None


@pytest.fixture
def oidc(openid: OpenidProvider, settings: Settings) -> Oidc:
    """The product knows the provider."""
    flow._discovered.clear()
    openid.knows(
        "mia",
        "the word of mia",
        preferred_username="mia",
        name="Mia Example",
        email="mia@example.org",
        groups=["staff", "everyone"],
    )
    configured = Oidc.from_env(
        openid.settings(
            OVIRTLITE_OIDC_GROUPS="staff=operators,watchers=viewers", OVIRTLITE_OIDC_NAME="Example"
        )
    )
    assert configured is not None
    settings.OIDC = configured
    settings.ORIGINS = [ORIGIN]
    settings.AUTHENTICATION_BACKENDS = [*BACKENDS, "access.identities.signing_in.ProviderBackend"]
    return configured


@pytest.fixture
def signing(openid: OpenidProvider, oidc: Oidc, db: None) -> Signing:
    return Signing(openid)


@pytest.fixture
def ldap(people: Directory, settings: Settings) -> Ldap:
    """The product knows the directory."""
    return knows_directory(
        settings, people.settings(OVIRTLITE_LDAP_GROUPS="operators=operators,auditors=friends")
    )


def knows_directory(settings: Settings, env: dict[str, str]) -> Ldap:
    configured = Ldap.from_env(env)
    assert configured is not None
    settings.LDAP = configured
    settings.AUTHENTICATION_BACKENDS = [*BACKENDS, "access.identities.directory.DirectoryBackend"]
    return configured
