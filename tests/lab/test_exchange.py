"""Domains leave as appliances, and come from them and from disks of other hypervisors, and boot."""

import tarfile
from typing import Any

import pytest

from tests.lab.cluster import Lab
from tests.lab.cluster.node import LOCAL_IMAGES, Node
from tests.lab.media import lay_image
from tests.lab.test_creation import MIB, SMALL, hears, make, volume
from tests.stack.person import Person

pytestmark = pytest.mark.lab


def files(node: Node) -> set[str]:
    return {path.name for path in node.path(LOCAL_IMAGES).iterdir()}


def test_out_as_an_appliance_and_in_again(lab: Lab, hosts: dict[str, Any], person: Person) -> None:
    node, host = lab.nodes["node2"], hosts["node2"]
    lay_image(node, "base.img", "guest=from-far")
    inside = {name: f"{LOCAL_IMAGES}/{name}" for name in ("base.img", "top.qcow2", "foreign.vmdk")}
    node.run(
        "qemu-img", "create", "-q", "-f", "qcow2", "-b", inside["base.img"], "-F", "raw", inside["top.qcow2"]
    )
    node.run("qemu-img", "convert", "-f", "raw", "-O", "vmdk", inside["base.img"], inside["foreign.vmdk"])
    node.virsh("pool-refresh", "default")
    # A disk of another hypervisor boots, while the rest is done.
    foreign = person.post(
        "/domains/import/",
        {"host": host["id"], "volume": volume(person, host, "foreign.vmdk"), "name": "foreign", "start": True,
         "memory_bytes": 128 * MIB, "vcpus": 1},
        expect=202,
    )  # fmt: skip
    # One with a layered disk leaves.
    top = volume(person, host, "top.qcow2")
    made = make(person, host, name="leaving", disks=[{"volume": top}], start=False, **SMALL)
    domain = person.done(made)["object"]["id"]
    pool = person.get("/pools/", host=host["id"], name="default")["results"][0]["id"]
    plan = person.post(f"/domains/{domain}/export/?plan=1", {"pool": pool}, expect=200)
    assert plan["allowed"], plan
    job = person.done(person.post(f"/domains/{domain}/export/", {"pool": pool}, expect=202), within=90)
    left = job["result"]["volume"]
    assert left["name"] == "leaving.ova"
    person.post(f"/domains/{domain}/export/", {"pool": pool}, expect=409)
    with tarfile.open(node.path(f"{LOCAL_IMAGES}/leaving.ova")) as tar:
        assert tar.getnames() == ["leaving.ovf", "leaving-disk1.vmdk", "leaving.mf"]
        assert tar.getmember("leaving-disk1.vmdk").size < node.path(inside["base.img"]).stat().st_size

    # What is inside is told, and made again under another name.
    looked = person.done(person.post(f"/volumes/{left['id']}/appliance/", expect=202))["result"]
    assert (looked["kind"], looked["name"], looked["checked"]) == ("appliance", "leaving", True)
    assert (looked["vcpus"], looked["memory_bytes"]) == (1, 128 * MIB)
    wish = {"host": host["id"], "volume": left["id"], "name": "again", "start": True}
    plan = person.post("/domains/import/?plan=1", wish, expect=200)
    assert plan["allowed"], plan
    again = person.post("/domains/import/", wish, expect=202)
    hears(person, again, rb"tick \d+")
    hears(person, foreign, rb"tick \d+")
    assert node.guest_names() == {"again", "foreign"}
    assert {"again.qcow2", "foreign.qcow2"} <= files(node)

    # One byte changed on its way: refused, and nothing of it stays.
    data = bytearray(node.path(f"{LOCAL_IMAGES}/leaving.ova").read_bytes())
    data[len(data) // 2] ^= 1
    node.path(f"{LOCAL_IMAGES}/bad.ova").write_bytes(data)
    node.virsh("pool-refresh", "default")
    bad = {"host": host["id"], "volume": volume(person, host, "bad.ova"), "name": "never"}
    before = files(node)
    ended = person.ended(person.post("/domains/import/", bad, expect=202), within=60)
    assert (ended["state"], ended["error"]["code"]) == ("failed", "bad_archive")
    assert files(node) == before
    assert "never" not in node.virsh("list", "--all", "--name").split()
