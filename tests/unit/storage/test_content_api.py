"""Uploads, content, fetching and the library over the API: what is refused, what ends with a right."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from access.actor import Actor
from access.errors import NotPermitted
from access.models import AuditEntry, Grant, Token, User
from access.services import tokens
from hosts.models import Host
from jobs.models import Job
from storage.content import allowed
from storage.content.allowed import ReadingWhileAllowed
from storage.content.giving import Reading
from storage.models import Image, ImageCopy, Pool, Upload
from storage.uploads import sending, services
from storage.uploads.errors import TooManyTransfers
from storage.uploads.sending import GivenUp, Sending
from storage.uploads.services import KIND
from tests.unit.access.people import client_of, give, person
from tests.unit.domains.conftest import two_hosts
from tests.unit.storage.volumes import pool, volume

__all__ = ["two_hosts"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]
_TUS: dict[str, Any] = {"HTTP_TUS_RESUMABLE": "1.0.0", "HTTP_UPLOAD_OFFSET": "0"}


@pytest.fixture
def home(two_hosts: tuple[Host, Host]) -> Pool:
    Host.objects.update(uri="test:///default")
    return pool(two_hosts[0])


def upload_of(user: User | None, home: Pool) -> Upload:
    job = Job.objects.create(
        kind=KIND, state="running", object_kind="volume", object_id=uuid4(), object_name="up.img", host_id=home.host_id,
        requested_by=user, deadline_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    upload: Upload = Upload.objects.create(
        pk=job.pk, pool=home, volume_name="up.img", size_bytes=5, created_by=user,
        expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    return upload


def image_in(home: Pool, name: str) -> Image:
    image: Image = Image.objects.create(name=name, kind="disk", format="raw")
    ImageCopy.objects.create(image=image, volume=volume(home, f"{name}.img", format="raw"))
    return image


def test_a_grant_on_one_pool_reaches_no_other(home: Pool) -> None:
    other = pool(home.host, "other")
    eve = person("eve")
    give(eve, "operator", kind="pool", at=home.pk)
    somebody = person("somebody")
    image_in(other, "hidden")
    upload_of(somebody, other)
    for what in ("images", "uploads"):
        assert client_of(eve).get(f"/api/v1/{what}/").json()["results"] == []


def test_another_ones_upload_is_seen_and_not_touched(home: Pool) -> None:
    ada, eve = person("ada", "administrator"), person("eve")
    give(eve, "operator", kind="pool", at=home.pk)
    upload = upload_of(ada, home)
    url = f"/api/v1/uploads/{upload.pk}/"
    assert client_of(eve).get(url).json()["actions"] == []
    reply = client_of(eve).patch(
        f"{url}content/", b"12345", content_type="application/offset+octet-stream", **_TUS
    )
    assert (reply.status_code, reply.json()["code"]) == (403, "not_permitted")
    entry = AuditEntry.objects.get(action="upload.send", result="refused")
    assert (entry.actor_name, entry.object_id) == ("eve", upload.pk)
    assert client_of(eve).delete(url).status_code == 403
    upload.refresh_from_db()
    assert upload.sender == ""


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"url": "ftp://example.org/x"}, 400),
        ({"url": "file:///etc/passwd"}, 400),
        ({"url": "https://exa mple.org/x"}, 400),
        ({"name": "../x"}, 400),
        ({"format": "exe"}, 400),
        ({"sha256": "12"}, 400),
        ({"unknown": 1}, 400),
        ({"name": "there.img"}, 409),
    ],
)
def test_what_is_not_fetched(home: Pool, change: dict[str, Any], status: int) -> None:
    volume(home, "there.img")
    body = {"url": "https://user:word@images.example/x", "name": "x.img"} | change
    client = client_of(person("ada", "administrator"))
    assert client.post(f"/api/v1/pools/{home.pk}/fetch/", body, format="json").status_code == status
    assert not Job.objects.exists()


def test_a_password_in_an_address_stands_nowhere_in_clear(home: Pool) -> None:
    client = client_of(person("ada", "administrator"))
    body = {"url": "https://user:canary-word@images.example/x?token=canary-word", "name": "x.img"}
    reply = client.post(f"/api/v1/pools/{home.pk}/fetch/", body, format="json")
    assert reply.status_code == 202
    job = Job.objects.get()
    stored = f"{reply.content!r} {job.options} {list(AuditEntry.objects.values())}"
    assert "canary-word" not in stored


def _signed_in(user: User) -> Actor:
    client = client_of(user)
    return Actor(user=user, session_key=client.cookies["ovirtlite_session"].value)


def _program(user: User) -> tuple[Actor, Token]:
    token, _ = tokens.create(name="program", by=Actor(user=user))
    return Actor(user=user, token=token), token


def test_a_right_that_ends_ends_what_is_being_sent(home: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "ASKED_EVERY_SECONDS", 0.0)
    eve = person("eve", "operator", kind="pool", at=home.pk)
    upload = upload_of(eve, home)
    Upload.objects.filter(pk=upload.pk).update(sender="word")
    read = Upload.objects.select_related("pool__host").get(pk=upload.pk)
    session, (program, token) = _signed_in(eve), _program(eve)
    by_session, by_program = (Sending(read, "word", by=by) for by in (session, program))
    by_session._report(0)
    by_program._report(0)
    Grant.objects.filter(user=eve).delete()
    for one in (by_session, by_program):
        with pytest.raises(GivenUp):
            one._report(0)
    give(eve, "operator", kind="pool", at=home.pk)
    token.delete()
    with pytest.raises(GivenUp):
        by_program._report(0)
    by_session._report(0)
    Session.objects.filter(pk=session.session_key).delete()
    with pytest.raises(GivenUp):
        by_session._report(0)


class _Giver(Reading):
    """What a node would give, without one."""

    def __init__(self) -> None:
        self.closed = 0

    def read(self) -> bytes:
        return b"bytes"

    def close(self) -> None:
        self.closed += 1


def test_a_right_that_ends_ends_what_is_being_read(home: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowed, "ASKED_EVERY_SECONDS", 0.0)
    monkeypatch.setattr(allowed, "close_old_connections", lambda: None)  # the test's own is in use
    eve = person("eve", "operator", kind="pool", at=home.pk)
    session, (program, token) = _signed_in(eve), _program(eve)
    at = volume(home, "x.img").pk
    readings = [ReadingWhileAllowed(_Giver(), at, by) for by in (session, program)]
    assert [one.read() for one in readings] == [b"bytes"] * 2
    token.delete()
    with pytest.raises(NotPermitted):
        readings[1].read()
    assert readings[0].read() == b"bytes"
    Session.objects.filter(pk=session.session_key).delete()
    with pytest.raises(NotPermitted):
        readings[0].read()


def test_readings_at_once_are_bounded(home: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowed, "MOST_READ_OF_A_PERSON", 2)
    eve, ada = Actor(user=person("eve")), Actor(user=person("ada"))
    held = []
    for _ in range(2):
        allowed.take_place(eve)
        held.append(ReadingWhileAllowed(_Giver(), home.pk, eve))
    with pytest.raises(TooManyTransfers):
        allowed.take_place(eve)
    allowed.take_place(ada)
    allowed.give_place_back(ada)
    held[0].close()
    held[0].close()  # a place is given back once
    allowed.take_place(eve)
    with pytest.raises(TooManyTransfers):
        allowed.take_place(eve)
    held[1].close()
    allowed.give_place_back(eve)
    assert not allowed._of_user


def test_uploads_under_way_are_bounded(home: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_OPEN_OF_A_PERSON", 1)
    ada = person("ada", "administrator")
    upload = upload_of(ada, home)
    body = {"pool": str(home.pk), "name": "next.img", "size_bytes": 5}
    reply = client_of(ada).post("/api/v1/uploads/", body, format="json")
    assert (reply.status_code, reply.json()["code"]) == (429, "too_many_transfers")
    assert reply["Retry-After"] == "10"
    assert (
        client_of(person("eve", "administrator")).post("/api/v1/uploads/", body, format="json").status_code
        == 201
    )
    Job.objects.filter(pk=upload.pk).update(state="succeeded")
    body["name"] = "third.img"
    assert client_of(ada).post("/api/v1/uploads/", body, format="json").status_code == 201
