"""A page that is open on a domain while it moves: it shows the progress, and its console follows by itself."""

from typing import Any

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.e2e.conftest import CHROMIUM, SWITCHES
from tests.e2e.test_console import colours, picture
from tests.e2e.visit import Visit
from tests.installation import eventually
from tests.lab.cluster import Lab
from tests.stack.person import Person

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]
FOLLOWS_WITHIN_MS = 60_000


def test_the_page_shows_the_move_and_the_console_follows(
    lab: Lab, hosts: dict[str, Any], person: Person
) -> None:
    source, destination = lab.nodes["node1"], lab.nodes["node2"]
    guest = lab.define_guest(source, "followed", disk="iscsi", screen="password", start=True)
    path = f"/domains/{guest.uuid}/"
    lab.wait_ticking(source, guest)
    eventually(
        lambda: "vnc" in (person.find(path) or {"consoles": []})["consoles"], within=20, what="its screen"
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        page = browser.new_page(base_url=person.origin, viewport={"width": 1280, "height": 800})
        visit = Visit(page)
        visit.go("/")
        visit.sign_in()
        visit.is_live()
        visit.go(f"/domains/{guest.uuid}/console")
        screen = page.locator("[data-testid=vnc-screen] canvas")
        connected = page.locator("[data-phase=connected]")
        expect(connected).to_be_visible(timeout=FOLLOWS_WITHIN_MS)
        expect(page.get_by_text(f"Connected to {source.name}")).to_be_visible()
        eventually(lambda: colours(picture(screen)) > 2, within=30, what="the screen is not blank")

        body = {"host": hosts[destination.name]["id"], "bandwidth_bytes": 16 * 2**20}
        job = person.post(f"{path}migrate/", body, expect=202)
        expect(page.get_by_role("progressbar").first).to_be_visible(timeout=30_000)
        person.done(job, within=90)

        expect(page.get_by_text(f"Connected to {destination.name}")).to_be_visible(timeout=FOLLOWS_WITHIN_MS)
        expect(connected).to_be_visible()
        eventually(lambda: colours(picture(screen)) > 2, within=30, what="the screen is there again")
        before = picture(screen).tobytes()
        eventually(lambda: picture(screen).tobytes() != before, within=30, what="and it ticks")
        browser.close()
