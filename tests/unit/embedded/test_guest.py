"""The guest is made once, whole or not at all, and a machine that cannot make it says why."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ovirtlite.embedded import guest


def test_builders_at_the_same_time_share_one_guest_and_clear_what_a_killed_one_left(tmp_path: Path) -> None:
    (tmp_path / "making-dead").mkdir()
    with ThreadPoolExecutor() as together:
        made = list(together.map(guest.make, [tmp_path] * 3))
    assert len(set(made)) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([made[0].kernel.parent.name, "lock"])
    listed = subprocess.run(
        ["cpio", "--list", "--quiet"], input=made[0].initramfs.read_bytes(), capture_output=True, check=True
    ).stdout.decode()
    assert {"init", "bin/busybox", "bin/sh", "modules/order", "modules/virtio_blk.ko"} <= set(listed.split())


def test_a_machine_without_apt_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(guest.CannotMakeGuest, match="apt-get is not here"):
        guest.make(tmp_path / "cache")
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["lock"]


def test_another_architecture_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for program, says in (("dpkg", "riscv64"), ("apt-get", ""), ("apt-cache", "")):
        stands_in = tmp_path / program
        stands_in.write_text(f"#!/bin/sh\necho {says}\n")
        stands_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(guest.CannotMakeGuest, match="this one is riscv64"):
        guest.make(tmp_path / "cache")
