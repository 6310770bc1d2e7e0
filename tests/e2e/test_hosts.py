"""Hosts from the browser: added, added wrongly and corrected, gone silent, another machine by its key, in a cluster."""

import getpass
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.node import Node, private_node
from tests.e2e.visit import Visit
from tests.node.secure_shell import SSHServer
from tests.stack.person import Person

pytestmark = pytest.mark.e2e
UNREACHABLE_WITHIN_MS = 15_000
BACK_WITHIN_MS = 10_000


@pytest.fixture
def stranger(admin: Person) -> Iterator[Node]:
    """A node that nobody has added, with one domain."""
    with private_node() as made:
        made.define("cellar")
        yield made
        for host in admin.get("/hosts/", name="cellar-host")["results"]:
            admin.delete(f"/hosts/{host['id']}/")


@pytest.fixture
def server(stranger: Node, tmp_path: Path) -> Iterator[SSHServer]:
    """The way to that node through ssh."""
    folder = tmp_path / "sshd"
    folder.mkdir()
    running = SSHServer(folder, stranger.daemon)
    running.authorize(running.key("user"))
    running.start(running.key("host"))
    yield running
    running.stop()


@pytest.fixture
def no_cluster(admin: Person) -> Iterator[None]:
    """What the test makes goes again."""
    yield
    for one in admin.get("/clusters/", search="Basement")["results"]:
        admin.delete(f"/clusters/{one['id']}/")


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog")


def fill_in(visit: Visit, name: str, uri: str) -> None:
    """The add-host dialog, from the list of hosts on."""
    visit.page.get_by_role("button", name="Add host").first.click()
    form = dialog(visit.page)
    form.get_by_text("Write the libvirt address by hand").click()
    form.get_by_role("textbox", name="libvirt address").fill(uri)
    form.get_by_role("textbox", name="Name", exact=True).fill(name)
    form.get_by_role("button", name="Add host").click()


def test_a_host_is_added_and_its_domains_appear(stranger: Node, visit: Visit) -> None:
    visit.go("/hosts")
    fill_in(visit, "cellar-host", stranger.uri)
    expect(dialog(visit.page)).to_contain_text("cellar-host is added")
    dialog(visit.page).get_by_role("button", name="Show cellar-host").click()
    expect(visit.page.get_by_role("heading", name="cellar-host")).to_be_visible()
    visit.page.get_by_role("tab", name="Virtual machines").click()
    expect(visit.row("cellar")).to_contain_text("Off")


def test_a_host_that_fails_says_why_and_is_corrected(stranger: Node, visit: Visit) -> None:
    visit.go("/hosts")
    fill_in(visit, "cellar-host", "qemu+ssh://root@127.0.0.1:1/system")
    expect(dialog(visit.page)).to_contain_text("cellar-host could not be connected")
    reason = dialog(visit.page).locator(".pf-v6-c-alert__description").inner_text()
    assert len(reason.split()) > 3  # a sentence, not a code
    dialog(visit.page).get_by_role("button", name="Correct it").click()

    expect(visit.page.locator("main .pf-v6-c-alert")).to_contain_text(reason)
    visit.page.get_by_role("button", name="Correct address or credentials").click()
    form = dialog(visit.page)
    form.get_by_text("Write the libvirt address by hand").click()
    form.get_by_role("textbox", name="libvirt address").fill(stranger.uri)
    form.get_by_role("button", name="Save").click()
    expect(visit.page.locator(".ol-page-head")).to_contain_text("Up")
    expect(visit.page.get_by_text("cannot be used at present")).to_have_count(0)


@pytest.mark.parametrize(
    ("uri", "words"),
    [("gopher://node1/", "There is no driver gopher"), ("qemu+ssh://n1/system?command=/bin/sh", "command")],
)
def test_an_address_that_is_none_is_refused_with_the_reason(
    stranger: Node, visit: Visit, uri: str, words: str
) -> None:
    visit.go("/hosts?add")
    form = dialog(visit.page)
    form.get_by_text("Write the libvirt address by hand").click()
    form.get_by_role("textbox", name="libvirt address").fill(uri)
    form.get_by_role("textbox", name="Name", exact=True).fill("cellar-host")
    form.get_by_role("button", name="Add host").click()
    expect(form).to_contain_text("cellar-host could not be connected")
    expect(form).to_contain_text(words)
    form.get_by_role("button", name="Close").last.click()
    expect(visit.row("cellar-host")).to_contain_text(words)


def test_a_host_that_goes_silent_leaves_what_was_last_seen(stranger: Node, visit: Visit) -> None:
    visit.go("/hosts")
    fill_in(visit, "cellar-host", stranger.uri)
    expect(dialog(visit.page)).to_contain_text("cellar-host is added")
    visit.go("/domains?q=cellar")
    expect(visit.row("cellar")).to_contain_text("Off")
    visit.is_live()

    stranger.daemon.kill()
    expect(visit.row("cellar")).to_contain_text("last seen", timeout=UNREACHABLE_WITHIN_MS)
    assert "ol-dimmed" in (visit.row("cellar").get_attribute("class") or "")
    visit.page.get_by_role("link", name="cellar", exact=True).click()
    expect(visit.page.get_by_text("cellar-host does not answer")).to_be_visible()

    stranger.daemon.restart()
    expect(visit.page.get_by_text("cellar-host does not answer")).to_have_count(0, timeout=BACK_WITHIN_MS)


def test_another_key_is_shown_beside_the_known_one_until_somebody_compared_it(
    stranger: Node, server: SSHServer, admin: Person, visit: Visit
) -> None:
    other = server.key("before").with_suffix(".pub").read_text()
    known = f"[127.0.0.1]:{server.port} {other}"
    job = admin.post(
        "/hosts/",
        {
            "name": "cellar-host",
            "uri": f"qemu+ssh://{getpass.getuser()}@127.0.0.1:{server.port}/session",
            "credentials": {"ssh_private_key": (server.folder / "user").read_text(), "known_hosts": known},
        },
        expect=202,
    )
    failed = admin.ended(job)
    assert failed["error"]["code"] == "host_key_changed"
    host = admin.get(f"/hosts/{failed['object']['id']}/")

    visit.go("/hosts")
    expect(visit.row("cellar-host")).to_contain_text("another SSH key")
    visit.page.get_by_role("link", name="cellar-host").click()
    alert = visit.page.locator("main .pf-v6-c-alert")
    expect(alert).to_contain_text(host["shown_host_key"]["fingerprint"])
    expect(alert).to_contain_text("ssh-keygen -lf")
    alert.get_by_role("button", name="Confirm the new key").click()
    asked = dialog(visit.page)
    expect(asked).to_contain_text(host["shown_host_key"]["fingerprint"])
    expect(asked.get_by_role("button", name="Confirm the new key")).to_be_disabled()
    asked.get_by_label("I compared it").check()
    asked.get_by_role("button", name="Confirm the new key").click()
    expect(visit.page.locator(".ol-page-head")).to_contain_text("Up")
    expect(alert).to_have_count(0)


def test_a_cluster_is_made_filled_and_shared(visit: Visit, node: Node, no_cluster: None) -> None:
    page = visit.page
    visit.go("/hosts?tab=clusters")
    page.get_by_role("button", name="Create cluster").first.click()
    dialog(page).get_by_role("textbox", name="Name", exact=True).fill("Basement")
    dialog(page).get_by_role("button", name="Create cluster").click()
    expect(page.get_by_role("heading", name="Basement")).to_be_visible()
    page.get_by_role("button", name="Choose hosts").click()
    dialog(page).get_by_role("textbox", name="Hosts").fill("rack1")
    page.get_by_role("menuitem", name="rack1").get_by_role("checkbox").check()
    page.keyboard.press("Escape")
    dialog(page).get_by_role("button", name="Save").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("1 of 1 up")
    page.get_by_role("tab", name="Virtual machines").click()
    expect(visit.row("mail")).to_be_visible()

    page.get_by_role("tab", name="Access").click()
    page.get_by_role("button", name="Share", exact=True).click()
    dialog(page).get_by_role("textbox", name="Username").fill("admin")
    dialog(page).get_by_role("combobox", name="Role", exact=True).fill("viewer")
    page.get_by_role("option", name=re.compile("^viewer")).click()
    dialog(page).get_by_role("button", name="Share", exact=True).click()
    here = page.get_by_role("row").filter(has_text="This object")
    expect(here).to_contain_text("viewer")
    here.get_by_role("button", name="Take back").click()
    dialog(page).get_by_role("button", name="Take back").click()
    expect(here).to_have_count(0)
