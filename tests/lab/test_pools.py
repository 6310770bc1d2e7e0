"""Pools from nothing to a booted guest, over the API: a folder, a volume group on a loop device, an iSCSI target."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.lab.cluster import CommandFailed, Lab
from tests.lab.cluster.loops import loop_disk
from tests.lab.cluster.node import LOCAL_IMAGES, Node
from tests.lab.media import lay_image
from tests.lab.test_creation import SMALL, hears, make, volume
from tests.stack.person import Person

pytestmark = pytest.mark.lab
MIB = 2**20
WORD = "word-of-the-target"
TARGET = ("--lld", "iscsi", "--tid", "2")


@pytest.fixture(autouse=True)
def tidied(lab: Lab) -> Iterator[None]:
    """Whatever becomes of a test, the next one finds the lab's own pools alone."""
    yield
    for node in lab.nodes.values():
        for name in set(node.virsh("pool-list", "--all", "--name").split()) - {"default", "shared"}:
            with suppress(CommandFailed):  # it does not run
                node.virsh("pool-destroy", name)
            node.virsh("pool-undefine", name)


def made(person: Person, host: dict[str, Any], **body: Any) -> dict[str, Any]:
    """A new pool, which runs."""
    wish = {"host": host["id"], **body}
    assert person.post("/pools/?plan=1", wish, expect=200)["allowed"]
    ended = person.done(person.post("/pools/", wish, expect=202))
    pool: dict[str, Any] = person.get(f"/pools/{ended['result']['pool']['id']}/")
    assert (pool["state"], pool["type"], pool["autostart"]) == ("running", body["type"], True)
    return pool


def gone(person: Person, pool: dict[str, Any], domain: str, *, disks: bool) -> None:
    """Its guest ends, with its disk where that is the pool's to remove, and the pool after it."""
    path = f"/pools/{pool['id']}/"
    refused = person.delete(path, expect=409)
    assert (refused["code"], [user["id"] for user in refused["users"]]) == ("in_use", [domain])
    assert person.post(f"{path}stop/", expect=409)["code"] == "in_use", "a running domain uses it"
    person.done(person.post(f"/domains/{domain}/destroy/", expect=202))
    query = "?permanent=true" + ("&volumes=true" if disks else "")
    person.done(person.delete(f"/domains/{domain}/{query}", expect=202))
    person.done(person.delete(f"{path}{'?storage=true' if disks else ''}", expect=202))
    assert person.find(path) is None


@contextmanager
def target(lab: Lab, name: str) -> Iterator[str]:
    """An iSCSI target with one disk, for those who know the word; the disk's file is laid by the caller."""
    iqn = f"{lab.plan.iqn}:{name}"
    machine = lab.storage.machine
    file = f"/var/lib/libvirt/{name}.img"
    account = ("--lld", "iscsi", "--mode", "account", "--user", "ada")
    machine.run("tgtadm", *TARGET, "--op", "new", "--mode", "target", "--targetname", iqn)
    try:
        machine.run(
            "tgtadm", *TARGET, "--op", "new", "--mode", "logicalunit", "--lun", "1", "--backing-store", file
        )
        machine.run("tgtadm", *account, "--op", "new", "--password", WORD)
        machine.run("tgtadm", *TARGET, "--op", "bind", "--mode", "account", "--user", "ada")
        machine.run("tgtadm", *TARGET, "--op", "bind", "--mode", "target", "--initiator-address", "ALL")
        yield iqn
    finally:
        machine.run("tgtadm", *TARGET, "--op", "delete", "--force", "--mode", "target")
        machine.run("tgtadm", *account, "--op", "delete")
        machine.path(file).unlink()


@pytest.mark.timeout(240)
def test_from_nothing_to_a_booted_guest(lab: Lab, hosts: dict[str, Any], person: Person) -> None:
    node: Node = lab.nodes["node2"]
    host = hosts[node.name]
    options = {one["type"]: one for one in person.get("/pools/options/", host=host["id"])["types"]}
    assert all(options[type]["supported"] for type in ("dir", "logical", "iscsi-direct"))
    lay_image(node, "disk.img", "guest=from-a-pool")
    image = node.path(f"{LOCAL_IMAGES}/disk.img")
    node.virsh("pool-refresh", "default")
    original = volume(person, host, "disk.img")
    group = f"group_{lab.plan.id.replace('-', '_')}"
    shutil.copyfile(image, lab.storage.machine.path("/var/lib/libvirt/booted.img"))
    with loop_disk(node, 128 * MIB, group) as disk, target(lab, "booted") as iqn:
        pools = {
            "dir": made(person, host, name="folder", type="dir", target="/var/lib/libvirt/folder"),
            "logical": made(
                person, host, name="volumes", type="logical", build="build",
                source={"name": group, "devices": [disk], "format": "lvm2"},
            ),
            "iscsi-direct": made(
                person, host, name="served", type="iscsi-direct",
                source={
                    "hosts": [{"name": lab.plan.address("storage")}], "devices": [iqn],
                    "initiator": f"{iqn}:{node.name}", "auth": {"username": "ada", "secret": WORD},
                },
            ),
        }  # fmt: skip
        assert pools["logical"]["capacity_bytes"] > 100 * MIB
        assert WORD not in str(pools["iscsi-direct"])
        assert WORD not in node.virsh("pool-dumpxml", "served")
        units = person.get(f"/pools/{pools['iscsi-direct']['id']}/volumes/")["results"]
        served = [
            unit for unit in units if unit["capacity_bytes"]
        ]  # the first is the target's own controller
        copied = {"copy_of": original, "format": "raw"}
        jobs = {
            "dir": make(
                person, host, name="in-folder", disks=[{**copied, "pool": pools["dir"]["id"]}], **SMALL
            ),
            "logical": make(
                person, host, name="in-volumes", disks=[{**copied, "pool": pools["logical"]["id"]}], **SMALL
            ),
            "iscsi-direct": make(
                person, host, name="in-served", disks=[{"volume": served[0]["id"]}], **SMALL
            ),
        }
        for job in jobs.values():
            hears(person, job, rb"tick \d+")
        assert "in-volumes" in node.run("ls", f"/dev/{group}")
        for type, pool in pools.items():
            gone(person, pool, jobs[type]["object"]["id"], disks=type != "iscsi-direct")
        assert not node.virsh("secret-list").strip(), "the word went with its pool"
        assert not node.path("/var/lib/libvirt/folder").exists()
        taken = {"name": group, "devices": ["/dev/no-such-disk"]}
        wish = {"host": host["id"], "name": "nowhere", "type": "logical", "source": taken, "build": "build"}
        ended = person.ended(person.post("/pools/", wish, expect=202))
        assert ended["state"] == "failed"
        assert "No pool was made" in ended["error"]["detail"]
        assert "nowhere" not in node.virsh("pool-list", "--all")
    left = {pool["name"] for pool in person.get("/pools/", host=host["id"])["results"]}
    assert not left & {"folder", "volumes", "served", "nowhere"}


@pytest.mark.timeout(240)
def test_a_folder_that_is_shared_by_word(lab: Lab, hosts: dict[str, Any], person: Person) -> None:
    """Both nodes see one folder, which libvirt does not know: with an administrator's word a guest moves in it."""
    here, there = lab.nodes["node1"], lab.nodes["node2"]
    folder = Path("/srv", f"lab-{lab.plan.id}")
    lay_image(here, "disk.img", "guest=in-a-shared-folder")
    here.virsh("pool-refresh", "default")
    original = volume(person, hosts[here.name], "disk.img")
    pools = [
        made(person, hosts[node.name], name="common", type="dir", target=str(folder))
        for node in (here, there)
    ]
    try:
        disk = {"copy_of": original, "format": "raw", "pool": pools[0]["id"], "cache": "none"}
        job = make(person, hosts[here.name], name="mover", disks=[disk], interfaces=[], **SMALL)
        hears(person, job, rb"tick \d+")
        path = f"/domains/{job['object']['id']}/"
        move = {"host": hosts[there.name]["id"]}
        ended = person.ended(person.post(f"{path}migrate/", move, expect=202))
        assert ended["error"]["code"] == "migration_refused", "libvirt calls it unsafe"
        body = {"name": "common", "pools": [pool["id"] for pool in pools]}
        shared = person.post("/shared-pools/", body, expect=201)
        assert {host["name"] for host in shared["hosts"]} == {here.name, there.name}
        plan = person.post(f"{path}migrate/?plan=1", move, expect=200)
        assert "vda: in storage that both hosts share" in str(plan["checks"])
        person.done(person.post(f"{path}migrate/", move | {"copy_storage": True}, expect=202), within=90)
        hears(person, job, rb"tick \d+")
        assert person.get(path)["host"]["name"] == there.name
        assert person.delete(f"/pools/{pools[1]['id']}/", expect=409)["code"] == "in_use"
        person.done(person.post(f"{path}destroy/", expect=202))
        person.done(person.delete(f"{path}?permanent=true&volumes=true", expect=202))
        person.delete(f"/shared-pools/{shared['id']}/")
        for pool in pools:
            person.done(person.post(f"/pools/{pool['id']}/refresh/", expect=202))
            person.done(person.delete(f"/pools/{pool['id']}/", expect=202))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
