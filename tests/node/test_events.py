"""What a node tells by itself, in our terms."""

import time
from uuid import UUID

import pytest

from hypervisor.data import Change, Event, Kind
from hypervisor.libvirt.node import LibvirtNode
from tests.daemon import PrivateDaemon
from tests.node.conftest import Opener
from tests.node.guests import Guest
from tests.node.waiting import until


@pytest.fixture
def heard(daemon: PrivateDaemon, opened: Opener) -> list[tuple[float, Event]]:
    """What a connection of its own hears, with the time."""
    node = opened(daemon.uri("qemu"))
    events: list[tuple[float, Event]] = []
    node.watch(lambda event: events.append((time.monotonic(), event)), lambda _: None)
    return events


def words(heard: list[tuple[float, Event]], uuid: UUID) -> list[str]:
    return [event.what for _, event in heard if event.uuid == uuid]


def test_a_life(qemu: LibvirtNode, heard: list[tuple[float, Event]]) -> None:
    with Guest(qemu) as guest:
        qemu.start(guest.uuid)
        qemu.suspend(guest.uuid)
        qemu.resume(guest.uuid)
        qemu.destroy(guest.uuid)
    until(lambda: "undefined" in words(heard, guest.uuid))
    told = words(heard, guest.uuid)
    order = [word for word in told if word in {"defined", "started", "suspended", "stopped", "undefined"}]
    assert order == ["defined", "started", "suspended", "stopped", "undefined"]
    about = {event.what: event for _, event in heard if event.uuid == guest.uuid}
    assert {event.kind for event in about.values()} == {Kind.DOMAIN}
    assert {event.change for event in about.values()} == {Change.SEEN}
    assert [about[word].config for word in order] == [True, True, False, True, True]


def test_they_come_at_once(qemu: LibvirtNode, heard: list[tuple[float, Event]]) -> None:
    with Guest(qemu) as guest:
        until(lambda: words(heard, guest.uuid))
        qemu.undefine(guest.uuid)
        returned = time.monotonic()
        until(lambda: "undefined" in words(heard, guest.uuid))
        at = next(at for at, event in heard if event.uuid == guest.uuid and event.what == "undefined")
        assert at - returned < 0.5


def test_a_changed_definition(qemu: LibvirtNode, heard: list[tuple[float, Event]]) -> None:
    with Guest(qemu) as guest:
        inactive = qemu.domain_xml(guest.uuid).inactive
        assert inactive is not None
        qemu.define(inactive.replace("<vcpu", "<description>other</description><vcpu"))
        until(lambda: words(heard, guest.uuid).count("defined") == 2)
        assert qemu.domain_xml(guest.uuid).detail.description == "other"


def test_pools_and_networks(opened: Opener) -> None:
    import libvirt

    node = opened("test:///default")
    events: list[Event] = []
    node.watch(events.append, lambda _: None)
    # Changed beside us, as virsh would.
    beside = libvirt.open("test:///default")
    try:
        pool, network = beside.listAllStoragePools()[0], beside.listAllNetworks()[0]
        pool.refresh(0)
        network.destroy()
        network.create()
        until(lambda: len(events) >= 3)
    finally:
        beside.close()
    told = {(event.kind, event.what) for event in events}
    assert {(Kind.POOL, "refreshed"), (Kind.NETWORK, "stopped"), (Kind.NETWORK, "started")} <= told
