"""Domains from the browser: what happens shows by itself, what is asked for happens on the node."""

import re
import time
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visitor
from tests.e2e.node import Node
from tests.e2e.visit import Visit

pytestmark = pytest.mark.e2e
SHOWN_WITHIN = 1.0  # from virsh's return to the page, without a reload


def test_what_is_done_on_the_node_shows_within_a_second(visit: Visit, node: Node) -> None:
    visit.go("/domains?q=web1")
    row = visit.row("web1")
    expect(row).to_contain_text("Off")
    visit.is_live()
    late: dict[str, float] = {}
    for command, word in (
        ("start", "Running"),
        ("suspend", "Paused"),
        ("resume", "Running"),
        ("destroy", "Off"),
    ):
        with visit.hears_of(row, word) as heard:
            node.virsh(command, "web1")
            returned = time.time()
        late[command] = heard[0] - returned
    print({command: f"{seconds * 1000:.0f} ms" for command, seconds in late.items()})
    assert max(late.values()) < SHOWN_WITHIN, late


def test_a_domain_comes_and_goes_with_its_definition(visit: Visit, node: Node) -> None:
    visit.go("/domains")
    expect(visit.row("web1")).to_be_visible()
    visit.is_live()
    table = visit.page.get_by_role("grid", name="Virtual machines")
    with visit.hears_of(table, "guest-of-an-hour") as heard:
        node.define("guest-of-an-hour")
        returned = time.time()
    assert heard[0] - returned < SHOWN_WITHIN
    node.virsh("undefine", "guest-of-an-hour")
    expect(visit.row("guest-of-an-hour")).to_have_count(0)


def test_running_arrives_after_start(visit: Visit, node: Node) -> None:
    visit.go("/domains")
    visit.is_live()
    visit.page.get_by_role("link", name="db1", exact=True).click()
    head = visit.page.locator(".ol-page-head")
    expect(head).to_contain_text("Off")
    head.get_by_role("button", name="Start").click()
    expect(head).to_contain_text("Running")
    assert node.is_running("db1")
    expect(visit.toast("Start: done for db1")).to_be_visible()
    node.virsh("destroy", "db1")
    expect(head).to_contain_text("Off")


def test_a_job_is_followed_to_its_end_over_a_reload(visit: Visit, node: Node) -> None:
    node.virsh("start", "db1")
    visit.go("/domains?q=db1")
    expect(visit.row("db1")).to_contain_text("Running")
    visit.page.get_by_role("button", name="Shut down: db1").click()
    expect(visit.row("db1")).to_contain_text("Shutting down")
    visit.page.reload()
    expect(visit.row("db1")).to_contain_text("Shutting down")  # a guest of firmware alone never listens

    visit.page.get_by_role("button", name="1 running").click()
    drawer = visit.page.locator(".pf-v6-c-notification-drawer")
    expect(drawer.get_by_role("progressbar", name="Shut down: db1")).to_be_visible()
    node.virsh("destroy", "db1")
    expect(drawer.get_by_role("progressbar")).to_have_count(0)
    expect(drawer.get_by_text("Shut down: db1").first).to_be_visible()
    expect(visit.row("db1")).to_contain_text("Off")
    expect(visit.toast("Shut down: done for db1")).to_be_visible()


def test_forcing_off_asks_first(visit: Visit, node: Node) -> None:
    node.virsh("start", "mail")
    visit.go("/domains?q=mail")
    expect(visit.row("mail")).to_contain_text("Running")
    dialog = visit.page.get_by_role("dialog")
    for answer in ("Cancel", "Force off"):
        visit.menu("mail")
        visit.choose("Force off")
        expect(dialog).to_contain_text("Force mail off?")
        expect(dialog).to_contain_text("not written to disk is lost")
        assert node.is_running("mail")
        dialog.get_by_role("button", name=answer).click()
        expect(dialog).to_have_count(0)
    expect(visit.row("mail")).to_contain_text("Off")
    assert not node.is_running("mail")


def test_many_are_started_and_forced_off_at_once(visit: Visit, node: Node) -> None:
    names = ("web1", "web2", "web3")
    node.virsh("start", "web1")
    visit.go("/domains?q=web")
    expect(visit.row("web1")).to_contain_text("Running")
    visit.select_page()
    visit.page.get_by_role("button", name="3 selected").click()
    start = visit.page.get_by_role("menuitem", name="Start 2")
    expect(start).to_contain_text("1 already runs")
    start.click()
    for name in names:
        expect(visit.row(name)).to_contain_text("Running")
        assert node.is_running(name)

    visit.select_page()
    visit.page.get_by_role("button", name="3 selected").click()
    visit.page.get_by_role("menuitem", name="Force off 3").click()
    dialog = visit.page.get_by_role("dialog")
    for name in names:
        expect(dialog).to_contain_text(name)
    dialog.get_by_role("button", name="Force off 3").click()
    for name in names:
        expect(visit.row(name)).to_contain_text("Off")
        assert not node.is_running(name)


def test_what_fails_stays_to_be_read(visit: Visit, node: Node) -> None:
    visit.go("/domains?q=broken")
    visit.page.get_by_role("button", name="Start: broken").click()
    toast = visit.toast("Start: failed for broken")
    expect(toast).to_contain_text("missing.img")
    # Longer than a toast of something that went well stays.
    visit.page.clock.install()
    visit.page.clock.fast_forward("01:00")
    expect(toast).to_be_visible()
    toast.get_by_role("button", name="Close").click()
    expect(toast).to_have_count(0)


def test_the_address_is_the_view(visit: Visit, anybody: Visitor, session: Any, node: Node) -> None:
    visit.go("/domains")
    visit.page.get_by_label("Search in Virtual machines").fill("web")
    expect(visit.page).to_have_url(re.compile(r"q=web"))
    visit.page.get_by_role("button", name="State").first.click()
    visit.page.get_by_role("menuitem", name="Off", exact=True).click()
    visit.page.keyboard.press("Escape")
    visit.page.get_by_role("columnheader", name="Name").get_by_role("button").click()
    expect(visit.page).to_have_url(re.compile(r"sort=-name"))

    other = anybody(storage_state=session)
    other.go(visit.page.url)
    visit.page.reload()
    for each in (visit, other):
        expect(each.row("web3")).to_be_visible()
        expect(each.row("db1")).to_have_count(0)
        expect(each.page.get_by_label("Search in Virtual machines")).to_have_value("web")
        names = each.page.get_by_role("grid", name="Virtual machines").get_by_role("link").all_inner_texts()
        assert [name for name in names if name.startswith("web")] == ["web3", "web2", "web1"]
    visit.page.get_by_role("button", name="Clear filters").first.click()
    expect(visit.row("db1")).to_be_visible()


def test_pages_and_tabs_survive_a_reload(visit: Visit, node: Node, demo: dict[str, Any]) -> None:
    many = [f"many{number:02}" for number in range(1, 19)]
    for name in many:
        node.define(name)
    try:
        visit.go("/domains")
        expect(visit.page.get_by_label("Go to next page").first).to_be_enabled()
        visit.page.get_by_label("Go to next page").first.click()
        expect(visit.page).to_have_url(re.compile(r"page=2"))
        expect(visit.row("web3")).to_be_visible()
        visit.page.reload()
        expect(visit.row("web3")).to_be_visible()
        expect(visit.row("db1")).to_have_count(0)
    finally:
        for name in many:
            node.virsh("undefine", name)
    visit.go(f"/domains/{demo['id']}")
    visit.page.get_by_role("tab", name="XML").click()
    visit.page.reload()
    expect(visit.page.locator(".cm-content")).to_contain_text("<name>demo</name>")


def test_an_object_that_is_not_there_says_so(visit: Visit) -> None:
    unknown = "00000000-0000-4000-8000-000000000000"
    visit.expects(404, f"/api/v1/domains/{unknown}/")
    visit.go(f"/domains/{unknown}")
    expect(visit.page.get_by_text("It is not here")).to_be_visible()
