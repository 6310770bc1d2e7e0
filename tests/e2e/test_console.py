"""Consoles in the browser: the guest's real screen, its keyboard, its serial line."""

import base64
import io
import re
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from tests.e2e.visit import Visit
from tests.installation import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]  # the guest's start is waited for here
CHANGES_WITHIN = 30.0
HEADING_PIXELS = 96  # the guest draws its ticks in the first lines; its shell is below
CURSOR_PIXELS = 200  # more than a blinking cursor lights


def picture(screen: Locator) -> Image.Image:
    """What the page's canvas holds."""
    numbers = screen.evaluate("""(canvas) => canvas.toDataURL("image/png")""")
    return Image.open(io.BytesIO(base64.b64decode(numbers.partition(",")[2]))).convert("RGB")


def colours(image: Image.Image) -> int:
    return len(image.getcolors(image.width * image.height) or [])


def lit(image: Image.Image) -> int:
    """How many pixels the shell has written."""
    below = image.crop((0, HEADING_PIXELS, image.width, image.height)).convert("L")
    return sum(below.histogram()[64:])


def open_console(visit: Visit, demo: dict[str, Any]) -> Locator:
    """The console from the domain's page on, connected; returns its canvas."""
    visit.go(f"/domains/{demo['id']}")
    visit.page.get_by_role("button", name="Console", exact=True).click()
    expect(visit.page.locator("[data-phase=connected]")).to_be_visible()
    return visit.page.locator("[data-testid=vnc-screen] canvas")


def test_the_guests_screen_is_there_and_moves(visit: Visit, demo: dict[str, Any]) -> None:
    screen = open_console(visit, demo)
    eventually(lambda: colours(picture(screen)) > 2, within=CHANGES_WITHIN, what="the screen is not blank")
    first = picture(screen)
    assert first.width >= 640
    eventually(
        lambda: picture(screen).tobytes() != first.tobytes(), within=CHANGES_WITHIN, what="the screen changes"
    )


def test_what_is_typed_shows_on_the_screen(visit: Visit, demo: dict[str, Any]) -> None:
    screen = open_console(visit, demo)
    eventually(lambda: lit(picture(screen)) > 0, within=CHANGES_WITHIN, what="the guest's shell is there")
    before = lit(picture(screen))
    visit.page.keyboard.type("echo hello from the browser", delay=30)
    visit.page.keyboard.press("Enter")
    eventually(
        lambda: lit(picture(screen)) > before + CURSOR_PIXELS, within=CHANGES_WITHIN, what="the screen reacts"
    )


def test_the_serial_line_ticks_and_answers(visit: Visit, demo: dict[str, Any]) -> None:
    open_console(visit, demo)
    visit.page.get_by_role("button", name="Serial", exact=True).click()
    lines = visit.page.locator("[data-testid=serial-terminal] .xterm-rows")
    expect(lines).to_contain_text(re.compile(r"tick \d+"))
    expect(visit.page.locator("[data-phase=connected]")).to_be_visible()
    visit.page.keyboard.type("echo answer-$((6 * 7))")
    visit.page.keyboard.press("Enter")
    expect(lines).to_contain_text("answer-42")
    first = int(re.findall(r"tick (\d+)", lines.inner_text())[-1])
    expect(lines).to_contain_text(re.compile(rf"tick (?!{first}\b)\d+"))


def test_a_console_of_its_own_window_and_of_what_is_off(visit: Visit, demo: dict[str, Any]) -> None:
    open_console(visit, demo)
    with visit.page.expect_popup() as opened:
        visit.page.get_by_role("button", name="Open in a window").click()
    window = Visit(opened.value)
    for each in (visit, window):
        # A try between the end of the run and the news of it: its ticket is for the run that is over.
        each.expects_words("Failed when connecting")
        each.expects_words("/console/?ticket=")
    expect(window.page.locator("[data-phase=connected]")).to_be_visible()

    window.menu("demo")
    window.choose("Force off")
    window.page.get_by_role("dialog").get_by_role("button", name="Force off").click()
    for each in (visit, window):
        expect(each.page.get_by_text("demo is off")).to_be_visible()
    visit.page.locator(".ol-console-off").get_by_role("button", name="Start").click()
    for each in (visit, window):
        expect(each.page.locator("[data-phase=connected]")).to_be_visible()
    assert window.errors == []
