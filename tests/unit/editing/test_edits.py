"""One change, settled when it is asked for and applied later, when the definition may be another."""

from dataclasses import replace

import pytest

from domains.editing.edits import Edit, apply, settle
from domains.editing.prospects import holds_now
from hypervisor.errors import InvalidField, NotFound
from hypervisor.xml.hardware import read_hardware

XML = """<domain type='qemu'><name>web</name>
  <memory unit='KiB'>262144</memory><currentMemory unit='KiB'>262144</currentMemory>
  <vcpu current='1'>2</vcpu><os><type machine='pc-q35-7.2'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/></disk>
    <disk type='file' device='cdrom'><target dev='sda' bus='sata'/><readonly/></disk>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
    <rng model='virtio'><backend model='builtin'/></rng>
    <sound model='ich9'/>
  </devices></domain>"""


def keys(xml: str) -> list[str]:
    return [placed.key for placed in read_hardware(xml).devices]


def test_what_the_definition_decides_is_settled_once() -> None:
    wish = Edit("add", {"source": {"type": "user"}}, kind="interface")
    edit, after = wish.settled(XML)
    assert edit.key.startswith("interface:52:54:00:")
    assert edit.key in keys(after)
    again = Edit.from_option(edit.as_option())
    assert again.apply(XML) == after, "the same address, whoever applies it"


def test_several_at_once_know_of_each_other() -> None:
    edits, after = settle(
        XML, [Edit("add", {"source": {"type": "file", "file": f"/{n}"}}, kind="disk") for n in "bc"]
    )
    assert [edit.key for edit in edits] == ["disk:vdb", "disk:vdc"]
    assert apply(XML, edits) == after


def test_a_later_attempt_does_nothing_twice() -> None:
    for wish in (
        Edit("add", {"model": "virtio", "backend": "builtin"}, kind="rng"),
        Edit("add", {"source": {"type": "file", "file": "/b"}}, kind="disk"),
        Edit("remove", key="rng:0"),
        Edit("remove", key="disk:vda"),
        Edit("change", {"bus": "scsi"}, key="disk:vda"),
        Edit("settings", {"vcpus": 2}),
    ):
        edits, after = settle(XML, [wish])
        assert apply(after, edits, again=True) == after, wish


def test_a_device_that_is_but_a_number_is_the_one_that_was_seen() -> None:
    edit, _ = Edit("remove", key="rng:1").settled(XML)
    moved, _ = Edit("remove", key="rng:0").settled(XML)
    without_first = moved.apply(XML)
    assert "builtin" not in edit.apply(without_first), "it has another number now"
    with pytest.raises(NotFound):
        moved.apply(without_first)
    assert edit.place_live(XML, XML) == "rng:1"
    assert edit.place_live(without_first, XML) == "rng:0"
    assert moved.place_live(without_first, XML) is None


def test_a_password_is_sealed_in_a_job() -> None:
    edit, after = Edit("add", {"type": "vnc", "password": "verysecr"}, kind="graphics").settled(XML)
    assert "verysecr" in after
    assert "verysecr" not in str(edit.as_option())
    assert "verysecr" not in str(edit.without_secrets())
    assert Edit.from_option(edit.as_option()).apply(XML) == after


def test_memory_that_is_plugged_in_is_the_guests() -> None:
    _, after = Edit("add", {"model": "dimm", "size_bytes": 2**27}, kind="memory").settled(XML)
    assert "currentMemory" not in after
    kept_back = XML.replace("<currentMemory unit='KiB'>262144", "<currentMemory unit='KiB'>131072")
    _, after = Edit("add", {"model": "dimm", "size_bytes": 2**27}, kind="memory").settled(kept_back)
    assert "currentMemory" in after


def test_what_cannot_be() -> None:
    for wish, error in (
        (Edit("change", {"cache": "none"}, key="disk:vdz"), NotFound),
        (Edit("remove", key="nonsense:1"), NotFound),
        (Edit("add", {"target": "vda", "source": {"type": "file", "file": "/b"}}, kind="disk"), InvalidField),
        (Edit("settings", {"vcpus": 3}), InvalidField),
    ):
        with pytest.raises(error):
            wish.settled(XML)


@pytest.mark.parametrize(
    ("wish", "path", "now"),
    [
        (Edit("settings", {"vcpus": 2}), "vcpu/@current", True),
        (Edit("settings", {"vcpus": 3, "max_vcpus": 3}), "vcpu/@current", False),
        (Edit("settings", {"max_vcpus": 3}), "vcpu", False),
        (Edit("settings", {"title": "x"}), "title", True),
        (Edit("add", {"bus": "virtio"}, kind="disk"), "", True),
        (Edit("add", {"bus": "sata"}, kind="disk"), "", False),
        (Edit("add", {"bus": "scsi", "device": "cdrom"}, kind="disk"), "", False),
        (Edit("add", {"model": "ich9"}, kind="sound"), "", False),
        (Edit("change", {"source": None}, kind="disk", key="disk:sda"), "", True),
        (Edit("change", {"source": {}}, kind="disk", key="disk:vda"), "", False),
        (Edit("change", {"iotune": {}}, kind="disk", key="disk:vda"), "", True),
        (Edit("remove", kind="rng", key="rng:0"), "", True),
        (Edit("remove", kind="sound", key="sound:0"), "", False),
        (Edit("remove", kind="disk", key="disk:vdb"), "", True),  # it was to come with the next boot only
    ],
)
def test_what_is_expected_to_hold_at_once(wish: Edit, path: str, now: bool) -> None:
    assert holds_now(wish, path, XML) is now
    assert holds_now(wish, path, None), "of a domain that is off everything does"


def test_settings_may_be_said_twice() -> None:
    edit = Edit("settings", {"max_vcpus": 4, "vcpus": 3})
    once = edit.apply(XML)
    assert edit.apply(once) == once
    assert replace(edit, values={"vcpus": 4}).apply(once) != once
