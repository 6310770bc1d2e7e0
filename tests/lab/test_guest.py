"""The inside of real guests: what their agent says, what their keyboard gets, what they used."""

import json
from typing import Any

import pytest

from tests.installation import eventually
from tests.lab.cluster import Lab
from tests.lab.cluster.agent import USER
from tests.lab.cluster.guests import serial_text
from tests.stack.person import Person

pytestmark = pytest.mark.lab


def test_a_real_agent_is_heard_and_obeys(lab: Lab, hosts: dict[str, Any], person: Person) -> None:
    node = lab.nodes["node2"]
    guest = lab.define_guest(node, "inside", disk="local", network=True, agent=True, start=True)
    path = f"/domains/{guest.uuid}/"
    eventually(lambda: person.find(path), within=10, what="the domain in the API")

    def told() -> dict[str, Any] | None:
        seen: dict[str, Any] = person.get(f"{path}guest/")
        by_agent = [one for one in seen["addresses"] if one["source"] == "agent" and "." in one["address"]]
        return seen if seen["agent"] == "connected" and by_agent else None

    seen = eventually(told, within=90, what="an address by the agent")
    assert seen["hostname"] == "inside"
    assert seen["system"]["pretty_name"] == "Demo guest 1"
    assert seen["system"]["kernel"]
    address = next(one for one in seen["addresses"] if "." in one["address"])
    assert address["address"].startswith("192.168.150.")
    assert address["interface"] == "eth0"
    eventually(
        lambda: person.get("/domains/", search=address["address"])["count"] == 1,
        within=30,
        what="the domain by its address in the list",
    )
    assert address["address"] in person.get(path)["addresses"]
    person.done(person.post(f"{path}guest/set-time/", expect=202))
    set_password = person.post(
        f"{path}guest/password/", {"user": USER, "password": "not shown: 47"}, expect=202
    )
    person.done(set_password)
    assert "not shown" not in str(person.get(f"/jobs/{set_password['id']}/")) + str(person.get("/audit/"))
    assert b"password of demo: not shown: 47" in serial_text(node, guest)
    unknown = person.ended(
        person.post(f"{path}guest/password/", {"user": "nobody?", "password": "x"}, expect=202)
    )
    assert unknown["state"] == "failed"
    person.done(person.post(f"{path}guest/freeze/", expect=202))
    person.done(person.post(f"{path}guest/thaw/", expect=202))
    plan = f"{path}snapshots/?plan=1"
    quiet = {"name": "quiet", "memory": False, "quiesce": True}
    eventually(
        lambda: person.send("POST", plan, json.dumps(quiet).encode(), expect=200)["allowed"],
        within=15,
        what="the agent in the domain's XML",
    )
    person.done(person.post(f"{path}snapshots/", quiet, expect=202))
    assert person.get(f"{path}snapshots/quiet/")["external"]
    person.done(person.post(f"{path}destroy/", expect=202))
    assert person.get(path)["addresses"] == []
    assert person.get(f"{path}guest/")["agent"] is None


def test_keys_reach_the_guest_and_its_hour_is_kept(lab: Lab, hosts: dict[str, Any], person: Person) -> None:
    node = lab.nodes["node1"]
    guest = lab.define_guest(node, "typed", disk="local", network=True, start=True)
    path = f"/domains/{guest.uuid}/"
    lab.wait_ticking(node, guest)
    eventually(lambda: person.find(path), within=10, what="the domain in the API")
    refused = person.post(f"{path}type/", {"text": "Grüße"}, expect=400)
    assert refused["errors"]["text"] == ["A US keyboard has no keys for: ü, ß"]
    assert person.post(f"{path}send-keys/", {"keys": ["ctrl", "hyper"]}, expect=400)["errors"]["keys"]
    assert person.post(f"{path}guest/freeze/", expect=409)["code"] == "agent_not_connected"
    person.done(person.post(f"{path}send-keys/", {"keys": ["enter"]}, expect=202))
    typed = person.post(f"{path}type/", {"text": 'echo "It: $((6*7))!" >/dev/ttyS0\n'}, expect=202)
    person.done(typed, within=60)
    eventually(lambda: b"It: 42!" in serial_text(node, guest), within=20, what="what was typed, carried out")

    def by_lease() -> bool:
        found = person.get(f"{path}guest/")["addresses"]
        return any(
            one["source"] in {"lease", "arp"} and one["address"].startswith("192.168.150.") for one in found
        )

    eventually(by_lease, within=60, what="an address by the node's lease")

    def points() -> int:
        past = person.get(f"{path}stats/history/", seconds="600")
        assert past["step_seconds"] == 10
        (disk,) = past["disks"] or [{"write_bytes_per_second": []}]
        rates = [value for value in disk["write_bytes_per_second"] if value is not None]
        return min(len(rates), len([value for value in past["series"]["cpu_percent"] if value is not None]))

    eventually(lambda: points() >= 2, within=60, what="points of the last hour")
    past = person.get(f"{path}stats/history/")
    assert len(past["series"]["cpu_percent"]) == 360
    assert past["interfaces"][0]["mac"].startswith("52:54:00")
