"""Domains made from each medium, and their guests seen to boot on their serial lines."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.consoles import Browser, dial
from tests.installation import eventually
from tests.lab.cluster import Lab
from tests.lab.cluster.node import GUEST_FOLDER, LOCAL_IMAGES, Node
from tests.lab.media import lay_image
from tests.stack.person import Person

pytestmark = pytest.mark.lab
MIB = 2**20
SMALL: dict[str, Any] = {"memory_bytes": 128 * MIB, "vcpus": 1, "graphics": {"type": "none"}}
DIRECT = "quiet nokaslr mitigations=off"
NETWORK = (
    "<network><name>pxe</name><bridge name='virbr7' stp='off'/><ip address='192.168.157.1' netmask='255.255.255.0'>"
    "<tftp root='{root}'/><dhcp><range start='192.168.157.10' end='192.168.157.99'/><bootp file='boot.ipxe'/>"
    "</dhcp></ip></network>"
)


def volume(person: Person, host: dict[str, Any], name: str) -> str:
    """The id of a volume of the host, once it is known."""

    def known() -> str | None:
        found = person.get("/volumes/", search=name, host=host["id"])["results"]
        return next((str(one["id"]) for one in found if one["name"] == name), None)

    return str(eventually(known, within=20, what=f"the volume {name} in the API"))


def make(person: Person, host: dict[str, Any], **body: Any) -> dict[str, Any]:
    """The job of a new domain."""
    job: dict[str, Any] = person.post("/domains/", {"host": host["id"], **body}, expect=202)
    return job


def hears(person: Person, job: dict[str, Any], *patterns: bytes) -> None:
    """Its guest says this on its serial line, in this order."""
    domain = person.done(job, within=90)["object"]["id"]
    eventually(
        lambda: "serial" in person.get(f"/domains/{domain}/")["consoles"], within=15, what="its serial line"
    )
    url = person.post(f"/domains/{domain}/console/", {"type": "serial"}, expect=200)["url"]
    with dial(str(url), person.origin) as page:
        browser = Browser(page)
        for pattern in patterns:
            browser.read_until(pattern, 120)


def sees(person: Person, job: dict[str, Any]) -> None:
    """Its screen opens, though nobody was told its password."""
    url = person.post(f"/domains/{job['object']['id']}/console/", {"type": "vnc"}, expect=200)["url"]
    with dial(str(url), person.origin) as page:
        assert Browser(page).look().pixels


@pytest.fixture
def node(lab: Lab) -> Node:
    return lab.nodes["node2"]


def test_each_medium_boots(lab: Lab, node: Node, hosts: dict[str, Any], person: Person) -> None:
    host = hosts[node.name]
    lay_image(node, "medium.iso", "guest=from-iso")
    lay_image(node, "disk.img", "guest=from-disk")
    lay_image(node, "cloud.img", "guest=from-cloud seed=1")
    for name in ("vmlinuz", "initramfs"):
        shutil.copyfile(node.path(f"{GUEST_FOLDER}/{name}"), node.path(f"{LOCAL_IMAGES}/{name}"))
    node.virsh("pool-refresh", "default")
    kernel = {
        "kernel": volume(person, host, "vmlinuz"),
        "initrd": volume(person, host, "initramfs"),
        "cmdline": f"{DIRECT} guest=from-kernel",
    }
    jobs = {
        "cloud": make(
            person, host, name="cloudy", cloud_image=volume(person, host, "cloud.img"),
            disks=[{"capacity_bytes": 64 * MIB, "format": "qcow2"}],
            cloud_init={"user": "ada", "password": "word-of-the-seed", "hostname": "cloudy-host"}, **SMALL,
        ),
        "kernel": make(person, host, name="direct", kernel=kernel, **SMALL | {"graphics": {"type": "vnc"}}),
        "iso": make(
            person, host, name="installed", iso=volume(person, host, "medium.iso"),
            disks=[{"capacity_bytes": 16 * MIB}], **SMALL,
        ),
        "disk": make(
            person, host, name="imported", disks=[{"volume": volume(person, host, "disk.img")}], **SMALL
        ),
    }  # fmt: skip
    # A line that nobody listens to is lost, so the one that says most comes first.
    hears(
        person,
        jobs["cloud"],
        rb"seed meta-data: .*cloudy-host",
        rb"seed user-data: .*word-of-the-seed",
        rb"tick \d+",
    )
    hears(person, jobs["kernel"], rb"tick \d+")
    sees(person, jobs["kernel"])
    hears(person, jobs["iso"], rb"tick \d+")
    hears(person, jobs["disk"], rb"tick \d+")
    assert node.guest_names() == {"direct", "installed", "imported", "cloudy"}
    _the_seed_goes(node, person, jobs["cloud"]["object"]["id"])


def _the_seed_goes(node: Node, person: Person, domain: str) -> None:
    """It was there for the first boot; when that is over neither the domain nor the node has it."""
    assert list(node.path(LOCAL_IMAGES).glob("cloudy-*-seed.iso"))
    person.done(person.post(f"/domains/{domain}/destroy/", expect=202))
    eventually(
        lambda: not list(node.path(LOCAL_IMAGES).glob("cloudy-*-seed.iso")), within=30, what="the seed goes"
    )
    eventually(
        lambda: len(person.get(f"/domains/{domain}/")["disks"]) == 1, within=10, what="one disk is left"
    )
    assert "word-of-the-seed" not in person.get(f"/domains/{domain}/xml/")["inactive"]


def test_over_the_network_a_container_and_raw_xml(
    lab: Lab, node: Node, hosts: dict[str, Any], person: Person
) -> None:
    host = hosts[node.name]
    node.path(f"{GUEST_FOLDER}/boot.ipxe").write_text(
        f"#!ipxe\nkernel vmlinuz {DIRECT} guest=from-network\ninitrd initramfs\nboot\n"
    )
    node.virsh("net-create", "/dev/stdin", stdin=NETWORK.format(root=GUEST_FOLDER))
    try:
        network = eventually(
            lambda: person.get("/networks/", search="pxe", host=host["id"])["results"],
            within=15,
            what="the network in the API",
        )[0]["id"]
        job = make(
            person,
            host,
            name="netbooted",
            network_boot=True,
            disks=[],
            interfaces=[{"network": network}],
            **SMALL,
        )
        raw = lab.define_guest(node, "as-raw", screen="none")
        xml = node.virsh("dumpxml", raw.name)
        node.virsh("undefine", raw.name)
        eventually(lambda: person.find(f"/domains/{raw.uuid}/") is None, within=10, what="it is gone")
        by_xml = person.post("/domains/", {"host": host["id"], "xml": xml}, expect=202)
        hears(person, by_xml, rb"tick \d+")
        hears(person, job, rb"tick \d+")
        assert node.guest_names() >= {"netbooted", raw.name}
        person.done(person.post(f"/domains/{job['object']['id']}/destroy/", expect=202))
    finally:
        node.virsh("net-destroy", "pxe")
        node.path(f"{GUEST_FOLDER}/boot.ipxe").unlink()


def test_a_container_from_a_root_tree(lab: Lab, hosts: dict[str, Any], person: Person) -> None:
    node = lab.nodes["node3"]
    root = Path(node.path(f"{LOCAL_IMAGES}/tree"))
    for folder in ("bin", "dev", "proc", "sys", "etc", "run", "sbin"):
        (root / folder).mkdir(parents=True)
    shutil.copy2(str(shutil.which("busybox")), root / "bin" / "busybox")
    job = person.post("/hosts/", {"name": "node3-containers", "uri": node.uri_by("tcp", "lxc")}, expect=202)
    host = person.done(job)["object"]
    try:
        program = ["sh", "-c", "while :; do echo container-says-$((6 * 7)); sleep 1; done"]
        job = make(
            person, host, name="box", memory_bytes=32 * MIB, interfaces=[],
            root={"path": f"{LOCAL_IMAGES}/tree", "init": "/bin/busybox", "arguments": program},
        )  # fmt: skip
        hears(person, job, rb"container-says-42")
        assert node.virsh("domstate", "box", driver="lxc:///system") == "running"
        person.done(person.post(f"/domains/{job['object']['id']}/destroy/", expect=202))
        person.done(person.delete(f"/domains/{job['object']['id']}/", expect=202))
    finally:
        person.delete(f"/hosts/{host['id']}/")
        shutil.rmtree(root)


def test_several_in_one_call(lab: Lab, node: Node, hosts: dict[str, Any], person: Person) -> None:
    """One parent job, all there, never more than its limit at once."""
    host = hosts[node.name]
    job = make(person, host, name="many-{n}", count=12, start=False, disks=[{"capacity_bytes": MIB}], **SMALL)
    most = 0

    def over() -> dict[str, Any] | None:
        nonlocal most
        running = person.get("/jobs/", parent=job["id"], state="running")["count"]
        most = max(most, running)
        now: dict[str, Any] = person.get(f"/jobs/{job['id']}/")
        return now if now["finished_at"] else None

    ended = eventually(over, within=60, what="the parent's end")
    assert (ended["state"], ended["children"]["succeeded"]) == ("succeeded", 12)
    assert most <= 4
    there = set(re.findall(r"many-\d+", node.virsh("list", "--all", "--name")))
    assert there == {f"many-{number}" for number in range(1, 13)}
    assert person.get("/domains/", search="many-", host=host["id"])["count"] == 12
    assert len(list(node.path(LOCAL_IMAGES).glob("many-*.qcow2"))) == 12
