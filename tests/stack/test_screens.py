"""The way to a screen that cannot be handed over: address from the live XML, one-time password, signing in."""

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from domains.console.screens import NoScreen, Way, open_screen, vnc_of
from hypervisor import rfb
from hypervisor.data import Credentials
from hypervisor.libvirt import open_node
from hypervisor.node import Node
from hypervisor.uri import NodeURI, UriPolicy
from tests.daemon import PrivateDaemon, private_daemon
from tests.rfb_viewer import look

pytestmark = pytest.mark.stack

DOMAIN = """
<domain type='qemu'><name>{uuid}</name><uuid>{uuid}</uuid><memory unit='MiB'>32</memory>
<os><type arch='x86_64' machine='q35'>hvm</type></os>
<devices><controller type='usb' model='none'/>{graphics}<video><model type='vga'/></video></devices></domain>
"""
PASSWORD = "<graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1' passwd='initial'/>"
OPEN = "<graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1'/>"
# As a node beyond ssh is reached: nothing is handed over, and what is connected to is on the other side.
BEYOND_SSH = NodeURI.parse("qemu+ssh://node/system", UriPolicy())


def connect(host: str, port: int) -> socket.socket:
    return socket.create_connection((host, port), 5)


@pytest.fixture(scope="module")
def daemon() -> Iterator[PrivateDaemon]:
    with private_daemon() as started:
        yield started


@pytest.fixture
def node(daemon: PrivateDaemon, tmp_path: Path) -> Iterator[Node]:
    uri = NodeURI.parse(daemon.uri(), UriPolicy(local_roots=(daemon.folder,)))
    opened = open_node(uri, Credentials(), workdir=tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def domain(daemon: PrivateDaemon, request: pytest.FixtureRequest) -> Iterator[UUID]:
    """A running domain with the given graphics; its firmware draws something."""
    uuid = uuid4()
    file = daemon.file(f"{uuid}.xml", DOMAIN.format(uuid=uuid, graphics=request.param))
    virsh(daemon, "create", str(file))
    yield uuid
    virsh(daemon, "destroy", str(uuid))


def virsh(daemon: PrivateDaemon, *command: str) -> None:
    subprocess.run(["virsh", "-q", "-c", daemon.uri(), *command], check=True, capture_output=True)


def shows(server: socket.socket) -> bool:
    with server, server.makefile("rb") as stream:
        return look(stream.read, server.sendall).width >= 640


@pytest.mark.parametrize("domain", [PASSWORD], indirect=True)
def test_a_password_is_made_used_and_worth_nothing_afterwards(node: Node, domain: UUID) -> None:
    made: list[str] = []
    original = node.set_vnc_password

    def remembered(uuid: UUID, password: str, seconds: int) -> None:
        made.append(password)
        assert seconds == 30
        original(uuid, password, seconds)

    node.set_vnc_password = remembered  # type: ignore[method-assign]  # the real call, listened to
    for _ in range(2):
        assert shows(open_screen(node, domain, Way(BEYOND_SSH, connect)))
    assert len(set(made)) == 2
    assert all(len(password) == 8 for password in made)
    port = vnc_of(node, domain).port
    assert port is not None
    for known in (None, "initial", made[0]):
        with connect("127.0.0.1", port) as server, pytest.raises(rfb.PasswordRefused):
            rfb.log_in(server, known)


@pytest.mark.parametrize("domain", [PASSWORD], indirect=True)
def test_a_clock_that_runs_ahead_is_no_obstacle(node: Node, domain: UUID) -> None:
    original, asked = node.set_vnc_password, []

    def hurried(uuid: UUID, password: str, seconds: int) -> None:
        asked.append(seconds)
        original(uuid, password, seconds - 3600)  # an hour ahead of us

    node.set_vnc_password = hurried  # type: ignore[method-assign]  # the real call, as another clock would read it
    assert shows(open_screen(node, domain, Way(BEYOND_SSH, connect)))
    assert asked[0] == asked[2] == 30
    assert asked[1] > 3600


@pytest.mark.parametrize("domain", [OPEN], indirect=True)
def test_a_screen_that_was_started_without_a_password_opens_all_the_same(node: Node, domain: UUID) -> None:
    assert shows(open_screen(node, domain, Way(BEYOND_SSH, connect)))


@pytest.mark.parametrize("domain", [PASSWORD, OPEN], indirect=True)
def test_on_this_machine_no_port_is_needed(node: Node, domain: UUID, daemon: PrivateDaemon) -> None:
    def never(host: str, port: int) -> socket.socket:
        raise AssertionError("nothing is to be connected to")

    here = NodeURI.parse(daemon.uri(), UriPolicy(local_roots=(daemon.folder,)))
    assert shows(open_screen(node, domain, Way(here, never)))


@pytest.mark.parametrize("domain", [""], indirect=True)
def test_a_domain_without_a_screen_says_so(node: Node, domain: UUID) -> None:
    with pytest.raises(NoScreen):
        open_screen(node, domain, Way(BEYOND_SSH, connect))
