"""A node over real ssh: keys that fit, keys that do not, machines that are not who they were, tunnels."""

import getpass
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hypervisor.data import Credentials
from hypervisor.errors import (
    AuthenticationFailed,
    HostKeyChanged,
    HostKeyUnknown,
    NodeUnreachable,
    NotSupported,
)
from hypervisor.libvirt import ssh
from hypervisor.uri import NodeURI
from tests.daemon import PrivateDaemon
from tests.node.conftest import POLICY, Opener
from tests.node.secure_shell import SSHServer
from tests.node.waiting import until


@pytest.fixture
def server(tmp_path: Path, daemon: PrivateDaemon) -> Iterator[SSHServer]:
    folder = tmp_path / "sshd"
    folder.mkdir()
    running = SSHServer(folder, daemon)
    running.authorize(running.key("user"))
    running.start(running.key("host"))
    yield running
    running.stop()


def address(server: SSHServer, driver: str = "qemu", path: str = "/session") -> str:
    return f"{driver}+ssh://{getpass.getuser()}@127.0.0.1:{server.port}{path}"


def credentials(server: SSHServer, key: str = "user") -> Credentials:
    known = ssh.scan_host_key("127.0.0.1", server.port).text
    return Credentials(ssh_private_key=(server.folder / key).read_text(), known_hosts=known)


def test_it_opens(server: SSHServer, opened: Opener) -> None:
    node = opened(address(server), credentials(server))
    assert node.info().driver == "qemu"
    assert node.alive()


def test_a_connection_that_breaks(server: SSHServer, opened: Opener) -> None:
    node = opened(address(server), credentials(server))
    ends: list[str] = []
    node.watch(lambda _: None, ends.append)
    for child in _children("ssh"):
        child.kill()
    until(lambda: ends)
    assert not node.alive()
    with pytest.raises(NodeUnreachable):
        node.inventory()


def test_a_key_that_is_not_taken(server: SSHServer, opened: Opener) -> None:
    server.key("stranger")
    with pytest.raises(AuthenticationFailed, match="Permission denied"):
        opened(address(server), credentials(server, "stranger"))


def test_a_key_that_is_none(server: SSHServer, opened: Opener) -> None:
    known = credentials(server).known_hosts
    with pytest.raises(AuthenticationFailed):
        opened(address(server), Credentials(ssh_private_key="not a key", known_hosts=known))


def test_a_machine_that_is_not_known(server: SSHServer, opened: Opener) -> None:
    key = (server.folder / "user").read_text()
    for known in (
        "",
        "other ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIYdIKtIimJ+fU0K4TpuzLHVwJuWFFEUva+er5824vT3",
    ):
        with pytest.raises(HostKeyUnknown):
            opened(address(server), Credentials(ssh_private_key=key, known_hosts=known))


def test_a_machine_that_shows_another_key(server: SSHServer, opened: Opener) -> None:
    pinned = credentials(server)
    opened(address(server), pinned).close()
    server.start(server.key("swapped"))
    with pytest.raises(HostKeyChanged, match="ED25519 SHA256:") as refused:
        opened(address(server), pinned)
    assert ssh.scan_host_key("127.0.0.1", server.port).fingerprint in refused.value.detail
    assert "@@@" not in refused.value.detail
    with pytest.raises(HostKeyChanged):
        _tunnel(server, pinned, server.port)


def test_ssh_is_asked_itself_where_its_words_are_too_long_for_libvirt(server: SSHServer) -> None:
    """libvirt gives up on more than 1 KiB of them, and then says nothing of use."""
    uri, folder = NodeURI.parse(address(server), POLICY), server.folder / "node"
    server.key("stranger")
    refused = ssh.why_refused(uri, credentials(server, "stranger"), folder, 10)
    assert isinstance(refused, AuthenticationFailed)
    assert ssh.why_refused(uri, credentials(server), folder, 10) is None


def test_nothing_of_a_failed_attempt_stays(server: SSHServer, opened: Opener) -> None:
    server.key("stranger")
    for _ in range(3):
        with pytest.raises(AuthenticationFailed):
            opened(address(server), credentials(server, "stranger"))
    until(lambda: not _children("ssh"))


class TestScan:
    def test_the_key_is_the_servers(self, server: SSHServer) -> None:
        key = ssh.scan_host_key("127.0.0.1", server.port)
        assert key.type == "ssh-ed25519"
        assert (server.folder / "host.pub").read_text().split()[1] in key.text
        assert key.fingerprint.startswith("SHA256:")

    def test_nobody_there(self) -> None:
        with pytest.raises(NodeUnreachable, match="connection refused"):
            ssh.scan_host_key("127.0.0.1", 1)

    def test_no_ssh(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(NodeUnreachable):
            ssh.scan_host_key("127.0.0.1", silent.getsockname()[1], deadline=1.5)


def _tunnel(server: SSHServer, secrets: Credentials, port: int, *, seconds: float = 10.0) -> socket.socket:
    uri = NodeURI.parse(address(server), POLICY)
    return ssh.tunnel(uri, secrets, server.folder / "node", "127.0.0.1", port, seconds=seconds)


class TestTunnel:
    def test_both_ways_and_its_end(self, server: SSHServer) -> None:
        got: list[bytes] = []

        def serve(listening: socket.socket) -> None:
            with listening.accept()[0] as connection:
                connection.sendall(b"RFB 003.008\n")
                while data := connection.recv(100):
                    got.append(data)

        with socket.create_server(("127.0.0.1", 0)) as listening:
            serving = threading.Thread(target=serve, args=(listening,), daemon=True)
            serving.start()
            with _tunnel(server, credentials(server), listening.getsockname()[1]) as through:
                assert through.recv(100) == b"RFB 003.008\n"
                through.sendall(b"hello")
                until(lambda: b"".join(got) == b"hello")
            serving.join(5)
            assert not serving.is_alive()
        until(lambda: not _children("ssh"))

    def test_nothing_listens_there(self, server: SSHServer) -> None:
        with pytest.raises(NodeUnreachable):
            _tunnel(server, credentials(server), 1)
        until(lambda: not _children("ssh"))

    def test_what_listens_says_nothing(self, server: SSHServer) -> None:
        with (
            socket.create_server(("127.0.0.1", 0)) as silent,
            pytest.raises(NodeUnreachable, match="Nothing spoke"),
        ):
            _tunnel(server, credentials(server), silent.getsockname()[1], seconds=1)
        until(lambda: not _children("ssh"))

    def test_the_key_is_not_taken(self, server: SSHServer) -> None:
        server.key("stranger")
        with pytest.raises(AuthenticationFailed):
            _tunnel(server, credentials(server, "stranger"), 1)

    def test_other_transports_have_none(self, tmp_path: Path) -> None:
        uri = NodeURI.parse("qemu+tls://node1/system", POLICY)
        with pytest.raises(NotSupported):
            ssh.tunnel(uri, Credentials(), tmp_path, "127.0.0.1", 1)


class _Child:
    def __init__(self, pid: int) -> None:
        self.pid = pid

    def kill(self) -> None:
        import os
        import signal

        os.kill(self.pid, signal.SIGKILL)


def _children(name: str) -> list[_Child]:
    """Our own processes of that name, zombies too: nobody else would clear them away."""
    import os

    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, _, rest = entry.read_text().partition(" (")
        except OSError:
            continue  # it ended meanwhile
        command, _, fields = rest.rpartition(") ")
        if command == name and int(fields.split()[1]) == os.getpid():
            found.append(_Child(int(pid)))
    return found
