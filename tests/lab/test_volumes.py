"""A volume's life on a real node, over the API: made, a guest's disk, made larger under it, copied, and gone."""

from typing import Any

import pytest

from tests.installation import eventually
from tests.lab.cluster import Lab
from tests.lab.test_creation import MIB, SMALL, make
from tests.stack.person import Person

pytestmark = pytest.mark.lab


def test_from_making_to_deleting(lab: Lab, hosts: dict[str, Any], person: Person) -> None:
    node = lab.nodes["node2"]
    host = hosts[node.name]
    (pool,) = person.get("/pools/", host=host["id"], name="default")["results"]
    wish = {"name": "disk.qcow2", "capacity_bytes": 64 * MIB}
    job = person.post(f"/pools/{pool['id']}/volumes/", wish, expect=202)
    assert person.post(f"/pools/{pool['id']}/volumes/", wish, expect=409)["code"] == "name_taken"
    made = person.done(job)["result"]["volume"]
    assert made["id"] == job["object"]["id"], "who follows the job's object finds the volume"
    path = f"/volumes/{made['id']}/"
    assert person.get(path)["used_by"] == []

    guest = person.done(make(person, host, name="user-of-it", disks=[{"volume": made["id"]}], **SMALL))[
        "object"
    ]
    shown = person.get(path)
    assert [user["name"] for user in shown["used_by"]] == ["user-of-it"]
    assert not {"delete", "wipe", "rename"} & set(shown["actions"])
    refused = person.delete(path, expect=409)
    assert (refused["code"], [user["id"] for user in refused["users"]]) == ("in_use", [guest["id"]])
    assert (
        person.post(f"{path}resize/", {"capacity_bytes": 32 * MIB, "force": True}, expect=409)["code"]
        == "in_use"
    )
    person.done(person.post(f"{path}resize/", {"capacity_bytes": 128 * MIB}, expect=202))
    assert person.get(path)["capacity_bytes"] == 128 * MIB
    assert f"Capacity:       {128 * MIB}" in node.virsh("domblkinfo", "user-of-it", "vda")

    person.done(person.post(f"/domains/{guest['id']}/destroy/", expect=202))
    copied = person.done(person.post(f"{path}clone/", {"name": "copy.qcow2"}, expect=202))["result"]["volume"]
    vault = person.done(
        person.post(
            "/volumes/",
            {
                "pool": pool["id"],
                "name": "vault",
                "capacity_bytes": MIB,
                "encryption": {"passphrase": "correct horse"},
            },
            expect=202,
        )
    )["result"]["volume"]
    assert person.get(f"/volumes/{vault['id']}/")["encryption"] == "luks"
    assert "/vault" in node.virsh("secret-list")
    renamed = person.done(person.patch(f"/volumes/{copied['id']}/", {"name": "other.qcow2"}, expect=202))
    person.done(person.post(f"{path}sparsify/", expect=202))
    assert person.get(path)["name"] == "disk.qcow2", "it stays the volume that it was"
    other = renamed["result"]["volume"]

    def orphans() -> set[str]:
        report = person.get("/storage-report/", host=host["id"])
        return {
            one["name"] for one in report["orphans"] if one["name"] in {"disk.qcow2", "other.qcow2", "vault"}
        }

    assert orphans() == {"other.qcow2", "vault"}
    person.done(person.delete(f"/domains/{guest['id']}/?permanent=true", expect=202))
    eventually(lambda: "disk.qcow2" in orphans(), within=10, what="the disk that nobody uses any more")
    for volume in (made, other, vault):
        person.done(person.delete(f"/volumes/{volume['id']}/", expect=202))
        assert person.find(f"/volumes/{volume['id']}/") is None
    assert "/vault" not in node.virsh("secret-list")
    assert orphans() == set()
