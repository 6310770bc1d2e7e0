"""Copies of real guests: clones and templates boot, nothing is deleted under them, and what is deleted comes back."""

import hashlib
from typing import Any
from uuid import UUID

import pytest

from tests.installation import eventually
from tests.lab.cluster import Lab
from tests.lab.cluster.guests import Disk, Guest, Screen, serial_text
from tests.lab.cluster.node import LOCAL_IMAGES, Node
from tests.stack.person import Person

pytestmark = pytest.mark.lab


def original(lab: Lab, node: Node, person: Person, name: str, word: str) -> Guest:
    """A guest that is off, with a disk that says `word`, known to the product."""
    guest = lab.define_guest(node, name, disk=Disk.LOCAL)
    with node.path(guest.local_file).open("r+b") as disk:
        disk.write(f"{word}\n".encode())
    node.virsh("pool-refresh", "default")
    eventually(
        lambda: (known := person.find(f"/domains/{guest.uuid}/")) and known["disks"],
        within=15,
        what="the domain and its disks in the API",
    )
    return guest


def boots(lab: Lab, node: Node, person: Person, name: str, uuid: str, word: str) -> Guest:
    """Start it; its first words are what its disk says."""
    guest = Guest(name, UUID(uuid), Disk.LOCAL, Screen.PASSWORD, None, "")
    person.done(person.post(f"/domains/{uuid}/start/", expect=202))
    lab.wait_ticking(node, guest)
    assert f"disk: {word}" in serial_text(node, guest).decode(errors="replace")
    return guest


def files(node: Node) -> set[str]:
    return {path.name for path in node.path(LOCAL_IMAGES).iterdir()}


def digest(node: Node, guest: Guest) -> str:
    return hashlib.sha256(node.path(guest.local_file).read_bytes()).hexdigest()


def test_clones_boot_with_the_content_and_a_base_stays(
    lab: Lab, hosts: dict[str, Any], person: Person
) -> None:
    node = lab.nodes["node1"]
    guest = original(lab, node, person, "original", "a word of the original")
    path = f"/domains/{guest.uuid}/"
    whole = person.done(person.post(f"{path}clone/", {"name": "whole"}, expect=202))["result"]
    linked = person.done(person.post(f"{path}clone/", {"name": "linked", "linked": True}, expect=202))[
        "result"
    ]
    assert files(node) == {"original.raw", "whole-vda.raw", "linked-vda.qcow2"}
    before = digest(node, guest)
    for name, result in (("whole", whole), ("linked", linked)):
        copy = boots(lab, node, person, name, result["domain"], "a word of the original")
        assert "ALARM" not in serial_text(node, copy).decode(errors="replace")
    assert digest(node, guest) == before, "neither wrote to the original's disk"
    macs = {
        line.split()[-1]
        for name in ("original", "whole", "linked")
        for line in node.virsh("domiflist", name).splitlines()
    }
    assert len(macs) in {0, 3}

    # Under the linked clone the base neither starts nor goes.
    for refused in (
        person.post(f"{path}start/", expect=409),
        person.delete(f"{path}?volumes=true&permanent=true", expect=409),
        person.post(f"{path}undefine/", {"volumes": ["vda"]}, expect=409),
    ):
        assert refused["code"] == "in_use"
        assert [user["name"] for user in refused["users"]] == ["linked"]
    assert person.delete(f"{path}?plan=1&volumes=true", expect=200)["allowed"] is False

    for result in (linked, whole):
        person.done(person.post(f"/domains/{result['domain']}/destroy/", expect=202))
        gone = f"/domains/{result['domain']}/?volumes=true&permanent=true"
        person.done(person.delete(gone, expect=202))
    assert files(node) == {"original.raw"}
    person.done(person.delete(f"{path}?volumes=true&permanent=true", expect=202))
    assert files(node) == set()
    assert node.virsh("list", "--all", "--name") == ""


def test_a_clone_that_fails_half_way_leaves_nothing(lab: Lab, hosts: dict[str, Any], person: Person) -> None:
    node = lab.nodes["node3"]
    guest = original(lab, node, person, "halves", "one")
    node.virsh("vol-create-as", "default", "second.raw", "1M")
    second = f"{LOCAL_IMAGES}/second.raw"
    node.virsh("attach-disk", "halves", second, "vdb", "--config")
    node.define(node.virsh("dumpxml", "--inactive", "--security-info", "halves"))  # which libvirt tells of
    path = f"/domains/{guest.uuid}/"
    eventually(lambda: len(person.get(path)["disks"]) == 2, within=15, what="its second disk in the API")
    node.path(second).unlink()
    ended = person.ended(person.post(f"{path}clone/", {"name": "never"}, expect=202))
    assert ended["state"] == "failed"
    assert "second" in ended["error"]["detail"] or "vdb" in ended["error"]["detail"]
    assert files(node) == {"halves.raw"}
    assert node.virsh("list", "--all", "--name") == "halves"


def test_deleted_had_back_and_purged(lab: Lab, hosts: dict[str, Any], person: Person) -> None:
    node = lab.nodes["node2"]
    guest = original(lab, node, person, "deleted", "still here")
    path = f"/domains/{guest.uuid}/"
    person.done(person.delete(f"{path}?volumes=true", expect=202))
    person.get(path, expect=404)
    assert node.virsh("list", "--all", "--name") == ""
    assert files(node) == {"deleted.raw"}
    (entry,) = person.get("/deleted-domains/", host=hosts["node2"]["id"])["results"]
    assert (entry["name"], entry["volumes"][0]["target"]) == ("deleted", "vda")
    person.done(person.post(f"/deleted-domains/{entry['id']}/restore/", expect=202))
    assert person.get(path)["state"] == "shutoff"
    assert guest.vnc_password in node.virsh("dumpxml", "--security-info", "deleted")
    boots(lab, node, person, "deleted", str(guest.uuid), "still here")
    person.done(person.post(f"{path}destroy/", expect=202))

    person.done(person.post(f"{path}undefine/", {"volumes": True}, expect=202))
    (entry,) = person.get("/deleted-domains/", host=hosts["node2"]["id"])["results"]
    result = person.done(person.delete(f"/deleted-domains/{entry['id']}/", expect=202))["result"]
    assert result["removed"] == [f"{LOCAL_IMAGES}/deleted.raw"]
    assert files(node) == set()
    assert person.get("/deleted-domains/", host=hosts["node2"]["id"])["count"] == 0


def test_a_template_s_domain_boots_after_the_original_is_gone(
    lab: Lab, hosts: dict[str, Any], person: Person
) -> None:
    node = lab.nodes["node1"]
    guest = original(lab, node, person, "model", "a word of the model")
    asked = {"name": "models", "domain": str(guest.uuid), "notes": "the first"}
    template = person.done(person.post("/templates/", asked, expect=202))["result"]["template"]
    person.done(person.delete(f"/domains/{guest.uuid}/?volumes=true&permanent=true", expect=202))
    assert files(node) == {"models-v1-vda.raw"}
    wish = {"host": hosts["node1"]["id"], "name": "made", "template": template, "start": False}
    made = person.done(person.post("/domains/", wish, expect=202))["object"]["id"]
    boots(lab, node, person, "made", made, "a word of the model")
    person.post(f"/domains/{made}/rename/", {"name": "renamed"}, expect=409)  # it runs
    person.done(person.post(f"/domains/{made}/destroy/", expect=202))
    person.done(person.post(f"/domains/{made}/rename/", {"name": "renamed"}, expect=202))
    assert node.virsh("domname", made) == "renamed"
    assert person.get(f"/domains/{made}/")["name"] == "renamed"
    by_oneself(person, node, template, hosts["node1"]["id"])
    person.done(person.delete(f"/templates/{template}/", expect=202))
    person.get(f"/templates/{template}/", expect=404)
    assert not any(name.startswith("models-") for name in files(node))


def by_oneself(admin: Person, node: Node, template: str, host: str) -> None:
    """Somebody with the template and a quota of one, and nothing else: makes a domain, looks at it, deletes it."""
    word = "a word of her own, long enough"
    user = admin.post("/users/", {"username": "sam", "password": word})["id"]
    role = next(one["id"] for one in admin.get("/roles/")["results"] if one["name"] == "self-service")
    on = {"kind": "template", "id": template}
    admin.post("/grants/", {"user": user, "role": role, "object": on})
    # The lab's guests boot a kernel of their node, which a template alone lets nobody name.
    kernels = admin.post("/roles/", {"name": "kernels", "permissions": ["domain.host_paths"]})["id"]
    admin.post("/grants/", {"user": user, "role": kernels, "object": {"kind": "host", "id": host}})
    admin.post("/quotas/", {"user": user, "domains": 1})
    sam = Person(admin.address, "sam", word)
    try:
        made = sam.done(sam.post("/domains/", {"template": template, "name": "sams"}, expect=202))["object"][
            "id"
        ]
        (shown,) = sam.get("/domains/")["results"]
        assert (shown["name"], shown["owner"]["name"], shown["state"]) == ("sams", "sam", "running")
        more = sam.post("/domains/", {"template": template, "name": "more"}, expect=409)
        assert (more["code"], more["use"], more["limit"]) == ("quota_exceeded", 1, 1)
        assert sam.post(f"/domains/{made}/console/", {"type": "vnc"}, expect=200)["url"]
        sam.done(sam.post(f"/domains/{made}/destroy/", expect=202))
        assert sam.get("/me/quotas/")[0]["left"]["domains"] == 0
        sam.done(sam.delete(f"/domains/{made}/?volumes=true&permanent=true", expect=202))
        assert sam.get("/me/quotas/")[0]["left"]["domains"] == 1
        assert not any(name.startswith("sams") for name in files(node))
    finally:
        sam.close()
        admin.delete(f"/users/{user}/")
        admin.delete(f"/roles/{kernels}/")
