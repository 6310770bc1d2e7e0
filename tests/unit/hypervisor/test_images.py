"""Heads of images: those that qemu-img writes, and those that lie."""

import struct
import subprocess
from pathlib import Path

import pytest

from hypervisor.images import ImageHeader, inspect, refusal
from hypervisor.images.inspection import _BY_MAGIC

MIB = 2**20


def of(path: Path) -> ImageHeader:
    return of_bytes(path.read_bytes())


def of_bytes(content: bytes) -> ImageHeader:
    return inspect(lambda at, size: content[at : at + size], len(content))


def made(path: Path, format: str, *options: str, size: str = "8M") -> Path:
    sized = [] if any(option.startswith("backing_file") for option in options) and not size else [size]
    chosen = [word for option in options for word in ("-o", option)]
    subprocess.run(
        ["qemu-img", "create", "-q", "-f", format, *chosen, str(path), *sized], check=True, cwd=path.parent
    )
    return path


def changed(path: Path, at: int, what: bytes) -> ImageHeader:
    content = bytearray(path.read_bytes())
    content[at : at + len(what)] = what
    return of_bytes(bytes(content))


@pytest.mark.parametrize(
    ("format", "options", "sub"),
    [
        ("qcow2", ("compat=1.1",), ""),
        ("qcow2", ("compat=0.10",), ""),
        ("qcow2", ("extended_l2=on,cluster_size=128k",), ""),
        ("qcow", (), ""),
        ("qed", (), ""),
        ("vmdk", ("subformat=monolithicSparse",), "monolithicSparse"),
        ("vmdk", ("subformat=streamOptimized",), "streamOptimized"),
        ("vdi", (), "dynamic"),
        ("vdi", ("static=on",), "static"),
        ("vhdx", (), ""),
        ("vpc", (), "dynamic"),
        ("vpc", ("subformat=fixed",), "fixed"),
        ("raw", (), ""),
    ],
)
def test_what_stands_alone_is_known_and_taken(
    tmp_path: Path, format: str, options: tuple[str, ...], sub: str
) -> None:
    head = of(made(tmp_path / "disk", format, *options))
    assert (head.format, head.subformat, head.references, head.fault, head.also) == (format, sub, (), "", ())
    # VHD counts in cylinders, heads and sectors.
    assert 8 * MIB <= head.capacity_bytes < 9 * MIB
    assert refusal(head, format) == ""
    assert refusal(head, "") == ""
    for other in {"raw", "qcow2", "vmdk"} - {format}:
        assert f"is {format}" in refusal(head, other)


def test_every_reference_is_found(tmp_path: Path) -> None:
    base = made(tmp_path / "base.raw", "raw")
    layers = [
        made(tmp_path / "v3", "qcow2", f"backing_file={base},backing_fmt=raw"),
        made(tmp_path / "v2", "qcow2", f"compat=0.10,backing_file={base},backing_fmt=raw"),
        made(tmp_path / "v1", "qcow", f"backing_file={base},backing_fmt=raw"),
        made(tmp_path / "qed", "qed", f"backing_file={base},backing_fmt=raw"),
    ]
    for layer in layers:
        head = of(layer)
        assert (head.backing, head.references) == (str(base), (str(base),))
        assert str(base) in refusal(head, head.format)
    data = of(made(tmp_path / "apart", "qcow2", f"data_file={tmp_path}/held,data_file_raw=on"))
    assert data.references == (f"{tmp_path}/held",)
    assert data.backing == ""
    flat = of(made(tmp_path / "flat.vmdk", "vmdk", "subformat=monolithicFlat"))
    assert (flat.format, flat.references) == ("vmdk", ("flat-flat.vmdk",))
    split = of(made(tmp_path / "split.vmdk", "vmdk", "subformat=twoGbMaxExtentSparse"))
    assert split.references == ("split-s001.vmdk",)
    parent = made(tmp_path / "parent.vmdk", "vmdk")
    child = of(made(tmp_path / "child.vmdk", "vmdk", f"backing_file={parent},backing_fmt=vmdk"))
    assert child.backing == str(parent)


def test_snapshots_inside_are_counted(tmp_path: Path) -> None:
    disk = made(tmp_path / "disk", "qcow2")
    assert of(disk).snapshots == 0
    subprocess.run(["qemu-img", "snapshot", "-c", "one", str(disk)], check=True)
    assert of(disk).snapshots == 1


def test_heads_that_lie(tmp_path: Path) -> None:
    disk = made(tmp_path / "disk", "qcow2")
    # A data file by its feature alone, as in CVE-2024-32498, and features of tomorrow.
    assert changed(disk, 72, struct.pack(">Q", 4)).references == ("an unnamed data file",)
    assert "features that nobody knows" in changed(disk, 72, struct.pack(">Q", 1 << 40)).fault
    assert "impossible length" in changed(disk, 8, struct.pack(">QI", 4096, 2**31)).fault
    assert "impossible length" in changed(disk, 100, struct.pack(">I", 2**31)).fault
    assert "ends within its own head" in changed(disk, 8, struct.pack(">QI", 2**40, 20)).fault
    assert "outside of itself" in changed(disk, 8, struct.pack(">QI", 2**63 + 5, 20)).fault
    assert "clusters" in changed(disk, 20, struct.pack(">I", 63)).fault
    assert "longer than the head" in changed(disk, 112, struct.pack(">II", 7, 2**32 - 1)).fault
    assert "version 9" in changed(disk, 4, struct.pack(">I", 9)).fault
    parts = struct.pack(">II", 7, 0) * 200
    assert "more parts" in changed(disk, 112, parts).fault
    for format in ("qcow2", "raw", ""):
        assert refusal(changed(disk, 20, struct.pack(">I", 63)), format)
    vdi = made(tmp_path / "vdi", "vdi")
    assert changed(vdi, 0x1B8, b"\1" * 16).backing.startswith("the disk 01010101")
    assert changed(vdi, 0x4C, struct.pack("<I", 4)).references
    vhd = made(tmp_path / "vhd", "vpc")
    differing = changed(vhd, 60, struct.pack(">I", 4))
    assert differing.backing == "an unnamed file"
    assert "kind 99" in changed(vhd, 60, struct.pack(">I", 99)).fault


def test_descriptors_name_files_of_the_host() -> None:
    """As in CVE-2022-47951: a text that claims to be a disk, its extent any file of the host."""
    text = b'# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\ncreateType="%s"\n%s\n'
    for type, extent in (
        (b"monolithicFlat", b'RW 1024 FLAT "/etc/shadow" 0'),
        (b"vmfs", b'RW 1024 VMFS "/etc/shadow"'),
        (b"monolithicSparse", b'RW 1024 SPARSE "/etc/shadow"'),
    ):
        head = of_bytes(text % (type, extent))
        assert (head.format, head.references) == ("vmdk", ("/etc/shadow",))
        for declared in ("vmdk", "raw", "iso", ""):
            assert "/etc/shadow" in refusal(head, declared)
    odd = of_bytes(b'\n  \n# a remark\n  version = 1 \nRW 1 FLAT "x" 0\n')
    assert odd.references == ("x",)
    assert of_bytes(b"#!/bin/sh\necho version=1\n").format == "raw"
    assert of_bytes(text % (b"custom", b"")).references, "it opens nothing that is known: not to be trusted"


def test_a_vmdk_that_keeps_a_flat_extent_in_its_own_descriptor(tmp_path: Path) -> None:
    disk = made(tmp_path / "disk", "vmdk")
    content = bytearray(disk.read_bytes())
    at, length = struct.unpack_from("<QQ", content, 28)
    place = slice(at * 512, (at + length) * 512)
    text = bytes(content[place])
    for new in (
        text.replace(b"SPARSE ", b"FLAT "),
        text.replace(b'createType="monolithicSparse"', b'createType="monolithicFlat"'),
        text.replace(b"parentCID=ffffffff", b"parentCID=12345678"),
        text.replace(b"RW ", b'RW 8 FLAT "/etc/shadow" 0\nRW ', 1),
    ):
        content[place] = new.ljust(length * 512, b"\0")[: length * 512]
        assert of_bytes(bytes(content)).references
    content[place] = text
    content[12:20] = bytes(8)  # without a size of its own QEMU opens what the descriptor names
    assert of_bytes(bytes(content)).references
    content[36:44] = struct.pack("<Q", 2**40)
    assert "descriptor is longer" in of_bytes(bytes(content)).fault


def test_isos_and_what_passes_for_two(tmp_path: Path) -> None:
    iso = bytearray(64 * 1024)
    iso[0x8001:0x8006] = b"CD001"
    iso[0x8028:0x8048] = b"DEBIAN 13".ljust(32)
    head = of_bytes(bytes(iso))
    assert (head.format, head.label, head.capacity_bytes) == ("iso", "DEBIAN 13", len(iso))
    assert refusal(head, "iso") == refusal(head, "raw") == ""
    assert refusal(head, "qcow2")
    both = of_bytes(bytes(iso[:-512]) + b"conectix".ljust(60, b"\0") + b"\0\0\0\2".ljust(452, b"\0"))
    assert (both.format, both.also) == ("iso", ("vpc",))
    assert "passes for" in refusal(both, "iso")
    assert refusal(of_bytes(bytes(64 * 1024)), "iso") == "Its content is raw, and iso was declared."


def test_hardly_anything_is_ever_read() -> None:
    """Whatever a head says: whole, cut short, or of zeros and ones behind each known mark."""
    for rest in (b"\0" * 70000, b"\xff" * 70000, b"\1" * 70000):
        for magic, format, _ in (*_BY_MAGIC, (b"\0" * 0x40 + b"\x7f\x10\xda\xbe", "vdi", None)):
            content = magic + rest
            for length in (len(content), 4, 30, 80, 200, 600):
                asked = 0

                def read(at: int, size: int, content: bytes = content[:length]) -> bytes:
                    nonlocal asked
                    asked += size
                    return content[at : at + size]

                head = inspect(read, length)
                assert head.format in {format, "raw", "qcow", "dmg"}
                assert asked < 16 * MIB
