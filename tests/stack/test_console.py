"""Consoles of a real guest through the whole product: REST, tickets, the gateway, libvirt, QEMU."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
import redis
from websockets.exceptions import ConnectionClosed, InvalidStatus

from ovirtlite.embedded import guest
from tests.consoles import Browser, dial, ending, refused
from tests.daemon import PrivateDaemon
from tests.installation import PASSWORD, PROJECT, Installation, eventually, installation
from tests.rfb_viewer import type_line
from tests.stack.person import Person

pytestmark = pytest.mark.stack
ASKED_AGAIN_WITHIN = 15.0

GUEST = """
<domain type='qemu'><name>{name}</name><uuid>{uuid}</uuid><memory unit='MiB'>128</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='q35'>hvm</type><kernel>{kernel}</kernel><initrd>{initramfs}</initrd>
<cmdline>{command_line} guest={name}</cmdline></os><features><acpi/></features>
<cpu mode='custom' match='exact'><model>qemu64</model></cpu>
<devices><controller type='usb' model='none'/><serial type='pty'/>
<graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1' passwd='initial'/>
<video><model type='vga'/></video></devices></domain>
"""


@dataclass
class Ticking:
    """The guest, on its own libvirtd."""

    daemon: PrivateDaemon
    uuid: str

    def virsh(self, *command: str) -> str:
        return subprocess.run(
            ["virsh", "-q", "-c", self.daemon.uri(), *command], check=True, capture_output=True, text=True
        ).stdout


@pytest.fixture(scope="module")
def ticking() -> Iterator[Ticking]:
    daemon, made = PrivateDaemon(), guest.make(PROJECT / ".cache" / "guest")
    try:
        daemon.start()
        uuid = str(uuid4())
        xml = GUEST.format(
            name="ticking",
            uuid=uuid,
            kernel=daemon.file("vmlinuz", made.kernel.read_bytes()),
            initramfs=daemon.file("initramfs", made.initramfs.read_bytes()),
            command_line=made.command_line,
        )
        running = Ticking(daemon, uuid)
        running.virsh("define", str(daemon.file("ticking.xml", xml)))
        running.virsh("start", "ticking")
        yield running
    finally:
        daemon.stop()


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("console") / "home", OVIRTLITE_LOCAL_ROOTS="/tmp") as made:
        made.start()
        made.wait_until_ready()
        yield made


@pytest.fixture(scope="module")
def admin(product: Installation, ticking: Ticking) -> Iterator[Person]:
    """Who has added the guest's host and sees the guest run."""
    person = Person(product.address, "admin", PASSWORD)
    person.done(person.post("/hosts/", {"name": "here", "uri": ticking.daemon.uri()}, expect=202))
    seen_running(person, ticking)
    yield person
    person.close()


def seen_running(person: Person, ticking: Ticking) -> None:
    number = ticking.virsh("domid", "ticking").strip()
    path = f"/domains/{ticking.uuid}/"

    def seen() -> bool:
        domain = person.get(path)
        return (domain["state"], domain["consoles"]) == ("running", ["vnc", "serial"])

    eventually(seen, within=10, what=f"run {number} of the guest, with its consoles, is seen")


@pytest.fixture
def user(admin: Person, product: Installation, ticking: Ticking) -> Iterator[Person]:
    """Who may open this guest's consoles and nothing else. `user.grant` says why."""
    person = granted(admin, product, ticking)
    yield person
    person.close()


@pytest.fixture
def another(admin: Person, product: Installation, ticking: Ticking) -> Iterator[Person]:
    """One more like `user`."""
    person = granted(admin, product, ticking)
    yield person
    person.close()


def granted(admin: Person, product: Installation, ticking: Ticking) -> "Granted":
    name = f"user-{uuid4().hex[:8]}"
    account = admin.post("/users/", {"username": name, "password": PASSWORD})
    (role,) = [role for role in admin.get("/roles/")["results"] if role["name"] == "user"]
    grant = admin.post(
        "/grants/",
        {"user": account["id"], "role": role["id"], "object": {"kind": "domain", "id": ticking.uuid}},
    )
    person = Granted(product.address, name, PASSWORD)
    person.grant = grant["id"]
    return person


class Granted(Person):
    grant: str


def ask(person: Person, ticking: Ticking, type: str, **more: Any) -> str:
    """A console's address."""
    opened = person.post(f"/domains/{ticking.uuid}/console/", {"type": type, **more}, expect=200)
    assert opened["type"] == type
    return str(opened["url"])


def test_the_guests_screen_arrives_and_moves(admin: Person, ticking: Ticking) -> None:
    clicked = time.monotonic()
    with dial(ask(admin, ticking, "vnc"), admin.origin) as socket:
        browser = Browser(socket)
        screen = browser.look()
        first_frame = time.monotonic() - clicked
        assert first_frame < 2.0
        eventually(lambda: browser.moves(screen), within=60, what="the screen changes")
    print(f"first frame after {first_frame * 1000:.0f} ms")


def test_the_serial_line_is_read_and_typed_on(admin: Person, ticking: Ticking) -> None:
    with dial(ask(admin, ticking, "serial"), admin.origin) as socket:
        browser = Browser(socket)
        first = int(browser.read_until(rb"tick (\d+)\r")[1])
        assert int(browser.read_until(rb"tick (\d+)\r")[1]) > first
        browser.write(b"echo answer-$((6 * 7))\r")
        browser.read_until(rb"answer-42")


def test_keys_reach_the_guest(admin: Person, ticking: Ticking) -> None:
    """Typed on the screen's keyboard, heard on the serial line."""
    with (
        dial(ask(admin, ticking, "serial"), admin.origin) as line,
        dial(ask(admin, ticking, "vnc"), admin.origin) as screen,
    ):
        heard, typing = Browser(line), Browser(screen)
        typing.look()
        heard.read_until(rb"tick")
        type_line(typing.write, "echo typed-$((6 * 7)) >/dev/ttyS0")
        heard.read_until(rb"typed-42")


def test_a_ticket_opens_once(admin: Person, ticking: Ticking) -> None:
    url = ask(admin, ticking, "vnc")
    with dial(url, admin.origin) as socket:
        Browser(socket).look()
        assert refused(url, admin.origin) == 403
    assert refused(url, admin.origin) == 403


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example"])
def test_a_foreign_page_is_refused_and_uses_nothing_up(
    admin: Person, ticking: Ticking, origin: str | None
) -> None:
    url = ask(admin, ticking, "serial")
    assert refused(url, origin) == 403
    with dial(url, admin.origin) as socket:
        Browser(socket).read_until(rb"tick")


def test_a_forged_or_old_ticket_is_refused(admin: Person, ticking: Ticking, product: Installation) -> None:
    url = ask(admin, ticking, "vnc")
    (ticket,) = parse_qs(urlsplit(url).query)["ticket"]
    assert (
        refused(url.replace(ticket, ticket[:-1] + ("A" if ticket[-1] != "A" else "B")), admin.origin) == 403
    )
    with redis.Redis.from_url(f"unix://{product.run_folder}/redis.sock?db=0") as store:
        (key,) = store.keys("console:ticket:*")
        assert 0 < store.ttl(key) <= 60
        store.pexpire(key, 1)
        time.sleep(0.01)
    assert refused(url, admin.origin) == 403


def test_a_ticket_is_for_one_run(admin: Person, ticking: Ticking) -> None:
    url = ask(admin, ticking, "vnc")
    ticking.virsh("destroy", "ticking")
    ticking.virsh("start", "ticking")
    assert ending(url, admin.origin) in {403, 4502}  # the row says so already; or the node, when it is asked
    seen_running(admin, ticking)
    eventually(lambda: _opens(admin, ticking), within=60, what="the new run is seen")


def _opens(person: Person, ticking: Ticking) -> bool:
    try:
        with dial(ask(person, ticking, "serial"), person.origin) as socket:
            Browser(socket).read_until(rb"tick")
    except (InvalidStatus, ConnectionClosed):
        return False
    return True


def test_who_comes_later_gets_the_serial_line(admin: Person, user: Granted, ticking: Ticking) -> None:
    with dial(ask(admin, ticking, "serial"), admin.origin) as first:
        Browser(first).read_until(rb"tick")
        with dial(ask(user, ticking, "serial"), user.origin) as second:
            Browser(second).read_until(rb"tick")
            assert Browser(first).closing() == (4409, "This serial console was opened elsewhere.")
            Browser(second).read_until(rb"tick")


def test_an_onlooker_types_nothing(admin: Person, ticking: Ticking) -> None:
    with dial(ask(admin, ticking, "serial", view_only=True), admin.origin) as socket:
        browser = Browser(socket)
        browser.read_until(rb"tick")
        browser.write(b"echo typed-$((6 * 7))\r")
        for _ in range(2):
            assert b"typed" not in browser.read_until(rb"[^t]*tick \d+\r")[0]


def test_a_console_ends_with_the_permission_and_with_the_session(
    admin: Person, user: Granted, another: Granted, ticking: Ticking
) -> None:
    screen_url, line_url = ask(user, ticking, "vnc"), ask(another, ticking, "serial")
    with (
        dial(ask(user, ticking, "vnc"), user.origin) as screen,
        dial(ask(another, ticking, "serial"), another.origin) as line,
    ):
        Browser(screen).look()
        Browser(line).read_until(rb"tick")
        admin.delete(f"/grants/{user.grant}/")
        another.post("/auth/logout/", expect=204)
        assert refused(screen_url, user.origin) == 403
        assert refused(line_url, another.origin) == 403
        assert Browser(screen).closing(ASKED_AGAIN_WITHIN)[0] == 4403
        assert Browser(line).closing(ASKED_AGAIN_WITHIN)[0] == 4403
    user.post(f"/domains/{ticking.uuid}/console/", {"type": "vnc"}, expect=404)


def test_a_console_ends_with_the_run(admin: Person, ticking: Ticking) -> None:
    with (
        dial(ask(admin, ticking, "vnc"), admin.origin) as screen,
        dial(ask(admin, ticking, "serial"), admin.origin) as line,
    ):
        Browser(screen).look()
        ticking.virsh("destroy", "ticking")
        assert Browser(screen).closing()[0] == 1000
        assert Browser(line).closing()[0] == 1000
    path = f"/domains/{ticking.uuid}/"
    eventually(lambda: admin.get(path)["state"] == "shutoff", within=5, what="shutoff is seen")
    problem = admin.post(f"{path}console/", {"type": "vnc"}, expect=409)
    assert problem["code"] == "operation_invalid"
    ticking.virsh("start", "ticking")
    seen_running(admin, ticking)


def test_a_screen_on_this_machine_is_not_for_remote_viewer(admin: Person, ticking: Ticking) -> None:
    problem = admin.get(f"/domains/{ticking.uuid}/console.vv", expect=409)
    assert problem["code"] == "graphics_not_reachable"


def test_no_log_has_a_ticket(admin: Person, ticking: Ticking, product: Installation) -> None:
    url = ask(admin, ticking, "vnc")
    with dial(url, admin.origin) as socket:
        Browser(socket).look()
    assert refused(url, admin.origin) == 403
    assert refused(url, "http://evil.example") == 403
    (ticket,) = parse_qs(urlsplit(url).query)["ticket"]
    eventually(lambda: "console of ticking" in product.log(), within=5, what="the console is in the log")
    searched = [path for path in product.home.rglob("*") if path.is_file()]
    assert any(path.name.endswith(".log") for path in searched)
    for path in searched:
        assert ticket.encode() not in path.read_bytes(), path
    assert ticket not in product.said()


@pytest.mark.parametrize("victim", ["gateway", "opener"])
def test_what_is_killed_leaves_no_relay_and_comes_back(
    admin: Person, ticking: Ticking, product: Installation, victim: str
) -> None:
    with dial(ask(admin, ticking, "serial"), admin.origin) as socket:
        browser = Browser(socket)
        browser.read_until(rb"tick")
        gateway = product.pid_of("console")
        assert gateway is not None
        children = Path(f"/proc/{gateway}/task/{gateway}/children").read_text().split()
        (opener,) = [pid for pid in children if "opener" in Path(f"/proc/{pid}/cmdline").read_text()]
        assert len(children) == 2  # the opener and this console
        os.kill(gateway if victim == "gateway" else int(opener), signal.SIGKILL)
        browser.closed()
        left = [Path(f"/proc/{pid}") for pid in (gateway, *children)]
        eventually(lambda: not any(path.exists() for path in left), within=5, what="the end of them all")
    eventually(lambda: product.pid_of("console") not in {None, gateway}, within=10, what="a new gateway")
    eventually(lambda: _dials(admin, ticking), within=15, what="consoles open again")


def _dials(person: Person, ticking: Ticking) -> bool:
    try:
        return _opens(person, ticking)
    except OSError:
        return False
