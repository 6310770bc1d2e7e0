"""How it looks to whoever comes: by day and night, on a telephone, in another language, by keyboard."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor
from tests.e2e.node import Node
from tests.e2e.visit import Visit

pytestmark = pytest.mark.e2e
TELEPHONE = {"width": 320, "height": 640}


def brightness(page: Page) -> int:
    """Of the page's ground, 0 to 255."""
    colour = page.locator(".pf-v6-c-page__main-section").first.evaluate(
        "(element) => getComputedStyle(element).backgroundColor"
    )
    return int(sum(int(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3]) / 3)


def fits(page: Page) -> bool:
    """Nothing is to be scrolled for sideways."""
    return bool(page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth"))


def test_light_and_dark_are_chosen_and_kept(visit: Visit) -> None:
    visit.go("/domains")
    for theme, dark in (("Dark", True), ("Light", False)):
        visit.page.get_by_role("button", name="Theme").click()
        visit.choose(theme)
        visit.page.reload()
        expect(visit.page.get_by_role("heading", name="Virtual machines")).to_be_visible()
        assert (brightness(visit.page) < 128) is dark


def test_the_systems_theme_is_followed(anybody: Visitor, session: Any) -> None:
    visit = anybody(storage_state=session, color_scheme="dark")
    visit.go("/domains")
    expect(visit.page.get_by_role("heading", name="Virtual machines")).to_be_visible()
    assert brightness(visit.page) < 128


def test_a_telephone_has_power_state_and_console(
    anybody: Visitor, session: Any, node: Node, demo: dict[str, Any]
) -> None:
    visit = anybody(storage_state=session, viewport=TELEPHONE)
    visit.go("/domains?q=web2")
    row = visit.row("web2")
    expect(row).to_contain_text("Off")
    assert fits(visit.page)
    row.get_by_role("button", name="Start: web2").click()
    expect(row).to_contain_text("Running")
    node.virsh("destroy", "web2")
    expect(row).to_contain_text("Off")

    visit.go(f"/domains/{demo['id']}?tab=console")
    screen = visit.page.locator("[data-testid=vnc-screen] canvas")
    expect(visit.page.locator("[data-phase=connected]")).to_be_visible()
    box = screen.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= TELEPHONE["width"]
    assert fits(visit.page)
    for path in ("/", "/hosts", "/jobs", "/events", f"/domains/{demo['id']}"):
        visit.go(path)
        visit.is_live()
        assert fits(visit.page), path


def test_chinese_is_spoken(anybody: Visitor, session: Any) -> None:
    visit = anybody(storage_state=session, locale="zh-CN")
    visit.go("/domains")
    expect(visit.page.get_by_role("heading", level=1)).not_to_have_text("Virtual machines")
    expect(visit.page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_columns_are_chosen_by_keyboard_and_kept(visit: Visit, node: Node) -> None:
    visit.go("/domains")
    visit.page.get_by_role("button", name="Columns of Virtual machines").focus()
    visit.page.keyboard.press("Enter")
    for name in ("Addresses", "CPUs"):
        visit.page.get_by_role("checkbox", name=name, exact=True).focus()
        visit.page.keyboard.press("Space")
    visit.page.keyboard.press("Escape")
    for _ in range(2):
        expect(visit.page.get_by_role("columnheader", name="Addresses")).to_be_visible()
        expect(visit.page.get_by_role("columnheader", name="CPUs")).to_have_count(0)
        visit.page.reload()


def test_the_search_is_opened_and_used_by_keyboard(visit: Visit, node: Node) -> None:
    visit.go("/")
    visit.is_live()
    visit.page.keyboard.press("/")
    dialog = visit.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    visit.page.keyboard.type("web3")
    expect(dialog.get_by_role("menuitem", name="web3")).to_be_visible()
    visit.page.keyboard.press("Enter")
    expect(visit.page.get_by_role("heading", name="web3")).to_be_visible()
