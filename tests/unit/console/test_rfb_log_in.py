"""Signing in at a VNC server, against one written out byte by byte."""

import socket
import struct
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest

from hypervisor import rfb
from hypervisor.errors import NodeUnreachable, NotSupported

CHALLENGE = bytes(range(16))


@contextmanager
def server(play: Callable[[socket.socket], None]) -> Iterator[socket.socket]:
    """A socket to a server that plays its part in a thread and then hangs up."""
    ours, theirs = socket.socketpair()

    def run() -> None:
        with theirs:
            play(theirs)

    with ThreadPoolExecutor(1) as pool:
        played = pool.submit(run)
        with ours:
            yield ours
        played.result(5)


def expect(peer: socket.socket, wanted: bytes) -> None:
    assert peer.recv(len(wanted), socket.MSG_WAITALL) == wanted


@pytest.mark.parametrize(
    ("version", "answered"),
    [
        (b"RFB 003.008\n", b"RFB 003.008\n"),
        (b"RFB 003.889\n", b"RFB 003.008\n"),
        (b"RFB 004.001\n", b"RFB 003.008\n"),
        (b"RFB 003.007\n", b"RFB 003.007\n"),
    ],
)
def test_without_a_password(version: bytes, answered: bytes) -> None:
    def play(peer: socket.socket) -> None:
        peer.sendall(version)
        expect(peer, answered)
        peer.sendall(b"\x02\x02\x01")
        expect(peer, b"\x01")
        if answered != b"RFB 003.007\n":  # 3.7 has no result after "none"
            peer.sendall(struct.pack(">I", 0))
        expect(peer, b"?")

    with server(play) as peer:
        rfb.log_in(peer, None)
        assert peer.gettimeout() is None
        peer.sendall(b"?")


@pytest.mark.parametrize("version", [b"RFB 003.003\n", b"RFB 003.005\n"])
def test_the_oldest_version_has_its_security_type_dictated(version: bytes) -> None:
    def play(peer: socket.socket) -> None:
        peer.sendall(version)
        expect(peer, b"RFB 003.003\n")
        peer.sendall(struct.pack(">I", 1))
        expect(peer, b"?")

    with server(play) as peer:
        rfb.log_in(peer, None)
        peer.sendall(b"?")


def test_the_answer_is_des_with_mirrored_bits() -> None:
    # openssl enc -des-ecb -nopad -K 0e86ceceeef64e26 over sixteen zeros, that key being "password" mirrored
    assert rfb.answer(bytes(16), "password").hex() == "ff97502e9422f089" * 2
    assert rfb.answer(bytes(16), "password and more") == rfb.answer(bytes(16), "password")


def test_with_a_password() -> None:
    def play(peer: socket.socket) -> None:
        peer.sendall(b"RFB 003.008\n")
        expect(peer, b"RFB 003.008\n")
        peer.sendall(b"\x01\x02")
        expect(peer, b"\x02")
        peer.sendall(CHALLENGE)
        expect(peer, rfb.answer(CHALLENGE, "secret"))
        peer.sendall(struct.pack(">I", 0))

    with server(play) as peer:
        rfb.log_in(peer, "secret")


def test_a_wrong_password_is_told_in_the_servers_words() -> None:
    def play(peer: socket.socket) -> None:
        peer.sendall(b"RFB 003.008\n")
        expect(peer, b"RFB 003.008\n")
        peer.sendall(b"\x01\x02")
        expect(peer, b"\x02")
        peer.sendall(CHALLENGE)
        peer.recv(16, socket.MSG_WAITALL)
        peer.sendall(struct.pack(">II", 1, 7) + b"No\x1b[31m")

    with server(play) as peer, pytest.raises(rfb.PasswordRefused, match=r"No \[31m"):
        rfb.log_in(peer, "wrong")


def _says(data: bytes) -> Callable[[socket.socket], None]:
    def play(peer: socket.socket) -> None:
        peer.sendall(data)
        peer.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):
            peer.recv(100)

    return play


@pytest.mark.parametrize(
    ("said", "error", "words"),
    [
        (b"SSH-2.0-OpenSSH\r\n", rfb.NotVNC, "does not speak RFB"),
        (b"RFB 002.000\n", rfb.NotVNC, "does not speak RFB"),
        (b"RFB 003", rfb.NotVNC, "closed"),
        (b"RFB 003.008\n\x00\x00\x00\x00\x08too many", rfb.NotVNC, "too many"),
        (b"RFB 003.003\n\x00\x00\x00\x00\x00\x00\x00\x08too many", rfb.NotVNC, "too many"),
        (b"RFB 003.008\n\x02\x13\x12", NotSupported, "VeNCrypt, TLS"),
        (b"RFB 003.008\n\x01\x02", rfb.PasswordRefused, "not known here"),
        (b"RFB 003.008\n\x00\xff\xff\xff\xff" + b"x" * 5000, rfb.NotVNC, "refuses viewers: x{1024}"),
    ],
)
def test_what_cannot_be_signed_in_to(said: bytes, error: type[Exception], words: str) -> None:
    with server(_says(said)) as peer, pytest.raises(error, match=words):
        rfb.log_in(peer, None)


def test_a_silent_server_ends_at_the_deadline() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(NodeUnreachable):
        rfb.log_in(ours, None, seconds=0.1)
