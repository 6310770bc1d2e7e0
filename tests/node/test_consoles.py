"""Screens and serial lines of a real QEMU guest."""

import os
import re
import socket
import threading
import time
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from hypervisor import rfb
from hypervisor.errors import HypervisorError, NotSupported, OperationInvalid
from hypervisor.libvirt.node import LibvirtNode
from hypervisor.libvirt.streams import SerialStream
from tests.daemon import PrivateDaemon
from tests.node.conftest import Opener
from tests.node.guests import VNC_WITH_PASSWORD, Guest, talking
from tests.node.waiting import until


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=5)


def test_where_the_screen_is(qemu: LibvirtNode) -> None:
    with Guest(qemu, devices=VNC_WITH_PASSWORD) as guest:
        qemu.start(guest.uuid)
        (seen,) = qemu.graphics(guest.uuid)
        assert (seen.type, seen.listen, seen.has_password) == ("vnc", "127.0.0.1", True)
        assert seen.port is not None
        with connected(seen.port) as vnc:
            assert re.fullmatch(rb"RFB 003\.00\d\n", vnc.recv(12))
        (kept,) = qemu.domain_xml(guest.uuid).detail.graphics
        assert not kept.has_password
        assert "firstpwd" not in str(qemu.domain_xml(guest.uuid))


def test_the_password_is_replaced_and_the_old_one_opens_nothing(qemu: LibvirtNode) -> None:
    with Guest(qemu, devices=VNC_WITH_PASSWORD) as guest:
        qemu.start(guest.uuid)
        port = qemu.graphics(guest.uuid)[0].port
        assert port is not None
        qemu.set_vnc_password(guest.uuid, "second-1", 30)
        with connected(port) as vnc, pytest.raises(rfb.PasswordRefused):
            rfb.log_in(vnc, "firstpwd")
        with connected(port) as vnc:
            rfb.log_in(vnc, "second-1")
        qemu.set_vnc_password(guest.uuid, "third-11", -60)
        with connected(port) as vnc, pytest.raises(rfb.PasswordRefused):
            rfb.log_in(vnc, "third-11")


def test_no_password_where_there_was_none(qemu: LibvirtNode) -> None:
    with Guest(qemu, devices="<graphics type='vnc' listen='127.0.0.1' port='-1'/>") as guest:
        qemu.start(guest.uuid)
        with pytest.raises(NotSupported):
            qemu.set_vnc_password(guest.uuid, "x", 30)
    with Guest(qemu) as guest:
        qemu.start(guest.uuid)
        for ask in (
            lambda: qemu.set_vnc_password(guest.uuid, "x", 30),
            lambda: qemu.open_graphics(guest.uuid),
        ):
            with pytest.raises(NotSupported):
                ask()
        assert qemu.graphics(guest.uuid) == ()


def test_a_descriptor_to_the_screen_needs_no_password(qemu: LibvirtNode) -> None:
    with Guest(qemu, devices=VNC_WITH_PASSWORD) as guest:
        with pytest.raises(OperationInvalid):
            qemu.open_graphics(guest.uuid)
        qemu.start(guest.uuid)
        with socket.socket(fileno=qemu.open_graphics(guest.uuid)) as vnc:
            rfb.log_in(vnc, None)


def test_a_screenshot_is_a_picture(qemu: LibvirtNode) -> None:
    with Guest(qemu) as guest:
        qemu.start(guest.uuid)
        shot = qemu.screenshot(guest.uuid)
        assert shot.mime_type == "image/png"
        with Image.open(BytesIO(shot.content)) as picture:
            picture.load()
            assert picture.width >= 320


class TestSerial:
    """The firmware's own menu is on the other end: it says something when Escape is typed."""

    def test_both_ways(self, daemon: PrivateDaemon, opened: Opener) -> None:
        node = opened(daemon.uri("qemu"))
        with Guest(node, whole=talking("talking")) as guest:
            node.start(guest.uuid)
            stream = node.serial(guest.uuid)
            got = bytearray()
            reading = threading.Thread(target=_read_to_end, args=(stream, got), daemon=True)
            reading.start()
            until(lambda: _escape(stream, got, b"Select boot device"))
            stream.close()
            reading.join(3)
            assert not reading.is_alive()
            stream.close()

    def test_who_comes_later_takes_it(self, daemon: PrivateDaemon, opened: Opener) -> None:
        first, second = opened(daemon.uri("qemu")), opened(daemon.uri("qemu"))
        with Guest(first, whole=talking("contended")) as guest:
            first.start(guest.uuid)
            lost = first.serial(guest.uuid)
            got = bytearray()
            reading = threading.Thread(target=_read_to_end, args=(lost, got), daemon=True)
            reading.start()
            taken = second.serial(guest.uuid)
            reading.join(3)
            assert not reading.is_alive()
            got = bytearray()
            reading = threading.Thread(target=_read_to_end, args=(taken, got), daemon=True)
            reading.start()
            until(lambda: _escape(taken, got, b"Select boot device"))
            taken.close()
            reading.join(3)
            assert not reading.is_alive()

    def test_it_ends_with_the_domain(self, daemon: PrivateDaemon, opened: Opener) -> None:
        node, other = opened(daemon.uri("qemu")), opened(daemon.uri("qemu"))
        with Guest(node) as guest:
            node.start(guest.uuid)
            stream = node.serial(guest.uuid)
            reading = threading.Thread(target=_read_to_end, args=(stream, bytearray()), daemon=True)
            reading.start()
            other.destroy(guest.uuid)
            reading.join(5)
            assert not reading.is_alive()

    def test_closed_while_someone_reads(self, daemon: PrivateDaemon, opened: Opener) -> None:
        node = opened(daemon.uri("qemu"))
        with Guest(node) as guest:
            node.start(guest.uuid)
            stream = node.serial(guest.uuid)
            reading = threading.Thread(target=_read_to_end, args=(stream, bytearray()), daemon=True)
            reading.start()
            stream.close()
            reading.join(3)
            assert not reading.is_alive()


def test_descriptors_do_not_pile_up(qemu: LibvirtNode) -> None:
    with Guest(qemu, devices=VNC_WITH_PASSWORD) as guest:
        qemu.start(guest.uuid)
        qemu.screenshot(guest.uuid)
        before = len(list(Path("/proc/self/fd").iterdir()))
        for _ in range(5):
            qemu.screenshot(guest.uuid)
            os.close(qemu.open_graphics(guest.uuid))
            qemu.serial(guest.uuid).close()
        until(lambda: len(list(Path("/proc/self/fd").iterdir())) <= before)


def _escape(stream: SerialStream, got: bytearray, wanted: bytes) -> bool:
    """Type Escape, and say whether what was wanted has come."""
    stream.write(b"\x1b")
    time.sleep(0.1)
    return wanted in got


def _read_to_end(stream: SerialStream, got: bytearray) -> None:
    try:
        while data := stream.read(4096):
            got.extend(data)
    except HypervisorError:
        return  # the line was taken, or its domain ended
