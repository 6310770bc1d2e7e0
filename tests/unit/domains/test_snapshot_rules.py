"""How a snapshot can be taken, gone back to and removed, and what is refused before anything changes."""

from typing import Any
from uuid import uuid4

import pytest

from domains.models import Snapshot
from domains.snapshots.checks import Answer, Asked, settle
from domains.snapshots.tree import Tree
from hypervisor.snapshots import Kept, Snapshotable, SnapshotableDisk


def disk(target: str, format: str = "qcow2", type: str = "file", writable: bool = True) -> SnapshotableDisk:
    return SnapshotableDisk(target, type, format, f"/images/{target}.my.img", writable)


def settled(able: Snapshotable, active: bool = True, folder: str = "", **asked: Any) -> Answer:
    return settle(
        Asked(**({"name": "now"} | asked)),
        able,
        active=active,
        driver="qemu",
        taken={"taken"},
        folder=folder,
        token="ab12",
    )


PLAIN = Snapshotable((disk("vda"), disk("sda", "raw", writable=False)), pflash=False, agent="")
RAW = Snapshotable((disk("vda"), disk("vdb", "raw")), pflash=False, agent="connected")
UEFI = Snapshotable((disk("vda"),), pflash=True, agent="disconnected")


def test_inside_where_the_disks_can() -> None:
    running = settled(PLAIN).wish
    assert running is not None
    assert (running.memory, running.external, running.only_disks) == (Kept.INTERNAL, False, False)
    assert [(one.target, one.snapshot) for one in running.disks] == [("vda", Kept.INTERNAL), ("sda", Kept.NO)]
    off = settled(PLAIN, active=False).wish
    assert off is not None
    assert (off.memory, off.only_disks) == (Kept.NO, False)


@pytest.mark.parametrize("able", [RAW, UEFI])
def test_layers_where_they_cannot(able: Snapshotable) -> None:
    answer = settled(able)
    assert answer.wish is not None
    assert answer.wish.memory is Kept.EXTERNAL
    assert answer.wish.memory_file == "/images/now-ab12.memory"
    assert [one.source for one in answer.wish.disks] == [
        f"/images/{one.target}.{one.target}.now-ab12" for one in able.disks
    ]
    assert bool(answer.warnings) == able.pflash
    alone = settled(PLAIN, memory=False).wish
    assert alone is not None
    assert (alone.external, alone.only_disks) == (True, True)


@pytest.mark.parametrize(
    ("able", "asked", "field", "word"),
    [
        (PLAIN, {"name": "taken"}, "name", "already"),
        (PLAIN, {"name": "a/b"}, "name", "slash"),
        (PLAIN, {"name": " a"}, "name", "blank"),
        (PLAIN, {"active": False, "memory": True}, "memory", "off"),
        (PLAIN, {"memory": False, "disks": ()}, "disks", "nothing to take"),
        (PLAIN, {"disks": ("vdz",)}, "disks", "no disk vdz"),
        (PLAIN, {"disks": ("sda",)}, "disks", "sda is empty, read only"),
        (RAW, {"external": False}, "disks", "Disk vdb is raw"),
        (UEFI, {"external": False}, "external", "UEFI"),
        (PLAIN, {"external": False, "memory": False}, "disks", "alone"),
        (PLAIN, {"quiesce": True}, "quiesce", "without memory"),
        (PLAIN, {"quiesce": True, "memory": False}, "quiesce", "not connected"),
        (PLAIN, {"quiesce": True, "active": False}, "quiesce", "stand still"),
    ],
)
def test_what_cannot_be_is_refused_by_field(
    able: Snapshotable, asked: dict[str, Any], field: str, word: str
) -> None:
    answer = settled(able, **asked)
    assert answer.wish is None
    assert any(word in text for text in answer.errors[field]), answer.errors


def test_disks_that_no_layer_can_lie_over() -> None:
    shared = Snapshotable((disk("vda", "raw", "network"),), pflash=False, agent="")
    answer = settled(shared)
    assert answer.wish is None
    assert any("vda is of type network" in text for text in answer.errors["disks"])
    diskless = Snapshotable((), pflash=False, agent="")
    assert any("no folder" in text for text in settled(diskless).errors["disks"])
    kept = settled(diskless, folder="/pool").wish
    assert kept is not None
    assert kept.memory_file == "/pool/now-ab12.memory"


def test_quiesced_by_an_agent_that_is_there() -> None:
    wish = settled(RAW, memory=False, quiesce=True).wish
    assert wish is not None
    assert wish.quiesce


def row(name: str, parent: str = "", external: bool = True, current: bool = False, **other: Any) -> Snapshot:
    kind = "external" if external else "internal"
    before, source = other.pop("before", f"/images/before-{name}"), f"/images/{name}" if external else ""
    disks = [{"target": "vda", "snapshot": kind, "source": source, "before": before}]
    return Snapshot(
        **(
            {
                "id": uuid4(),
                "name": name,
                "parent": parent,
                "external": external,
                "current": current,
                "disks": disks,
            }
            | other
        )
    )


def removed(rows: list[Snapshot], name: str, *, children: bool = False) -> list[str]:
    return Tree(rows).remove(name, children=children).refused


def test_layers_are_merged_in_the_line_of_the_present_state_alone() -> None:
    line = [row("a"), row("b", "a"), row("c", "b", current=True)]
    assert [removed(line, name) for name in "abc"] == [[], [], []]
    assert removed(line, "a", children=True) == []
    fork = [*line, row("d", "a")]
    assert "hang b, d" in removed(fork, "a")[0]
    assert "not in the line" in removed(fork, "d")[0]
    gone_back = [row("a", current=True), row("b", "a")]
    assert "both stand on a" in removed(gone_back, "a")[0]
    assert "internal snapshot i" in removed([row("i", external=False), row("e", "i", current=True)], "e")[0]
    assert removed([row("i", external=False), row("j", "i", external=False, current=True)], "i") == []


def test_children_go_before_their_parents() -> None:
    tree = Tree([row("a"), row("b", "a"), row("c", "b"), row("d", "a")])
    order = [one.name for one in tree.below("a")]
    assert order[-1] == "a"
    assert order.index("c") < order.index("b")
    assert set(order) == set("abcd")


def test_going_back() -> None:
    rows = [
        row("i", external=False, before="/images/disk"),
        row("e", "i", before="/images/disk", current=True),
    ]
    tree = Tree(rows)
    inside = tree.revert("i", running=True, persistent=True, folders=set())
    assert any("memory holds now is lost" in text for text in inside.warnings)
    assert "e" in inside.risky[0]
    layer = tree.revert("e", running=False, persistent=True, folders=set())
    assert "no running storage pool" in layer.refused[0]
    assert tree.revert("e", running=False, persistent=True, folders={"/images"}).refused == []
    assert "transient" in tree.revert("e", running=True, persistent=False, folders={"/images"}).refused[0]
