"""One installation for the whole ring, with the embedded hypervisor and one more node, and Chromium in front of it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.consoles import Browser as Console
from tests.consoles import dial
from tests.e2e.node import Node, private_node
from tests.e2e.visit import ARRIVES_WITHIN_MS, Visit
from tests.installation import PASSWORD, Installation, eventually, installation
from tests.stack.person import Person

GUEST_WITHIN = 120.0  # the first start of all fetches a kernel package for the guest
CHROMIUM = "/usr/bin/chromium"
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WINDOW = {"width": 1280, "height": 800}

Visitor = Callable[..., Visit]


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    home = tmp_path_factory.mktemp("e2e") / "home"
    with installation(
        home, OVIRTLITE_EMBEDDED="1", OVIRTLITE_LOCAL_ROOTS="/tmp", OVIRTLITE_POOL_ROOTS="/tmp"
    ) as made:
        made.start()
        made.wait_until_ready()
        yield made


@pytest.fixture(scope="session")
def admin(product: Installation) -> Iterator[Person]:
    """Who asks the REST API for what the browser should show."""
    person = Person(product.address, "admin", PASSWORD)
    yield person
    person.close()


@pytest.fixture(scope="session")
def demo(admin: Person) -> dict[str, Any]:
    """The embedded hypervisor's guest, running and done with its start, which lasts on a busy machine."""

    def running() -> dict[str, Any] | None:
        found = admin.get("/domains/", name="demo", state="running")["results"]
        return found[0] if found and found[0]["consoles"] else None

    guest: dict[str, Any] = eventually(running, within=GUEST_WITHIN, what="the demo guest runs")
    opened = admin.post(f"/domains/{guest['id']}/console/", {"type": "serial"}, expect=200)
    with dial(opened["url"], admin.origin) as page:
        Console(page).read_until(rb"tick \d+", GUEST_WITHIN)
    return guest


@pytest.fixture(scope="session")
def node(admin: Person) -> Iterator[Node]:
    """A node that is added already, as "rack1", with domains that are off."""
    with private_node() as made:
        for name in ("db1", "mail", "web1", "web2", "web3"):
            made.define(name)
        made.define("broken", startable=False)
        job = admin.post("/hosts/", {"name": "rack1", "uri": made.uri}, expect=202)
        admin.done(job)
        yield made


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=ARRIVES_WITHIN_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def session(chromium: Browser, product: Installation) -> Any:
    """The cookies of somebody who has signed in."""
    context = chromium.new_context(base_url=f"http://{product.address}")
    visit = Visit(context.new_page())
    visit.go("/")
    visit.sign_in()
    visit.is_live()
    cookies = context.cookies()
    context.close()
    return {"cookies": cookies}


@pytest.fixture
def anybody(chromium: Browser, product: Installation, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """Opens windows, given as Playwright's context options. Their consoles must be free of errors at the end."""
    visits: list[Visit] = []

    def opened(**options: Any) -> Visit:
        context = chromium.new_context(
            base_url=f"http://{product.address}", **{"viewport": WINDOW, **options}
        )
        context.set_default_timeout(ARRIVES_WITHIN_MS)
        visit = Visit(context.new_page())
        visits.append(visit)
        return visit

    yield opened
    for visit in visits:
        visit.page.context.close()
    assert [error for visit in visits for error in visit.errors] == []


@pytest.fixture
def visit(anybody: Visitor, session: Any) -> Visit:
    """A window of somebody who has signed in."""
    return anybody(storage_state=session)
