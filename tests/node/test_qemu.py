"""Real QEMU on a private libvirtd: verbs, the errors that it really gives, what a bulk call shows."""

from uuid import uuid4

import pytest

from hypervisor.data import Kind
from hypervisor.errors import HypervisorError, InvalidXML, NotFound, OperationInvalid
from hypervisor.libvirt.node import LibvirtNode
from hypervisor.states import DomainState
from tests.node.guests import Guest, xml


def test_it_says_what_it_is(qemu: LibvirtNode) -> None:
    info = qemu.info()
    assert info.driver == "qemu"
    assert info.uuid is not None
    assert info.hypervisor_version.count(".") == 2
    assert info.memory_bytes > 2**28
    can = qemu.capabilities()
    assert can.migration
    assert "tcp" in can.migration_uris
    assert can.consoles
    assert can.events
    assert any("qemu" in guest.domain_types and guest.os_type == "hvm" for guest in can.guests)


def test_a_life(qemu: LibvirtNode) -> None:
    with Guest(qemu, title="A guest") as guest:
        off = qemu.domain(guest.uuid)
        assert (off.state, off.id, off.persistent, off.vcpus) == (DomainState.SHUTOFF, None, True, 1)
        assert qemu.domain_xml(guest.uuid).live is None
        qemu.start(guest.uuid)
        on = qemu.domain(guest.uuid)
        assert (on.state, on.reason, on.memory_bytes) == (DomainState.RUNNING, "booted", 32 * 2**20)
        assert on.id is not None
        both = qemu.domain_xml(guest.uuid)
        assert both.live is not None
        assert both.inactive is not None
        assert (both.detail.title, both.detail.serials, both.detail.domain_type) == ("A guest", 1, "qemu")
        qemu.suspend(guest.uuid)
        paused = qemu.domain(guest.uuid)
        assert (paused.state, paused.reason, paused.incoming) == (DomainState.PAUSED, "by a user", False)
        qemu.resume(guest.uuid)
        qemu.reset(guest.uuid)
        qemu.save(guest.uuid)
        saved = qemu.domain(guest.uuid)
        assert (saved.state, saved.reason, saved.has_managed_save) == (DomainState.SHUTOFF, "saved", True)
        qemu.start(guest.uuid)
        restored = qemu.domain(guest.uuid)
        assert (restored.state, restored.has_managed_save) == (DomainState.RUNNING, False)
        qemu.destroy(guest.uuid)
        assert qemu.domain(guest.uuid).reason == "destroyed"
        qemu.undefine(guest.uuid)
        assert not qemu.has(Kind.DOMAIN, guest.uuid)


def test_undefine_takes_the_saved_state_along(qemu: LibvirtNode) -> None:
    with Guest(qemu) as guest:
        qemu.start(guest.uuid)
        qemu.save(guest.uuid)
        qemu.undefine(guest.uuid)
        assert not qemu.has(Kind.DOMAIN, guest.uuid)


def test_the_bulk_call_agrees_with_the_single_one(qemu: LibvirtNode) -> None:
    with Guest(qemu) as off, Guest(qemu) as on:
        qemu.start(on.uuid)
        bulk = {domain.uuid: domain for domain in qemu.inventory().domains}
        for guest in (off, on):
            assert bulk[guest.uuid] == qemu.domain(guest.uuid)


def test_verbs_that_the_state_forbids(qemu: LibvirtNode) -> None:
    with Guest(qemu) as guest:
        for verb in (
            qemu.shutdown,
            qemu.reboot,
            qemu.reset,
            qemu.destroy,
            qemu.suspend,
            qemu.resume,
            qemu.save,
        ):
            with pytest.raises(OperationInvalid):
                verb(guest.uuid)
        for ask in (qemu.graphics, qemu.serial, qemu.screenshot, qemu.abort_migration):
            with pytest.raises(OperationInvalid):
                ask(guest.uuid)
        qemu.start(guest.uuid)
        with pytest.raises(OperationInvalid, match="already running"):
            qemu.start(guest.uuid)
        # Of a running domain only the definition goes; what runs is then transient.
        qemu.undefine(guest.uuid)
        transient = qemu.domain(guest.uuid)
        assert (transient.state, transient.persistent) == (DomainState.RUNNING, False)
        assert qemu.domain_xml(guest.uuid).inactive is None


def test_what_is_not_there(qemu: LibvirtNode) -> None:
    for ask in (
        qemu.start,
        qemu.destroy,
        qemu.domain,
        qemu.domain_xml,
        qemu.undefine,
        qemu.screenshot,
        qemu.serial,
    ):
        with pytest.raises(NotFound):
            ask(uuid4())


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ("<domain", InvalidXML),
        ("<domain type='qemu'/>", InvalidXML),
        ("<domain type='qemu'><name>x</name><nonsense/></domain>", InvalidXML),
        (xml("x").replace("q35", "no-such-machine"), HypervisorError),
        (xml("x").replace("type='qemu'", "type='xen'"), HypervisorError),
        (xml("x").replace("<vcpu>1</vcpu>", "<vcpu>100000</vcpu>"), HypervisorError),
        ("<!DOCTYPE domain [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" + xml("x"), InvalidXML),
    ],
)
def test_definitions_that_are_refused(qemu: LibvirtNode, document: str, kind: type[HypervisorError]) -> None:
    before = {domain.uuid for domain in qemu.inventory().domains}
    with pytest.raises(kind):
        qemu.define(document)
    assert {domain.uuid for domain in qemu.inventory().domains} == before


def test_a_name_twice(qemu: LibvirtNode) -> None:
    with Guest(qemu) as guest, pytest.raises(HypervisorError, match="already exists"):
        qemu.define(xml(guest.name).replace("<memory", f"<uuid>{uuid4()}</uuid><memory"))


def test_a_disk_that_is_not_there(qemu: LibvirtNode) -> None:
    disk = "<disk type='file' device='disk'><source file='/nonexistent/disk'/><target dev='vda'/></disk>"
    with Guest(qemu, devices=disk) as guest:
        with pytest.raises(HypervisorError, match="/nonexistent/disk"):
            qemu.start(guest.uuid)
        assert qemu.domain(guest.uuid).state is DomainState.SHUTOFF


def test_statistics(qemu: LibvirtNode) -> None:
    with Guest(qemu) as guest, Guest(qemu) as off:
        qemu.start(guest.uuid)
        measured = {stats.uuid: stats for stats in qemu.domain_stats()}
        assert off.uuid not in measured
        assert measured[guest.uuid].cpu_time_ns > 0
        assert measured[guest.uuid].vcpus == 1
        assert measured[guest.uuid].memory_bytes == 32 * 2**20
    machine = qemu.node_stats()
    assert machine.cpu_time_ns is not None
    assert machine.memory_bytes is not None
    assert machine.memory_used_bytes is not None
    assert 0 < machine.memory_used_bytes < machine.memory_bytes


def test_what_session_mode_keeps(qemu: LibvirtNode) -> None:
    seen = qemu.inventory()
    assert seen.complete == {Kind.DOMAIN, Kind.POOL, Kind.NETWORK}
    with pytest.raises(NotFound):
        qemu.pool(uuid4())


def test_what_its_domains_may_have(qemu: LibvirtNode) -> None:
    said = {(one.domain_type, one.arch, one.machine): one for one in qemu.domain_capabilities()}
    q35 = next(one for (kind, arch, machine), one in said.items() if "q35" in machine and arch == "x86_64")
    assert q35.max_vcpus > 8
    assert "virtio" in q35.devices["disk"]["bus"]
    assert "qemu64" in q35.cpu_models
