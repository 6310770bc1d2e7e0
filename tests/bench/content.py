"""An upload beside `virsh vol-upload` of the same file to the same node, and the memory that it takes of the web."""

import os
import random
import re
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import libvirt

from tests.bench.row import Row
from tests.daemon import PrivateDaemon, private_daemon
from tests.installation import PASSWORD, Installation, eventually
from tests.stack.person import Person

SIZE = 2 * 2**30
ROUNDS = 3
_BLOCK = 2**20
_MEMORY_MIB = 50.0
_TARGET = 1 / 0.7


def measured(product: Installation, size: int = SIZE, rounds: int = ROUNDS) -> Iterator[Row]:
    """The rounds of both alternate, and the best of each counts.

    The volumes lie in memory: what is measured is the way, and the disk of this machine is shared with others.
    """
    with (
        private_daemon() as daemon,
        tempfile.TemporaryDirectory(prefix="ovirtlite-bench-", dir="/dev/shm") as folder,
    ):
        owner = daemon.folder.stat()
        os.chown(folder, owner.st_uid, owner.st_gid)
        connection = libvirt.open(daemon.uri())
        pool = connection.storagePoolCreateXML(
            f"<pool type='dir'><name>bench</name><target><path>{folder}</path></target></pool>"
        )
        person = Person(product.address, "admin", PASSWORD)
        source = daemon.folder / "content"
        try:
            _write(source, size)
            job = person.post("/hosts/", {"name": "content", "uri": daemon.uri()}, expect=202)
            host = person.done(job)["object"]["id"]
            found = eventually(
                lambda: person.get("/pools/", host=host)["results"], within=20, what="the pool in the API"
            )
            ours, bare, grown = [], [], 0.0
            for number in range(rounds):
                bare.append(_bare(daemon, pool, source, size))
                pool.storageVolLookupByName("bare").delete(0)
                with growth_mib(product.pid_of("web") or 0) as growth:
                    ours.append(_by_us(person, found[0]["id"], f"o{number}", source, size))
                grown = max(grown, growth())
                pool.storageVolLookupByName(f"o{number}").delete(0)
            name = f"upload of {size // 2**20} MiB, against virsh vol-upload"
            yield Row(name, min(ours), min(bare), _TARGET, "s")
            yield Row("upload: memory that the web process grows by", grown, _MEMORY_MIB, 1.0, "MiB")
            person.delete(f"/hosts/{host}/")
        finally:
            source.unlink(missing_ok=True)
            person.close()
            connection.close()


def _write(path: Path, size: int) -> None:
    """Not a file of zeros: those may be cheaper somewhere on the way."""
    block = random.Random(9).randbytes(_BLOCK)
    with path.open("wb") as file:
        for number in range(size // _BLOCK):
            file.write(number.to_bytes(8, "big") + block[8:])
    path.chmod(0o644)


def _by_us(person: Person, pool: str, name: str, source: Path, size: int) -> float:
    """From the first byte to the answer after the last, as curl would send it."""
    upload = person.post("/uploads/", {"pool": pool, "name": name, "size_bytes": size})
    headers = {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "0",
        "Content-Type": "application/offset+octet-stream",
        "Cookie": person.cookies,
        "X-CSRFToken": dict(re.findall(r"(\w+)=([^;]+)", person.cookies))["csrftoken"],
    }
    eventually(
        lambda: person.get(f"/jobs/{upload['id']}/")["step"] == "waiting for content",
        within=20,
        what="the volume",
    )
    began = time.perf_counter()
    curl: list[Any] = ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-X", "PATCH", "-T", source]
    for header, value in headers.items():
        curl += ["-H", f"{header}: {value}"]
    said = subprocess.run(
        [*curl, f"{person.origin}{upload['url'].rstrip('/')}"], capture_output=True, text=True, check=True
    ).stdout
    taken = time.perf_counter() - began
    if said != "204":
        raise RuntimeError(f"the upload was answered {said}")
    person.done({"id": upload["id"], "kind": "volume.upload"}, within=60)
    return taken


def _bare(daemon: PrivateDaemon, pool: Any, source: Path, size: int) -> float:
    pool.createXML(
        f"<volume><name>bare</name><capacity>{size}</capacity><allocation>0</allocation></volume>", 0
    )
    began = time.perf_counter()
    subprocess.run(
        ["virsh", "-q", "-c", daemon.uri(), "vol-upload", "bare", str(source), "--pool", "bench"], check=True
    )
    return time.perf_counter() - began


@contextmanager
def growth_mib(pid: int) -> Iterator[Any]:
    """By how much a process and its children grow at most within the block."""
    before, most = _resident_mib(pid), 0.0
    over = threading.Event()

    def watch() -> None:
        nonlocal most
        while not over.wait(0.05):
            most = max(most, _resident_mib(pid))

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield lambda: most - before
    finally:
        over.set()
        watching.join()


def _resident_mib(pid: int) -> float:
    total = 0
    for one in (pid, *_children(pid)):
        try:
            text = Path(f"/proc/{one}/status").read_text()
        except OSError:
            continue
        match = re.search(r"VmRSS:\s+(\d+)", text)
        total += int(match[1]) if match else 0
    return total / 1024


def _children(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
