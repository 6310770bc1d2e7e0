"""Content on its way into volumes and out of them: through the ASGI application, a worker's job and a real libvirtd."""

import hashlib
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from access.actor import Actor
from access.models import AuditEntry
from access.services import tokens
from jobs.models import Job
from storage.content import filling, lines
from storage.models import Image, Upload, Volume
from storage.uploads.carry import recover
from tests.node.asgi import Program, Reply
from tests.node.site import Site, disk
from tests.private_redis import PrivateRedis
from tests.unit.access.people import client_of, give, person

pytestmark = pytest.mark.django_db(transaction=True)
MIB = 2**20
TUS: dict[str, Any] = {"Tus_Resumable": "1.0.0", "Content_Type": "application/offset+octet-stream"}
CONTENT = random.Random(4).randbytes(9 * MIB + 17)


@pytest.fixture
def web(site: Site, doorbell: PrivateRedis) -> Iterator[APIClient]:
    assert site.by.user is not None
    yield client_of(site.by.user)
    lines.close_idle(0)


@pytest.fixture
def program(site: Site) -> Program:
    return program_of(site.by)


def program_of(by: Actor) -> Program:
    assert by.user is not None
    return Program(tokens.create(name="program", by=by)[1])


def begun(web: APIClient, site: Site, **wish: Any) -> dict[str, Any]:
    """An upload whose volume is made."""
    body = {"size_bytes": len(CONTENT)} | wish
    if "volume" not in body:
        body = {"pool": str(site.pool.pk), "name": "new.img"} | body
    reply = web.post("/api/v1/uploads/", body, format="json")
    assert reply.status_code == 201, reply.content
    upload: dict[str, Any] = reply.json()
    worked(site, upload)
    return upload


def worked(site: Site, upload: dict[str, Any]) -> Job:
    """What a worker does, when there is something to do."""
    job = Job.objects.get(pk=upload["id"])
    if job.state == "running":
        from jobs.carrying import decide

        decide(job)
    return site.ended(job)


def patch(program: Program, upload: dict[str, Any], offset: int, body: Any, **more: Any) -> Reply:
    return program.send("PATCH", upload["url"], body, Upload_Offset=str(offset), **TUS, **more)


def offset_of(program: Program, upload: dict[str, Any]) -> int:
    reply = program.send("HEAD", upload["url"], Tus_Resumable="1.0.0")
    assert reply.status == 200
    assert reply.headers["upload-length"] == str(upload["size_bytes"])
    return int(reply.headers["upload-offset"])


def test_cut_and_resumed_it_is_whole_and_in_the_library(
    site: Site, web: APIClient, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "STRETCH_BYTES", 2 * MIB)
    sum = hashlib.sha256(CONTENT).hexdigest()
    upload = begun(web, site, sha256=sum, library=True, format="raw")
    assert upload["offset_bytes"] == 0
    assert upload["job"]["kind"] == "volume.upload"
    assert Job.objects.get(pk=upload["id"]).state == "running"

    assert patch(program, upload, 0, CONTENT[: 5 * MIB], cut=True, announce=len(CONTENT)).status == 0
    assert offset_of(program, upload) == 5 * MIB
    shown = web.get(f"/api/v1/uploads/{upload['id']}/").json()
    assert (shown["offset_bytes"], shown["sending"], shown["actions"]) == (5 * MIB, False, ["send", "delete"])
    transfer = Job.objects.get(pk=upload["id"]).transfer
    assert transfer is not None
    assert transfer["processed_bytes"] == 5 * MIB
    assert worked(site, upload).state == "running", "what is not whole is never done"

    wrong = patch(program, upload, 4 * MIB, CONTENT[4 * MIB :])
    assert wrong.status == 409
    assert wrong.json()["offset_bytes"] == 5 * MIB
    assert wrong.headers["content-type"] == "application/problem+json"
    assert wrong.headers["connection"] == "close"
    assert wrong.headers["x-content-type-options"] == "nosniff"
    longer = patch(program, upload, 5 * MIB, CONTENT[5 * MIB :] + b"x")
    assert longer.status == 413
    assert offset_of(program, upload) == 5 * MIB

    whole = patch(program, upload, 5 * MIB, CONTENT[5 * MIB :])
    assert (whole.status, whole.headers["upload-offset"]) == (204, str(len(CONTENT)))
    assert whole.headers["cache-control"] == "no-store"
    job = worked(site, upload)
    assert job.state == "succeeded", job.error_detail
    assert job.result is not None
    assert job.result["sha256"] == sum
    assert (site.folder / "new.img").read_bytes() == CONTENT
    volume = Volume.objects.get(pk=job.result["volume"]["id"])
    assert not Upload.objects.exists()
    assert web.get("/api/v1/uploads/").json()["count"] == 0
    image = web.get("/api/v1/images/", {"host": str(site.host.pk)}).json()["results"][0]
    assert image["name"] == "new.img"
    assert image["copies"][0]["volume"]["id"] == str(volume.pk)
    assert AuditEntry.objects.filter(action="volume.upload", result="accepted").count() == 1

    # And out again.
    url = f"/api/v1/volumes/{volume.pk}/content/"
    got = program.send("GET", url)
    assert got.status == 200
    assert got.body == CONTENT
    assert got.headers["content-length"] == str(len(CONTENT))
    part = program.send("GET", url, Range=f"bytes={7 * MIB + 3}-{8 * MIB}")
    assert part.status == 206
    assert part.body == CONTENT[7 * MIB + 3 : 8 * MIB + 1]
    assert part.headers["content-range"] == f"bytes {7 * MIB + 3}-{8 * MIB}/{len(CONTENT)}"
    assert program.send("GET", url, Range="bytes=-5").body == CONTENT[-5:]
    beyond = program.send("GET", url, Range=f"bytes={len(CONTENT)}-")
    assert beyond.status == 416
    assert beyond.json()["size_bytes"] == len(CONTENT)
    head = program.send("HEAD", url)
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(CONTENT)))
    left = program.send("GET", url, stop_after=MIB)
    assert not left.ended
    assert len(left.body) < len(CONTENT), "who leaves is sent no more"
    assert program.send("GET", url).body == CONTENT


def test_what_it_is_not_is_refused_before_it_is_written(
    site: Site, web: APIClient, program: Program, tmp_path: Path
) -> None:
    hostile = tmp_path / "hostile.qcow2"
    subprocess.run(
        ["qemu-img", "create", "-q", "-u", "-f", "qcow2", "-b", "/etc/shadow", "-F", "raw", hostile, "1M"],
        check=True,
    )
    content = hostile.read_bytes()
    for name, declared, body, why in (
        ("backed", "qcow2", content, "refers to another file"),
        ("lying", "raw", content, "refers to another file"),
        ("other", "qcow2", CONTENT, "raw, and qcow2 was declared"),
        ("archive", "ova", CONTENT, "ova was declared"),
    ):
        upload = begun(web, site, name=name, size_bytes=len(body), format=declared)
        reply = patch(program, upload, 0, body)
        assert reply.status == 400, reply.body
        assert why in reply.json()["detail"]
        assert (site.folder / name).stat().st_blocks == 0, "nothing of it was written"
        again = patch(program, upload, 0, body)
        assert again.status == 409
        assert again.json()["code"] == "content_refused"
        job = worked(site, upload)
        assert (job.state, job.error_code) == ("failed", "content_refused")
        assert why in job.error_detail
        assert site.names() == set()

    upload = begun(web, site, sha256="0" * 64)
    assert patch(program, upload, 0, CONTENT).status == 204
    job = worked(site, upload)
    assert (job.state, job.error_code) == ("failed", "checksum")
    assert site.names() == set()

    upload = begun(web, site, size_bytes=4 * MIB)
    more = patch(program, upload, 0, CONTENT, announce=None)
    assert more.status == 413
    job = worked(site, upload)
    assert job.state == "failed"
    assert site.names() == set()
    assert not Upload.objects.exists()
    assert not Image.objects.exists()


def test_one_sender_at_a_time_and_a_cancel_that_ends_him(
    site: Site, web: APIClient, program: Program
) -> None:
    upload = begun(web, site)
    second: list[Reply] = []

    def meanwhile() -> None:
        second.append(patch(program_of(site.by), upload, 0, CONTENT[:MIB]))

    assert patch(program, upload, 0, CONTENT[: 3 * MIB], meanwhile=meanwhile).status == 204
    assert second[0].status == 423
    assert second[0].json()["code"] == "being_sent"
    short = begun(web, site, name="short.img")
    assert patch(program, short, 0, b"a few bytes").json()["code"] == "first_part_too_short"
    assert offset_of(program, short) == 0

    eve = person("eve")
    give(eve, "operator", kind="host", at=site.host.pk)
    theirs = program_of(Actor(user=eve))
    assert patch(theirs, upload, 3 * MIB, CONTENT[3 * MIB :]).status == 403
    assert patch(Program("ovl_forged"), upload, 3 * MIB, CONTENT[3 * MIB :]).status == 401
    assert patch(program_of(Actor(user=person("nobody"))), upload, 3 * MIB, b"x").status == 404
    assert (
        program.send(
            "PATCH", upload["url"], CONTENT, Upload_Offset="0", Content_Type=TUS["Content_Type"]
        ).status
        == 412
    )
    assert (
        program.send("PATCH", upload["url"], CONTENT, Upload_Offset="0", Tus_Resumable="1.0.0").status == 415
    )
    assert program.send("PATCH", upload["url"], CONTENT, Upload_Offset="-1", **TUS).status == 400

    reply = web.delete(f"/api/v1/uploads/{upload['id']}/")
    assert reply.status_code == 202
    gone = patch(program, upload, 3 * MIB, CONTENT[3 * MIB :])
    assert gone.status in {404, 409}
    assert worked(site, upload).state == "cancelled"
    assert site.names() == {"short.img"}
    site.host.state = "unreachable"
    site.host.save()
    assert patch(program, short, 0, CONTENT).json()["code"] == "host_not_up"
    assert (
        web.post(
            "/api/v1/uploads/", {"pool": str(site.pool.pk), "name": "x", "size_bytes": 5}, format="json"
        ).status_code
        == 409
    )
    site.host.state = "up"
    site.host.save()
    Upload.objects.update(expires_at="2020-01-01T00:00:00Z")
    job = worked(site, short)
    assert (job.state, job.error_code, site.names()) == ("failed", "upload_abandoned", set())


def test_into_a_volume_that_is_there(site: Site, web: APIClient, program: Program) -> None:
    volume = site.volume("there.img", capacity_bytes=len(CONTENT))
    url = f"/api/v1/volumes/{volume.pk}/content/"
    reply = program.send("PUT", url, CONTENT)
    assert reply.status == 202, reply.body
    assert reply.json()["kind"] == "volume.upload"
    assert reply.headers["location"] == f"/api/v1/jobs/{reply.json()['id']}/"
    assert program.send("PUT", url, CONTENT).status == 409, "its job holds it"
    job = site.ended(Job.objects.get(pk=reply.json()["id"]))
    assert job.state == "succeeded", job.error_detail
    assert (site.folder / "there.img").read_bytes() == CONTENT

    half, size = 4 * MIB, len(CONTENT)
    other = CONTENT[::-1]
    first = program.send("PUT", url, other[:half], Content_Range=f"bytes 0-{half - 1}/{size}")
    assert first.status == 202
    assert first.headers["upload-offset"] == str(half)
    hole = program.send("PUT", url, other[half + 1 :], Content_Range=f"bytes {half + 1}-{size - 1}/{size}")
    assert hole.status == 409
    assert hole.json()["offset_bytes"] == half
    last = program.send("PUT", url, other[half:], Content_Range=f"bytes {half}-{size - 1}/{size}")
    assert last.status == 202
    assert worked(site, {"id": last.json()["id"]}).state == "succeeded"
    assert (site.folder / "there.img").read_bytes() == other

    wrong: tuple[tuple[dict[str, Any], bytes, int], ...] = (
        ({"Content_Range": f"bytes 5-3/{size}"}, b"abc", 400),
        ({"Content_Range": "bytes 0-9/10"}, b"abc", 400),
        ({"Content_Range": f"bytes 100-102/{size}"}, b"abc", 409),
        ({}, b"", 400),
        ({}, CONTENT + b"x", 400),
    )
    for headers, body, status in wrong:
        assert program.send("PUT", url, body, **headers).status == status
    assert program.send("PUT", url, b"abc", announce=None).status == 411
    guest = site.guest(disk(volume.path))
    site.node.start(guest.pk)
    site.look_at_all()
    used = program.send("PUT", url, CONTENT)
    assert used.status == 409
    assert used.json()["code"] == "in_use"
    assert guest.name in used.json()["detail"]
    site.node.destroy(guest.pk)
    site.look_at_all()
    assert not Job.objects.filter(state__in=("queued", "running")).exists()


def test_bad_wishes_leave_nothing(site: Site, web: APIClient, settings: Settings) -> None:
    good = {"pool": str(site.pool.pk), "name": "x.img", "size_bytes": 5}
    site.volume("taken.img")
    for change, status in (
        ({"name": "../x"}, 400),
        ({"name": ".hidden"}, 400),
        ({"name": "a\nb"}, 400),
        ({"name": "x" * 300}, 400),
        ({"name": "taken.img"}, 409),
        ({"size_bytes": 0}, 400),
        ({"size_bytes": "5"}, 400),
        ({"size_bytes": 2**52}, 409),
        ({"format": "exe"}, 400),
        ({"sha256": "abc"}, 400),
        ({"pool": "5c2b4d1e-0000-4000-8000-000000000000"}, 404),
        ({"volume": str(Volume.objects.get().pk)}, 400),
    ):
        reply = web.post("/api/v1/uploads/", good | change, format="json")
        assert reply.status_code == status, (change, reply.content)
    plan = web.post("/api/v1/uploads/?plan=1", good, format="json")
    assert plan.json() == {"allowed": True, "checks": []}
    plan = web.post("/api/v1/uploads/?plan=1", good | {"name": "taken.img"}, format="json")
    assert plan.json()["allowed"] is False
    assert not Upload.objects.exists()
    assert not Job.objects.exists()
    assert site.names() == {"taken.img"}


def test_a_worker_that_died_is_followed_by_another(site: Site, web: APIClient, program: Program) -> None:
    """Its first attempt made the volume and told nobody; later one looks at the content and dies."""
    reply = web.post(
        "/api/v1/uploads/",
        {"pool": str(site.pool.pk), "name": "n.img", "size_bytes": len(CONTENT)},
        format="json",
    )
    upload = reply.json()
    site.volume("n.img", capacity_bytes=len(CONTENT))
    Volume.objects.all().delete()
    Job.objects.filter(pk=upload["id"]).update(state="running", attempt=2)  # taken over by a sweeper
    job = Job.objects.get(pk=upload["id"])
    worked(site, upload)
    assert patch(program, upload, 0, CONTENT).status == 204
    Upload.objects.update(attempt=3)
    Job.objects.filter(pk=upload["id"]).update(state="running", attempt=3)
    job.refresh_from_db()
    assert type(recover(job)).__name__ == "Resting", "the attempt that has it may live"
    Job.objects.filter(pk=upload["id"]).update(attempt=4)
    assert worked(site, upload).state == "succeeded"
    assert (site.folder / "n.img").read_bytes() == CONTENT
