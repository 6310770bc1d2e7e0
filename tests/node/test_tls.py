"""A node over TLS: certificates that fit, and every way in which they do not."""

import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest

from hypervisor.certificates import Authority
from hypervisor.data import Credentials
from hypervisor.errors import AuthenticationFailed, HostKeyChanged
from tests.daemon import PrivateDaemon
from tests.node.conftest import Opener

LIFE = timedelta(days=1)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.new("one", life=LIFE)


@pytest.fixture(scope="module")
def server(authority: Authority) -> Iterator[str]:
    """Its address by IP, which its certificate names."""
    shown = authority.for_node("127.0.0.1", life=LIFE)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    daemon = PrivateDaemon(
        {
            "listen_tls": 1, "listen_tcp": 0, "listen_addr": "127.0.0.1", "tls_port": str(port),
            "tls_allowed_dn_list": ["CN=ovirtlite"],
            "ca_file": "{folder}/ca.pem", "cert_file": "{folder}/cert.pem", "key_file": "{folder}/key.pem",
        },
        listen=True,
        files={"ca.pem": authority.certificate, "cert.pem": shown.certificate, "key.pem": shown.key},
    )  # fmt: skip
    daemon.start()
    yield f"127.0.0.1:{port}"
    daemon.stop()


def credentials(
    authority: Authority, client: Authority | None = None, *, name: str = "ovirtlite"
) -> Credentials:
    ours = (client or authority).for_us(name, life=LIFE)
    return Credentials(
        tls_ca_certificate=authority.certificate, tls_certificate=ours.certificate, tls_private_key=ours.key
    )


def test_it_opens(server: str, authority: Authority, opened: Opener) -> None:
    assert opened(f"test+tls://{server}/default", credentials(authority)).inventory().domains


def test_a_certificate_of_another_authority(server: str, authority: Authority, opened: Opener) -> None:
    with pytest.raises(AuthenticationFailed):
        opened(
            f"test+tls://{server}/default", credentials(authority, Authority.new("other", life=LIFE))
        ).inventory()


def test_another_certificate_of_the_same_authority(server: str, authority: Authority, opened: Opener) -> None:
    """Without a list of names, whoever the authority signs for is root on the node (CVE-2013-4311)."""
    with pytest.raises(AuthenticationFailed):
        opened(f"test+tls://{server}/default", credentials(authority, name="somebody")).inventory()


def test_no_certificate(server: str, authority: Authority, opened: Opener) -> None:
    with pytest.raises(AuthenticationFailed):
        opened(
            f"test+tls://{server}/default", Credentials(tls_ca_certificate=authority.certificate)
        ).inventory()


def test_a_machine_of_another_authority(server: str, opened: Opener) -> None:
    with pytest.raises(HostKeyChanged):
        opened(f"test+tls://{server}/default", credentials(Authority.new("other", life=LIFE)))


def test_a_machine_of_another_name(server: str, authority: Authority, opened: Opener) -> None:
    with pytest.raises(HostKeyChanged, match="not for that name"):
        opened(f"test+tls://localhost:{server.rpartition(':')[2]}/default", credentials(authority))


def test_certificates_that_are_none(server: str, opened: Opener) -> None:
    with pytest.raises(AuthenticationFailed):
        opened(f"test+tls://{server}/default", Credentials("", "", "not a certificate", "x", "y"))
