"""A node with 500 domains, through the whole product. How long it takes is measured by the benchmarks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hypervisor.data import Credentials
from hypervisor.libvirt import open_node
from hypervisor.uri import NodeURI, UriPolicy
from tests.crowd import node_with
from tests.daemon import PrivateDaemon, private_daemon
from tests.installation import eventually
from tests.stack.person import Person

pytestmark = pytest.mark.stack
FEW, MANY = 5, 500


@pytest.fixture(scope="module")
def daemon() -> Iterator[PrivateDaemon]:
    with private_daemon() as running:
        yield running


def uri_of(daemon: PrivateDaemon, domains: int) -> str:
    return daemon.uri("test", daemon.file(f"{domains}.xml", node_with(domains)))


def test_the_first_inventory(admin: Person, daemon: PrivateDaemon) -> None:
    job = admin.done(admin.post("/hosts/", {"name": "crowded", "uri": uri_of(daemon, MANY)}, expect=202))
    host = admin.get(f"/hosts/{job['object']['id']}/")
    assert (host["state"], host["domains"]) == ("up", {"total": MANY, "running": MANY})
    names = [
        domain["name"]
        for offset in range(0, MANY, 100)
        for domain in admin.get("/domains/", host=host["id"], limit="100", offset=str(offset))["results"]
    ]
    assert names == [f"guest-{number:05}" for number in range(MANY)]
    # What only the XML tells is read one by one, when there is time.
    eventually(
        lambda: (
            admin.get("/domains/", host=host["id"], ordering="vcpus", limit="1")["results"][0]["vcpus"] == 2
        ),
        within=60,
        what="every definition is read",
    )
    admin.delete(f"/hosts/{host['id']}/")


def test_calls_do_not_grow_with_the_domains(daemon: PrivateDaemon, tmp_path: Path) -> None:
    policy = UriPolicy(local_roots=(Path("/tmp"),))
    made = {}
    for domains in (FEW, MANY):
        node = open_node(NodeURI.parse(uri_of(daemon, domains), policy), Credentials(), workdir=tmp_path)
        before = node.calls
        assert len(node.inventory().domains) == domains
        made[domains] = node.calls - before
        node.close()
    assert made[MANY] == made[FEW]
