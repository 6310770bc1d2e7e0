"""qemu-img in its sandbox: what it may, what it may not, and that a cancel ends it."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from hypervisor.errors import NoCapacity, NotSupported
from hypervisor.images import qemu_img
from hypervisor.images.qemu_img import CannotConvert, Layer, convert
from hypervisor.images.scratch import Scratch, clean, reader, scratch
from tests.unit.exchange.appliances import MIB, STREAM, disk


def lay(folder: Scratch, name: str, content: bytes) -> None:
    with folder.create(name) as file:
        file.write(content)


def test_a_disk_becomes_another_format_and_nothing_is_left(tmp_path: Path) -> None:
    heard: list[float] = []
    root = tmp_path / "deep" / "scratch"
    with scratch(root) as folder:
        assert (root.stat().st_mode & 0o777, folder.folder.stat().st_mode & 0o777) == (0o700, 0o700)
        lay(folder, "in", disk(tmp_path, "vmdk", *STREAM))
        convert(
            folder, [Layer("in", "vmdk")], Layer("out", "qcow2"), capacity_bytes=4 * MIB, watch=heard.append
        )
        convert(
            folder, [Layer("out", "qcow2")], Layer("raw", "raw"), capacity_bytes=4 * MIB, watch=heard.append
        )
        with folder.read("raw") as file:
            assert file.read(17) == b"words of the disk"
        assert folder.size("raw") == 4 * MIB
        account = reader()
        if account is not None:
            assert folder.path("out").stat().st_uid == account.uid, "root does not open images itself"
    assert all(0 <= one <= 1 for one in heard)
    assert list(root.iterdir()) == []


def test_what_a_header_names_is_never_opened(tmp_path: Path) -> None:
    """Headers are looked at before; this is what holds should that ever fail."""
    layer = bytearray(disk(tmp_path, "qcow2", mib=1))
    layer[8:20] = (512).to_bytes(8, "big") + (6).to_bytes(4, "big")
    layer[512:518] = b"secret"
    with scratch(tmp_path / "scratch") as folder:
        lay(folder, "secret", b"a secret".ljust(MIB, b"x"))
        lay(folder, "in", bytes(layer))
        convert(folder, [Layer("in", "qcow2")], Layer("out", "raw"), capacity_bytes=MIB, watch=lambda _: None)
        with folder.read("out") as file:
            assert file.read(17) == b"words of the disk"
            assert not any(file.read())


def test_root_s_sandbox_has_neither_rights_nor_a_network() -> None:
    said = subprocess.run(
        qemu_img._sandboxed(["sh", "-c", "id -u; cat /proc/net/dev; cat /etc/shadow"], MIB, 60),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    if os.getuid() == 0:
        assert "root:" not in said.stdout
        assert said.stdout.split()[0] != "0"
        assert [line.split(":")[0].strip() for line in said.stdout.splitlines() if ":" in line] == ["lo"]
    assert "denied" in said.stderr


def test_a_lying_format_fails_in_words_and_a_flood_is_stopped(tmp_path: Path) -> None:
    with scratch(tmp_path / "scratch") as folder:
        lay(folder, "in", b"no disk at all" * 100)
        with pytest.raises(CannotConvert, match="cannot convert it"):
            convert(
                folder, [Layer("in", "vmdk")], Layer("out", "qcow2"), capacity_bytes=MIB, watch=lambda _: None
            )
        large = os.urandom(MIB) * 80
        lay(folder, "large", large)
        with pytest.raises(CannotConvert):  # its header promised one MiB
            convert(
                folder,
                [Layer("large", "raw")],
                Layer("out", "qcow2"),
                capacity_bytes=MIB,
                watch=lambda _: None,
            )


def test_a_cancel_ends_the_program(tmp_path: Path) -> None:
    class Enough(Exception):
        pass

    def watch(_: float) -> None:
        raise Enough

    with scratch(tmp_path / "scratch") as folder:
        lay(folder, "in", os.urandom(MIB) * 64)
        began = time.monotonic()
        with pytest.raises(Enough):
            convert(folder, [Layer("in", "raw")], Layer("out", "vmdk"), capacity_bytes=64 * MIB, watch=watch,
                    options={"subformat": "streamOptimized"})  # fmt: skip
        assert time.monotonic() - began < 30
        running = [
            entry.name for entry in Path("/proc").iterdir()
            if entry.name.isdecimal() and _working_in(entry, folder.folder)
        ]  # fmt: skip
        assert running == []


def _working_in(process: Path, folder: Path) -> bool:
    try:
        return (process / "cwd").readlink() == folder
    except OSError:
        return False


def test_a_missing_program_names_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qemu_img, "_PATH", str(tmp_path))
    with pytest.raises(NotSupported, match="qemu-utils"):
        qemu_img.check_there()


def test_what_a_dead_process_left_goes_and_the_living_keep_theirs(tmp_path: Path) -> None:
    with scratch(tmp_path) as folder:
        lay(folder, "mine", b"x")
        child = os.fork()
        if child == 0:
            kept = scratch(tmp_path)
            kept.__enter__()
            os._exit(0)
        os.waitpid(child, 0)
        assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 2
        assert clean(tmp_path) == 1
        assert [path for path in tmp_path.iterdir() if path.is_dir()] == [folder.folder]
        assert folder.size("mine") == 1
        with pytest.raises(NoCapacity, match="MiB"):
            folder.check_room(2**60)
    assert clean(tmp_path) == 0
    assert clean(tmp_path / "never") == 0
