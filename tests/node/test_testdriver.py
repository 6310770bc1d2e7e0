"""libvirt's test driver in this process: the whole surface that it has, without any daemon."""

from pathlib import Path
from uuid import uuid4

import pytest

from hypervisor.data import Event, Kind
from hypervisor.errors import HypervisorError, InvalidXML, NotFound, NotSupported
from hypervisor.states import DomainState, PoolState
from tests.node.conftest import Opener

NODE = """<node>
  <domain type='test'><name>first</name><uuid>11111111-2222-3333-4444-555555555501</uuid><memory unit='MiB'>256</memory>
    <vcpu>2</vcpu><os><type>hvm</type></os></domain>
  <domain type='test'><name>second</name><uuid>11111111-2222-3333-4444-555555555502</uuid>
    <memory unit='MiB'>128</memory><vcpu>1</vcpu><os><type>hvm</type></os></domain>
  <network><name>isolated</name><bridge name='virbr7'/><ip address='10.1.2.1' prefix='24'/></network>
  <pool type='dir'><name>images</name><target><path>/images</path></target>
    <volume><name>disk.img</name><capacity>1073741824</capacity><allocation>0</allocation></volume></pool>
</node>"""


@pytest.fixture
def node_file(tmp_path: Path) -> str:
    path = tmp_path / "node.xml"
    path.write_text(NODE)
    return f"test://{path}"


def test_it_says_what_it_is(opened: Opener) -> None:
    node = opened("test:///default")
    info = node.info()
    assert (info.driver, info.uuid, info.arch, info.cpus) == ("test", None, "i686", 16)
    assert info.libvirt_version.count(".") == 2
    can = node.capabilities()
    assert (can.migration, can.storage, can.networks, can.events) == (False, True, True, True)
    assert "<capabilities>" in can.xml


def test_inventory(opened: Opener, node_file: str) -> None:
    seen = opened(node_file).inventory()
    assert seen.complete == {Kind.DOMAIN, Kind.POOL, Kind.NETWORK}
    assert {domain.name: domain.state for domain in seen.domains} == {
        "first": DomainState.RUNNING,
        "second": DomainState.RUNNING,
    }
    (network,) = seen.networks
    assert (network.name, network.bridge, network.active, network.addresses) == (
        "isolated",
        "virbr7",
        True,
        ("10.1.2.1/24",),
    )
    (pool,) = seen.pools
    assert (pool.name, pool.type, pool.state, pool.target) == ("images", "dir", PoolState.RUNNING, "/images")


def test_one_of_each(opened: Opener, node_file: str) -> None:
    node = opened(node_file)
    seen = node.inventory()
    domain = next(domain for domain in seen.domains if domain.name == "first")
    one = node.domain(domain.uuid)
    assert (one.vcpus, one.memory_bytes, one.max_memory_bytes) == (2, 256 * 2**20, 256 * 2**20)
    assert one.persistent
    both = node.domain_xml(domain.uuid)
    assert both.live is not None
    assert both.inactive is not None
    assert (both.detail.vcpus, both.detail.os_type) == (2, "hvm")
    assert node.pool(seen.pools[0].uuid) == seen.pools[0]
    assert node.network(seen.networks[0].uuid) == seen.networks[0]
    (volume,) = node.volumes(seen.pools[0].uuid)
    assert (volume.name, volume.path, volume.capacity_bytes) == ("disk.img", "/images/disk.img", 2**30)


def test_what_is_not_there(opened: Opener, node_file: str) -> None:
    node = opened(node_file)
    for ask in (
        node.domain,
        node.domain_xml,
        node.start,
        node.pool,
        node.volumes,
        node.network,
        node.graphics,
    ):
        with pytest.raises(NotFound):
            ask(uuid4())
    assert not any(node.has(kind, uuid4()) for kind in Kind)
    assert node.has(Kind.DOMAIN, node.inventory().domains[0].uuid)


def test_verbs(opened: Opener, node_file: str) -> None:
    node = opened(node_file)
    uuid = node.inventory().domains[0].uuid
    for verb, state in (
        (node.suspend, DomainState.PAUSED),
        (node.resume, DomainState.RUNNING),
        (node.reboot, DomainState.RUNNING),
        (node.shutdown, DomainState.SHUTOFF),
        (node.start, DomainState.RUNNING),
        (node.save, DomainState.SHUTOFF),
        (node.start, DomainState.RUNNING),
        (node.destroy, DomainState.SHUTOFF),
    ):
        verb(uuid)
        assert node.domain(uuid).state is state, verb
    node.undefine(uuid)
    assert not node.has(Kind.DOMAIN, uuid)


def test_a_managed_save_shows(opened: Opener, node_file: str) -> None:
    node = opened(node_file)
    uuid = node.inventory().domains[0].uuid
    node.save(uuid)
    assert node.domain(uuid).has_managed_save
    assert [domain.has_managed_save for domain in node.inventory().domains if domain.uuid == uuid] == [True]


def test_define(opened: Opener, node_file: str) -> None:
    node = opened(node_file)
    uuid = node.define(
        "<domain type='test'><name>third</name><memory>1024</memory><vcpu>1</vcpu><os><type>hvm</type></os></domain>"
    )
    assert node.domain(uuid).state is DomainState.SHUTOFF
    with pytest.raises(InvalidXML):
        node.define("<domain type='test'><name>x</name><nonsense/></domain>")
    with pytest.raises(InvalidXML):
        node.define("<!DOCTYPE domain [<!ENTITY a 'b'>]><domain type='test'><name>&a;</name></domain>")


def test_what_the_driver_cannot_do(opened: Opener) -> None:
    node = opened("test:///default")
    uuid = node.inventory().domains[0].uuid
    assert node.migration_progress(uuid) is None
    with pytest.raises(NotSupported):
        node.serial(uuid)
    with pytest.raises(NotSupported):
        node.abort_migration(uuid)
    assert node.domain_stats() == ()
    assert node.node_stats().memory_bytes is None
    assert node.screenshot(uuid).mime_type == "image/png"


def test_its_events(opened: Opener, node_file: str) -> None:
    from tests.node.waiting import until

    node = opened(node_file)
    uuid = node.inventory().domains[0].uuid
    heard: list[Event] = []
    node.watch(heard.append, lambda _: None)
    node.destroy(uuid)
    node.start(uuid)
    until(lambda: [event.what for event in heard] == ["stopped", "started"])
    assert {event.uuid for event in heard} == {uuid}
    assert all(event.config for event in heard)


def test_two_files_are_two_nodes(opened: Opener, node_file: str) -> None:
    one, other = opened(node_file), opened(node_file)
    uuid = one.inventory().domains[0].uuid
    one.destroy(uuid)
    assert other.domain(uuid).state is DomainState.RUNNING


def test_a_file_that_is_none(opened: Opener, tmp_path: Path) -> None:
    for content in ("", "<node", "<pool/>"):
        (tmp_path / "bad.xml").write_text(content)
        with pytest.raises(HypervisorError):
            opened(f"test://{tmp_path}/bad.xml")


def test_closed_twice_and_asked_afterwards(opened: Opener) -> None:
    node = opened("test:///default")
    assert node.alive()
    node.close()
    node.close()
    assert not node.alive()
    with pytest.raises(HypervisorError):
        node.info()
