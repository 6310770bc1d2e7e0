"""Where a domain's screen is looked for, and where it is not, whatever the node says."""

import os
import socket
from pathlib import Path

import pytest

from domains.console.screens import NoScreen, address_seen_from_here, connect_unix
from domains.console.viewer import _escaped
from hypervisor.errors import NodeUnreachable
from hypervisor.uri import NodeURI, UriPolicy

MINE = frozenset({os.geteuid()})


def uri(text: str) -> NodeURI:
    return NodeURI.parse(text, UriPolicy(allow_tcp=True))


@pytest.mark.parametrize(
    ("address", "listen", "expected"),
    [
        ("qemu:///system", "0.0.0.0", "127.0.0.1"),
        ("qemu:///system", "", "127.0.0.1"),
        ("qemu:///system", "127.0.0.1", "127.0.0.1"),
        ("qemu+ssh://node/system", "127.0.0.1", "127.0.0.1"),  # loopback of the node: ssh connects there
        ("qemu+ssh://node/system", "0.0.0.0", "127.0.0.1"),
        ("qemu+tls://node/system", "0.0.0.0", "node"),
        ("qemu+tls://node/system", "::", "node"),
        ("qemu+tls://node/system", "10.0.0.7", "10.0.0.7"),
        ("qemu+tcp://node/system", "node.example", "node"),
    ],
)
def test_the_way_there(address: str, listen: str, expected: str) -> None:
    assert address_seen_from_here(listen, uri(address)) == expected


@pytest.mark.parametrize(
    "listen", ["127.0.0.1", "127.8.8.8", "::1", "169.254.169.254", "fe80::1", "224.0.0.1"]
)
def test_a_node_cannot_point_us_at_ourselves(listen: str) -> None:
    with pytest.raises(NoScreen):
        address_seen_from_here(listen, uri("qemu+tls://node/system"))


def _listening(path: Path) -> socket.socket:
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen()
    return server


def test_a_socket_of_a_known_owner(tmp_path: Path) -> None:
    with _listening(tmp_path / "vnc"), connect_unix(tmp_path / "vnc", MINE) as connected:
        assert connected.getpeername() == str(tmp_path / "vnc")


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    with _listening(tmp_path / "redis"):
        (tmp_path / "vnc").symlink_to(tmp_path / "redis")
        with pytest.raises((NoScreen, NodeUnreachable)):
            connect_unix(tmp_path / "vnc", MINE)


def test_a_strangers_socket_is_not_used(tmp_path: Path) -> None:
    with _listening(tmp_path / "vnc"), pytest.raises(NoScreen):
        connect_unix(tmp_path / "vnc", frozenset({os.geteuid() + 1}))


def test_what_is_no_socket_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "vnc").write_text("not one")
    with pytest.raises(NoScreen):
        connect_unix(tmp_path / "vnc", MINE)


def test_a_socket_that_nobody_listens_on(tmp_path: Path) -> None:
    _listening(tmp_path / "vnc").close()
    with pytest.raises(NodeUnreachable):
        connect_unix(tmp_path / "vnc", MINE)


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("web 1", "web 1"),
        ("a\nhost=evil", "a\\nhost=evil"),
        ("back\\slash", "back\\\\slash"),
        (" led", "\\sled"),
        ("\r\t", "\\r\\t"),
    ],
)
def test_a_title_stays_on_its_line(title: str, line: str) -> None:
    assert _escaped(title) == line
