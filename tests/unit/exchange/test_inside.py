"""What is inside of an appliance: read where it lies, and refused where it lies otherwise."""

import tarfile
from pathlib import Path

import pytest

from domains.exchange.inspecting import BadImage, look
from hypervisor.errors import InvalidXML
from hypervisor.images.archive import BadArchive, archive_bytes, header, padding
from hypervisor.xml.osinfo import system_named
from tests.unit.exchange.appliances import (
    MIB,
    STREAM,
    VIRTUALBOX,
    Bytes,
    appliance,
    archive,
    disk,
    manifest,
    vmware,
)


def test_what_vmware_writes_is_read(tmp_path: Path) -> None:
    data = appliance(tmp_path)
    told = look(Bytes(data)).told()
    assert told["kind"] == "appliance"
    assert (told["name"], told["vcpus"], told["memory_bytes"]) == ("old server", 2, 512 * MIB)
    system = system_named(told["os"])
    assert system is not None
    assert (system.short_id, told["firmware"], told["checked"]) == ("debian11", "efi", True)
    (one,) = told["disks"]
    assert (one["file"], one["format"], one["capacity_bytes"]) == ("vm-disk1.vmdk", "vmdk", 4 * MIB)
    assert told["interfaces"] == [{"network": "VM Network"}]
    assert told["warnings"] == ["It has a CD drive, which is left out."]
    (inside,) = look(Bytes(data)).disks
    assert data[inside.offset : inside.offset + 4] == b"KDMV"


def test_what_virtualbox_writes_is_read(tmp_path: Path) -> None:
    members = {"box.ovf": VIRTUALBOX.encode(), "box-disk001.vmdk": disk(tmp_path, "vmdk", *STREAM)}
    inside = look(Bytes(archive({**members, "box.mf": manifest(members, "SHA1")}, format=tarfile.PAX_FORMAT)))
    assert (inside.name, inside.windows, inside.firmware) == ("box", True, "bios")
    assert (inside.memory_bytes, inside.cards) == (1024 * MIB, ("NAT",))
    assert any("Windows10_64" in warning for warning in inside.warnings)


@pytest.mark.parametrize(
    ("format", "options"),
    [("vmdk", ()), ("vmdk", STREAM), ("vdi", ()), ("vhdx", ()), ("vpc", ()), ("qcow2", ())],
)
def test_single_disks_are_known_by_their_content(
    format: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    inside = look(Bytes(disk(tmp_path, format, *options)))
    assert (inside.kind, inside.disks[0].format) == ("disk", format)
    assert 4 * MIB <= inside.disks[0].capacity_bytes < 5 * MIB  # VHD rounds to cylinders


def _link(kind: bytes) -> tarfile.TarInfo:
    entry = tarfile.TarInfo("vm-disk1.vmdk")
    entry.type = kind
    entry.linkname = "/etc/shadow"
    return entry


@pytest.mark.parametrize(
    "entry",
    [_link(tarfile.SYMTYPE), _link(tarfile.LNKTYPE), _link(tarfile.CHRTYPE), _link(tarfile.DIRTYPE),
     _link(tarfile.FIFOTYPE)],
    ids=["symbolic", "hard", "device", "folder", "fifo"],
)  # fmt: skip
def test_links_and_devices_are_refused(entry: tarfile.TarInfo) -> None:
    with pytest.raises(BadArchive, match="plain"):
        look(Bytes(archive({"vm.ovf": vmware().encode()}, entry)))


@pytest.mark.parametrize(
    "name", ["../disk.vmdk", "/etc/cron.d/disk.vmdk", "a/disk.vmdk", "..", "a\\b.vmdk", "a\nb.vmdk"]
)
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    with pytest.raises(BadArchive, match="plain name"):
        look(Bytes(archive({"vm.ovf": vmware(name).encode(), name: b"x" * 600})))


def test_a_description_cannot_name_a_file_outside_of_the_archive() -> None:
    for name in ("/etc/shadow", "../vm-disk1.vmdk", "%2e%2e/x", "http://host/disk.vmdk"):
        with pytest.raises(BadArchive, match="not in the archive"):
            look(Bytes(archive({"vm.ovf": vmware(name).encode()})))


def test_two_files_of_one_name_are_refused() -> None:
    data = archive({"vm.ovf": vmware().encode()}).rstrip(b"\0")
    data += bytes(-len(data) % 512)
    data += header("vm.ovf", 3) + b"abc" + padding(3) + bytes(1024)
    with pytest.raises(BadArchive, match="Two of its files"):
        look(Bytes(data))


def test_sizes_that_cannot_be_are_refused(tmp_path: Path) -> None:
    good = appliance(tmp_path)
    with pytest.raises(BadArchive, match="longer than the archive"):
        look(Bytes(header("vm.ovf", 2**60) + bytes(2048)))
    with pytest.raises(BadArchive, match="longer than the archive"):
        look(Bytes(good[: len(good) // 2 // 512 * 512]))
    members = {"vm.ovf": vmware(size=99).encode(), "vm-disk1.vmdk": disk(tmp_path)}
    with pytest.raises(BadArchive, match="its description says 99"):
        look(Bytes(archive(members)))
    with pytest.raises(InvalidXML, match="larger than any disk"):
        look(Bytes(archive({"vm.ovf": vmware(capacity=2**60).encode()})))
    with pytest.raises(BadArchive, match="longer than 4 MiB"):
        look(Bytes(archive({"vm.ovf": bytes(5 * MIB)})))
    forged = bytearray(disk(tmp_path))
    forged[12:20] = (2**52 // 512 * 4).to_bytes(8, "little")
    with pytest.raises(BadImage):
        look(Bytes(bytes(forged)))


def test_the_manifest_counts(tmp_path: Path) -> None:
    members = {"vm.ovf": vmware().encode(), "vm-disk1.vmdk": disk(tmp_path)}
    for said, why in (
        (manifest(members | {"vm.ovf": b"another"}), "was changed"),
        (manifest({"vm.ovf": members["vm.ovf"]}), "does not name vm-disk1.vmdk"),
        (manifest({**members, "more.vmdk": b""}), "more.vmdk, which is not in"),
        (b"SHA256(vm.ovf)= 12\n", "a line that is none"),
        (b"MD5(vm.ovf)= 12\n", "a line that is none"),
        (b"\n", "is empty"),
        (manifest(members) + manifest(members), "twice"),
    ):
        with pytest.raises(BadArchive, match=why):
            look(Bytes(archive({**members, "vm.mf": said})))


def test_what_is_no_appliance_says_so(tmp_path: Path) -> None:
    for data, why in (
        (b"", "is empty"),
        (b"#!/bin/sh\n", "no appliance"),
        (bytes(4096), "no appliance"),
        (archive({"notes.txt": b"x"}), "has none"),
        (archive({"a.ovf": b"x", "b.ovf": b"x"}), "has 2"),
        (appliance(tmp_path, left_out=["vm-disk1.vmdk"]), "not in the archive"),
    ):
        with pytest.raises(BadArchive, match=why):
            look(Bytes(data))
    for text in ("<x/>", "<!DOCTYPE a [<!ENTITY b 'c'>]>" + vmware(), vmware().replace("Envelope", "Other")):
        with pytest.raises(InvalidXML):
            look(Bytes(archive({"vm.ovf": text.encode()})))


def test_disks_that_refer_to_other_files_are_refused(tmp_path: Path) -> None:
    descriptor = (
        b'# Disk DescriptorFile\nversion=1\nCID=ffffffff\nparentCID=ffffffff\ncreateType="monolithicFlat"\n'
        b'RW 8 FLAT "/etc/shadow" 0\n'
    )
    layer = bytearray(disk(tmp_path, "qcow2"))
    layer[8:20] = (512).to_bytes(8, "big") + (11).to_bytes(4, "big")
    layer[512:523] = b"/etc/shadow"
    for data in (descriptor, bytes(layer)):
        with pytest.raises(BadImage, match="/etc/shadow"):
            look(Bytes(data))
        with pytest.raises(BadImage, match="/etc/shadow"):
            look(Bytes(archive({"vm.ovf": vmware().encode(), "vm-disk1.vmdk": data})))


def test_our_own_headers_are_those_of_tar(tmp_path: Path) -> None:
    whole = header("a.ovf", 3) + b"abc" + padding(3) + header("b.vmdk", 512) + bytes(512) + bytes(1024)
    assert len(whole) == archive_bytes({"a.ovf": 3, "b.vmdk": 512})
    file = tmp_path / "own.ova"
    file.write_bytes(whole)
    with tarfile.open(file) as tar:
        assert [(one.name, one.size) for one in tar] == [("a.ovf", 3), ("b.vmdk", 512)]
    large = tarfile.TarInfo.frombuf(header("large.vmdk", 2**40), "utf-8", "strict")
    assert large.size == 2**40
