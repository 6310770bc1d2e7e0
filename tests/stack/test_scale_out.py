"""Two machines' worth of one product: PostgreSQL and Redis in place of the embedded ones, by settings alone."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from ovirtlite.settings.home import Home
from ovirtlite.supervisor import parts
from tests.consoles import dial
from tests.installation import PASSWORD, PROJECT, Installation, eventually, free_port, installation
from tests.postgres import private_postgres_url
from tests.private_redis import PrivateRedis
from tests.stack.machine import Machine, machine
from tests.stack.person import Person

pytestmark = pytest.mark.stack
ENDS_WITHIN = 60.0


@dataclass
class Second:
    """What runs on the other machine: a web process and a worker, with a HOME of their own."""

    address: str
    web: "subprocess.Popen[bytes]"
    worker: "subprocess.Popen[bytes]"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """All that two machines have in common."""
    redis = PrivateRedis(tmp_path_factory.mktemp("redis"))
    redis.start()
    try:
        with private_postgres_url() as database:
            yield {
                "OVIRTLITE_DATABASE_URL": database,
                "OVIRTLITE_REDIS_URL": redis.url,
                "OVIRTLITE_SECRET_KEY": "the one key of both machines, long enough for what is made of it",
                "OVIRTLITE_LOCAL_ROOTS": "/tmp",
            }
    finally:
        redis.stop()


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, shared: Mapping[str, str]) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("first") / "home", **shared) as made:
        made.start()
        made.wait_until_ready()
        yield made


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory, first: Installation) -> Iterator[Second]:
    """Started by hand, as a service manager of another machine would."""
    folder = tmp_path_factory.mktemp("second")
    address = f"127.0.0.1:{free_port()}"
    home = Home(folder, address, "", "", "", "", embedded=False)
    home.make_folders()
    env = {**first.env, "OVIRTLITE_HOME": str(folder), "OVIRTLITE_LISTEN": address}
    commands = {part.name: part.argv for part in parts.product(home)}
    with running(commands["web"], env, folder) as web, running(commands["worker"], env, folder) as worker:
        eventually(
            lambda: answers(f"http://{address}/readyz"), within=60, what="the second web process answers"
        )
        yield Second(address, web, worker)


@contextmanager
def running(
    argv: tuple[str, ...], env: Mapping[str, str], folder: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    with (folder / "log" / "second.log").open("ab") as log:
        process = subprocess.Popen(
            argv, cwd=PROJECT, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        finally:
            process.kill()
            process.wait()


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=3):
            return True
    except (URLError, OSError):
        return False


@pytest.fixture(scope="module")
def node() -> Iterator[Machine]:
    with machine() as made:
        yield made


@pytest.fixture(scope="module")
def here(first: Installation, node: Machine) -> Iterator[Person]:
    """At the first machine, with the node enrolled."""
    person = Person(first.address, "admin", PASSWORD)
    person.done(person.post("/hosts/", {"name": "node", "uri": node.uri}, expect=202))
    yield person
    person.close()


@pytest.fixture(scope="module")
def there(second: Second, here: Person) -> Iterator[Person]:
    """At the second machine."""
    person = Person(second.address, "admin", PASSWORD)
    yield person
    person.close()


@pytest.fixture
def guest(here: Person, node: Machine) -> str:
    """One that is off, and known."""
    uuid = node.define()
    eventually(lambda: here.find(f"/domains/{uuid}/"), within=15, what="the guest is known")
    return uuid


def test_nothing_embedded_runs(first: Installation, here: Person) -> None:
    assert "redis" not in first.record().parts
    assert not (first.run_folder / "redis.sock").exists()
    assert not (first.home / "db.sqlite3").exists()


def test_both_serve_the_same(here: Person, there: Person, guest: str) -> None:
    for path in ("/hosts/", "/domains/", f"/domains/{guest}/xml/", "/roles/"):
        assert there.get(path)["count" if path.count("/") == 2 else "inactive"] is not None
    assert [host["name"] for host in there.get("/hosts/")["results"]] == ["node"]
    job = there.post(f"/domains/{guest}/start/", expect=202)
    here.done(job, within=ENDS_WITHIN)
    assert here.get(f"/domains/{guest}/")["state"] == there.get(f"/domains/{guest}/")["state"] == "running"


def test_a_notice_reaches_the_sockets_of_the_other(here: Person, there: Person, guest: str) -> None:
    """The socket is opened at the second with the session that was made at the first."""
    with dial(
        f"ws://{there.address}/ws/events/?kinds=domain,job",
        there.origin,
        additional_headers={"Cookie": here.cookies},
    ) as socket:
        assert json.loads(socket.recv(timeout=15))["type"] == "hello"
        job = here.post(f"/domains/{guest}/start/", expect=202)
        here.done(job, within=ENDS_WITHIN)
        wanted = {("created", "job", job["id"]), ("updated", "job", job["id"]), ("updated", "domain", guest)}
        while wanted:
            told = json.loads(socket.recv(timeout=15))
            wanted.discard((told["type"], told.get("kind"), told.get("id")))


def test_fifty_wishes_at_once_on_both(here: Person, there: Person) -> None:
    """Half of them at each machine, with room for seven: never one more, and all are answered."""
    room, wishes = 7, 50
    (operator,) = [role for role in here.get("/roles/")["results"] if role["name"] == "operator"]
    eve = here.post("/users/", {"username": "eve", "password": PASSWORD})
    here.post("/grants/", {"user": eve["id"], "role": operator["id"]})
    quota = here.post("/quotas/", {"user": eve["id"], "domains": room})
    host = here.get("/hosts/")["results"][0]["id"]
    people = [Person(one.address, "eve", PASSWORD) for one in (here, there)]

    def wish(number: int) -> int:
        xml = (
            f"<domain type='qemu'><name>wish-{number}</name><memory unit='MiB'>16</memory>"
            "<os><type>hvm</type></os><devices/></domain>"
        )
        reply = people[number % 2].try_to_post("/domains/", {"host": host, "xml": xml, "start": False})
        assert reply.status_code == 202 or reply.json()["code"] == "quota_exceeded", reply.text
        return reply.status_code

    with ThreadPoolExecutor(wishes) as threads:
        answers = list(threads.map(wish, range(wishes)))
    assert (answers.count(202), answers.count(409)) == (room, wishes - room)
    jobs = people[0].get("/jobs/", kind="domain.create")["results"]
    assert len(jobs) == room
    for job in jobs:
        people[0].done(job)
    assert here.get(f"/quotas/{quota['id']}/")["use"]["domains"] == room
    assert here.get("/domains/", owner=eve["id"])["count"] == room
    for person in people:
        person.close()


def test_the_second_worker_goes_on_alone(
    first: Installation, second: Second, here: Person, node: Machine, guest: str
) -> None:
    pid = first.pid_of("worker")
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        here.done(here.post(f"/domains/{guest}/start/", expect=202), within=ENDS_WITHIN)
        assert node.state(guest) == "running"
    finally:
        os.kill(pid, signal.SIGCONT)
    assert second.worker.poll() is None


def test_the_first_worker_goes_on_alone(
    first: Installation, second: Second, there: Person, node: Machine, guest: str
) -> None:
    second.worker.send_signal(signal.SIGSTOP)
    try:
        there.done(there.post(f"/domains/{guest}/start/", expect=202), within=ENDS_WITHIN)
        assert node.state(guest) == "running"
        assert first.missing() is None
    finally:
        second.worker.send_signal(signal.SIGCONT)
