"""Uploads, content, fetching and the library over the API: what is refused, what ends with a right."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from access.models import AuditEntry, Grant, User
from hosts.models import Host
from jobs.models import Job
from storage.models import Image, ImageCopy, Pool, Upload
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


def test_a_right_that_ends_ends_what_is_being_sent(two_hosts: tuple[Host, Host]) -> None:
    home = pool(two_hosts[0])
    eve = person("eve", "operator", kind="pool", at=home.pk)
    upload = upload_of(eve, home)
    Upload.objects.filter(pk=upload.pk).update(sender="word")
    sending = Sending(Upload.objects.select_related("pool__host").get(pk=upload.pk), "word")
    sending._report(0)
    Grant.objects.filter(user=eve).delete()
    with pytest.raises(GivenUp):
        sending._report(0)
    give(eve, "operator", kind="pool", at=home.pk)
    User.objects.filter(pk=eve.pk).update(is_active=False)
    with pytest.raises(GivenUp):
        sending._report(0)
