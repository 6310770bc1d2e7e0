"""Consoles of guests on other machines, as a page opens them: beyond ssh, over TLS and over TCP."""

import socket
from configparser import ConfigParser
from typing import Any

import pytest

from hypervisor import rfb
from tests.consoles import Browser, dial
from tests.installation import eventually
from tests.lab.cluster import Lab
from tests.lab.cluster.guests import Guest
from tests.lab.together import together
from tests.stack.person import Person

pytestmark = pytest.mark.lab


def ask(person: Person, guest: Guest, type: str) -> str:
    """A console's address, once the domain is known to have one."""
    path = f"/domains/{guest.uuid}/"
    eventually(
        lambda: (known := person.find(path)) and known["state"] == "running" and type in known["consoles"],
        within=15,
        what="the running domain in the API",
    )
    return str(person.post(f"{path}console/", {"type": type}, expect=200)["url"])


def shows_and_moves(person: Person, guest: Guest) -> None:
    with dial(ask(person, guest, "vnc"), person.origin) as page:
        browser = Browser(page)
        screen = browser.look()
        eventually(lambda: browser.moves(screen), within=60, what="the screen changes")


def test_screen_and_serial_line(lab: Lab, hosts: dict[str, Any], person: Person) -> None:
    guests = [
        lab.define_guest(lab.nodes[name], f"shows-{name}-{screen}", screen=screen, start=True)
        for name, screen in (
            ("node1", "loopback"),
            ("node1", "password"),
            ("node2", "password"),
            ("node3", "password"),
        )
    ]
    together(lambda guest: _screen_and_serial_line(guest, person), guests)


def _screen_and_serial_line(guest: Guest, person: Person) -> None:
    shows_and_moves(person, guest)
    with dial(ask(person, guest, "serial"), person.origin) as page:
        browser = Browser(page)
        first = int(browser.read_until(rb"tick (\d+)\r")[1])
        assert int(browser.read_until(rb"tick (\d+)\r")[1]) > first
        browser.write(b"echo answer-$((6 * 7))\r")
        browser.read_until(rb"answer-42")


def test_a_screen_out_of_reach_says_why(lab: Lab, hosts: dict[str, Any], person: Person) -> None:
    hidden = (("node2", "loopback", "loopback"), ("node1", "socket", "Unix socket"))
    together(lambda one: _says_why(*one, lab, person), hidden)


def _says_why(name: str, screen: str, why: str, lab: Lab, person: Person) -> None:
    guest = lab.define_guest(lab.nodes[name], f"hides-{name}", screen=screen, start=True)
    with dial(ask(person, guest, "vnc"), person.origin) as page:
        code, reason = Browser(page).closing(30)
    assert code == 4502
    assert why in reason
    problem = person.get(f"/domains/{guest.uuid}/console.vv", expect=409)
    assert problem["code"] == "graphics_not_reachable"


def test_remote_viewer_gets_a_way_in_that_closes(lab: Lab, hosts: dict[str, Any], person: Person) -> None:
    guest = lab.define_guest(lab.nodes["node2"], "viewed", start=True)
    ask(person, guest, "vnc")
    file = ConfigParser(interpolation=None)
    file.read_string(person.get(f"/domains/{guest.uuid}/console.vv"))
    viewer = file["virt-viewer"]
    assert viewer["type"] == "vnc"
    assert viewer["password"] != guest.vnc_password
    address = (viewer["host"], int(viewer["port"]))
    with socket.create_connection(address, 5) as server:
        rfb.log_in(server, viewer["password"])
    for refused in (None, guest.vnc_password, "guessed"):
        with socket.create_connection(address, 5) as server, pytest.raises(rfb.PasswordRefused):
            rfb.log_in(server, refused)


def test_a_screen_keeps_its_lock_when_the_guest_moves(
    lab: Lab, hosts: dict[str, Any], person: Person
) -> None:
    source, destination = lab.nodes["node2"], lab.nodes["node3"]
    guest = lab.define_guest(source, "locked", disk="iscsi", start=True)
    shows_and_moves(person, guest)
    lab.wait_ticking(source, guest)
    body = {"host": hosts[destination.name]["id"]}
    person.done(person.post(f"/domains/{guest.uuid}/migrate/", body, expect=202), within=90)
    shows_and_moves(person, guest)
    port = int(destination.virsh("vncdisplay", guest.name).rpartition(":")[2]) + 5900
    with (
        socket.create_connection((destination.address, port), 5) as server,
        pytest.raises(rfb.PasswordRefused),
    ):
        rfb.log_in(server, None)
