"""Which addresses lie within: whatever they are written like."""

import ipaddress
import socket
from typing import Any

import pytest

from storage.fetching import guard

INNER = (
    "127.0.0.1", "127.8.9.10", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fc00::1",
    "fd00:ec2::254", "ff02::1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1", "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:f5ff:fffe", "::7f00:1",
)  # fmt: skip


@pytest.mark.parametrize("address", INNER)
def test_inner_addresses(address: str) -> None:
    assert not guard.permitted(ipaddress.ip_address(address), ())


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_the_world(address: str) -> None:
    assert guard.permitted(ipaddress.ip_address(address), ())


def test_an_administrator_allows_networks_and_nothing_beside_them() -> None:
    allowed = guard.networks(["10.1.0.0/16", "fd00::/8", ""])
    assert guard.permitted(ipaddress.ip_address("10.1.2.3"), allowed)
    assert guard.permitted(ipaddress.ip_address("::ffff:10.1.2.3"), allowed)
    assert guard.permitted(ipaddress.ip_address("fd00::5"), allowed)
    assert not guard.permitted(ipaddress.ip_address("10.2.0.1"), allowed)
    with pytest.raises(ValueError, match="does not appear"):
        guard.networks(["nonsense"])


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://example.org/x", "gopher://example.org/", "//example.org/x", "http://", "http:///x",
        "http://exa mple.org/", "http://example.org\\@10.0.0.1/", "http://example.org/\nHost: x", "http://ex%61mple.org/",
        "http://example.org:99999/", "http://example.org:0/", "http://bücher.example/", "http://x/" + "a" * 2000,
    ],
)  # fmt: skip
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(guard.Forbidden):
        guard.check(url)


def test_a_name_is_resolved_once_and_one_inner_address_spoils_it(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [["93.184.216.34"], ["93.184.216.34", "10.0.0.1"], ["127.0.0.1"]]
    asked = []

    def resolver(name: str, port: int, **_: Any) -> list[Any]:
        asked.append(name)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in answers[len(asked) - 1]]

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    target = guard.resolve("https://user:word@images.example:8443/a?b=c", ())
    assert (target.url, target.host_header) == ("https://93.184.216.34:8443/a?b=c", "images.example:8443")
    assert (target.name, target.user, target.password) == ("images.example", "user", "word")
    assert len(asked) == 1
    for _ in range(2):
        with pytest.raises(guard.Forbidden, match="inner address"):
            guard.resolve("http://images.example/", ())


def test_a_redirect_from_https_to_http_is_not_followed() -> None:
    assert guard.redirected("https://a.example/x/y", "../z") == "https://a.example/z"
    assert guard.redirected("http://a.example/", "https://b.example/") == "https://b.example/"
    with pytest.raises(guard.Forbidden):
        guard.redirected("https://a.example/", "http://a.example/")
