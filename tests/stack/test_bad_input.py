"""What is wrong is refused with its own code and a sentence that helps; nothing changes, nobody sees a traceback."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from tests.crowd import node_with
from tests.installation import PASSWORD, Installation, eventually, free_port
from tests.stack.machine import Machine, machine
from tests.stack.person import Person

pytestmark = pytest.mark.stack
Document = dict[str, Any]
COUNTED = ("hosts", "clusters", "domains", "jobs", "users", "groups", "roles", "grants", "tokens")


@pytest.fixture(scope="module")
def node() -> Iterator[Machine]:
    with machine() as running:
        yield running


def problem(document: Any, code: str) -> Document:
    """A problem document with that code, and a sentence."""
    assert {"type", "title", "status", "detail", "code"} <= document.keys()
    assert document["code"] == code, document
    assert document["detail"].endswith((".", "!"))
    found: Document = document
    return found


def counts(person: Person) -> dict[str, int]:
    return {noun: person.get(f"/{noun}/", limit="1")["count"] for noun in COUNTED}


# Addresses of hosts


def refused(admin: Person, uri: str, code: str, words: str) -> str:
    """A host with that address: its job fails and says why, and so does the host. Returns the host's id."""
    job = admin.ended(admin.post("/hosts/", {"name": f"host-{uuid4().hex[:8]}", "uri": uri}, expect=202))
    assert (job["state"], job["error"]["code"]) == ("failed", code), job["error"]
    assert words in job["error"]["detail"]
    assert job["error"]["detail"].endswith(".")
    host = admin.get(f"/hosts/{job['object']['id']}/")
    assert (host["state"], host["uri"]) == ("error", uri)
    assert host["error"] == job["error"]
    assert {"edit", "delete"} <= set(host["actions"])
    assert admin.get("/domains/", host=host["id"])["count"] == 0
    found: str = host["id"]
    return found


def mended(admin: Person, uris: Mapping[str, str]) -> None:
    """The right addresses, given afterwards, by the hosts' ids: they make them hosts like any other."""
    for host_id, uri in uris.items():
        admin.patch(f"/hosts/{host_id}/", {"uri": uri})

    def is_up(host_id: str) -> bool:
        host = admin.get(f"/hosts/{host_id}/")
        return host["state"] == "up" and host["error"] is None and host["job"] is None

    for host_id, uri in uris.items():
        eventually(partial(is_up, host_id), within=15, what=f"the host mended to {uri} is up")
        admin.delete(f"/hosts/{host_id}/")


def test_addresses_that_are_not_allowed(admin: Person, node: Machine) -> None:
    right = {}
    for number, (uri, words) in enumerate(
        (
            ("nonsense", "not of the form"),
            ("qemu:/system", "not of the form"),
            ("qemu+ssh://user:secret@node.example/system", ""),
            ("qemu+ssh://node.example:99999/system", "no TCP port"),
            ("qemu:///everything", "path of a qemu address"),
            ("ftp://node.example/system", "no driver ftp"),
            ("qemu+telnet://node.example/system", "transport telnet is not allowed"),
            ("qemu+tcp://node.example/system", "tls or ssh"),
            ("qemu+ssh://node.example/system?command=/bin/sh", "command is not allowed"),
            ("qemu+ssh://node.example/system?keyfile=/etc/shadow", "keyfile is not allowed"),
            ("qemu+tls://node.example/system?no_verify=1", "no_verify is not allowed"),
            ("qemu+tls://node.example/system?pkipath=/tmp", "pkipath is not allowed"),
            ("qemu+ssh://-oProxyCommand=reboot@node.example/system", ""),
            ("qemu+unix:///session?socket=/etc/passwd", "outside the folders"),
            ("qemu+unix:///session?socket=/tmp/../etc/passwd", "without `..`"),
            ("test:///etc/passwd", "outside the folders"),
        )
    ):
        # Each becomes another node, so that all can be mended at once.
        file = node.daemon.file(f"empty-{number}.xml", node_with(0))
        right[refused(admin, uri, "invalid_uri", words)] = node.daemon.uri("test", file)
    mended(admin, right)


@pytest.mark.parametrize("form", ["qemu+tls://127.0.0.1:{}/system", "qemu+ssh://root@127.0.0.1:{}/system"])
def test_a_port_where_nobody_listens(admin: Person, node: Machine, form: str) -> None:
    host = refused(admin, form.format(free_port()), "node_unreachable", "Check that the machine is on")
    mended(admin, {host: node.uri})


def test_a_socket_that_is_not_there(admin: Person, node: Machine) -> None:
    uri = f"qemu+unix:///session?socket=/tmp/{uuid4().hex}.sock"
    mended(admin, {refused(admin, uri, "node_unreachable", "Check that the machine is on"): node.uri})


def test_the_same_node_twice(admin: Person, node: Machine) -> None:
    first = admin.done(admin.post("/hosts/", {"name": "the first", "uri": node.uri}, expect=202))["object"]
    try:
        second = refused(admin, node.uri, "duplicate_node", "the first")
        assert admin.get(f"/hosts/{first['id']}/")["state"] == "up"
        admin.patch(f"/hosts/{second}/", {"uri": node.daemon.uri("test")})
        eventually(
            lambda: admin.get(f"/hosts/{second}/")["state"] == "up", within=15, what="it is another node now"
        )
        eventually(lambda: not admin.get(f"/hosts/{second}/")["job"], within=15, what="its job ends")
        admin.delete(f"/hosts/{second}/")
    finally:
        eventually(lambda: not admin.get(f"/hosts/{first['id']}/")["job"], within=15, what="no job holds it")
        admin.delete(f"/hosts/{first['id']}/")


def test_a_name_that_is_taken(admin: Person) -> None:
    admin.ended(admin.post("/hosts/", {"name": "taken", "uri": "nonsense"}, expect=202))
    before = counts(admin)
    document = admin.post("/hosts/", {"name": "taken", "uri": "nonsense"}, expect=409)
    assert problem(document, "name_taken")["errors"] == {"name": ["is taken"]}
    assert counts(admin) == before


# What a domain's state or a job forbids


@pytest.fixture(scope="module")
def guest(admin: Person, node: Machine) -> Iterator[str]:
    """One that runs and never heeds a shutdown, on a host of its own name."""
    uuid = node.define("deaf")
    node.virsh("start", uuid)
    host = admin.done(admin.post("/hosts/", {"name": "node", "uri": node.uri}, expect=202))["object"]["id"]
    assert admin.get(f"/domains/{uuid}/")["state"] == "running"
    yield uuid
    node.virsh("destroy", uuid)
    eventually(lambda: not admin.get(f"/domains/{uuid}/")["job"], within=15, what="no job holds it")
    admin.delete(f"/hosts/{host}/")


def test_what_its_state_forbids(admin: Person, guest: str) -> None:
    before = counts(admin)
    for action in ("start", "resume", "restore", "undefine"):
        document = problem(admin.post(f"/domains/{guest}/{action}/", expect=409), "operation_invalid")
        assert document["state"] == "running"
        assert "deaf is running" in document["detail"]
        plan = admin.post(f"/domains/{guest}/{action}/?plan=1", expect=200)
        assert (plan["allowed"], plan["checks"][0]["code"]) == (False, "operation_invalid")
    assert problem(admin.delete(f"/domains/{guest}/", expect=409), "operation_invalid")["state"] == "running"
    assert counts(admin) == before


def test_a_second_action_on_a_busy_domain(admin: Person, guest: str) -> None:
    job = admin.post(f"/domains/{guest}/shutdown/", {"timeout_seconds": 60}, expect=202)
    before = counts(admin)
    for action in ("shutdown", "destroy", "suspend", "reset", "save"):
        document = problem(admin.post(f"/domains/{guest}/{action}/", expect=409), "busy")
        assert {name: document["job"][name] for name in ("id", "kind")} == {
            "id": job["id"],
            "kind": "domain.shutdown",
        }
        assert document["job"]["state"] in {"queued", "running"}
    bulk = admin.post("/domains/bulk/", {"action": "destroy", "ids": [guest, str(uuid4())]}, expect=202)
    assert bulk["job"] is None
    assert [refusal["code"] for refusal in bulk["refused"]] == ["busy", "not_found"]
    assert counts(admin) == before
    admin.post(f"/jobs/{job['id']}/cancel/", expect=202)
    assert admin.ended(job)["state"] == "cancelled"
    problem(admin.post(f"/jobs/{job['id']}/cancel/", expect=409), "not_cancellable")


# Bodies


@pytest.mark.parametrize(
    "body",
    [b"{", b"{'name': 1}", b'{"a": NaN}', b"\xff\xfe", b"[" * 100_000, b'{"name": "x", "name": "y"}', b""],
)
def test_malformed_json(admin: Person, guest: str, body: bytes) -> None:
    before = counts(admin)
    for path in (
        "/hosts/",
        "/domains/bulk/",
        f"/domains/{guest}/migrate/",
        f"/domains/{guest}/console/",
        "/users/",
    ):
        document = admin.send("POST", path, body, expect=400)
        assert document["code"] in ({"invalid"} if not body else {"malformed_json"}), document
    assert counts(admin) == before


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        ("/hosts/", {}, {"name", "uri"}),
        ("/hosts/", {"name": 5, "uri": True}, {"name", "uri"}),
        ("/hosts/", {"name": "x", "uri": ["qemu:///system"]}, {"uri"}),
        ("/hosts/", {"name": "x" * 101, "uri": "x" * 501}, {"name", "uri"}),
        ("/hosts/", {"name": "a\nb", "uri": "qemu:///system"}, {"name"}),
        ("/hosts/", {"name": "x", "uri": "qemu:///system", "state": "up"}, {"state"}),
        ("/hosts/", {"name": "x", "uri": "qemu:///system", "cluster": "none"}, {"cluster"}),
        ("/hosts/", {"name": "x", "uri": "qemu:///system", "cluster": str(uuid4())}, {"cluster"}),
        (
            "/hosts/",
            {"name": "x", "uri": "qemu:///system", "credentials": "secret"},
            {"credentials.non_field_errors"},
        ),
        ("/hosts/", {"name": "x", "uri": "qemu:///system", "credentials": {"key": "x"}}, {"credentials.key"}),
        ("/domains/GUEST/start/", {"force": True}, {"force"}),
        ("/domains/GUEST/shutdown/", {"timeout_seconds": "60"}, {"timeout_seconds"}),
        ("/domains/GUEST/shutdown/", {"timeout_seconds": -1}, {"timeout_seconds"}),
        ("/domains/GUEST/migrate/", {}, {"host"}),
        ("/domains/GUEST/migrate/", {"host": "elsewhere"}, {"host"}),
        ("/domains/GUEST/migrate/", {"host": str(uuid4()), "copy_storage": "yes"}, {"copy_storage"}),
        ("/domains/GUEST/console/", {"type": "telnet"}, {"type"}),
        ("/domains/GUEST/console/", {}, {"type"}),
        ("/domains/bulk/", {"action": "explode", "ids": []}, {"action", "ids"}),
        ("/domains/bulk/", {"action": "start", "ids": ["x"]}, {"ids.0"}),
        ("/domains/bulk/", {"action": "start", "ids": [str(uuid4())] * 1001}, {"ids"}),
    ],
)
def test_wrong_fields_are_named(
    admin: Person, guest: str, path: str, body: dict[str, Any], fields: set[str]
) -> None:
    before = counts(admin)
    document = problem(admin.post(path.replace("GUEST", guest), body, expect=400), "invalid")
    assert set(document["errors"]) == fields
    assert counts(admin) == before


@pytest.mark.parametrize(
    "query",
    [
        "state=asleep",
        "host=x",
        "limit=0",
        "limit=99999",
        "offset=-1",
        "ordering=secret",
        "colour=red",
        "fields=password",
        "name=a%00b",
        "stale=perhaps",
    ],
)
def test_wrong_queries_are_named(admin: Person, query: str) -> None:
    document = problem(admin.send("GET", f"/domains/?{query}", b"", expect=400), "invalid")
    assert set(document["errors"]) == {query.partition("=")[0]}


def test_bodies_that_are_too_large(admin: Person, guest: str) -> None:
    before = counts(admin)
    large = b'{"name": "' + b"x" * 2**20 + b'"}'
    for path in ("/hosts/", f"/domains/{guest}/start/", "/auth/login/"):
        problem(admin.send("POST", path, large, expect=400), "body_too_large")
        problem(admin.send("POST", path, iter([large]), expect=400), "body_too_large")
    assert counts(admin) == before


def test_bodies_of_another_kind(admin: Person) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        problem(admin.send("POST", "/hosts/", b"name=x", expect=415, as_type=kind), "unsupported_media_type")


# What is not there, and what is not for everybody


@pytest.fixture
def user(admin: Person, product: Installation, guest: str) -> Iterator[Person]:
    """May use the one guest, and nothing else."""
    name = f"user-{uuid4().hex[:8]}"
    account = admin.post("/users/", {"username": name, "password": PASSWORD})
    (role,) = [role for role in admin.get("/roles/")["results"] if role["name"] == "user"]
    admin.post(
        "/grants/", {"user": account["id"], "role": role["id"], "object": {"kind": "domain", "id": guest}}
    )
    person = Person(product.address, name, PASSWORD)
    yield person
    person.close()


def of_a_domain(person: Person, uuid: str) -> list[Document]:
    """What every call about a domain answers to who must not know of it."""
    verbs = (
        "start",
        "shutdown",
        "reboot",
        "reset",
        "destroy",
        "suspend",
        "resume",
        "save",
        "restore",
        "undefine",
    )
    refusals = [person.post(f"/domains/{uuid}/{verb}/", expect=404) for verb in verbs]
    refusals.append(person.post(f"/domains/{uuid}/migrate/", {"host": str(uuid4())}, expect=404))
    refusals.append(person.post(f"/domains/{uuid}/console/", {"type": "vnc"}, expect=404))
    refusals.append(person.delete(f"/domains/{uuid}/", expect=404))
    paths = ("", "xml/", "stats/", "screenshot/", "console.vv")
    return refusals + [person.get(f"/domains/{uuid}/{path}", expect=404) for path in paths]


def test_ids_that_nobody_has(admin: Person) -> None:
    before = counts(admin)
    for document in of_a_domain(admin, str(uuid4())):
        problem(document, "not_found")
    for noun in ("hosts", "clusters", "jobs", "pools", "networks", "users", "groups", "roles"):
        problem(admin.get(f"/{noun}/{uuid4()}/", expect=404), "not_found")
    problem(admin.patch(f"/hosts/{uuid4()}/", {"name": "x"}, expect=404), "not_found")
    problem(admin.delete(f"/hosts/{uuid4()}/", expect=404), "not_found")
    problem(admin.post(f"/hosts/{uuid4()}/refresh/", expect=404), "not_found")
    problem(admin.post(f"/jobs/{uuid4()}/cancel/", expect=404), "not_found")
    for path in ("/domains/none/", "/domains/none/start/", f"/domains/{uuid4()}/explode/", "/nothing/", "/"):
        problem(admin.post(path, expect=404), "not_found")
    assert counts(admin) == before


def test_forbidden_ids_are_as_unknown_ones(admin: Person, user: Person, node: Machine, guest: str) -> None:
    other = node.define()
    eventually(lambda: admin.find(f"/domains/{other}/"), within=15, what="the other guest is known")
    before = counts(admin)
    assert [domain["id"] for domain in user.get("/domains/")["results"]] == [guest]
    assert of_a_domain(user, other) == of_a_domain(user, str(uuid4()))
    bulk = user.post("/domains/bulk/", {"action": "start", "ids": [other]}, expect=202)
    assert [(no["code"], no["name"]) for no in bulk["refused"]] == [("not_found", "")]
    host = admin.get(f"/domains/{other}/")["host"]["id"]
    unknown = str(uuid4())
    for job in (admin.get("/jobs/", kind="host.enrol", limit="1")["results"][0]["id"], unknown):
        problem(user.get(f"/jobs/{job}/", expect=404), "not_found")
        problem(user.post(f"/jobs/{job}/cancel/", expect=404), "not_found")
    for path in (host, unknown):
        problem(user.get(f"/hosts/{path}/", expect=404), "not_found")
        problem(user.delete(f"/hosts/{path}/", expect=404), "not_found")
        problem(user.patch(f"/hosts/{path}/", {"name": "mine"}, expect=404), "not_found")
        problem(user.post(f"/hosts/{path}/refresh/", expect=404), "not_found")
    assert counts(admin) == before
    assert node.state(other) == "shut off"


def test_what_may_be_seen_but_not_done(user: Person, admin: Person, guest: str) -> None:
    before = counts(admin)
    problem(user.post(f"/domains/{guest}/undefine/", expect=403), "not_permitted")
    problem(user.post("/hosts/", {"name": "x", "uri": "qemu:///system"}, expect=403), "not_permitted")
    problem(user.get("/users/", expect=403), "not_permitted")
    assert counts(admin) == before
