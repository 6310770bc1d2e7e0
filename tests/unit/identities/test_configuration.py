"""What the environment may say of a provider and of a directory, and what is refused at the start."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from access.identities.configuration import GroupRules, Ldap, Oidc

PROVIDER = {
    "OVIRTLITE_OIDC_ISSUER": "https://id.example.org/realms/a",
    "OVIRTLITE_OIDC_CLIENT_ID": "ovirtlite",
}
DIRECTORY = {"OVIRTLITE_LDAP_URI": "ldaps://ldap.example.org", "OVIRTLITE_LDAP_USER_BASE": "dc=example"}


def test_nothing_is_configured_by_default() -> None:
    assert Oidc.from_env({}) is None
    assert Ldap.from_env({}) is None


def test_a_secret_may_be_in_a_file_and_shows_nowhere(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("canary\n")
    made = Oidc.from_env({**PROVIDER, "OVIRTLITE_OIDC_CLIENT_SECRET_FILE": str(file)})
    assert made is not None
    assert made.client_secret == "canary"
    assert "canary" not in repr(made)
    with pytest.raises(ImproperlyConfigured):
        Oidc.from_env({**PROVIDER, "OVIRTLITE_OIDC_CLIENT_SECRET_FILE": str(tmp_path / "none")})


def test_a_map_of_groups() -> None:
    rules = GroupRules.from_env({"P_GROUPS": "/a=ops, b=ops,b=friends,x=y=last"}, "P")
    assert rules.wanted(["b", "unknown"]) == {"ops", "friends"}
    assert rules.wanted(["x=y"]) == {"last"}
    assert rules.ruled == {"ops", "friends", "last"}
    for wrong in ("ops", "=ops", "a="):
        with pytest.raises(ImproperlyConfigured):
            GroupRules.from_env({"P_GROUPS": wrong}, "P")


@pytest.mark.parametrize(
    "issuer",
    [
        "http://id.example.org",
        "ftp://127.0.0.1",
        "id.example.org",
        "http://[",
        "http://127.0.0.1.evil.example",
    ],
)
def test_a_provider_is_asked_over_https_alone(issuer: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        Oidc.from_env({**PROVIDER, "OVIRTLITE_OIDC_ISSUER": issuer})


@pytest.mark.parametrize(
    "uri", ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:1", "https://id.example"]
)
def test_and_over_http_on_this_machine(uri: str) -> None:
    assert Oidc.from_env({**PROVIDER, "OVIRTLITE_OIDC_ISSUER": uri}) is not None


@pytest.mark.parametrize("changes", [
    {"OVIRTLITE_LDAP_URI": "ldap://ldap.example.org"},
    {"OVIRTLITE_LDAP_URI": "ldaps://a.example ldap://b.example"},
    {"OVIRTLITE_LDAP_URI": "https://ldap.example.org"},
    {"OVIRTLITE_LDAP_USER_BASE": ""},
    {"OVIRTLITE_LDAP_USER_FILTER": "(uid=*)"},
    {"OVIRTLITE_LDAP_GROUP_TYPE": "friends"},
    {"OVIRTLITE_LDAP_BIND_DN": "cn=reader"},
    {"OVIRTLITE_LDAP_REQUIRED_GROUP": "staff"},
])  # fmt: skip
def test_what_is_no_safe_directory_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(ImproperlyConfigured):
        Ldap.from_env({**DIRECTORY, **changes})


@pytest.mark.parametrize("changes", [
    {"OVIRTLITE_LDAP_START_TLS": "1"}, {"OVIRTLITE_LDAP_INSECURE": "1"}, {"OVIRTLITE_LDAP_URI": "ldap://127.0.0.1"},
    {"OVIRTLITE_LDAP_URI": "ldapi:///"},
])  # fmt: skip
def test_what_may_be(changes: dict[str, str]) -> None:
    assert (
        Ldap.from_env({**DIRECTORY, "OVIRTLITE_LDAP_URI": "ldap://ldap.example.org", **changes}) is not None
    )
