"""Addresses through proxies, headers that bind the browser, and cookies' limits."""

import re
from pathlib import Path

import pytest
from django.test import Client, override_settings
from rest_framework.test import APIClient

from access.addresses import client_address, is_trusted
from access.models import AuditEntry

LOGIN = "/api/v1/auth/login/"


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "client"),
    [
        ("198.51.100.7", "203.0.113.9", [], "198.51.100.7"),
        ("198.51.100.7", "203.0.113.9", ["10.0.0.0/8"], "198.51.100.7"),
        ("10.0.0.1", "203.0.113.9", ["10.0.0.0/8"], "203.0.113.9"),
        ("10.0.0.1", "6.6.6.6, 203.0.113.9", ["10.0.0.0/8"], "203.0.113.9"),
        ("10.0.0.1", "6.6.6.6, 203.0.113.9, 10.0.0.2", ["10.0.0.0/8"], "203.0.113.9"),
        ("10.0.0.1", "203.0.113.9, nonsense", ["10.0.0.0/8"], "10.0.0.1"),
        ("10.0.0.1", "", ["10.0.0.1"], "10.0.0.1"),
        ("::1", "2001:db8::1", ["::1"], "2001:db8::1"),
        ("", "203.0.113.9", ["unix"], "203.0.113.9"),
        ("", "203.0.113.9", ["10.0.0.0/8"], ""),
    ],
)
def test_only_trusted_proxies_name_a_client(
    peer: str, forwarded: str, trusted: list[str], client: str
) -> None:
    assert client_address(peer, forwarded, trusted) == client


def test_what_is_no_address_is_not_trusted() -> None:
    assert not is_trusted("proxy.example", ["10.0.0.0/8"])


@pytest.mark.django_db
@pytest.mark.parametrize(("trusted", "address"), [([], "127.0.0.1"), (["127.0.0.0/8"], "203.0.113.9")])
def test_the_audit_log_has_the_clients_address(trusted: list[str], address: str) -> None:
    with override_settings(TRUSTED_PROXIES=trusted):
        APIClient().post(
            LOGIN, {"username": "x", "password": "y"}, format="json", HTTP_X_FORWARDED_FOR="203.0.113.9"
        )
    assert AuditEntry.objects.get().address == address


def test_every_reply_binds_the_browser() -> None:
    reply = Client().get("/healthz")
    assert reply["X-Content-Type-Options"] == "nosniff"
    assert reply["X-Frame-Options"] == "DENY"
    assert reply["Referrer-Policy"] == "same-origin"
    assert "default-src 'none'" in reply["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in reply


def test_pages_run_our_scripts_only() -> None:
    reply = Client().get("/api/v1/docs/", HTTP_HOST="lite.example:8000")
    policy = dict(part.strip().split(" ", 1) for part in reply["Content-Security-Policy"].split(";"))
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["connect-src"].split() == ["'self'", "ws://lite.example:8000", "ws://lite.example:6080"]
    page = reply.content.decode()
    assert "//" not in page.replace("<!--", "").split("</head>")[0].replace("http://www.w3.org", "")
    assert "cdn" not in page


def test_a_page_makes_styles_by_a_word_of_its_own(tmp_path: Path) -> None:
    source = Path(__file__).resolve().parents[3] / "frontend" / "index.html"
    (tmp_path / "index.html").write_bytes(source.read_bytes())
    words = set()
    with override_settings(FRONTEND_DIST=tmp_path):
        for _ in range(2):
            reply = Client().get("/")
            policy = dict(part.strip().split(" ", 1) for part in reply["Content-Security-Policy"].split(";"))
            said = re.search(r'name="style-nonce" content="([\w-]{20,})"', reply.content.decode())
            assert said is not None
            assert policy["style-src"] == f"'self' 'nonce-{said[1]}'"
            words.add(said[1])
    assert len(words) == 2


@override_settings(CONSOLE_URL="https://consoles.example/console")
def test_the_console_may_have_an_address_of_its_own() -> None:
    policy = Client().get("/api/v1/docs/")["Content-Security-Policy"]
    assert "wss://consoles.example;" in policy


@override_settings(TRUSTED_PROXIES=["127.0.0.1"])
def test_https_is_believed_of_a_trusted_proxy() -> None:
    assert "Strict-Transport-Security" in Client().get("/healthz", HTTP_X_FORWARDED_PROTO="https")


def test_https_is_not_believed_of_others() -> None:
    assert "Strict-Transport-Security" not in Client().get("/healthz", HTTP_X_FORWARDED_PROTO="https")
