"""The library: volumes put in, looked at, copied to another node and compared."""

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from hosts.models import Host, HostState
from hypervisor.libvirt.node import LibvirtNode
from jobs.models import Job
from storage.content import lines
from storage.inventory import record_pools, record_volumes
from storage.models import Image, Pool, Volume
from tests.daemon import PrivateDaemon, private_daemon
from tests.node.conftest import Opener
from tests.node.site import Site, disk
from tests.private_redis import PrivateRedis
from tests.unit.access.people import client_of, give, person

pytestmark = pytest.mark.django_db(transaction=True)
MIB = 2**20


def iso(label: str, size: int = MIB) -> bytes:
    """The head of an ISO 9660 file system, as far as it says what it is."""
    head = bytearray(size)
    head[0x8000:0x8008] = b"\x01CD001\x01\x00"
    head[0x8008:0x8028] = b"LINUX".ljust(32)
    head[0x8028:0x8048] = label.encode().ljust(32)
    head[0x8050:0x8054] = (size // 2048).to_bytes(4, "little")
    head[0x8080:0x8082] = (2048).to_bytes(2, "little")
    return bytes(head)


@pytest.fixture
def elsewhere(opened: Opener, site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    """A pool of another host."""
    with private_daemon() as daemon:
        node = opened(daemon.uri())
        host = Host.objects.create(
            name="elsewhere",
            uri=daemon.uri(),
            state=HostState.UP,
            enrolled=True,
            driver="qemu",
            arch="x86_64",
        )
        folder = _pool(daemon, node)

        def look(host_id: Any, kind: str, uuid: Any, *, timeout: float = 0) -> str:
            if host_id != host.pk:
                return site.look(host_id, kind, uuid)
            seen = node.inventory().pools
            record_pools(host_id, seen, complete=True)
            for one in seen:
                record_volumes(host_id, one.uuid, node.volumes(one.uuid))
            return "seen"

        monkeypatch.setattr("hosts.looking.look", look)
        look(host.pk, "pool", None)
        pool: Pool = Pool.objects.get(host=host)
        assert pool.target == folder
        yield pool
        lines.close_idle(0)


def _pool(daemon: PrivateDaemon, node: LibvirtNode) -> str:
    folder = str(daemon.directory("far"))
    node._connection.storagePoolCreateXML(
        f"<pool type='dir'><name>far</name><target><path>{folder}</path></target></pool>"
    )
    return folder


def test_in_recognised_copied_and_out_again(
    site: Site, elsewhere: Pool, doorbell: PrivateRedis, settings: Settings
) -> None:
    assert site.by.user is not None
    web = client_of(site.by.user)
    content = iso("Ubuntu-Server 22.04.3 LTS amd64", 3 * MIB) + random.Random(6).randbytes(2 * MIB)
    medium = site.volume("ubuntu.iso", content, capacity_bytes=len(content))
    plan = web.post("/api/v1/images/?plan=1", {"volume": str(medium.pk)}, format="json")
    assert plan.json()["allowed"] is True
    reply = web.post("/api/v1/images/", {"volume": str(medium.pk), "description": "LTS"}, format="json")
    assert reply.status_code == 202, reply.content
    site.done(Job.objects.get(pk=reply.json()["id"]))
    (image,) = web.get("/api/v1/images/", {"host": str(site.host.pk), "kind": "iso"}).json()["results"]
    assert image["os"]["short_id"] == "ubuntu22.04"
    assert (image["arch"], image["label"], image["kind"]) == (
        "x86_64",
        "Ubuntu-Server 22.04.3 LTS amd64",
        "iso",
    )
    assert (image["size_bytes"], image["description"]) == (len(content), "LTS")
    assert image["actions"] == ["edit", "delete", "copy"]
    assert (
        web.post("/api/v1/images/", {"volume": str(medium.pk)}, format="json").json()["code"] == "in_library"
    )
    used = web.delete(f"/api/v1/volumes/{medium.pk}/")
    assert used.status_code == 409, used.content
    assert "ubuntu.iso of the library" in used.json()["detail"]

    url = f"/api/v1/images/{image['id']}/"
    assert web.get("/api/v1/images/", {"host": str(elsewhere.host_id)}).json()["count"] == 0
    wish = web.post(f"{url}copy/", {"pool": str(elsewhere.pk)}, format="json")
    assert wish.status_code == 202, wish.content
    result = site.done(Job.objects.get(pk=wish.json()["id"]))
    assert result["sha256"] == hashlib.sha256(content).hexdigest()
    copied = Volume.objects.select_related("pool").get(pk=result["volume"]["id"])
    assert copied.pool == elsewhere
    with open(copied.path, "rb") as file:
        assert file.read() == content
    copies = web.get(url).json()["copies"]
    assert [copy["host"]["name"] for copy in copies] == ["elsewhere", "private"]
    assert web.post(f"{url}copy/", {"pool": str(elsewhere.pk)}, format="json").json()["code"] == "in_library"

    # A copy that is not what it was is copied nowhere, and leaves nothing.
    Image.objects.update(sha256="0" * 64)
    Image.objects.get().copies.get(volume=copied).delete()
    copied.delete()
    elsewhere.volumes.all().delete()
    wish = web.post(f"{url}copy/", {"pool": str(elsewhere.pk)}, format="json")
    ended = site.ended(Job.objects.get(pk=wish.json()["id"]))
    assert (ended.state, ended.error_code) == ("failed", "name_taken"), (
        "what lies there is not ours to remove"
    )
    with lines.line(elsewhere.host) as far:
        far.delete_volume(elsewhere.uuid, copied.name)
    wish = web.post(f"{url}copy/", {"pool": str(elsewhere.pk)}, format="json")
    ended = site.ended(Job.objects.get(pk=wish.json()["id"]))
    assert (ended.state, ended.error_code) == ("failed", "checksum")
    assert not Path(copied.path).exists()

    assert (
        web.patch(url, {"os": "debian11", "name": "Jammy"}, format="json").json()["os"]["short_id"]
        == "debian11"
    )
    assert web.patch(url, {"os": "no such"}, format="json").status_code == 400
    assert web.patch(url, {}, format="json").status_code == 400
    assert web.patch(url, {"name": "x"}, format="json", HTTP_IF_MATCH='"1"').status_code == 412

    # Who sees one host alone sees that copy alone, and changes nothing.
    eve = person("eve")
    give(eve, "viewer", kind="host", at=elsewhere.host_id)
    assert client_of(eve).get("/api/v1/images/").json()["results"] == []
    give(eve, "viewer", kind="host", at=site.host.pk)
    (seen,) = client_of(eve).get("/api/v1/images/").json()["results"]
    assert seen["actions"] == []
    assert client_of(eve).delete(url).status_code == 403
    assert client_of(eve).patch(url, {"name": "x"}, format="json").status_code == 403
    assert client_of(person("nobody")).delete(url).status_code == 404

    assert web.delete(url).status_code == 204
    assert site.names() == {"ubuntu.iso"}


def test_what_may_not_be_in_it(site: Site, doorbell: PrivateRedis) -> None:
    assert site.by.user is not None
    web = client_of(site.by.user)
    base = site.volume("base.img")
    layer = site.volume("layer.qcow2", format="qcow2", backing=base.path, backing_format="raw")
    refused = web.post("/api/v1/images/", {"volume": str(layer.pk)}, format="json")
    assert refused.status_code == 409
    guest = site.guest(disk(base.path))
    site.node.start(guest.pk)
    site.look_at_all()
    refused = web.post("/api/v1/images/", {"volume": str(base.pk)}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
    assert not Image.objects.exists()
    assert not Job.objects.exists()
