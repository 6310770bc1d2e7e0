"""Several machines on one PostgreSQL and one Redis, by settings alone. Here they are several folders of one machine."""

import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack

import environ
import psycopg
import pytest

from tests.browser import Browser
from tests.installation import PASSWORD, Installation, eventually, free_port, installation
from tests.postgres import private_postgres_url

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def shared() -> Iterator[dict[str, str]]:
    """The settings that every machine of the installation has."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    assert program is not None, "install Debian's package redis-server"
    port = free_port()
    redis = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with private_postgres_url() as database, subprocess.Popen(redis, stdout=subprocess.DEVNULL) as server:
        try:
            yield {
                "OVIRTLITE_DATABASE_URL": database,
                "OVIRTLITE_REDIS_URL": f"redis://127.0.0.1:{port}/0",
                "OVIRTLITE_SECRET_KEY": "the same on every machine of an installation",
            }
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def machines(
    shared: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Installation]]:
    """Two that were started at the same moment, on an empty database."""
    folder = tmp_path_factory.mktemp("several")
    with ExitStack() as stack:
        made = [stack.enter_context(installation(folder / name, **shared)) for name in ("one", "two")]
        for machine in made:
            machine.start()
        for machine in made:
            machine.wait_until_ready(120)
        yield made


def test_both_start_at_once_and_neither_starts_a_redis(machines: list[Installation]) -> None:
    for machine in machines:
        assert "redis" not in machine.record().parts
        assert "Traceback" not in machine.log()


def test_there_is_one_first_administrator(machines: list[Installation]) -> None:
    # Each says how to sign in once it has seen for itself that it is ready, which may be after we have seen it.
    eventually(
        lambda: all("ovirtlite is ready" in machine.said() for machine in machines),
        within=30,
        what="both say that they are ready",
    )
    said = [machine.said() for machine in machines]
    assert sum("Sign in as admin with the password" in words for words in said) == 1


def test_who_signs_in_at_one_is_signed_in_at_the_other(machines: list[Installation]) -> None:
    one, two = (Browser(machine.address) for machine in machines)
    one.sign_in("admin", PASSWORD)
    two.take_cookies_of(one)
    assert b'"username":"admin"' in two.get("/api/v1/me/").replace(b": ", b":")


def test_the_other_goes_on_when_one_is_killed(machines: list[Installation], shared: dict[str, str]) -> None:
    one, two = machines
    assert one.supervisor is not None
    dead = [f"%:{process.pid}:%" for process in one.left()]
    one.supervisor.send_signal(signal.SIGKILL)
    one.supervisor.wait()
    eventually(lambda: one.left() == [], within=20, what="its parts end")
    at = environ.Env.db_url_config(shared["OVIRTLITE_DATABASE_URL"])
    with psycopg.connect(host=at["HOST"], dbname=at["NAME"], user=at["USER"]) as database:
        # A dead worker counts as alive for 15 seconds; they have passed.
        long_ago = "UPDATE jobs_process SET seen_at = seen_at - interval '16 seconds' WHERE name LIKE ANY(%s)"
        database.execute(long_ago, (dead,))  # those that could not say goodbye
        alive = database.execute(
            "SELECT split_part(name, ':', 2)::int FROM jobs_process WHERE seen_at > now() - interval '15 seconds'"
        ).fetchall()
    assert {pid for (pid,) in alive} <= {process.pid for process in two.left()}
    assert two.missing() is None
    browser = Browser(two.address)
    browser.sign_in("admin", PASSWORD)
