"""Hosts from the browser: added, added wrongly and corrected, and gone silent."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.node import Node, private_node
from tests.e2e.visit import Visit
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
