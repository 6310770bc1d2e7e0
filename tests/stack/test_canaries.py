"""Each secret that ovirtlite is ever given, told to a whole installation; then looked for wherever it must not be.

THREATS 18 and 23: the database, all that ever went through Redis, every log, every reply.
"""

import getpass
import json
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import libvirt
import pyotp
import pytest
import redis

from ovirtlite.supervisor.processes import Process
from tests.daemon import private_daemon
from tests.installation import PROJECT, Installation, eventually, free_port
from tests.node.secure_shell import SSHServer
from tests.stack.canaries import Canaries
from tests.stack.person import Person

pytestmark = pytest.mark.stack
MIB = 2**20
LISTS = (
    "hosts", "clusters", "domains", "pools", "volumes", "networks", "jobs", "users", "groups", "roles", "grants",
    "tokens", "audit", "events", "deleted-domains", "templates", "images",
)  # fmt: skip


@contextmanager
def watched_redis(path: Path) -> Iterator[list[str]]:
    """Every command that anybody gives Redis meanwhile, as MONITOR tells it."""
    said: list[str] = []
    with socket.socket(socket.AF_UNIX) as monitor:
        monitor.connect(str(path))
        monitor.sendall(b"MONITOR\r\n")

        def listen() -> None:
            with monitor.makefile("r", errors="replace") as lines:
                said.extend(lines)

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield said
        finally:
            monitor.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def _dump(database: Path) -> str:
    """Every row of every table, as SQL."""
    with closing(sqlite3.connect(database)) as open_database:
        return "\n".join(open_database.iterdump())


def _in_redis(path: Path) -> str:
    client = redis.Redis(unix_socket_path=str(path))
    with closing(client):
        found = [(key, client.type(key), client.dump(key)) for key in client.scan_iter()]
    return repr(found)


def _all_replies(person: Person) -> str:
    said: list[str] = []
    for noun in LISTS:
        page = person.get(f"/{noun}/", limit="200")
        said.append(json.dumps(page))
        if noun in {"events", "audit"}:
            continue
        said += [json.dumps(person.get(f"/{noun}/{each['id']}/")) for each in page["results"]]
    for domain in person.get("/domains/")["results"]:
        for part in ("xml", "hardware", "revisions", "disks", "interfaces"):
            said.append(json.dumps(person.get(f"/domains/{domain['id']}/{part}/")))
    for path in ("/me/", "/me/sessions/", "/me/second-factors/", "/auth/methods/"):
        said.append(json.dumps(person.get(path)))
    return "\n".join(said)


def _command(product: Installation, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=PROJECT, env=product.env, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def _tell_hosts(person: Person, canaries: Canaries) -> None:
    """A key and a password for a machine that is not there."""
    key = f"-----BEGIN OPENSSH PRIVATE KEY-----\n{canaries.new('an SSH key')}\n-----END OPENSSH PRIVATE KEY-----\n"
    nowhere = f"qemu+ssh://root@127.0.0.1:{free_port()}/system"
    password = {"ssh_password": canaries.new("a host's password")}
    compared = {"host_key": f"SHA256:{'A' * 43}"}
    for body in ({"credentials": {"ssh_private_key": key}}, {"credentials": password, **compared}):
        name = f"nowhere-{token_hex(4)}"
        person.ended(person.post("/hosts/", {"name": name, "uri": nowhere, **body}, expect=202))


def _tell_accounts(person: Person, canaries: Canaries) -> str:
    """Passwords, a second factor, a token; returns the token."""
    user = person.post("/users/", {"username": "bob", "password": canaries.new("a user's password")})
    person.patch(f"/users/{user['id']}/", {"password": canaries.new("a user's new password")})
    begun = person.post("/me/second-factors/totp/", expect=201)
    secret = canaries.note("the secret of a second factor", begun["secret"])
    codes = person.post("/me/second-factors/totp/confirm/", {"code": pyotp.TOTP(secret).now()}, expect=201)
    for number, code in enumerate(codes["recovery_codes"]):
        canaries.note(f"recovery code {number}", code)
    made = person.post("/tokens/", {"name": "ci"})
    return canaries.note("a token", made["token"])


def _tell_storage(person: Person, canaries: Canaries, host: str, pool: str) -> None:
    secret = canaries.new("a CHAP secret")
    source = {
        "hosts": [{"name": "127.0.0.1", "port": free_port()}],
        "devices": ["iqn.2026-01.example:target"],
        "auth": {"username": "chap", "secret": secret},
    }
    body = {"host": host, "name": "san", "type": "iscsi", "target": "/dev/disk/by-path", "source": source}
    person.ended(person.post("/pools/", body, expect=202))
    luks = {"passphrase": canaries.new("a passphrase of LUKS")}
    volume = {"name": "closed", "format": "raw", "capacity_bytes": 4 * MIB, "encryption": luks}
    person.ended(person.post(f"/pools/{pool}/volumes/", volume, expect=202))
    url = f"http://192.0.2.1:1/image?signature={canaries.new('what an address holds')}"
    person.post(f"/pools/{pool}/fetch/", {"name": "got", "url": url}, expect=202)


def _tell_domain(person: Person, canaries: Canaries, host: str) -> str:
    """A running domain with all that cloud-init and a screen take; returns its id."""
    job = person.post(
        "/domains/",
        {
            "host": host, "name": "canary", "memory_bytes": 64 * MIB, "vcpus": 1,
            "disks": [{"capacity_bytes": 4 * MIB}],
            "graphics": {"type": "vnc", "password": canaries.new("the password of a screen", 8)},
            "cloud_init": {"user": "bob", "password": canaries.new("cloud-init's password")},
        },
        expect=202,
    )  # fmt: skip
    domain: str = person.done(job)["result"]["domain"]
    said = person.post(f"/domains/{domain}/console/", {"type": "vnc"}, expect=200)
    canaries.note("a console ticket", parse_qs(urlsplit(said["url"]).query)["ticket"][0])
    word = {"user": "root", "password": canaries.new("a guest's password")}
    person.post(
        f"/domains/{domain}/guest/password/", word, expect=409
    )  # no agent: the refusal is told, and only that
    person.ended(
        person.post(f"/domains/{domain}/type/", {"text": canaries.new("what is typed", 12)}, expect=202)
    )
    screen = eventually(
        lambda: [one for one in person.get(f"/domains/{domain}/hardware/")["devices"] if "graphics" in one["key"]],
        within=10, what="the screen",
    )[0]  # fmt: skip
    change = {"password": canaries.new("another password of the screen", 8)}
    person.ended(person.patch(f"/domains/{domain}/devices/{quote(screen['key'])}/", change, expect=202))
    return domain


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[SSHServer]:
    """A machine that is reached over ssh, by the key "user"."""
    folder = tmp_path / "sshd"
    folder.mkdir()
    with private_daemon() as daemon:
        server = SSHServer(folder, daemon)
        server.authorize(server.key("user"))
        server.start(server.key("host"))
        with closing(libvirt.open(daemon.uri())) as connection:
            connection.storagePoolCreateXML(
                f"<pool type='dir'><name>images</name><target><path>{daemon.directory('images')}</path></target></pool>"
            )
            yield server
        server.stop()


@pytest.fixture
def carol(admin: Person, product: Installation, canaries: Canaries) -> Iterator[Person]:
    """Another administrator: she sets up a second factor."""
    password = canaries.new("another administrator's password")
    user = admin.post("/users/", {"username": "carol", "password": password})
    role = admin.get("/roles/", name="administrator")["results"][0]["id"]
    admin.post("/grants/", {"user": user["id"], "role": role})
    person = Person(product.address, "carol", password)
    yield person
    person.close()


def test_no_secret_is_anywhere_that_it_must_not_be(
    product: Installation, carol: Person, shell: SSHServer, canaries: Canaries
) -> None:
    """What the logs hold is looked at once it has ended: see conftest.py."""
    at = product.run_folder / "redis.sock"
    with watched_redis(at) as commands:
        session = carol._http.cookies["ovirtlite_session"]
        host, domain, token = _tell_everything(carol, shell, canaries)
        _repeat_with_key(product, token, canaries)
        places = {
            "the database": _dump(product.home / "db.sqlite3"),
            "Redis": _in_redis(at),
            "a reply": _all_replies(carol),
            "the export of the audit log": httpx.get(
                f"http://{product.address}/api/v1/audit/export/",
                headers={"Authorization": f"Bearer {token}"},
            ).text,
            "a command's words": _rotate(product, shell, carol, host, domain),
        }
        places["the database after the rotation"] = _dump(product.home / "db.sqlite3")
    places["what was said to Redis"] = "\n".join(commands)
    eventually(
        lambda: all(job["finished_at"] for job in carol.get("/jobs/", host=host, limit="200")["results"]),
        within=60,
        what="every job ends",
    )
    carol.delete(f"/hosts/{host}/")
    for file in (product.home / "log").iterdir():
        places[f"log/{file.name}"] = file.read_text(errors="replace")
    assert len(commands) > 100
    assert "canary" in places["the database"]
    assert "host.enrol" in places["the export of the audit log"]
    assert {where: found for where, text in places.items() if (found := canaries.found_in(text))} == {}
    assert "seal:v2:" not in places["a reply"]
    # The database names sessions by their keys, as Django has it; nobody else does.
    assert [where for where, text in places.items() if session in text and "database" not in where] == []
    for file in product.home.rglob("*"):
        if file.name in {"keys", "secret_key", "audit-head"} or "nodes" in file.parts:
            assert file.stat().st_mode & 0o077 == 0, file


def _rotate(product: Installation, shell: SSHServer, person: Person, host: str, domain: str) -> str:
    """Seal everything anew, while nodes are connected: they stay so, and the secrets still open them."""
    nodewatch = product.pid_of("nodewatch")
    lines = _lines(shell, nodewatch)
    assert lines, "the node is watched over ssh"
    said = _command(product, "rotate_secrets")
    assert "in hosts.Host.credentials" in said
    assert _lines(shell, nodewatch) >= lines, "none hangs up"
    assert person.get(f"/hosts/{host}/")["state"] == "up"
    for line in _lines(shell):  # a cut that is nobody's wish
        line.signal(signal.SIGKILL)
    eventually(lambda: _lines(shell, nodewatch) - lines, within=60, what="the node is called again")
    eventually(
        lambda: person.get(f"/hosts/{host}/")["state"] == "up", within=60, what="the node is reached again"
    )
    person.done(person.post(f"/domains/{domain}/destroy/", expect=202))
    eventually(
        lambda: person.get(f"/domains/{domain}/")["state"] == "shutoff", within=30, what="the node is watched"
    )
    return said


def _lines(shell: SSHServer, part: int | None = None) -> set[Process]:
    """The programs that hold connections with this machine; of one part of the product, by its pid."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it has ended meanwhile
        is_one = words[0].endswith(b"ssh") and str(shell.port).encode() in words
        if is_one and part in {None, parent}:
            found.add(Process.of(int(folder.name)))
    return {one for one in found if one is not None}


def _tell_everything(person: Person, shell: SSHServer, canaries: Canaries) -> tuple[str, str, str]:
    """Of all that can be told; the host, the domain and the token that came of it."""
    key = (shell.folder / "user").read_text()
    canaries.note("a key that opens a node", key.splitlines()[2])
    uri = f"qemu+ssh://{getpass.getuser()}@127.0.0.1:{shell.port}/session"
    wish = {"name": "canary", "uri": uri, "credentials": {"ssh_private_key": key}}
    host: str = person.done(person.post("/hosts/", wish, expect=202))["object"]["id"]
    (pool,) = eventually(lambda: person.get("/pools/", host=host)["results"], within=20, what="the pool")
    _tell_hosts(person, canaries)
    token = _tell_accounts(person, canaries)
    _tell_storage(person, canaries, host, pool["id"])
    return host, _tell_domain(person, canaries, host), token


def _repeat_with_key(product: Installation, token: str, canaries: Canaries) -> None:
    """The reply that is kept for a repeat holds a token; sealed, it opens again after."""
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "once"}
    said: list[Any] = [
        httpx.post(f"http://{product.address}/api/v1/tokens/", json={"name": "cd"}, headers=headers).json()
        for _ in range(2)
    ]
    assert said[0] == said[1]
    canaries.note("a token within a kept reply", said[0]["token"])
