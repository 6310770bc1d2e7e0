"""Opening a node: in time, whatever the other end does, and with nothing left behind."""

import os
import signal
import socket
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hypervisor.errors import AuthenticationFailed, HypervisorError, NodeUnreachable, NotSupported, Timeout
from hypervisor.libvirt import offered, start_events
from hypervisor.libvirt.sockets import keep_alive
from tests.daemon import PrivateDaemon, private_daemon
from tests.node.conftest import Opener
from tests.node.waiting import until


@contextmanager
def listener() -> Iterator[int]:
    """A port that accepts and says nothing; what was accepted is closed at the end."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize("transport", ["tcp", "ssh"])
def test_a_silent_peer(opened: Opener, transport: str) -> None:
    with listener() as port:
        began = time.monotonic()
        with pytest.raises(Timeout, match="said nothing"):
            opened(f"qemu+{transport}://127.0.0.1:{port}/system", deadline=0.5)
        assert time.monotonic() - began < 1.5


@pytest.mark.parametrize("transport", ["tcp", "tls", "ssh"])
def test_nobody_there(opened: Opener, transport: str) -> None:
    with listener() as port:
        pass
    began = time.monotonic()
    with pytest.raises(NodeUnreachable, match=r"does not answer on port .*: connection refused"):
        opened(f"qemu+{transport}://127.0.0.1:{port}/system")
    assert time.monotonic() - began < 1
    assert not any(thread.name.startswith("open 127") for thread in threading.enumerate())


def test_a_name_that_nobody_knows(opened: Opener) -> None:
    with pytest.raises(NodeUnreachable, match="cannot be resolved"):
        opened("qemu+tls://nobody.invalid/system")


def test_something_else_answers(opened: Opener) -> None:
    def answer(server: socket.socket) -> None:
        connection, _ = server.accept()  # the probe
        connection.close()
        connection, _ = server.accept()
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        connection.close()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=answer, args=(server,), daemon=True).start()
        with pytest.raises(HypervisorError):
            opened(f"qemu+tcp://127.0.0.1:{server.getsockname()[1]}/system")


def test_no_socket(opened: Opener, tmp_path: Path) -> None:
    with pytest.raises(NodeUnreachable, match="No such file"):
        opened(f"qemu+unix:///session?socket={tmp_path}/none")


def test_a_driver_that_this_libvirt_lacks(opened: Opener) -> None:
    with pytest.raises((NotSupported, NodeUnreachable)):
        opened("bhyve:///system")


def test_tls_without_certificates(opened: Opener) -> None:
    with listener() as port, pytest.raises(AuthenticationFailed):
        opened(f"qemu+tls://127.0.0.1:{port}/system", deadline=3)


def test_attempts_do_not_pile_up(opened: Opener) -> None:
    with listener() as port:
        uri = f"qemu+tcp://127.0.0.1:{port}/system"
        for _ in range(10):
            with pytest.raises(Timeout):
                opened(uri, deadline=0.1)
        assert sum(thread.name == "open 127.0.0.1" for thread in threading.enumerate()) <= 8


def test_an_attempt_that_is_left_behind_ends_when_its_machine_dies(opened: Opener) -> None:
    """Without the kernel's keepalive its socket would wait for ever for a peer that is no more."""
    with listener() as port:
        with pytest.raises(Timeout):
            opened(f"qemu+tcp://127.0.0.1:{port}/system", deadline=0.3)
        kept = [kept_alive(int(entry.name), port) for entry in Path("/proc/self/fd").iterdir()]
        assert kept.count(True) == 1
        assert kept.count(False) == 0


def kept_alive(descriptor: int, port: int) -> bool | None:
    """Whether the kernel looks after this connection to the port; None for what is none."""
    try:
        if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            return None
        with socket.socket(fileno=os.dup(descriptor)) as one:
            if one.family == socket.AF_INET and one.getpeername() == ("127.0.0.1", port):
                return bool(one.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE))
    except OSError:
        return None  # closed meanwhile, or not connected
    return None


def test_looking_after_connections_costs_no_descriptor() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            before = descriptors()
            assert [keep_alive("127.0.0.1", port) for _ in range(50)] == [1] * 50
            # Connections of earlier tests may still come and go; one left by each look would be fifty.
            assert descriptors() < before + 25


def test_a_frozen_daemon_and_its_return(opened: Opener) -> None:
    with private_daemon() as daemon:
        node = opened(daemon.uri("test"))
        ends: list[str] = []
        node.watch(lambda _: None, ends.append)
        os.kill(daemon.pid, signal.SIGSTOP)
        began = time.monotonic()
        with pytest.raises(NodeUnreachable, match="keepalive"):
            node.inventory()
        assert 2 < time.monotonic() - began < 10
        assert not node.alive()
        until(lambda: ends)
        assert ends == ["The node was silent for too long."]
        with pytest.raises(Timeout):
            opened(daemon.uri("test"), deadline=0.5)
        began = time.monotonic()
        node.close()
        assert time.monotonic() - began < 2.5
        os.kill(daemon.pid, signal.SIGCONT)
        assert opened(daemon.uri("test")).inventory().domains
        until(lambda: not any(thread.name.startswith("open test") for thread in threading.enumerate()))


def test_a_daemon_that_dies(opened: Opener) -> None:
    with private_daemon() as daemon:
        node = opened(daemon.uri("test"))
        ends: list[str] = []
        node.watch(lambda _: None, ends.append)
        daemon.kill()
        until(lambda: ends == ["The node closed the connection."])
        assert not node.alive()
        with pytest.raises(NodeUnreachable):
            node.inventory()


def test_closing_really_closes(daemon: PrivateDaemon, opened: Opener) -> None:
    opened(daemon.uri("test")).close()
    before, threads = descriptors(), threading.active_count()
    for _ in range(20):
        node = opened(daemon.uri("test"))
        node.watch(lambda _: None, lambda _: None)
        node.inventory()
        with pytest.raises(HypervisorError) as kept:
            node.start(next(iter(node.inventory().domains)).uuid)
        assert kept.value.code
        node.close()
    until(lambda: descriptors() <= before and threading.active_count() <= threads)


def test_no_call_after_a_close_is_heard(daemon: PrivateDaemon, opened: Opener) -> None:
    node = opened(daemon.uri("test"))
    ends: list[str] = []
    node.watch(lambda _: None, ends.append)
    node.close()
    time.sleep(0.2)
    assert ends == []  # that we closed it ourselves is no news


def test_what_this_machine_offers() -> None:
    offers = {offer.uri: offer for offer in offered()}
    assert offers["test:///default"].answers
    assert {"qemu:///system", "lxc:///system"} <= offers.keys()
    for offer in offers.values():
        assert offer.detail


def test_the_event_loop_starts_once() -> None:
    start_events()
    start_events()
    assert sum(thread.name == "libvirt events" for thread in threading.enumerate()) == 1


def test_a_forked_child_of_a_running_loop_is_told() -> None:
    start_events()
    child = os.fork()
    if not child:
        try:
            start_events()
        except RuntimeError:
            os._exit(0)
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
