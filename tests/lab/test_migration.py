"""A ticking guest moves between two nodes over the API: one copy, one definition, a counter that never goes back."""

from typing import Any

import pytest

from tests.installation import eventually
from tests.lab.cluster import Lab
from tests.lab.copies import Copies
from tests.lab.watch import Watch
from tests.stack.person import Person

pytestmark = pytest.mark.lab
MOVES = 10


@pytest.mark.timeout(400)
@pytest.mark.parametrize("disk", ["iscsi", "local"])
def test_ten_moves(disk: str, lab: Lab, hosts: dict[str, Any], person: Person) -> None:
    source, destination = lab.nodes["node1"], lab.nodes["node2"]
    guest = lab.define_guest(source, f"moves-{disk}", disk=disk, start=True)
    path = f"/domains/{guest.uuid}/"
    counter = lab.wait_ticking(source, guest)
    eventually(lambda: person.find(path), within=10, what="the domain in the API")
    steps: set[str] = set()
    with Watch(lab, guest) as watch, Copies(lab, guest) as copies:
        for _ in range(MOVES):
            body = {"host": hosts[destination.name]["id"], "copy_storage": disk == "local"}
            job = person.post(f"{path}migrate/", body, expect=202)
            ended = person.done(job, within=90, steps=steps)
            assert ended["result"]["to"] == destination.name
            domain = person.get(path)
            assert (domain["host"]["name"], domain["state"]) == (destination.name, "running")
            assert domain["conflict"] is None
            assert guest.name not in source.virsh("list", "--all", "--name").split(), "one definition is left"
            now = lab.wait_ticking(destination, guest)
            assert now > counter
            counter = now
            source, destination = destination, source
    watch.check()
    assert copies.seen > MOVES
    assert copies.twice == []
    assert any(step.startswith("moving") for step in steps)


def test_a_cancelled_move_stays(lab: Lab, hosts: dict[str, Any], person: Person) -> None:
    source = lab.nodes["node1"]
    guest = lab.define_guest(source, "cancelled", disk="iscsi", start=True)
    path = f"/domains/{guest.uuid}/"
    lab.wait_ticking(source, guest)
    eventually(lambda: person.find(path), within=10, what="the domain in the API")
    body = {"host": hosts["node2"]["id"], "bandwidth_bytes": 2 * 2**20}
    job = person.post(f"{path}migrate/", body, expect=202)
    moving = eventually(lambda: _transfer(person, job), within=30, what="progress in bytes")
    assert 0 < moving["processed_bytes"] <= moving["total_bytes"]
    busy = person.post(f"{path}suspend/", expect=409)
    assert (busy["code"], busy["job"]["id"]) == ("busy", job["id"])
    person.post(f"/jobs/{job['id']}/cancel/", expect=202)
    ended = person.ended(job, within=30)
    assert ended["state"] == "cancelled"
    assert lab.running_on(guest) == ["node1"]
    domain = person.get(path)
    assert (domain["host"]["name"], domain["state"], domain["job"]) == ("node1", "running", None)


@pytest.mark.timeout(240)
def test_the_source_s_libvirtd_dies_in_the_middle(lab: Lab, hosts: dict[str, Any], person: Person) -> None:
    source = lab.nodes["node1"]
    guest = lab.define_guest(source, "orphan", disk="iscsi", start=True)
    path = f"/domains/{guest.uuid}/"
    lab.wait_ticking(source, guest)
    eventually(lambda: person.find(path), within=10, what="the domain in the API")
    body = {"host": hosts["node2"]["id"], "bandwidth_bytes": 2 * 2**20}
    job = person.post(f"{path}migrate/", body, expect=202)
    eventually(lambda: _transfer(person, job), within=30, what="progress in bytes")
    with Watch(lab, guest) as watch, Copies(lab, guest) as copies:
        source.kill_libvirtd()
        eventually(
            lambda: person.get(f"/jobs/{job['id']}/")["state"] == "unknown", within=30, what="nobody can say"
        )
        source.start_libvirtd()
        ended = person.ended(job, within=90)
    watch.check()
    assert copies.twice == []
    (where,) = lab.running_on(guest)
    domain = person.get(path)
    assert domain["host"]["name"] == where
    assert domain["state"] == "running"
    assert (ended["state"] == "succeeded") == (where == "node2")
    if where == "node1":
        assert ended["error"]["code"] == "migration_stayed"


def test_what_libvirt_refuses_is_refused_with_its_reason(
    lab: Lab, hosts: dict[str, Any], person: Person
) -> None:
    source = lab.nodes["node1"]
    guest = lab.define_guest(source, "stays", disk="local", start=True)
    path = f"/domains/{guest.uuid}/"
    lab.wait_ticking(source, guest)
    eventually(lambda: person.find(path), within=10, what="the domain in the API")
    ended = person.ended(
        person.post(f"{path}migrate/", {"host": hosts["node2"]["id"]}, expect=202), within=60
    )
    assert ended["state"] == "failed"
    assert ended["error"]["code"] == "migration_refused"
    assert ended["error"]["detail"]
    assert lab.running_on(guest) == ["node1"]
    here = person.post(f"{path}migrate/", {"host": hosts["node1"]["id"]}, expect=409)
    assert here["code"] == "migration_refused"
    plan = person.post(f"{path}migrate/?plan=1", {"host": hosts["node1"]["id"]}, expect=200)
    assert plan["allowed"] is False


def _transfer(person: Person, job: dict[str, Any]) -> dict[str, Any] | None:
    now = person.get(f"/jobs/{job['id']}/")
    assert now["finished_at"] is None, now
    found: dict[str, Any] | None = now["transfer"]
    return found if found and found["processed_bytes"] else None
