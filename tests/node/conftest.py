"""Real nodes for these tests: the test driver in this process, and a private libvirtd with QEMU."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import libvirt
import pytest
from pytest_django.fixtures import Settings

from access.actor import Actor
from hypervisor.data import Credentials
from hypervisor.libvirt import open_node
from hypervisor.libvirt.node import LibvirtNode
from hypervisor.uri import NodeURI, UriPolicy
from tests.daemon import PrivateDaemon, private_daemon
from tests.node.site import Site
from tests.unit.access.people import person

Opener = Callable[..., LibvirtNode]
POLICY = UriPolicy(allow_tcp=True, local_roots=(Path("/tmp"),))


@pytest.fixture(scope="session")
def daemon() -> Iterator[PrivateDaemon]:
    with private_daemon() as running:
        yield running


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opener]:
    """Opens nodes, and closes them after the test."""
    nodes: list[LibvirtNode] = []

    def open_one(uri: str, credentials: Credentials | None = None, *, deadline: float = 10.0) -> LibvirtNode:
        parsed = NodeURI.parse(uri, POLICY)
        node = open_node(parsed, credentials or Credentials(), workdir=tmp_path / "node", deadline=deadline)
        nodes.append(node)
        return node

    yield open_one
    for node in nodes:
        node.close()


@pytest.fixture
def qemu(daemon: PrivateDaemon, opened: Opener) -> LibvirtNode:
    """A connection to the private daemon's QEMU."""
    return opened(daemon.uri("qemu"))


@pytest.fixture
def folder_pool(daemon: PrivateDaemon) -> Iterator[UUID]:
    """A folder as a pool, for one test. Pools are made by no code of ours yet: libvirt's own does it here."""
    name = f"pool-{uuid4().hex[:8]}"
    folder = daemon.directory(name)
    connection = libvirt.open(daemon.uri())
    made = connection.storagePoolCreateXML(
        f"<pool type='dir'><name>{name}</name><target><path>{folder}</path></target></pool>"
    )
    yield UUID(bytes=made.UUID())
    made.destroy()
    connection.close()


@pytest.fixture
def site(
    daemon: PrivateDaemon,
    qemu: LibvirtNode,
    folder_pool: UUID,
    db: None,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Site]:
    """The private daemon as a host of the product, with an administrator."""
    settings.LOCAL_ROOTS = [Path("/tmp")]
    made = Site(daemon, qemu, folder_pool, Actor(user=person("ada", "administrator")))
    monkeypatch.setattr("hosts.looking.look", made.look)
    yield made
    made.clear()
