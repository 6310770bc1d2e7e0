"""Changing real guests through the API, with the node's own live XML and the guest agreeing."""

import re
from typing import Any
from uuid import uuid4

import pytest

from hypervisor.xml.hardware import read_hardware
from hypervisor.xml.memory_devices import MemoryDevice
from tests.installation import eventually
from tests.lab.cluster import Lab
from tests.lab.cluster.guests import Guest, serial_text
from tests.lab.cluster.node import Node
from tests.stack.person import Person

pytestmark = pytest.mark.lab
MIB = 2**20


class Machine:
    """One guest, as the API and as its node have it."""

    def __init__(self, lab: Lab, person: Person, node: Node, guest: Guest) -> None:
        self.node, self.guest, self.person = node, guest, person
        self.path = f"/domains/{guest.uuid}/"
        self._lab = lab

    def patch(self, path: str = "", expect_live: bool | None = None, **body: Any) -> dict[str, Any]:
        return self._done(self.person.patch(f"{self.path}{path}", body, expect=202), expect_live)

    def add(self, path: str, expect_live: bool | None = None, **body: Any) -> dict[str, Any]:
        return self._done(self.person.post(f"{self.path}{path}", body, expect=202), expect_live)

    def remove(self, path: str, expect_live: bool | None = None) -> dict[str, Any]:
        return self._done(self.person.delete(f"{self.path}{path}", expect=202), expect_live)

    def _done(self, job: dict[str, Any], live: bool | None) -> dict[str, Any]:
        result: dict[str, Any] = self.person.done(job, within=90)["result"]
        if live is not None:
            assert [change["live"] for change in result["changes"]] == [live] * len(result["changes"]), result
        return result

    @property
    def now(self) -> dict[str, Any]:
        shown: dict[str, Any] = self.person.get(self.path)
        return shown

    def xml(self, *, inactive: bool = False) -> str:
        """What the node itself says."""
        return self.node.virsh("dumpxml", *(["--inactive"] if inactive else []), self.guest.name)

    def keys(self, *, inactive: bool = False) -> set[str]:
        return {placed.key for placed in read_hardware(self.xml(inactive=inactive)).devices}

    def start(self) -> None:
        self.person.done(self.person.post(f"{self.path}start/", expect=202))
        self._lab.wait_ticking(self.node, self.guest)


def machine(lab: Lab, person: Person, name: str, node: str = "node3", **of_guest: Any) -> Machine:
    guest = lab.define_guest(lab.nodes[node], name, **of_guest)
    made = Machine(lab, person, lab.nodes[node], guest)
    eventually(lambda: person.find(made.path), within=15, what="the domain in the API")
    eventually(lambda: person.find(made.path)["machine"], within=15, what="its definition in the API")
    return made


def words(xml: str) -> set[str]:
    """What stands in its attributes and texts."""
    return set(re.findall(r"[\w-]+", xml))


def pool_of(person: Person, host: dict[str, Any], name: str = "default") -> dict[str, Any]:
    (pool,) = person.get("/pools/", host=host["id"], name=name)["results"]
    return dict(pool)


def test_a_running_guest_takes_and_gives_back(lab: Lab, hosts: dict[str, Any], person: Person) -> None:
    """Disk, interface, memory and vCPU, plugged and (but for the vCPU) unplugged while it runs."""
    web = machine(lab, person, "plugs")
    # Off: what it may grow to, and where things can be plugged in.
    kernel = person.get(f"{web.path}hardware/")["settings"]["kernel"]
    web.patch(
        max_vcpus=3,
        vcpus=1,
        memory_limit_bytes=1024 * MIB,
        memory_slots=2,
        numa={"cells": [{"id": 0, "vcpus": "0-2", "memory_bytes": 128 * MIB}]},
        kernel={"cmdline": f"{kernel['cmdline']} memhp_default_state=online_movable"},
        expect_live=True,
    )
    for _ in range(2):
        web.add("devices/", kind="controller", type="pci", model="pcie-root-port")
    web.start()
    assert not web.now["has_pending"]

    pool = pool_of(person, hosts["node3"])
    plan = person.post(
        f"{web.path}disks/?plan=1", {"pool": pool["id"], "capacity_bytes": 8 * MIB}, expect=200
    )
    assert plan["allowed"]
    assert not plan["needs_restart"]
    web.add(
        "disks/", pool=pool["id"], capacity_bytes=8 * MIB, format="raw", serial="hotplug", expect_live=True
    )
    added = next(disk for disk in person.get(f"{web.path}disks/")["disks"] if disk["serial"] == "hotplug")
    assert added["key"] in web.keys() & web.keys(inactive=True)
    assert added["source"]["file"] in web.node.virsh("vol-list", "default")
    web.patch(f"disks/{added['target']}/", iotune={"total_bytes_sec": 4 * MIB}, expect_live=True)
    assert f"<total_bytes_sec>{4 * MIB}</total_bytes_sec>" in web.xml()
    web.patch(f"disks/{added['target']}/", capacity_bytes=16 * MIB, expect_live=True)
    assert "16.000 MiB" in web.node.virsh("domblkinfo", "--human", web.guest.name, added["target"])

    network = person.get("/networks/", host=hosts["node3"]["id"], name="inner")["results"][0]
    web.add("interfaces/", network=network["id"], mac="52:54:00:0e:d1:70", expect_live=True)
    card = "interface:52:54:00:0e:d1:70"
    assert card in web.keys() & web.keys(inactive=True)
    web.patch("interfaces/52:54:00:0E:D1:70/", link_up=False, expect_live=True)
    assert web.node.virsh("domif-getlink", web.guest.name, "52:54:00:0e:d1:70").split()[-1] == "down"

    web.add("devices/", kind="memory", model="dimm", size_bytes=128 * MIB, node=0, expect_live=True)
    settings = read_hardware(web.xml()).settings
    assert (settings.max_memory_bytes, settings.memory_bytes) == (256 * MIB, 256 * MIB)
    web.patch(vcpus=2, title="Two processors", expect_live=True)
    assert read_hardware(web.xml()).settings.vcpus == 2
    assert not web.now["has_pending"], person.get(f"{web.path}hardware/")["pending"]

    # The guest gives back what it got.
    for path, key in ((f"disks/{added['target']}/", added["key"]), ("interfaces/52:54:00:0e:d1:70/", card)):
        web.remove(path, expect_live=True)
        assert key not in web.keys() | web.keys(inactive=True)
    web.remove("devices/memory:0/", expect_live=True)
    assert not any(isinstance(one.device, MemoryDevice) for one in read_hardware(web.xml()).devices)
    web.patch(memory_bytes=112 * MIB, expect_live=True)
    assert read_hardware(web.xml()).settings.memory_bytes == 112 * MIB
    assert not web.now["has_pending"], person.get(f"{web.path}hardware/")["pending"]
    assert b"Oops" not in serial_text(web.node, web.guest)


def test_a_vcpu_is_given_back(lab: Lab, hosts: dict[str, Any], person: Person) -> None:
    """The guest lets go of it at once; QEMU without KVM tells nobody, so libvirt counts anew when it starts anew."""
    web = machine(lab, person, "vcpus")
    web.patch(max_vcpus=2, vcpus=1, expect_live=True)
    web.start()
    web.patch(vcpus=2, expect_live=True)
    assert read_hardware(web.xml()).settings.vcpus == 2
    result = web.patch(vcpus=1)
    assert read_hardware(web.xml(inactive=True)).settings.vcpus == 1
    if result["needs_restart"]:
        assert "did not in time" in result["changes"][0]["detail"]
        assert web.now["has_pending"]
        web.node.kill_libvirtd()
        web.node.start_libvirtd()
    eventually(lambda: not web.now["has_pending"], within=60, what="the new count in the API")
    assert read_hardware(web.xml()).settings.vcpus == 1
    lab.wait_ticking(web.node, web.guest)


def test_what_cannot_be_live_waits_for_the_next_start(
    lab: Lab, hosts: dict[str, Any], person: Person
) -> None:
    web = machine(lab, person, "later", disk="local")
    web.start()
    result = web.patch(max_vcpus=2, title="Now", on_crash="preserve")
    assert {one["properties"][0]: one["live"] for one in result["changes"]} == {
        "max_vcpus": False,
        "title": True,
        "on_crash": False,
    }
    assert result["needs_restart"]
    web.patch("disks/vda/", cache="writeback", expect_live=False)
    web.add("devices/", kind="sound", model="ich9", expect_live=False)
    now = web.now
    assert (now["has_pending"], now["title"]) == (True, "Now")
    shown = person.get(f"{web.path}hardware/")
    states = {device["key"]: device["pending"] for device in shown["devices"] if device["pending"]}
    assert states == {"disk:vda": "changed", "sound:0": "added"}
    assert (shown["settings"]["max_vcpus"], shown["live_settings"]["max_vcpus"]) == (2, 1)
    assert not {"ich9", "writeback"} & words(web.xml())
    person.done(person.post(f"{web.path}destroy/", expect=202))
    web.start()
    assert {"ich9", "writeback"} <= words(web.xml())
    assert read_hardware(web.xml()).settings.max_vcpus == 2
    assert not web.now["has_pending"], person.get(f"{web.path}hardware/")["pending"]


def test_what_the_node_refuses_leaves_all_as_it_was(lab: Lab, hosts: dict[str, Any], person: Person) -> None:
    web = machine(lab, person, "refused", disk="local")
    other = machine(lab, person, "other", disk="local")
    web.start()
    before = (web.xml(), web.xml(inactive=True), web.node.virsh("vol-list", "default"))
    for method, path, body, status, field in (
        ("post", "disks/", {"source": {"type": "file", "file": other.guest.local_file}}, 409, "source"),
        ("post", "disks/", {"volume": str(uuid4())}, 400, "volume"),
        ("patch", "", {"max_vcpus": 100_000}, 400, "max_vcpus"),
        ("patch", "", {"topology": {"sockets": 3, "cores": 1, "threads": 1}}, 400, "topology"),
        ("patch", "", {"memory_bytes": 1024 * MIB}, 400, "memory_bytes"),
        ("post", "interfaces/", {"source": {"type": "network", "network": "none"}}, 400, "source.network"),
        ("patch", "disks/vda/", {"bus": "fdc"}, 400, "bus"),
    ):
        call = person.post if method == "post" else person.patch
        assert field in call(f"{web.path}{path}", body, expect=status)["errors"], (path, body)
    # Known to the node alone: a file that is not there, plugged into what runs.
    failed = person.ended(
        person.post(
            f"{web.path}disks/", {"source": {"type": "file", "file": "/nowhere/disk.raw"}}, expect=202
        )
    )
    assert failed["state"] == "failed"
    assert "Nothing was changed" in failed["error"]["detail"]
    assert (web.xml(), web.xml(inactive=True), web.node.virsh("vol-list", "default")) == before
    assert not web.now["has_pending"]


def test_a_container_is_edited_as_far_as_its_driver_can(
    lab: Lab, standing_lab: Lab, hosts: dict[str, Any], person: Person
) -> None:
    node = lab.nodes["node3"]
    lab.add_container(node, "box")
    job = person.post("/hosts/", {"name": "node3-lxc", "uri": node.uri_by("tcp", "lxc")}, expect=202)
    host = person.done(job)["object"]["id"]
    try:
        (box,) = person.get("/domains/", host=host)["results"]
        path = f"/domains/{box['id']}/"
        eventually(lambda: person.get(path)["os_type"], within=15, what="its definition in the API")
        wish = {"title": "A box", "vcpus": 2, "max_vcpus": 2}
        result = person.done(person.patch(path, wish, expect=202))["result"]
        assert {change["properties"][0] for change in result["changes"]} == set(wish)
        settings = read_hardware(node.virsh("dumpxml", "--inactive", "box", driver="lxc:///system")).settings
        assert (settings.title, settings.vcpus) == ("A box", 2)
        shown = person.get(f"{path}hardware/")
        assert (shown["settings"]["title"], bool(shown["pending"])) == ("A box", result["needs_restart"])
    finally:
        person.delete(f"/hosts/{host}/")
