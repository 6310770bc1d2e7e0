"""Who lost a grant, or whose session was ended, loses console and notices within five seconds, in real browsers."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.visit import Visit
from tests.installation import PASSWORD
from tests.stack.person import Person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]  # the guest's start is waited for here
WITHIN_MS = 5_000


class Heard:
    """The notices that a window gets over its socket."""

    def __init__(self, visit: Visit) -> None:
        self.notices: list[dict[str, Any]] = []
        visit.page.on("websocket", lambda socket: socket.on("framereceived", self._take))

    def _take(self, frame: str | bytes) -> None:
        if isinstance(frame, str) and frame.startswith("{"):
            self.notices.append(json.loads(frame))

    def about(self, id: str) -> int:
        return sum(1 for one in self.notices if one.get("id") == id)


def test_a_grant_that_is_taken_away_takes_console_and_notices_along(
    anybody: Callable[..., Visit], admin: Person, demo: dict[str, Any]
) -> None:
    user = admin.post("/users/", {"username": "guest", "password": PASSWORD})
    role = admin.get("/roles/", name="user")["results"][0]["id"]
    wish = {"user": user["id"], "role": role, "object": {"kind": "domain", "id": demo["id"]}}
    grant = admin.post("/grants/", wish)
    table, screen = anybody(), anybody()
    heard = Heard(table)
    for visit in (table, screen):
        visit.expects(401, "/api/v1/me/")  # before they sign in, and once their session is ended
        visit.go("/domains")
        visit.sign_in(username="guest")
        visit.is_live()
    expect(table.row("demo")).to_be_visible()
    screen.go(f"/domains/{demo['id']}/console")
    open_console = screen.page.locator("[data-phase=connected]")
    expect(open_console).to_be_visible()

    # What a page asks for once it may no more is refused, and Chromium says so in its console.
    for path in (f"/api/v1/domains/{demo['id']}/", f"/api/v1/domains/{demo['id']}/console/"):
        for status in (403, 404):
            screen.expects(status, path)
    for visit in (table, screen):
        visit.expects(403, "/api/v1/domains/")
        for path in ("/api/v1/jobs/", "/api/v1/hosts/"):
            visit.expects(403, path)
        visit.expects_words("/console/?ticket=")
    admin.delete(f"/grants/{grant['id']}/")
    taken = time.monotonic()
    expect(open_console).to_have_count(0, timeout=WITHIN_MS)
    console_after = time.monotonic() - taken
    expect(table.row("demo")).to_have_count(0, timeout=WITHIN_MS)
    row_after = time.monotonic() - taken
    print(f"without the grant: console {console_after:.1f} s, row {row_after:.1f} s")
    before = heard.about(demo["id"])
    admin.patch(f"/domains/{demo['id']}/", {"description": "not for guests"}, expect=202)
    table.page.wait_for_timeout(2_000)
    assert heard.about(demo["id"]) == before

    admin.post("/grants/", wish)
    expect(table.row("demo")).to_be_visible(timeout=WITHIN_MS)
    admin.post(f"/users/{user['id']}/end-sessions/", expect=200)
    expect(table.page.get_by_role("button", name="Sign in")).to_be_visible(timeout=WITHIN_MS)
    admin.delete(f"/users/{user['id']}/")
