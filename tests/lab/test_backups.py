"""Backups of a real guest that runs, restored and booted; and a guest that moves live between two pools."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

import pytest

from tests.installation import eventually
from tests.lab.cluster import Lab
from tests.lab.cluster.guests import Disk, Guest, Screen, serial_text
from tests.lab.cluster.node import LOCAL_IMAGES, Node
from tests.stack.person import Person

pytestmark = pytest.mark.lab
_LOOKS_A_TRY = 150
_PLACE_MIB = 8  # of the disk, where the guest's own counter never writes


@contextmanager
def second_pool(node: Node, person: Person, host: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    """Another folder of the node as a pool, known to the product."""
    folder = f"{PurePosixPath(LOCAL_IMAGES).parent}/{name}"
    node.run("mkdir", "-p", folder)
    node.virsh("pool-create-as", name, "dir", "--target", folder)
    try:
        yield eventually(lambda: pool_of(person, host, name), within=15, what="the pool in the API")
    finally:
        node.virsh("pool-destroy", name)
        node.run("rm", "-rf", folder)


def pool_of(person: Person, host: dict[str, Any], name: str) -> Any:
    found = person.get("/pools/", host=host["id"], search=name)["results"]
    return next((pool for pool in found if pool["name"] == name), None)


def tell(node: Node, guest: Guest, command: str, answer: str) -> str:
    """Have the guest's shell on its serial line do something, until it says `answer`; gives the line."""
    line = node.virsh("ttyconsole", guest.name).strip()
    said = re.compile(rf"^{answer}.*$", re.MULTILINE)
    before = len(serial_text(node, guest))
    looks = count()
    # QEMU looks once a second whether somebody has the line open.
    typed = f"exec 3<>{line}; sleep 1.5; printf '%s\\n' \"$1\" >&3; sleep 0.2"

    def done() -> str | None:
        text = serial_text(node, guest)[before:].decode(errors="replace").replace("\r", "")
        found = said.search(text)
        if (
            found is None and next(looks) % _LOOKS_A_TRY == 0
        ):  # what came while its shell was not there is lost
            node.run("sh", "-c", typed, "sh", command)
        return found[0] if found else None

    return str(eventually(done, within=60, what=f"the guest's answer {answer}"))


def leave_marker(node: Node, guest: Guest, name: str) -> None:
    """A file in an archive on its disk, written through to it."""
    number = _PLACE_MIB + int(name[-1])
    tell(
        node,
        guest,
        f"cd / && echo 'this is {name}' >/{name} && tar c {name} | dd of=/dev/vda bs=1M seek={number} "
        f"conv=notrunc,fsync && echo left-$((40 + 2))-{name}",
        f"left-42-{name}",
    )


def marker(node: Node, guest: Guest, name: str) -> str:
    """What the file says, read by the guest from its disk; "none" where there is no such file."""
    number = _PLACE_MIB + int(name[-1])
    command = (
        f"dd if=/dev/vda bs=1M skip={number} count=1 | tar xO {name} >/found; "
        f"read -r word </found; echo found-$((40 + 2))-{name}: ${{word:-none}}"
    )
    return tell(node, guest, command, f"found-42-{name}:").partition(": ")[2]


def known(person: Person, guest: Guest) -> str:
    """The address of a domain whose disks are known as well."""
    path = f"/domains/{guest.uuid}/"
    eventually(
        lambda: (found := person.find(path)) and found["disks"], within=15, what="the domain and its disks"
    )
    return path


def test_an_incremental_backup_is_restored_and_boots(lab: Lab, hosts: dict[str, Any], person: Person) -> None:
    node, host = lab.nodes["node1"], hosts["node1"]
    guest = lab.define_guest(node, "kept", disk="qcow2", start=True)
    lab.wait_ticking(node, guest)
    path = known(person, guest)
    with second_pool(node, person, host, "backups") as pool:
        leave_marker(node, guest, "marker1")
        first = person.done(person.post(f"{path}backups/", {"pool": pool["id"]}, expect=202))["result"]
        leave_marker(node, guest, "marker2")
        second = person.done(person.post(f"{path}backups/", {"pool": pool["id"]}, expect=202))["result"]
        leave_marker(node, guest, "marker3")
        assert (first["incremental"], second["incremental"]) == (False, True)
        shown = person.get(f"/backups/{second['backup']}/")
        assert (shown["state"], shown["parent"], shown["running"]) == ("complete", first["backup"], True)
        assert person.get(path)["last_backup"]["id"] == second["backup"]
        person.done(person.post(f"/backups/{second['backup']}/verify/", expect=202))
        # Its volumes are named where somebody would remove one, and the pool stays.
        person.post(f"/pools/{pool['id']}/refresh/", expect=202)
        (volume,) = person.get("/volumes/", pool=pool["id"], search=shown["disks"][0]["volume"])["results"]
        assert person.delete(f"/volumes/{volume['id']}/", expect=409)["users"][0]["kind"] == "backup"
        lab.wait_ticking(node, guest)
        person.done(person.post(f"{path}destroy/", expect=202))

        wish = {"name": "restored", "start": True}
        result = person.done(person.post(f"/backups/{second['backup']}/restore/", wish, expect=202))["result"]
        back = Guest("restored", UUID(result["domain"]), Disk.QCOW2, Screen.PASSWORD, None, "")
        lab.wait_ticking(node, back)
        found = [marker(node, back, f"marker{number}") for number in (1, 2, 3)]
        assert found == ["this is marker1", "this is marker2", "none"]
        assert person.get(f"/domains/{result['domain']}/")["disks"][0]["source"].startswith(LOCAL_IMAGES)
        gone = person.done(person.delete(f"/backups/{first['backup']}/?children=true", expect=202))
        assert len(gone["result"]["removed"]) == 2
        assert node.run("ls", f"{PurePosixPath(LOCAL_IMAGES).parent}/backups").split() == []


def test_a_guest_moves_live_between_two_pools(lab: Lab, hosts: dict[str, Any], person: Person) -> None:
    node, host = lab.nodes["node2"], hosts["node2"]
    guest = lab.define_guest(node, "moves", disk="iscsi", start=True)
    lab.wait_ticking(node, guest)
    path = known(person, guest)
    with second_pool(node, person, host, "faster") as pool:
        # From the network's storage into a file, and then from pool to pool.
        asked = {"pool": pool["id"], "format": "qcow2"}
        moved = person.done(person.post(f"{path}disks/vda/move/", asked, expect=202))["result"]
        assert not moved["source_removed"]
        assert person.get(path)["disks"][0]["source"] == moved["path"]
        assert node.virsh("domblklist", "--inactive", guest.name).split()[-1] == moved["path"]
        assert node.virsh("domblklist", guest.name).split()[-1] == moved["path"]
        assert node.run("ls", LOCAL_IMAGES).split() == []
        lab.wait_ticking(node, guest)
        assert b"ALARM" not in serial_text(node, guest)
        # Backed up there, it still moves to another host, where a new chain says why it is one.
        person.done(person.post(f"{path}backups/", {"pool": pool["id"]}, expect=202))
        home = pool_of(person, host, "default")
        moved = person.done(person.post(f"{path}disks/vda/move/", {"pool": home["id"]}, expect=202))["result"]
        assert moved["source_removed"]
        assert node.run("ls", f"{PurePosixPath(LOCAL_IMAGES).parent}/faster").split() == [
            PurePosixPath(backup["path"]).name
            for backup in person.get(f"{path}backups/")["results"][0]["disks"]
        ]
        there, other = lab.nodes["node3"], hosts["node3"]
        wish = {"host": other["id"], "copy_storage": True}
        person.done(person.post(f"{path}migrate/", wish, expect=202), within=60)
        lab.wait_ticking(there, guest)
        asked = {"pool": pool_of(person, other, "default")["id"]}
        again = person.done(person.post(f"{path}backups/", asked, expect=202))["result"]
        assert (again["incremental"], "another pool" in again["fresh_because"]) == (False, True)
        assert b"ALARM" not in serial_text(there, guest)
        person.done(person.post(f"{path}destroy/", expect=202))
