"""The same actions through the API end as succeeded jobs, with the node agreeing; over ssh, TLS and TCP."""

from typing import Any

import pytest

from tests.installation import eventually
from tests.lab.cluster import Lab
from tests.lab.together import together
from tests.stack.person import Person

pytestmark = pytest.mark.lab


def test_each_verb_ends_with_the_node_agreeing(lab: Lab, hosts: dict[str, Any], person: Person) -> None:
    together(lambda name: _each_verb(name, lab, person), lab.nodes)


def _each_verb(name: str, lab: Lab, person: Person) -> None:
    node = lab.nodes[name]
    guest = lab.define_guest(node, f"verbs-{name}", screen="loopback")
    path = f"/domains/{guest.uuid}/"
    eventually(lambda: person.find(path), within=10, what="the domain in the API")
    for verb, there in (
        ("start", "running"),
        ("suspend", "paused"),
        ("resume", "running"),
        ("reset", "running"),
        ("save", "shut off"),
        ("restore", "running"),
        ("destroy", "shut off"),
    ):
        person.done(person.post(f"{path}{verb}/", expect=202))
        assert node.virsh("domstate", guest.name) == there, verb
        assert person.get(path)["state"] == there.replace("shut off", "shutoff"), verb
        assert person.get(path)["job"] is None
    assert person.get(path)["disks"] == []
    person.done(person.delete(path, expect=202))
    assert guest.name not in node.virsh("list", "--all", "--name").split()
    person.get(path, expect=404)


def test_a_guest_that_listens_shuts_down(lab: Lab, hosts: dict[str, Any], person: Person) -> None:
    node = lab.nodes["node2"]
    guest = lab.define_guest(node, "listens", start=True)
    lab.wait_ticking(node, guest)
    path = f"/domains/{guest.uuid}/"
    eventually(lambda: person.find(path), within=10, what="the domain in the API")
    ended = person.done(person.post(f"{path}shutdown/", expect=202), within=120)
    assert ended["progress"] == 100
    assert node.virsh("domstate", guest.name) == "shut off"


def test_a_container_is_a_domain_as_well(
    lab: Lab, standing_lab: Lab, person: Person, hosts: dict[str, Any]
) -> None:
    node = lab.nodes["node3"]
    lab.add_container(node, "box")
    job = person.post("/hosts/", {"name": "node3-lxc", "uri": node.uri_by("tcp", "lxc")}, expect=202)
    host = person.done(job)["object"]["id"]
    try:
        (box,) = person.get("/domains/", host=host)["results"]
        assert (box["name"], box["state"], box["driver"]) == ("box", "running", "lxc")
        eventually(
            lambda: person.get(f"/domains/{box['id']}/")["os_type"] == "exe",
            within=10,
            what="what its XML says",
        )
        person.done(person.post(f"/domains/{box['id']}/destroy/", expect=202))
        assert person.get(f"/domains/{box['id']}/")["state"] == "shutoff"
        person.done(person.post(f"/domains/{box['id']}/start/", expect=202))
        assert person.get(f"/domains/{box['id']}/")["state"] == "running"
    finally:
        person.delete(f"/hosts/{host}/")
