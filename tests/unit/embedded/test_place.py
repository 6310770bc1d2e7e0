"""Where the embedded hypervisor is: short, one for each HOME, and nobody else's."""

import os
from pathlib import Path

import pytest

from ovirtlite import embedded
from ovirtlite.embedded.place import Account, CannotPlace, Place

# Below the place that libvirtd sees as its settings: libvirt cuts a guest's name at 20, and numbers guests.
_LONGEST_SOCKET = "etc/libvirt/qemu/lib/domain-9999-" + "x" * 20 + "/monitor.sock"
_UNIX_PATH_MAX = 107


def test_qemus_monitor_fits_into_a_socket_address_however_deep_home_is() -> None:
    place = Place.of(Path("/", *["deep"] * 40))
    assert len(os.fsencode(place.seen / _LONGEST_SOCKET)) <= _UNIX_PATH_MAX


def test_every_home_has_a_place_of_its_own() -> None:
    assert Place.of(Path("/a")).run != Place.of(Path("/b")).run
    assert Place.of(Path("/a")).run == Place.of(Path("/b/../a/")).run


def test_the_uri_names_the_socket() -> None:
    home = Path("/some/home")
    assert (
        embedded.uri(home)
        == f"qemu+unix:///session?socket={embedded.socket_folder(home)}/libvirt/libvirt-sock"
    )


def test_what_does_not_run_is_not_ready(tmp_path: Path) -> None:
    assert not embedded.ready(tmp_path)


def test_a_dead_daemons_socket_is_not_ready(tmp_path: Path) -> None:
    place = Place.of(tmp_path)
    place.libvirt_socket.parent.mkdir(parents=True)
    try:
        os.mknod(place.libvirt_socket, 0o600 | 0o140000)
        assert not embedded.ready(tmp_path)
    finally:
        place.libvirt_socket.unlink()
        place.libvirt_socket.parent.rmdir()
        place.run.rmdir()


def test_somebody_elses_folder_is_not_taken(tmp_path: Path) -> None:
    place = Place.of(tmp_path / "home")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    place.run.symlink_to(elsewhere)
    try:
        with pytest.raises(CannotPlace, match="belongs to somebody else"):
            place.make(Account.of_this_process())
    finally:
        place.run.unlink()
