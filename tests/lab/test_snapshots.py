"""Snapshots of real guests over the API: their counters go back, layers are merged while they run."""

from typing import Any

import pytest

from tests.installation import eventually
from tests.lab.cluster import Lab
from tests.lab.cluster.guests import ticks
from tests.lab.telling import OpenPage
from tests.stack.person import Person

pytestmark = pytest.mark.lab


def known(person: Person, guest: Any) -> str:
    """The address of a domain whose XML was read as well."""
    path = f"/domains/{guest.uuid}/"
    eventually(
        lambda: (person.find(path) or {}).get("disks") is not None and person.get(path)["disks"],
        within=15,
        what="the domain and its disks in the API",
    )
    return path


def names(person: Person, path: str) -> list[tuple[str, str | None, bool]]:
    found = person.get(f"{path}snapshots/")["results"]
    return sorted((one["name"], one["parent"], one["current"]) for one in found)


def test_a_counter_goes_back_with_the_memory(lab: Lab, hosts: dict[str, Any], person: Person) -> None:
    node = lab.nodes["node1"]
    guest = lab.define_guest(node, "counts", disk="qcow2", start=True)
    path = known(person, guest)
    lab.wait_ticking(node, guest)
    with OpenPage(person) as page:
        plan = person.send("POST", f"{path}snapshots/?plan=1", b'{"name": "early"}', expect=200)
        assert plan["allowed"], plan
        assert "internal; memory: internal; disks: vda" in [check["detail"] for check in plan["checks"]]
        taken = person.done(person.post(f"{path}snapshots/", {"name": "early"}, expect=202))
        assert taken["result"] == {"snapshot": "early", "external": False}
        early = person.get(f"{path}snapshots/early/")
        assert (early["state"], early["memory"], early["current"]) == ("running", True, True)
        page.hear("snapshot", early["id"], within=10)
    then = lab.wait_ticking(node, guest)
    later = eventually(
        lambda: next((tick for tick in ticks(node, guest) if tick > then + 10), None),
        within=60,
        what="the counter to go on",
    )
    told = len(ticks(node, guest))
    lost = person.send("POST", f"{path}snapshots/early/revert/?plan=1", b"{}", expect=200)
    assert any("memory holds now is lost" in check["detail"] for check in lost["checks"])
    person.done(person.post(f"{path}snapshots/early/revert/", expect=202))
    assert person.get(path)["state"] == "running"
    after = eventually(lambda: ticks(node, guest)[told:], within=60, what="the counter after going back")
    assert min(after) <= then + 5 < later
    again = person.post(f"{path}snapshots/", {"name": "early"}, expect=400)
    assert again["errors"]["name"]
    person.done(person.delete(f"{path}snapshots/early/", expect=202))
    assert names(person, path) == []


def test_a_layer_is_laid_and_merged_while_it_runs(lab: Lab, hosts: dict[str, Any], person: Person) -> None:
    node = lab.nodes["node2"]
    guest = lab.define_guest(node, "layers", disk="local", start=True)
    path = known(person, guest)
    lab.wait_ticking(node, guest)
    refused = person.post(
        f"{path}snapshots/", {"name": "inside", "external": False, "memory": True}, expect=400
    )
    assert "Disk vda is raw" in refused["errors"]["disks"][0]
    for name in ("one", "two"):
        job = person.done(person.post(f"{path}snapshots/", {"name": name, "memory": False}, expect=202))
        assert job["result"]["external"]
    assert names(person, path) == [("one", None, False), ("two", "one", True)]
    layer = person.get(path)["disks"][0]["source"]
    assert layer != guest.local_file
    person.done(person.delete(f"{path}snapshots/one/?children=true", expect=202))
    assert names(person, path) == []
    assert person.get(path)["disks"][0]["source"] == guest.local_file
    assert node.virsh("domblklist", guest.name).split()[-1] == guest.local_file
    lab.wait_ticking(node, guest)
    files = node.run("ls", "/var/lib/libvirt/images").split()
    assert files == [f"{guest.name}.raw"]


def test_back_to_an_external_one_with_memory(lab: Lab, hosts: dict[str, Any], person: Person) -> None:
    node = lab.nodes["node3"]
    guest = lab.define_guest(node, "whole", disk="local", start=True)
    path = known(person, guest)
    then = lab.wait_ticking(node, guest)
    person.done(person.post(f"{path}snapshots/", {"name": "whole"}, expect=202))
    assert person.get(f"{path}snapshots/whole/")["external"]
    at = lab.wait_ticking(node, guest)
    told = len(ticks(node, guest))
    ended = person.done(person.post(f"{path}snapshots/whole/revert/", expect=202), within=60)
    assert len(ended["result"]["made"]) == len(ended["result"]["removed"]) == 1
    after = eventually(lambda: ticks(node, guest)[told:], within=60, what="the counter after going back")
    assert then < min(after) <= at + 5
    assert b"ALARM" not in node.path(guest.serial_log).read_bytes()


def test_one_that_is_taken_on_the_node_shows(lab: Lab, hosts: dict[str, Any], person: Person) -> None:
    node = lab.nodes["node1"]
    guest = lab.define_guest(node, "byhand", disk="qcow2")
    path = known(person, guest)
    node.virsh("snapshot-create-as", guest.name, "byhand")
    eventually(lambda: names(person, path) == [("byhand", None, True)], within=20, what="the snapshot")
    done = person.done(person.patch(f"{path}snapshots/byhand/", {"description": "by hand"}, expect=202))
    assert done["kind"] == "domain.snapshot-edit"
    assert person.get(f"{path}snapshots/byhand/")["description"] == "by hand"
    node.virsh("snapshot-delete", guest.name, "byhand")
    eventually(lambda: names(person, path) == [], within=20, what="the snapshot to go")
