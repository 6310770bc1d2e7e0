"""Networks made over the API on a real node: guests get addresses, reach each other, and what is fixed sticks."""

import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import pytest

from tests.consoles import Browser, dial
from tests.installation import eventually
from tests.lab.cluster import Lab
from tests.lab.cluster.node import GUEST_FOLDER, LOCAL_IMAGES, Node
from tests.stack.person import Person

pytestmark = pytest.mark.lab
MIB = 2**20
FIRST, SECOND = "52:54:00:aa:00:01", "52:54:00:aa:00:02"
RANGE = {"start": "192.168.171.100", "end": "192.168.171.120"}


def ips(*hosts: dict[str, str]) -> list[dict[str, Any]]:
    return [{"address": "192.168.171.1/24", "dhcp": {**RANGE, "hosts": list(hosts)}}]


def kernel(person: Person, node: Node, host: dict[str, Any]) -> dict[str, str]:
    """The demo guest's kernel as volumes of the host."""
    for name in ("vmlinuz", "initramfs"):
        shutil.copyfile(node.path(f"{GUEST_FOLDER}/{name}"), node.path(f"{LOCAL_IMAGES}/{name}"))
    node.virsh("pool-refresh", "default")

    def known() -> dict[str, str] | None:
        found = {one["name"]: one["id"] for one in person.get("/volumes/", host=host["id"])["results"]}
        return found if {"vmlinuz", "initramfs"} <= set(found) else None

    found = eventually(known, within=20, what="the kernel's volumes in the API")
    return {"kernel": found["vmlinuz"], "initrd": found["initramfs"]}


@contextmanager
def serial(person: Person, domain: str) -> Iterator[Browser]:
    eventually(
        lambda: "serial" in person.get(f"/domains/{domain}/")["consoles"], within=15, what="its serial line"
    )
    url = person.post(f"/domains/{domain}/console/", {"type": "serial"}, expect=200)["url"]
    with dial(str(url), person.origin) as page:
        yield Browser(page)


def says(browser: Browser, command: str, answer: bytes, *, within: float = 60) -> None:
    """The guest's shell answers so in the end; a line that comes too early for its shell or network is said again."""
    ends, number = time.monotonic() + within, 100
    said = b""
    while time.monotonic() < ends:
        number += 1
        browser.write(f"{command}; echo end-$((1+{number}))\r".encode())
        with suppress(TimeoutError):
            said = browser.read_until(b"(?s)(.*)end-%d\r" % (1 + number), 15)[1]
            if answer in said:
                return
    raise AssertionError(f"{command} never said {answer!r} but {said!r}")


@pytest.fixture
def node(lab: Lab) -> Iterator[Node]:
    """What this test makes on it is taken away, whatever becomes of the test."""
    node = lab.nodes["node2"]
    yield node
    lab.tidy()
    for name in node.virsh("net-list", "--all", "--name").split():
        if name == "made":
            if name in node.virsh("net-list", "--name").split():
                node.virsh("net-destroy", name)
            node.virsh("net-undefine", name)
    if "quiet" in node.virsh("nwfilter-list"):
        node.virsh("nwfilter-undefine", "quiet")


def test_guests_live_on_a_network_of_the_api(
    lab: Lab, node: Node, hosts: dict[str, Any], person: Person
) -> None:
    host = hosts[node.name]
    options = eventually(
        lambda: (found := person.get("/networks/options/", host=host["id"])) and found["known"] and found,
        within=30,
        what="the node's own interfaces",
    )
    assert any(device["name"] == "eth0" for device in options["devices"])
    assert options["lan"]["possible"] is False
    assert any("netplan" in one["title"] for one in options["lan"]["commands"])
    assert {one["name"] for one in person.get(f"/hosts/{host['id']}/interfaces/")} >= {"eth0"}

    body: dict[str, Any] = {
        "host": host["id"],
        "name": "made",
        "ips": ips({"mac": FIRST, "ip": "192.168.171.50"}),
    }
    inner = person.get("/networks/", host=host["id"], name="inner")["results"][0]
    overlapping = {**body, "ips": [{"address": inner["addresses"][0]}]}
    assert "inner" in person.post("/networks/", overlapping, expect=400)["errors"]["ips.0.address"][0]
    cut_off = {**body, "ips": [{"address": "10.77.0.100/24"}]}
    assert person.post("/networks/", cut_off, expect=400)["errors"]["ips.0.address"]
    job = person.done(person.post("/networks/", body, expect=202))
    network = f"/networks/{job['object']['id']}/"
    made = person.get(network)
    assert (made["active"], made["forward"], made["pending"]) == (True, "nat", [])
    assert made["spec"]["ips"][0]["dhcp"]["hosts"][0]["ip"] == "192.168.171.50"

    quiet = {"host": host["id"], "name": "quiet", "preset": "no-spoofing"}
    quiet = person.done(person.post("/network-filters/", quiet, expect=202))["result"]["filter"]
    direct = kernel(person, node, host)
    guests = {}
    for name, mac, more in (("one", FIRST, {"filter": "quiet"}), ("two", SECOND, {})):
        wish = {
            "host": host["id"], "name": name, "memory_bytes": 128 * MIB, "vcpus": 1, "graphics": {"type": "none"},
            "kernel": {**direct, "cmdline": f"quiet nokaslr mitigations=off guest={name}"},
            "interfaces": [{"network": made["id"], "mac": mac, **more}],
        }  # fmt: skip
        guests[name] = person.done(person.post("/domains/", wish, expect=202), within=90)["object"]["id"]

    def leases() -> dict[str, dict[str, Any]] | None:
        found = {one["mac"]: one for one in person.get(f"{network}leases/")["leases"]}
        return found if {FIRST, SECOND} <= set(found) else None

    with ExitStack() as lines:
        one, two = (lines.enter_context(serial(person, id)) for id in guests.values())
        says(one, "ip -4 addr show eth0", b"192.168.171.50/24")
        known = eventually(leases, within=60, what="both leases in the API")
        assert (known[FIRST]["address"], known[FIRST]["fixed"]) == ("192.168.171.50", True)
        assert known[FIRST]["domain"] == {"id": guests["one"], "name": "one"}
        other = known[SECOND]["address"]
        assert (known[SECOND]["fixed"], other.startswith("192.168.171.1")) == (False, True)
        says(one, f"ping -c 1 -W 3 {other}", b"1 packets received")
        # Another address than its own gets it nowhere, and its own still does.
        pretend = f"ip addr add 192.168.171.77/24 dev eth0; ping -c 1 -W 2 -I 192.168.171.77 {other}"
        says(one, pretend, b"0 packets received")
        says(one, f"ip addr del 192.168.171.77/24 dev eth0; ping -c 1 -W 3 {other}", b"1 packets received")

        # Another fixed address holds at once, and the guest has it when it asks again.
        fixed = {"ips": ips({"mac": FIRST, "ip": "192.168.171.50"}, {"mac": SECOND, "ip": "192.168.171.60"})}
        plan = person.patch(f"{network}?plan=1", fixed)
        assert (plan["allowed"], plan["needs_restart"]) == (True, False)
        result = person.done(person.patch(network, fixed, expect=202))["result"]
        assert result == {"pending": [], "refused": []}
        says(two, "udhcpc -i eth0 -n -q -s /bin/lease 2>&1; ip -4 addr show eth0", b"192.168.171.60/24")
        says(one, "ping -c 1 -W 3 192.168.171.60", b"1 packets received")
        sources = [
            address
            for address in eventually(
                lambda: person.get(f"/domains/{guests['one']}/guest/")["addresses"],
                within=60,
                what="the guest's address",
            )
            if address["address"] == "192.168.171.50"
        ]
        assert sources[0]["source"] == "lease"

    # What cannot change while it runs waits, and names who would lose the link.
    plan = person.patch(f"{network}?plan=1", {"mtu": 1400})
    assert plan["needs_restart"]
    assert {one["name"] for one in plan["affected"]} == {"one", "two"}
    person.done(person.patch(network, {"mtu": 1400}, expect=202))
    waiting = person.get(network)
    assert waiting["pending"] == [{"path": "mtu", "live": None, "inactive": "1400"}]
    assert {user["name"] for user in waiting["domains"]["users"]} == {"one", "two"}

    named = person.delete(f"/network-filters/{quiet['id']}/", expect=409)
    assert [user["name"] for user in named["users"]] == ["one"]
    for refused in (person.post(f"{network}stop/", expect=409), person.delete(network, expect=409)):
        assert refused["code"] == "in_use"
        assert {user["name"] for user in refused["users"]} == {"one", "two"}
    for id in guests.values():
        person.done(person.post(f"/domains/{id}/destroy/", expect=202))
    for verb in ("stop", "start"):
        person.done(person.post(f"{network}{verb}/", expect=202))
    assert person.get(network)["pending"] == []
    for id in guests.values():
        person.done(person.delete(f"/domains/{id}/?permanent=true", expect=202))
    person.done(person.delete(f"/network-filters/{quiet['id']}/", expect=202))
    person.get(f"/network-filters/{quiet['id']}/", expect=404)
    person.done(person.delete(network, expect=202))
    person.get(network, expect=404)
    assert "made" not in node.virsh("net-list", "--all", "--name").split()
