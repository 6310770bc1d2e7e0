"""The calls of an inventory do not grow with the domains, on the test driver and on QEMU."""

import time

import pytest

from hypervisor.libvirt.node import LibvirtNode
from tests.daemon import PrivateDaemon
from tests.node.conftest import Opener
from tests.node.guests import Guest


def node_xml(domains: int) -> str:
    return (
        "<node>"
        + "".join(
            f"<domain type='test'><name>d{number}</name><memory>{1024 * (number + 1)}</memory><vcpu>2</vcpu>"
            f"<os><type>hvm</type></os></domain>"
            for number in range(domains)
        )
        + "</node>"
    )


def measured(node: LibvirtNode) -> tuple[int, int, float]:
    """Domains, calls and seconds of one inventory."""
    before, began = node.calls, time.monotonic()
    seen = node.inventory()
    return len(seen.domains), node.calls - before, time.monotonic() - began


@pytest.mark.parametrize("served", ["by a daemon", "in this process"])
def test_of_the_test_driver(daemon: PrivateDaemon, opened: Opener, served: str) -> None:
    found: dict[int, int] = {}
    for count in (1, 50, 500):
        file = daemon.file(f"{count}.xml", node_xml(count))
        node = opened(daemon.uri("test", file) if served == "by a daemon" else f"test://{file}")
        domains, calls, seconds = measured(node)
        found[domains] = calls
        assert seconds < 3
    assert list(found) == [1, 50, 500]
    assert len(set(found.values())) == 1


def test_of_qemu(qemu: LibvirtNode) -> None:
    before = measured(qemu)[1]
    with Guest(qemu) as one, Guest(qemu), Guest(qemu):
        qemu.start(one.uuid)
        assert measured(qemu)[1] == before


def test_a_driver_without_bulk_statistics(
    daemon: PrivateDaemon, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LXC and others: their states come from filtered lists, so still by a constant number of calls."""
    import libvirt

    node = opened(daemon.uri("test", daemon.file("lists.xml", node_xml(40))))
    domains = node.inventory().domains
    node.suspend(domains[0].uuid)
    node.destroy(domains[1].uuid)
    by_bulk = {domain.uuid: domain.state for domain in node.inventory().domains}

    def unsupported() -> None:
        error = libvirt.libvirtError("this function is not supported by the connection driver")
        error.err = (libvirt.VIR_ERR_NO_SUPPORT, libvirt.VIR_FROM_LXC, "not supported", 2, "", "", "", -1, -1)
        raise error

    monkeypatch.setattr(node, "_bulk", unsupported)
    calls = node.calls
    by_lists = {domain.uuid: domain.state for domain in node.inventory().domains}
    assert by_lists == by_bulk
    assert node.calls - calls < 20
