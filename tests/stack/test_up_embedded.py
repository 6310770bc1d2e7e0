"""`make up` on a machine without a hypervisor: one of its own, with a real guest, and nothing of it left behind."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ovirtlite import embedded
from ovirtlite.embedded.place import Place
from tests.browser import Browser
from tests.installation import PASSWORD, Installation, eventually, installation

pytestmark = pytest.mark.stack
GUEST_WITHIN = 120.0  # the first start of all fetches a kernel package for the guest


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Installation]:
    assert embedded.needed(), "this machine's own libvirtd runs: the embedded hypervisor is not wanted here"
    with installation(tmp_path / "home", OVIRTLITE_EMBEDDED="1") as made:
        made.start()
        made.wait_until_ready()
        yield made


def of_the_hypervisor(product: Installation) -> list[int]:
    """The libvirtd and the guests of this HOME: each has its lasting folder as its own home."""
    mark = b"HOME=" + os.fsencode(Place.of(product.home).seen)
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and mark in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue  # it has ended meanwhile
    return found


def the_guest_runs(product: Installation) -> dict[str, Any]:
    """Wait until the API shows the one guest as running, its XML read; returns it."""
    browser = Browser(product.address)
    browser.sign_in("admin", PASSWORD)

    def running() -> dict[str, Any] | None:
        (*found,) = json.loads(browser.get("/api/v1/domains/?state=running"))["results"]
        return found[0] if len(found) == 1 and found[0]["consoles"] else None

    guest: dict[str, Any] = eventually(running, within=GUEST_WITHIN, what="one guest runs")
    return guest


def test_one_real_guest_is_there_runs_and_goes_with_the_product_alone(product: Installation) -> None:
    guest = the_guest_runs(product)
    assert guest["driver"] == "qemu"
    assert set(guest["consoles"]) == {"vnc", "serial"}
    assert len(of_the_hypervisor(product)) >= 2  # libvirtd and QEMU
    # It outlives the part that watches it.
    before = product.pid_of("embedded")
    assert before is not None
    os.kill(before, signal.SIGKILL)
    eventually(lambda: product.pid_of("embedded") not in {None, before}, within=30, what="it starts again")
    assert the_guest_runs(product)["id"] == guest["id"]
    assert product.stop() == 0
    assert of_the_hypervisor(product) == []
    assert not Place.of(product.home).libvirt_socket.exists()


def test_a_killed_supervisor_leaves_no_guest(product: Installation) -> None:
    the_guest_runs(product)
    assert product.supervisor is not None
    product.supervisor.send_signal(signal.SIGKILL)
    product.supervisor.wait()
    eventually(
        lambda: not product.left() and not of_the_hypervisor(product), within=30, what="all of it ends"
    )
