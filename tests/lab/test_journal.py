"""Every change of a definition is in the journal: ours with the person's name, those on the node as such; and back."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.installation import PASSWORD, eventually
from tests.lab.cluster import Lab, Node
from tests.lab.cluster.guests import Guest
from tests.stack.person import Person

pytestmark = pytest.mark.lab
CANARY = "/tmp/canary"


@pytest.fixture
def operator(person: Person) -> Iterator[Person]:
    """Somebody who may do everything with domains, but nothing to their hosts."""
    made = person.post("/users/", {"username": "olga", "password": PASSWORD})
    (role,) = person.get("/roles/", search="operator")["results"]
    person.post("/grants/", {"user": made["id"], "role": role["id"]})
    signed_in = Person(person.address, "olga", PASSWORD)
    yield signed_in
    signed_in.close()
    person.delete(f"/users/{made['id']}/")


def known(person: Person, guest: Guest) -> str:
    """The guest's path, once its first version is there."""
    path = f"/domains/{guest.uuid}/"
    eventually(
        lambda: person.find(path) and person.get(f"{path}revisions/")["count"],
        within=10,
        what="its first version",
    )
    return path


def newest(person: Person, path: str, number: int) -> dict[str, Any]:
    """The newest version, once it is this one."""

    def there() -> dict[str, Any] | None:
        last: dict[str, Any] = person.get(f"{path}revisions/")["results"][0]
        return last if last["number"] == number else None

    found: dict[str, Any] = eventually(there, within=10, what=f"version {number} of {path}")
    return found


def between(person: Person, path: str, old: int, new: int) -> dict[str, Any]:
    """The difference of two versions."""
    asked: dict[str, Any] = {"from": str(old), "to": str(new)}
    found: dict[str, Any] = person.get(f"{path}revisions/diff/", **asked)
    return found


def virsh_edit(node: Node, guest: Guest, old: str, new: str) -> None:
    """As a person does it on the node, with an editor that makes one change."""
    node.run("env", f"EDITOR=sed -i 's|{old}|{new}|'", "virsh", "-c", "qemu:///system", "edit", guest.name)


def test_who_changed_what_and_back_again(lab: Lab, hosts: dict[str, Any], operator: Person) -> None:
    node = lab.nodes["node1"]
    guest = lab.define_guest(node, "journal", screen="password", start=True)
    path = known(operator, guest)

    virsh_edit(node, guest, ">1</vcpu>", ">2</vcpu>")
    seen = newest(operator, path, 2)
    assert (seen["by"], seen["job"]) == (None, None)
    assert [change["path"] for change in seen["changes"]] == ["vcpu"]
    eventually(lambda: operator.get(path)["has_pending"], within=10, what="that the next boot brings it")

    xml = operator.get(f"{path}xml/")["inactive"].replace("</name>", "</name><title>Shop</title>", 1)
    planned = operator.put(f"{path}xml/?plan=1", {"xml": xml}, expect=200)
    assert (planned["allowed"], planned["needs_restart"]) == (True, True)
    assert operator.done(operator.put(f"{path}xml/", {"xml": xml}, expect=202))["result"] == {"revision": 3}
    seen = newest(operator, path, 3)
    assert (seen["by"]["name"], seen["job"]["kind"]) == ("olga", "domain.edit_xml")
    assert "<title>Shop</title>" in node.virsh("dumpxml", "--inactive", guest.name)
    assert "passwd=" in node.virsh("dumpxml", "--inactive", "--security-info", guest.name)

    found = between(operator, path, 1, 3)
    assert {change["path"] for change in found["changes"]} == {"vcpu", "title"}

    operator.done(operator.post(f"{path}revisions/1/rollback/", expect=202))
    seen = newest(operator, path, 4)
    assert (seen["by"]["name"], seen["job"]["kind"]) == ("olga", "domain.rollback")
    assert between(operator, path, 1, 4)["changes"] == []
    assert not operator.get(path)["has_pending"]
    assert "<title>" not in node.virsh("dumpxml", "--inactive", guest.name)


def test_the_host_stays_out_of_reach_by_xml(lab: Lab, hosts: dict[str, Any], operator: Person) -> None:
    """Attacks 8 to 11 against a real node: refused, nothing defined, and no program of theirs runs."""
    node = lab.nodes["node2"]
    guest = lab.define_guest(node, "target")
    path = known(operator, guest)
    node.run("sh", "-c", f"printf '#!/bin/sh\\ntouch {CANARY}.ran\\n' > {CANARY}; chmod 755 {CANARY}")
    xml = operator.get(f"{path}xml/")["inactive"]
    before = node.virsh("dumpxml", "--inactive", guest.name)
    namespace = "<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0' "
    argument = f"<qemu:arg value='-chardev'/><qemu:arg value='file,id=x,path={CANARY}.ran'/>"
    line = f"<qemu:commandline>{argument}</qemu:commandline>"
    for wanted in (
        xml.replace("<emulator>/usr/bin/qemu-system-x86_64<", f"<emulator>{CANARY}<"),
        xml.replace("<domain ", namespace, 1).replace("</domain>", f"{line}</domain>"),
        *(
            xml.replace("</devices>", f"{device}</devices>")
            for device in (
                "<disk type='file'><source file='/etc/shadow'/><target dev='vdx' bus='virtio'/></disk>",
                "<filesystem><source dir='/etc'/><target dir='etc'/></filesystem>",
                f"<serial type='file'><source path='{CANARY}.ran'/></serial>",
                "<hostdev mode='subsystem' type='usb'><source><vendor id='0x1'/><product id='0x2'/></source></hostdev>",
            )
        ),
    ):
        assert wanted != xml
        problem = operator.put(f"{path}xml/", {"xml": wanted}, expect=403)
        assert set(problem["errors"]) == {"xml"}
    hostile = "<!DOCTYPE domain [<!ENTITY a SYSTEM 'file:///etc/shadow'>]>" + xml.replace(
        guest.name, "&a;", 1
    )
    assert set(operator.put(f"{path}xml/", {"xml": hostile}, expect=400)["errors"]) == {"xml"}
    assert node.virsh("dumpxml", "--inactive", guest.name) == before
    assert operator.get("/jobs/", object=str(guest.uuid))["count"] == 0
    node.run("sh", "-c", f"test ! -e {CANARY}.ran; rm -f {CANARY}")


def test_many_at_once_are_one_job(lab: Lab, hosts: dict[str, Any], person: Person) -> None:
    guests = [lab.define_guest(lab.nodes[name], f"many-{name}") for name in ("node1", "node2")]
    running = lab.define_guest(lab.nodes["node2"], "many-on", start=True)
    for guest in (*guests, running):
        known(person, guest)
    ids = [str(guest.uuid) for guest in (*guests, running)]
    eventually(partial(_runs, person, ids[-1]), within=10, what="that it runs")
    wish = {"action": "start", "ids": ids}
    planned = person.post("/domains/bulk/?plan=1", wish, expect=200)
    assert [one["allowed"] for one in planned["domains"]] == [True, True, False]
    outcome = person.post("/domains/bulk/", wish, expect=202)
    assert [no["name"] for no in outcome["refused"]] == ["many-on"]
    ended = person.done(outcome["job"])
    assert ended["children"] == {"total": 2, "succeeded": 2, "failed": 0, "cancelled": 0}
    children = person.get("/jobs/", parent=outcome["job"]["id"])["results"]
    assert {(child["kind"], child["state"]) for child in children} == {("domain.start", "succeeded")}
    for name, guest in zip(("node1", "node2"), guests, strict=True):
        assert lab.nodes[name].virsh("domstate", guest.name) == "running"


def _runs(person: Person, uuid: str) -> bool:
    state: str = person.get(f"/domains/{uuid}/")["state"]
    return state == "running"
