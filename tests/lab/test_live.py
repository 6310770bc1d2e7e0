"""What somebody does on a node with virsh is in the API and in an open page at once."""

import time
from functools import partial
from typing import Any

import pytest

from tests.installation import eventually
from tests.lab.cluster import Lab
from tests.lab.telling import OpenPage
from tests.lab.together import together
from tests.stack.person import Person

pytestmark = pytest.mark.lab


def test_each_change_on_a_node_is_told_and_readable(
    lab: Lab, hosts: dict[str, Any], person: Person, record_property: Any
) -> None:
    together(lambda name: _each_change(name, lab, person, record_property), lab.nodes)


def _each_change(name: str, lab: Lab, person: Person, record_property: Any) -> None:
    node = lab.nodes[name]
    steps: list[tuple[str, tuple[str, ...], str | None]] = [
        ("start", ("start",), "running"),
        ("suspend", ("suspend",), "paused"),
        ("resume", ("resume",), "running"),
        ("destroy", ("destroy",), "shutoff"),
        ("undefine", ("undefine",), None),
    ]
    with OpenPage(person) as page:
        began = time.monotonic()
        guest = lab.define_guest(node, f"live-{name}")
        uuid = str(guest.uuid)
        page.hear("domain", uuid, within=5)
        delays = [("define", time.monotonic() - began)]
        assert person.get(f"/domains/{uuid}/")["state"] == "shutoff"
        for step, command, state in steps:
            node.virsh(*command, guest.name)
            began = time.monotonic()
            eventually(partial(_is, person, uuid, state), within=5, what=f"{step} in the API")
            delays.append((step, time.monotonic() - began))
            page.hear("domain", uuid, within=5)
    for step, seconds in delays:
        record_property(f"{name} {step}", f"{seconds:.3f}")
        print(f"{name} {step}: {seconds * 1000:.0f} ms")


def _is(person: Person, uuid: str, state: str | None) -> bool:
    found = person.find(f"/domains/{uuid}/")
    return (found["state"] if found else None) == state
