"""Networks from the browser: made with what the host suggests, seen with who is on them, changed, stopped, deleted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.node import Node
from tests.e2e.visit import Visit
from tests.installation import eventually
from tests.stack.person import Person

pytestmark = pytest.mark.e2e
HOST = "switchboard"
# The browser's own node runs as an ordinary user and makes no bridges: libvirt's test driver keeps networks all the
# same, and has one with a guest on it and a card at first.
NETWORK = "default"
GUEST = "test"


@dataclass(frozen=True)
class Switchboard:
    """The host whose networks are changed here."""

    id: str
    admin: Person

    def network(self, name: str) -> dict[str, Any] | None:
        found = self.admin.get("/networks/", host=self.id, name=name)["results"]
        return found[0] if found else None


@pytest.fixture(scope="module")
def switchboard(node: Node, admin: Person) -> Iterator[Switchboard]:
    uri = node.daemon.uri("test")
    admin.done(admin.post("/hosts/", {"name": HOST, "uri": uri}, expect=202))
    board = Switchboard(admin.get("/hosts/", name=HOST)["results"][0]["id"], admin)
    eventually(
        lambda: (found := board.network(NETWORK)) and found["interfaces"] == 1,
        within=30.0,
        what="the network is known with who is on it",
    )
    yield board
    admin.delete(f"/hosts/{board.id}/")


def field(dialog: Locator, label: str) -> Locator:
    return dialog.get_by_role("textbox", name=label, exact=False)


def test_a_network_is_made_with_what_the_host_suggests(visit: Visit, switchboard: Switchboard) -> None:
    visit.go("/networks")
    visit.page.get_by_role("button", name="Create network").click()
    dialog = visit.page.get_by_role("dialog")
    field(dialog, "Name").first.fill("lab")
    dialog.get_by_role("combobox", name="Host").select_option(label=HOST)
    dialog.get_by_label("Isolated", exact=True).check()
    subnet = field(dialog, "Address and subnet").first
    expect(subnet).to_have_value(re.compile(r"^192\.168\.\d+\.1/24$"))
    subnet.fill("192.168.122.129/25")
    expect(subnet).to_have_accessible_description(re.compile("overlaps"))
    expect(dialog.get_by_role("button", name="Create", exact=True)).to_be_disabled()
    subnet.fill("10.77.0.1/24")
    # The range goes along with the subnet.
    expect(field(dialog, "First address given out")).to_have_value("10.77.0.100")
    expect(dialog.get_by_role("region", name="What will happen")).to_contain_text("Nothing on switchboard")
    dialog.get_by_role("button", name="Create", exact=True).click()
    expect(dialog).to_have_count(0)
    row = visit.row("lab")
    expect(row).to_contain_text("Active")
    expect(row).to_contain_text("Isolated")
    expect(row).to_contain_text("10.77.0.1/24")

    visit.menu("lab")
    visit.choose("Delete")
    dialog.get_by_role("button", name="Delete").click()
    expect(dialog).to_have_count(0)
    visit.rest()
    expect(visit.row("lab")).to_have_count(0)
    eventually(lambda: switchboard.network("lab") is None, within=20.0, what="it is gone")


def test_who_is_on_a_network_is_seen_and_named_before_it_stops(
    visit: Visit, switchboard: Switchboard
) -> None:
    default = switchboard.network(NETWORK)
    assert default is not None
    visit.go(f"/networks/{default['id']}")
    visit.is_live()
    picture = visit.page.get_by_role("figure", name=f"Who is on {NETWORK}")
    expect(picture).to_contain_text("LAN")
    expect(picture).to_contain_text("virbr0")
    guest = picture.get_by_role("link", name=re.compile(f"^{GUEST},"))
    guest.focus()
    visit.page.keyboard.press("Enter")
    expect(visit.page.get_by_role("heading", name=GUEST, exact=True)).to_be_visible()
    visit.page.go_back()

    visit.menu(NETWORK)
    visit.choose("Delete")
    dialog = visit.page.get_by_role("dialog")
    expect(dialog.get_by_role("region", name="What will happen")).to_contain_text(GUEST)
    expect(dialog.get_by_role("button", name="Delete")).to_be_disabled()
    visit.page.keyboard.press("Escape")

    visit.menu(NETWORK)
    visit.choose("Stop")
    expect(dialog).to_contain_text(GUEST)
    dialog.get_by_role("button", name="Stop").click()
    expect(visit.page.locator(".ol-page-head")).to_contain_text("Inactive")
    visit.page.get_by_role("button", name="Start").click()
    expect(visit.page.locator(".ol-page-head")).to_contain_text("Active")


def test_a_fixed_address_is_given(visit: Visit, switchboard: Switchboard) -> None:
    default = switchboard.network(NETWORK)
    assert default is not None
    visit.go(f"/networks/{default['id']}?tab=addresses")
    visit.is_live()
    visit.page.get_by_role("button", name="Edit fixed addresses").click()
    dialog = visit.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Add a fixed address").click()
    field(dialog, "MAC address").fill("aa:bb:cc:dd:ee:ff")
    address = dialog.get_by_role("textbox", name="Address", exact=True)
    address.fill("192.168.123.9")
    expect(address).to_have_accessible_description(re.compile("outside"))
    address.fill("192.168.122.9")
    expect(dialog.get_by_role("region", name="What will happen")).to_contain_text("192.168.122.9")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    fixed = visit.page.get_by_role("grid", name="Fixed addresses")
    expect(fixed).to_contain_text("192.168.122.9")

    visit.page.get_by_role("tab", name="XML").click()
    expect(visit.page.locator(".cm-content")).to_contain_text("aa:bb:cc:dd:ee:ff")
    visit.go(f"/hosts/{switchboard.id}?tab=interfaces")
    expect(visit.page.get_by_role("row").filter(has_text="eth1")).to_contain_text("192.168.0.5")
