"""Real nodes for these tests: the test driver in this process, and a private libvirtd with QEMU."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hypervisor.data import Credentials
from hypervisor.libvirt import open_node
from hypervisor.libvirt.node import LibvirtNode
from hypervisor.uri import NodeURI, UriPolicy
from tests.daemon import PrivateDaemon, private_daemon

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
