"""Where the embedded hypervisor is: short, one for each HOME, and nobody else's."""

import os
from pathlib import Path

import pytest

from ovirtlite import embedded
from ovirtlite.embedded.place import Account, CannotPlace, Place

# Below the place that libvirtd sees as its settings: libvirt cuts a guest's name at 20, and numbers guests.
_LONGEST_SOCKETS = [
    f"etc/libvirt/qemu/{folder}/domain-9999-{'x' * 20}/{socket}"
    for folder, socket in (("lib", "monitor.sock"), ("channel/target", "org.qemu.guest_agent.0"))
]
_UNIX_PATH_MAX = 107


@pytest.mark.parametrize("socket", _LONGEST_SOCKETS)
@pytest.mark.parametrize("user", [0, 1000])
def test_a_guests_sockets_fit_into_an_address_however_deep_home_is(
    socket: str, user: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: user)
    place = Place.of(Path("/", *["deep"] * 40))
    assert len(os.fsencode(place.seen / socket)) <= _UNIX_PATH_MAX


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
