"""A node loses power, its cable or its libvirtd's wits: told within seconds, nothing slower, and back by itself."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.installation import eventually
from tests.lab.cluster import Lab
from tests.lab.cluster.node import Node
from tests.lab.together import together
from tests.stack.person import Person

pytestmark = pytest.mark.lab
Break = Callable[[Node], None]

OUTAGES: list[tuple[str, str, Break, Break]] = [
    ("node1", "cable", Node.cut_cable, Node.plug_cable),
    ("node2", "power", Node.power_off, Node.power_on),
    ("node3", "frozen libvirtd", Node.freeze_libvirtd, Node.thaw_libvirtd),
]


@pytest.mark.timeout(180)
def test_outages_are_told_and_survived(lab: Lab, hosts: dict[str, Any], person: Person) -> None:
    """A different one on each node, all at the same time."""
    together(lambda outage: _break_and_mend(*outage, lab, hosts, person), OUTAGES)


def _break_and_mend(
    name: str, what: str, cut: Break, mend: Break, lab: Lab, hosts: dict[str, Any], person: Person
) -> None:
    node, path = lab.nodes[name], f"/hosts/{hosts[name]['id']}/"
    guest = lab.define_guest(node, f"outage-{name}", start=True)
    eventually(lambda: person.find(f"/domains/{guest.uuid}/"), within=10, what="the domain in the API")
    before = _fastest(person)

    cut(node)
    began = time.monotonic()
    eventually(lambda: person.get(path)["state"] == "unreachable", within=15, what="unreachable")
    print(f"{what}: unreachable after {time.monotonic() - began:.1f} s")
    domain = person.get(f"/domains/{guest.uuid}/")
    assert (domain["state"], domain["stale"]) == ("running", True)
    assert domain["seen_at"] is not None
    refused = person.post(f"/domains/{guest.uuid}/suspend/", expect=409)
    assert refused["code"] == "host_not_up"
    assert _fastest(person) < max(4 * before, 0.2), "pages wait for no node"

    mend(node)
    began = time.monotonic()
    eventually(lambda: person.get(path)["state"] == "up", within=15, what="back")
    print(f"{what}: back after {time.monotonic() - began:.1f} s")
    state = node.virsh("domstate", guest.name).replace("shut off", "shutoff")
    eventually(lambda: person.get(f"/domains/{guest.uuid}/")["state"] == state, within=10, what="resynced")
    assert person.get(f"/domains/{guest.uuid}/")["stale"] is False


def _fastest(person: Person) -> float:
    """Seconds of the fastest of ten lists: what they take when nothing else disturbs."""
    taken = []
    for _ in range(10):
        began = time.monotonic()
        person.get("/domains/")
        taken.append(time.monotonic() - began)
    return min(taken)
