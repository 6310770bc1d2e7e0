"""A large upload to the running product: cut by its sender and by the death of the web process, whole in the end."""

import hashlib
import http.client
import os
import random
import re
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import libvirt
import pytest

from tests.bench.content import growth_mib
from tests.daemon import private_daemon
from tests.installation import PASSWORD, Installation, eventually
from tests.stack.person import Person

MIB = 2**20
pytestmark = pytest.mark.stack
SIZE = 192 * MIB
GROWTH_MIB = 50.0
CUT_WITHIN = 5.0
_BLOCK = random.Random(8).randbytes(MIB)


def _blocks(first: int, last: int = SIZE) -> Iterator[bytes]:
    """The content from one byte to another, without ever having it whole."""
    at = first
    while at < last:
        number, within = divmod(at, MIB)
        block = number.to_bytes(8, "big") + _BLOCK[8:]
        yield block[within : within + last - at]
        at += MIB - within


def _head(cookies: str, first: int, length: int) -> dict[str, str]:
    return {
        "Tus-Resumable": "1.0.0",
        "Content-Type": "application/offset+octet-stream",
        "Upload-Offset": str(first),
        "Content-Length": str(length),
        "Cookie": cookies,
        "X-CSRFToken": dict(re.findall(r"(\w+)=([^;]+)", cookies))["csrftoken"],
    }


@dataclass(frozen=True)
class Pool:
    id: str
    folder: Path


class Sender:
    """What a browser does with an upload, one connection a request."""

    def __init__(self, person: Person, upload: dict[str, Any]) -> None:
        self._person = person
        self._url = upload["url"]

    def send(self, first: int, last: int = SIZE, *, announce: int | None = None) -> int | None:
        """The status; None where the connection is closed without waiting for one."""
        connection = http.client.HTTPConnection(self._person.address, timeout=60)
        connection.putrequest("PATCH", self._url)
        for name, value in _head(self._person.cookies, first, announce or last - first).items():
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


class Stream(Thread, ABC):
    """Content on its way, at a pace at which it would take half a minute. `over`: the connection ended."""

    def __init__(self, person: Person) -> None:
        super().__init__(daemon=True)
        self.bytes = 0
        self.over = False
        self.cookies = person.cookies
        self.connection = http.client.HTTPConnection(person.address, timeout=60)
        self.start()

    def run(self) -> None:
        try:
            self.flow()
        except (OSError, http.client.HTTPException):
            return  # that is how a connection ends
        finally:
            self.connection.close()
            self.over = True

    @abstractmethod
    def flow(self) -> None: ...

    def pace(self, size: int) -> None:
        self.bytes += size
        time.sleep(0.15)


class Reads(Stream):
    """A download."""

    def __init__(self, person: Person, volume: str) -> None:
        self._url = f"/api/v1/volumes/{volume}/content/"
        super().__init__(person)

    def flow(self) -> None:
        self.connection.request("GET", self._url, headers={"Cookie": self.cookies})
        answer = self.connection.getresponse()
        assert answer.status == 200
        while block := answer.read(MIB):
            self.pace(len(block))


class Writes(Stream):
    """An upload."""

    def __init__(self, person: Person, upload: dict[str, Any]) -> None:
        self._url = upload["url"]
        super().__init__(person)

    def flow(self) -> None:
        self.connection.putrequest("PATCH", self._url)
        for name, value in _head(self.cookies, 0, SIZE).items():
            self.connection.putheader(name, value)
        self.connection.endheaders()
        for block in _blocks(0):
            self.connection.send(block)
            self.pace(len(block))


@pytest.fixture(scope="module")
def pool(admin: Person) -> Iterator[Pool]:
    """One on a node of its own."""
    with private_daemon() as daemon, closing(libvirt.open(daemon.uri())) as connection:
        folder = daemon.directory("images")
        made = connection.storagePoolCreateXML(
            f"<pool type='dir'><name>images</name><target><path>{folder}</path></target></pool>"
        )
        wish = {"name": "images", "uri": daemon.uri()}
        host = admin.done(admin.post("/hosts/", wish, expect=202))["object"]["id"]
        (found,) = eventually(lambda: admin.get("/pools/", host=host)["results"], within=20, what="the pool")
        yield Pool(found["id"], folder)
        made.destroy()
        admin.delete(f"/hosts/{host}/")


def test_cut_twice_and_whole_in_the_end(product: Installation, admin: Person, pool: Pool) -> None:
    whole = hashlib.sha256()
    for block in _blocks(0):
        whole.update(block)
    wish = {"pool": pool.id, "name": "big.img", "size_bytes": SIZE, "sha256": whole.hexdigest()}
    upload = admin.post("/uploads/", wish)
    sender = Sender(admin, upload)

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
    job = admin.done({"id": upload["id"], "kind": "volume.upload"}, within=60)
    assert job["result"]["sha256"] == whole.hexdigest()
    with (pool.folder / "big.img").open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == whole.hexdigest()


def test_who_may_no_more_is_cut_in_the_middle(admin: Person, pool: Pool) -> None:
    """Two people send and read at once; one loses the grant, the other's session is ended."""
    volumes = admin.get("/volumes/", pool=pool.id, name="big.img")["results"]
    operator = admin.get("/roles/", name="operator")["results"][0]["id"]
    users, grants, uploads, streams = [], [], [], []
    for name in ("sue", "tom"):
        users.append(admin.post("/users/", {"username": name, "password": PASSWORD}))
        grants.append(admin.post("/grants/", {"user": users[-1]["id"], "role": operator}))
        person = Person(admin.address, name, PASSWORD)
        wish = {"pool": pool.id, "name": f"of-{name}.img", "size_bytes": SIZE}
        uploads.append(person.post("/uploads/", wish))
        streams += [Reads(person, volumes[0]["id"]), Writes(person, uploads[-1])]
    eventually(lambda: all(stream.bytes > 2 * MIB for stream in streams), within=20, what="all of them flow")
    admin.delete(f"/grants/{grants[0]['id']}/")
    admin.post(f"/users/{users[1]['id']}/end-sessions/", expect=200)
    eventually(lambda: all(stream.over for stream in streams), within=CUT_WITHIN, what="all of them are cut")
    for stream in streams:
        stream.join()
        assert stream.bytes < SIZE
    for upload, user in zip(uploads, users, strict=True):
        assert not admin.get(f"/uploads/{upload['id']}/")["sending"]
        admin.ended(admin.delete(f"/uploads/{upload['id']}/", expect=202))
        admin.delete(f"/users/{user['id']}/")


def _web(product: Installation) -> int:
    pid = product.pid_of("web")
    assert pid is not None
    return pid
