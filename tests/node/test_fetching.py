"""Volumes fetched from a server of the tests' own, and every way there that must not be gone."""

import hashlib
import random
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from jobs import services as jobs
from jobs.carrying import Carrying, carry
from jobs.models import Job
from storage.fetching import services
from storage.models import Image, Volume
from storage.uploads.services import Wanted
from tests.node.site import Site
from tests.private_redis import PrivateRedis

pytestmark = pytest.mark.django_db(transaction=True)
MIB = 2**20
CONTENT = random.Random(5).randbytes(5 * MIB + 3)
QCOW = struct.pack(">4sIQIIQ", b"QFI\xfb", 2, 0x200, len("/etc/shadow"), 16, MIB)


class Server(ThreadingHTTPServer):
    """Serves content at /image; the other addresses each have something about them."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answering(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        name = self.path.partition("?")[0].strip("/")
        if name.startswith("to:"):
            self._answer(302, {"Location": name[3:]})
        elif name == "round":
            self._answer(302, {"Location": "/round"})
        elif name == "twice":
            self._answer(301, {"Location": "/image"})
        elif name == "silent-about-size":
            self._answer(200, {}, CONTENT)
        elif name == "short":
            self._answer(200, {"Content-Length": str(len(CONTENT))}, CONTENT[: 2 * MIB])
        elif name == "huge":
            self._answer(200, {"Content-Length": str(2**52)}, CONTENT)
        elif name == "zipped":
            self._answer(200, {"Content-Length": "3", "Content-Encoding": "gzip"}, b"abc")
        elif name == "hostile":
            body = QCOW + bytes(0x200 - len(QCOW)) + b"/etc/shadow" + bytes(MIB)
            self._answer(200, {"Content-Length": str(len(body))}, body)
        elif name == "image":
            self._answer(200, {"Content-Length": str(len(CONTENT))}, CONTENT)
        else:
            self._answer(404, {"Content-Length": "0"})

    def _answer(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for header, value in headers.items():
            self.send_header(header, value)
        self.end_headers()
        with suppress(ConnectionError):  # who has heard enough goes away
            self.wfile.write(body)
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    settings.FETCH_ALLOW = ["127.0.0.1/32"]
    running = Server()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield running
    running.shutdown()
    running.server_close()
    thread.join()


def fetched(site: Site, url: str, **wanted: Any) -> Job:
    return site.ended(services.fetch(site.pool.pk, "fetched.img", url, Wanted(0, **wanted), by=site.by))


def test_from_an_address_into_a_volume_and_the_library(
    site: Site, server: Server, doorbell: PrivateRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    sum = hashlib.sha256(CONTENT).hexdigest()
    job = fetched(site, f"{server.address}/twice?secret=word", sha256=sum, library=True)
    assert job.state == "succeeded", job.error_detail
    assert "word" not in str(job.options)
    assert job.result is not None
    assert job.result["sha256"] == sum
    assert (site.folder / "fetched.img").read_bytes() == CONTENT
    assert Volume.objects.get(pk=job.result["volume"]["id"]).name == "fetched.img"
    image = Image.objects.get()
    assert (image.sha256, image.copies.count()) == (sum, 1)
    assert "word" not in image.source_url
    image.delete()
    site.node.delete_volume(site.pool.uuid, "fetched.img")
    site.look_at_all()

    for path, code, why in (
        ("/silent-about-size", "fetch_failed", "how large"),
        ("/short", "fetch_failed", "broke off"),
        ("/huge", "no_capacity", "left"),
        ("/zipped", "fetch_failed", "compressed"),
        ("/missing", "fetch_failed", "404"),
        ("/round", "fetch_failed", "on and on"),
        ("/hostile", "content_refused", "refers to another file"),
    ):
        job = fetched(site, server.address + path)
        assert (job.state, job.error_code) == ("failed", code), (path, job.error_detail)
        assert why in job.error_detail
        assert site.names() == set(), path
    job = fetched(site, f"{server.address}/image", sha256="0" * 64)
    assert (job.state, job.error_code, site.names()) == ("failed", "checksum", set())
    job = fetched(site, f"{server.address}/image", format="qcow2")
    assert (job.state, job.error_code, site.names()) == ("failed", "content_refused", set())

    # A cancel in the middle; and a worker that died in the middle, whose volume is still there.
    wish = services.fetch(site.pool.pk, "fetched.img", f"{server.address}/image", Wanted(0), by=site.by)
    touching = Carrying.touching

    def cancelled(carrying: Carrying, step: str) -> None:
        touching(carrying, step)
        if step == "making the volume":
            jobs.cancel(wish.pk, by=site.by)

    with monkeypatch.context() as patched:
        patched.setattr(Carrying, "touching", cancelled)
        assert site.ended(wish).state == "cancelled"
    assert site.names() == set()
    wish = services.fetch(site.pool.pk, "fetched.img", f"{server.address}/image", Wanted(0), by=site.by)
    site.volume("fetched.img")
    Job.objects.filter(pk=wish.pk).update(options={**wish.options, "began": True}, attempt=1)
    carry(str(wish.pk), "another worker")
    wish.refresh_from_db()
    assert wish.state == "succeeded", wish.error_detail
    assert (site.folder / "fetched.img").read_bytes() == CONTENT


def test_inner_addresses_are_never_asked(site: Site, server: Server, settings: Settings) -> None:
    allowed = settings.FETCH_ALLOW
    port = server.server_port
    inner = (
        f"http://localhost:{port}/image",
        f"http://127.0.0.1:{port}/image",
        f"http://[::1]:{port}/image",
        f"http://[::ffff:127.0.0.1]:{port}/image",
        f"http://2130706433:{port}/image",
        f"http://0x7f.1:{port}/image",
        f"http://0.0.0.0:{port}/image",
        "http://169.254.169.254/latest/meta-data/",
    )
    settings.FETCH_ALLOW = []
    for url in inner:
        job = fetched(site, url)
        assert (job.state, job.error_code) == ("failed", "address_refused"), (url, job.error_detail)
    assert server.asked == []
    settings.FETCH_ALLOW = allowed
    for target in (
        "http://169.254.169.254/latest/",
        "http://10.0.0.1/",
        "file:///etc/passwd",
        "http://[::1]/x",
    ):
        job = fetched(site, f"{server.address}/to:{target}")
        assert (job.state, job.error_code) == ("failed", "address_refused"), (target, job.error_detail)
    assert site.names() == set()
