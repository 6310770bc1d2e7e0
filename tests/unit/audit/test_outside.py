"""The audit log as others read it: searched, as lines of JSON, over syslog."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import models
from pytest_django import Settings
from rest_framework.test import APIClient

from access import audit, chain, syslog
from access.models import AuditEntry, AuditReader
from tests.unit.access.people import client_of, person
from tests.unit.audit.conftest import BY, write

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
AUDIT = "/api/v1/audit/"
_HOSTILE = "evil\r\n<110>1 - - - - - forged ü \u2028"


def _lines(reply: Any) -> list[dict[str, Any]]:
    assert reply.status_code == 200
    return [json.loads(line) for line in b"".join(reply.streaming_content).decode("ascii").splitlines()]


def test_entries_are_found_by_what_they_say(client: APIClient) -> None:
    audit.record(
        BY, "user.edit", "user", None, "bob", changes=audit.changed({"name": "Robert"}, {"name": "Rob"})
    )
    write(2, "host.edit")

    def found(**asked: str) -> list[str]:
        return [entry["action"] for entry in client.get(AUDIT, asked).json()["results"]]

    assert found(changes="robert") == found(changes='"name"') == ["user.edit"]
    assert found(address="192.0.2.7", action="host.edit") == ["host.edit"] * 2
    assert found(address="192.0.2.8") == []
    assert found(ordering="sequence", search="person") == ["host.edit"] * 2
    entry = client.get(AUDIT, {"search": "bob"}).json()["results"][0]
    assert entry["changes"] == {"name": {"before": "Robert", "after": "Rob"}}
    assert (entry["sequence"], entry["digest"]) == (1, ANY)
    assert client.get(AUDIT, {"changes": "x" * 201}).status_code == 400


def test_all_of_it_comes_as_lines_in_order(client: APIClient) -> None:
    audit.record(BY, "user.edit", "user", None, _HOSTILE)
    write(1100)
    lines = _lines(client.get(f"{AUDIT}export/"))
    assert [line["sequence"] for line in lines] == list(range(1, 1102))
    assert lines[0]["object"]["name"] == _HOSTILE
    assert lines[0]["at"].endswith("Z")
    assert set(lines[0]) == set(client.get(AUDIT).json()["results"][0])
    after = lines[1099]["at"]
    assert [line["sequence"] for line in _lines(client.get(f"{AUDIT}export/", {"after": after}))] == [
        1100,
        1101,
    ]
    assert _lines(client.get(f"{AUDIT}export/", {"action": "no.such"})) == []
    assert client.get(f"{AUDIT}export/", {"nonsense": "1"}).status_code == 400

    said = StringIO()
    call_command("export_audit", "--after", after, stdout=said)
    assert [json.loads(line)["sequence"] for line in said.getvalue().splitlines()] == [1100, 1101]
    call_command("export_audit", "--before", "2001-01-31", stdout=said)
    assert len(said.getvalue().splitlines()) == 2
    with pytest.raises(CommandError, match="no time"):
        call_command("export_audit", "--after", "yesterday")


def test_it_is_verified_over_the_api(client: APIClient) -> None:
    write(3)
    assert client.post(f"{AUDIT}verify/").json() == {
        "valid": True, "checked": 3, "first": 1, "unsealed": 0, "head_known": False, "broken_at": None,
        "problem": None, "detail": "",
    }  # fmt: skip
    models.QuerySet(AuditEntry).filter(sequence=2).update(address="192.0.2.9")
    said = client.post(f"{AUDIT}verify/").json()
    assert (said["valid"], said["broken_at"], said["problem"]) == (False, 2, "changed")


def test_only_who_may_read_it(client: APIClient) -> None:
    vera = client_of(person("vera", "operator"))
    assert vera.get(f"{AUDIT}export/").status_code == 403
    assert vera.post(f"{AUDIT}verify/").status_code == 403
    assert APIClient().get(f"{AUDIT}export/").status_code == 401
    assert client.get(f"{AUDIT}verify/").status_code == 405


@contextmanager
def _stream(port: int = 0) -> Iterator[tuple[int, list[bytes]]]:
    """A syslog server over TCP, as rsyslog is one: it reads to the end, then hangs up."""
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", port)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    whole = b""
                    while chunk := connection.recv(65536):
                        whole += chunk
                    received.append(whole)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1], received
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def _messages(stream: bytes) -> list[bytes]:
    found = []
    while stream:
        length, _, stream = stream.partition(b" ")
        found.append(stream[: int(length)])
        stream = stream[int(length) :]
    return found


def test_syslog_over_tcp_goes_on_where_it_was_left(settings: Settings) -> None:
    assert syslog.send() == 0  # nobody wants it
    audit.record(BY, "user.edit", "user", None, _HOSTILE, "refused")
    write(2)
    with _stream() as (port, received):
        settings.AUDIT_SYSLOG = f"tcp://127.0.0.1:{port}"
        assert syslog.send() == 3
    first = _messages(received[0])[0]
    assert first.startswith(b"<108>1 20")  # log audit, warning
    assert b"\n" not in first
    assert b"\r" not in first
    assert first.isascii()
    header, _, said = first.partition(b" - {")
    assert header.split()[3:] == [b"ovirtlite", ANY, b"user.edit"]
    assert json.loads(b"{" + said)["object"]["name"] == _HOSTILE

    # The receiver is away: what is written meanwhile waits, and is told once.
    write(2)
    assert syslog.send() == syslog.send() == 0
    assert AuditReader.objects.get().failing_since is not None
    with _stream(port) as (_, received):
        assert syslog.send() == 2
        assert syslog.send() == 0
    numbers = [json.loads(one[one.index(b"{") :])["sequence"] for one in _messages(received[0])]
    assert numbers == [4, 5]
    assert AuditReader.objects.get().failing_since is None


@pytest.mark.parametrize("scheme", ["udp", "unix"])
def test_syslog_in_datagrams(settings: Settings, tmp_path: Path, scheme: str) -> None:
    family = socket.AF_UNIX if scheme == "unix" else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as server:
        server.settimeout(5)
        server.bind(str(tmp_path / "log") if scheme == "unix" else ("127.0.0.1", 0))
        settings.AUDIT_SYSLOG = (
            f"unix://{tmp_path}/log" if scheme == "unix" else f"udp://127.0.0.1:{server.getsockname()[1]}"
        )
        changes = audit.changed({}, {f"field {number}": "x" * 900 for number in range(40)})
        audit.record(BY, "user.edit", "user", None, "much", changes=changes)
        write(1)
        assert syslog.send() == 2
        much = server.recv(65536)
        assert len(much) < 8000
        assert json.loads(much[much.index(b"{") :])["detail"] == {"left_out": "too long"}
        assert server.recv(65536).startswith(b"<109>1 ")


@pytest.mark.parametrize(
    "url", ["http://x", "udp://", "tcp://x:99999", "unix://log", "unix:log", "tcp://x/y", "x"]
)
def test_a_wrong_address_is_told(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="OVIRTLITE_AUDIT_SYSLOG"):
        syslog.Receiver.parse(url)


def test_one_sends_at_a_time(settings: Settings) -> None:
    settings.AUDIT_SYSLOG = "udp://127.0.0.1:9"
    write(1)
    AuditReader.objects.create(name=syslog.READER, held_until=AuditEntry.objects.get().at.replace(year=2999))
    assert syslog.send() == 0
    assert chain.head()[0] == 1
