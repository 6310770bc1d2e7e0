"""Jobs and watches survive what they stand on: each job ends once, with the truth, and nobody has to help."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from typing import Any

import pytest
import redis
from celery import Celery

from tests.installation import PASSWORD, PROJECT, Installation, eventually, installation
from tests.stack.machine import Machine, machine
from tests.stack.person import Person

pytestmark = pytest.mark.stack
ENDS_WITHIN = 60.0
WATCHED_WITHIN = 15.0
HOSTS = 6
Job = dict[str, Any]


@pytest.fixture(scope="module")
def node() -> Iterator[Machine]:
    with machine() as running:
        yield running


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("survival") / "home", OVIRTLITE_LOCAL_ROOTS="/tmp") as made:
        made.start()
        made.wait_until_ready()
        yield made


@pytest.fixture(scope="module")
def enrolled(product: Installation, node: Machine) -> Iterator[Person]:
    person = Person(product.address, "admin", PASSWORD)
    person.done(person.post("/hosts/", {"name": "node", "uri": node.uri}, expect=202))
    yield person
    person.close()


@pytest.fixture
def admin(enrolled: Person, product: Installation) -> Person:
    """Signed in to a product of which every part runs, whatever the test before did to it."""
    eventually(lambda: product.missing() is None, within=40, what="every part runs")
    (host,) = enrolled.get("/hosts/", name="node")["results"]
    eventually(
        lambda: enrolled.get(f"/hosts/{host['id']}/")["state"] == "up", within=40, what="the host is up"
    )
    return enrolled


@pytest.fixture
def guest(admin: Person, node: Machine) -> str:
    """A guest that is off, and known."""
    return known(admin, node, "shutoff")


def known(admin: Person, node: Machine, state: str) -> str:
    uuid = node.define()
    if state == "running":
        node.virsh("start", uuid)
    eventually(
        lambda: any(d["state"] == state for d in admin.get("/domains/", search=uuid)["results"]),
        within=15,
        what=f"the guest is seen as {state}",
    )
    return uuid


def kill(product: Installation, part: str) -> None:
    pid = product.pid_of(part)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


@contextmanager
def stopped(*pids: int | None) -> Iterator[None]:
    """Processes that stand still for as long as the block lasts."""
    assert all(pids)
    still = [pid for pid in pids if pid is not None]
    for pid in still:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in still:
            os.kill(pid, signal.SIGCONT)


def doorbell(product: Installation) -> "redis.Redis":
    return redis.Redis(unix_socket_path=str(product.run_folder / "redis.sock"))


def deliver(product: Installation, job: Job, queue: str, times: int) -> None:
    """The job's message, so often once more, as a broker may that loses count."""
    broker = f"redis+socket://{product.run_folder / 'redis.sock'}?virtual_host=0"
    with closing(Celery(broker=broker, set_as_current=False)) as sender:
        for _ in range(times):
            sender.send_task("jobs.carry_out", (job["id"],), queue=queue)


def is_running(admin: Person, job: Job) -> None:
    eventually(lambda: admin.get(f"/jobs/{job['id']}/")["state"] == "running", within=15, what="the job runs")


def agree(admin: Person, node: Machine, uuid: str, state: str) -> None:
    """The API and the node say the same, and one job alone was ever opened for it."""
    assert admin.get(f"/domains/{uuid}/")["state"] == state
    assert node.state(uuid) == {"shutoff": "shut off"}.get(state, state)
    assert admin.get("/jobs/", object=uuid)["count"] == 1
    assert admin.get(f"/domains/{uuid}/")["job"] is None


def waits(admin: Person, job: Job) -> bool:
    return bool(admin.get(f"/jobs/{job['id']}/")["step"] == "waiting for the guest")


def test_a_worker_killed_while_it_waits_for_guests(
    admin: Person, product: Installation, node: Machine
) -> None:
    """One guest ends meanwhile. The other is still there when the lease ends: a worker waits on, and can cancel."""
    guest, stays = known(admin, node, "running"), known(admin, node, "running")
    job, waiting = (
        admin.post(f"/domains/{one}/shutdown/", {"timeout_seconds": 120}, expect=202)
        for one in (guest, stays)
    )
    for one in (job, waiting):
        eventually(partial(waits, admin, one), within=15, what="it waits")
    started = admin.get(f"/jobs/{waiting['id']}/")["started_at"]
    kill(product, "worker-long")
    node.virsh("destroy", guest)
    admin.done(job, within=ENDS_WITHIN)
    agree(admin, node, guest, "shutoff")
    eventually(
        lambda: (
            (now := admin.get(f"/jobs/{waiting['id']}/"))["state"] == "running"
            and now["started_at"] > started
        ),
        within=ENDS_WITHIN,
        what="another attempt",
    )
    admin.post(f"/jobs/{waiting['id']}/cancel/", expect=202)
    assert admin.ended(waiting)["state"] == "cancelled"
    agree(admin, node, stays, "running")


def test_a_worker_killed_while_the_node_hangs_and_one_that_stood_still(
    admin: Person, product: Installation, node: Machine, guest: str
) -> None:
    """The second wakes after its lease ended and another decided: what it then writes of its job counts for nothing."""
    other, ends = known(admin, node, "shutoff"), known(admin, node, "running")
    admin.done(admin.post(f"/domains/{other}/start/", expect=202))  # so that the worker holds a connection
    shutdown = admin.post(f"/domains/{ends}/shutdown/", {"timeout_seconds": 120}, expect=202)
    is_running(admin, shutdown)
    with stopped(product.pid_of("worker-long")):
        with stopped(node.daemon.pid):
            job = admin.post(f"/domains/{guest}/start/", expect=202)
            is_running(admin, job)
            worker = product.pid_of("worker")
            kill(product, "worker")
            eventually(
                lambda: product.pid_of("worker") not in {None, worker}, within=30, what="another worker"
            )
        node.virsh("destroy", ends)
        admin.done(job, within=ENDS_WITHIN)
        agree(admin, node, guest, "running")
        assert node.starts(guest) == 1
        ended = admin.done(shutdown, within=ENDS_WITHIN)
    eventually(lambda: product.missing() is None, within=20, what="the worker says that it lives")
    admin.done(admin.post(f"/domains/{ends}/start/", expect=202))
    assert admin.get(f"/jobs/{shutdown['id']}/") == ended


def test_redis_killed_with_jobs_in_flight_and_a_wish_while_it_is_away(
    admin: Person, product: Installation, node: Machine, guest: str
) -> None:
    """The wish is answered at once, and carried out when there is a Redis again."""
    waiting = known(admin, node, "running")
    guests = [known(admin, node, "shutoff") for _ in range(4)]
    shutdown = admin.post(f"/domains/{waiting}/shutdown/", {"timeout_seconds": 120}, expect=202)
    is_running(admin, shutdown)
    bulk = admin.post("/domains/bulk/", {"action": "start", "ids": guests}, expect=202)
    kill(product, "redis")
    wish = admin.post(f"/domains/{guest}/start/", expect=202)
    assert bulk["refused"] == []
    node.virsh("destroy", waiting)
    for job in (shutdown, bulk["job"], wish):
        admin.done(job, within=ENDS_WITHIN)
    agree(admin, node, waiting, "shutoff")
    for started in (*guests, guest):
        agree(admin, node, started, "running")
        assert node.starts(started) == 1


def test_redis_emptied_after_the_answer(admin: Person, product: Installation, node: Machine) -> None:
    guests = [known(admin, node, "shutoff") for _ in range(3)]
    with stopped(product.pid_of("worker"), product.pid_of("worker-long")):
        jobs = [admin.post(f"/domains/{guest}/start/", expect=202) for guest in guests]
        doorbell(product).flushall()
    for job, guest in zip(jobs, guests, strict=True):
        admin.done(job, within=ENDS_WITHIN)
        agree(admin, node, guest, "running")
        assert node.starts(guest) == 1


def test_a_message_delivered_many_times(
    admin: Person, product: Installation, node: Machine, guest: str
) -> None:
    with stopped(product.pid_of("worker")):
        job = admin.post(f"/domains/{guest}/start/", expect=202)
        deliver(product, job, "lifecycle", 2)
    ended = admin.done(job, within=ENDS_WITHIN)
    agree(admin, node, guest, "running")
    assert node.starts(guest) == 1
    node.virsh("destroy", guest)  # were the wish heard again now, the guest would come back
    deliver(product, job, "lifecycle", 3)
    bell = doorbell(product)
    eventually(
        lambda: not bell.llen("lifecycle") and not bell.hlen("unacked"), within=15, what="all are heard"
    )
    eventually(
        lambda: admin.get(f"/domains/{guest}/")["state"] == "shutoff",
        within=15,
        what="the guest is seen as off",
    )
    assert admin.get(f"/jobs/{job['id']}/") == ended
    assert node.starts(guest) == 1


@pytest.fixture
def nodes() -> Iterator[list[Machine]]:
    with ExitStack() as stack:
        yield [stack.enter_context(machine()) for _ in range(HOSTS)]


def watchers(product: Installation) -> dict[str, list[str]]:
    """The hosts by the process that watches them, as `host:pid:word`."""
    with closing(sqlite3.connect(product.home / "db.sqlite3")) as database:
        rows = database.execute("SELECT watcher, name FROM hosts_host WHERE enrolled").fetchall()
    found: dict[str, list[str]] = {}
    for watcher, name in rows:
        found.setdefault(watcher, []).append(name)
    return found


def test_one_nodewatch_takes_over_from_another(
    admin: Person, product: Installation, nodes: list[Machine]
) -> None:
    jobs = [
        admin.post("/hosts/", {"name": f"shared-{number}", "uri": node.uri}, expect=202)
        for number, node in enumerate(nodes)
    ]
    for job in jobs:
        admin.done(job)
    second = subprocess.Popen(
        [sys.executable, "-m", "ovirtlite.nodewatch"],
        cwd=PROJECT,
        env=product.env,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:

        def its_hosts() -> list[str]:
            return next((names for name, names in watchers(product).items() if f":{second.pid}:" in name), [])

        eventually(lambda: len(its_hosts()) >= HOSTS // 2, within=30, what="the second has its share")
        orphans = {name: nodes[int(name.removeprefix("shared-"))] for name in its_hosts() if name != "node"}
        second.kill()
        made = {node.define(): name for name, node in orphans.items()}
        eventually(
            lambda: made.keys() <= {d["id"] for d in admin.get("/domains/", limit="1000")["results"]},
            within=WATCHED_WITHIN,
            what="the other watches them",
        )
        for uuid, name in made.items():
            assert admin.get(f"/domains/{uuid}/")["host"]["name"] == name
    finally:
        second.kill()
        second.wait()
