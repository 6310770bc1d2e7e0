"""A large upload to the running product: cut by its sender and by the death of the web process, whole in the end."""

import hashlib
import http.client
import os
import random
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import libvirt
import pytest

from tests.bench.content import growth_mib
from tests.daemon import private_daemon
from tests.installation import PASSWORD, Installation, eventually, installation
from tests.stack.person import Person

MIB = 2**20
pytestmark = pytest.mark.stack
SIZE = 192 * MIB
GROWTH_MIB = 50.0
_BLOCK = random.Random(8).randbytes(MIB)


def _blocks(first: int, last: int = SIZE) -> Iterator[bytes]:
    """The content from one byte to another, without ever having it whole."""
    at = first
    while at < last:
        number, within = divmod(at, MIB)
        block = number.to_bytes(8, "big") + _BLOCK[8:]
        yield block[within : within + last - at]
        at += MIB - within


class Sender:
    """What a browser does with an upload, one connection a request."""

    def __init__(self, person: Person, upload: dict[str, Any]) -> None:
        self._person = person
        self._url = upload["url"]

    def send(self, first: int, last: int = SIZE, *, announce: int | None = None) -> int | None:
        """The status; None where the connection is closed without waiting for one."""
        connection = http.client.HTTPConnection(self._person.address, timeout=60)
        connection.putrequest("PATCH", self._url)
        token = dict(re.findall(r"(\w+)=([^;]+)", self._person.cookies))["csrftoken"]
        for name, value in (
            ("Tus-Resumable", "1.0.0"),
            ("Content-Type", "application/offset+octet-stream"),
            ("Upload-Offset", str(first)),
            ("Content-Length", str(announce or last - first)),
            ("Cookie", self._person.cookies),
            ("X-CSRFToken", token),
        ):
            connection.putheader(name, value)
        connection.endheaders()
        for block in _blocks(first, last):
            connection.send(block)
        try:
            return None if announce else connection.getresponse().status
        finally:
            connection.close()

    def offset(self) -> int:
        """From where to go on, once the request before has really ended."""
        id = self._url.split("/")[-3]
        eventually(
            lambda: not self._person.get(f"/uploads/{id}/")["sending"], within=40, what="the sender's end"
        )
        return int(self._person.get(f"/uploads/{id}/")["offset_bytes"])


def test_cut_twice_and_whole_in_the_end(tmp_path: Path) -> None:
    with (
        installation(tmp_path / "home", OVIRTLITE_LOCAL_ROOTS="/tmp") as product,
        private_daemon() as daemon,
    ):
        product.start()
        folder = daemon.directory("images")
        connection = libvirt.open(daemon.uri())
        pool = connection.storagePoolCreateXML(
            f"<pool type='dir'><name>images</name><target><path>{folder}</path></target></pool>"
        )
        product.wait_until_ready()
        person = Person(product.address, "admin", PASSWORD)
        host = person.done(person.post("/hosts/", {"name": "node", "uri": daemon.uri()}, expect=202))[
            "object"
        ]["id"]
        (found,) = eventually(lambda: person.get("/pools/", host=host)["results"], within=20, what="the pool")
        whole = hashlib.sha256()
        for block in _blocks(0):
            whole.update(block)
        wish = {"pool": found["id"], "name": "big.img", "size_bytes": SIZE, "sha256": whole.hexdigest()}
        upload = person.post("/uploads/", wish)
        sender = Sender(person, upload)

        with growth_mib(_web(product)) as growth:
            assert sender.send(0, SIZE // 2, announce=SIZE) is None
            cut = sender.offset()
            assert 0 < cut <= SIZE // 2, "what came before the cut is there"
            assert sender.send(cut, cut + 8 * MIB) == 204
        assert growth() < GROWTH_MIB

        os.kill(_web(product), signal.SIGKILL)
        eventually(lambda: product.missing() is None, within=60, what="another web process")
        offset = sender.offset()
        assert offset == cut + 8 * MIB
        assert sender.send(offset) == 204
        job = person.done({"id": upload["id"], "kind": "volume.upload"}, within=60)
        assert job["result"]["sha256"] == whole.hexdigest()
        with (folder / "big.img").open("rb") as file:
            assert hashlib.file_digest(file, "sha256").hexdigest() == whole.hexdigest()
        pool.destroy()
        connection.close()
        person.close()


def _web(product: Installation) -> int:
    pid = product.pid_of("web")
    assert pid is not None
    return pid
