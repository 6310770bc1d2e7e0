"""Who may do what, from the browser: accounts and access are given, seen by whom they are for, and taken back."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import Visitor
from tests.e2e.node import Node
from tests.e2e.visit import Visit
from tests.installation import eventually
from tests.stack.person import Person

pytestmark = pytest.mark.e2e
ME = (401, "/api/v1/me/")
WHO = "erin"
FRIEND = "frank"
GROUP = "night watch"
ROLE = "night shift"
MACHINE = "mail"
LEFT = "left.img"


@pytest.fixture
def machine(node: Node, admin: Person) -> dict[str, Any]:
    def known() -> dict[str, Any] | None:
        found = admin.get("/domains/", name=MACHINE)["results"]
        return found[0] if found else None

    found: dict[str, Any] = eventually(known, within=30.0, what=f"{MACHINE} is known")
    return found


@pytest.fixture
def no_trace(admin: Person) -> Iterator[None]:
    """What the test makes goes again, so that the ring's other files find the accounts that they know."""
    yield
    for path, name in (("/users/", WHO), ("/users/", FRIEND), ("/groups/", GROUP), ("/roles/", ROLE)):
        for one in admin.get(path, search=name)["results"]:
            admin.delete(f"{path}{one['id']}/")


def pick(dialog: Locator, field: str, typed: str) -> None:
    """Choose one of many by a part of its name."""
    box = dialog.get_by_role("combobox", name=field, exact=True)
    box.fill(typed)
    dialog.page.get_by_role("option", name=re.compile(rf"^{typed}")).first.click()


def send(dialog: Locator, button: str) -> None:
    dialog.get_by_role("button", name=button, exact=True).click()
    expect(dialog).to_have_count(0)


def make_user(visit: Visit) -> str:
    """Makes the user; the password that was generated for them."""
    visit.go("/admin/users")
    visit.page.get_by_role("button", name="Create user").click()
    dialog = visit.page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Username").fill(WHO)
    dialog.get_by_role("button", name="Generate").click()
    password = dialog.get_by_role("textbox", name="Password", exact=True).input_value()
    dialog.get_by_label("They must choose another one").uncheck()
    send(dialog, "Create user")
    expect(visit.page.get_by_role("heading", name=WHO, exact=True)).to_be_visible()
    visit.page.get_by_role("button", name="Edit", exact=True).click()
    dialog.get_by_role("textbox", name="Full name").fill("Erin Novak")
    send(dialog, "Save")
    expect(visit.page.get_by_role("tabpanel")).to_contain_text("Erin Novak")
    return password


def leave_a_volume(admin: Person, password: str) -> None:
    """It is made by who may do so for a moment."""
    (quota,) = [one for one in admin.get("/quotas/")["results"] if one["user"] and one["user"]["name"] == WHO]
    admin.patch(f"/quotas/{quota['id']}/", {"storage_bytes": 2**30})
    pool = admin.get("/pools/")["results"][0]["id"]
    (operator,) = [one for one in admin.get("/roles/")["results"] if one["name"] == "operator"]
    body = {"user": quota["user"]["id"], "role": operator["id"], "object": {"kind": "pool", "id": pool}}
    grant = admin.post("/grants/", body)
    erin = Person(admin.address, WHO, password)
    made = {"pool": pool, "name": LEFT, "capacity_bytes": 2**20, "format": "raw"}
    erin.done(erin.post("/volumes/", made, expect=202))
    erin.close()
    admin.delete(f"/grants/{grant['id']}/")


def test_accounts_roles_and_access_are_given_and_seen_and_written_down(
    visit: Visit, anybody: Visitor, machine: dict[str, Any], admin: Person, no_trace: None
) -> None:
    page = visit.page
    dialog = page.get_by_role("dialog")
    password = make_user(visit)

    visit.go("/admin/groups")
    page.get_by_role("button", name="Create group").first.click()
    dialog.get_by_role("textbox", name="Name", exact=True).fill(GROUP)
    dialog.get_by_role("textbox", name="Members").fill(WHO)
    page.get_by_role("menuitem", name=WHO).get_by_role("checkbox").check()
    page.keyboard.press("Escape")
    send(dialog, "Create group")
    expect(page.get_by_role("tabpanel")).to_contain_text(WHO)

    visit.go("/admin/roles")
    page.get_by_role("button", name="Create role").click()
    dialog.get_by_role("textbox", name="Name", exact=True).fill(ROLE)
    for permission, words in (
        ("domain.read", "See virtual machines"),
        ("domain.start", "Start virtual machines"),
    ):
        dialog.get_by_role("textbox", name="Search in Permissions").fill(permission)
        dialog.get_by_role("checkbox", name=words, exact=True).check()
    send(dialog, "Create role")
    expect(page.get_by_role("tabpanel")).to_contain_text("Start virtual machines")

    visit.go("/admin/grants")
    page.get_by_role("button", name="Give access").click()
    pick(dialog, "User", WHO)
    pick(dialog, "Role", "owner")
    dialog.get_by_label("Where").select_option(label="On one virtual machine")
    pick(dialog, "Virtual machine", MACHINE)
    send(dialog, "Give access")
    row = page.get_by_role("row").filter(has_text=WHO)
    expect(row).to_contain_text(MACHINE)

    visit.go("/admin/quotas")
    page.get_by_role("button", name="Set quota").first.click()
    pick(dialog, "User", WHO)
    dialog.get_by_role("textbox", name="Virtual machines").fill("3")
    send(dialog, "Set quota")
    expect(page.get_by_role("row").filter(has_text=WHO)).to_contain_text("0 of 3")

    leave_a_volume(admin, password)

    # Whoever it was given to sees this one machine and what is theirs, and nothing refuses them meanwhile.
    admin.post("/users/", {"username": FRIEND})
    hers = anybody()
    hers.expects(*ME)
    hers.go("/")
    hers.sign_in(password, username=WHO)
    places = hers.page.get_by_role("navigation", name="Navigation")
    expect(places.get_by_role("link", name="Virtual machines")).to_be_visible()
    expect(places).not_to_contain_text("Administration")
    expect(places).not_to_contain_text("Hosts")
    expect(hers.page.get_by_text("0 of 3")).to_be_visible()
    # A volume that is hers, in a pool that she does not see, counts, and is hers to delete.
    hers.page.get_by_role("button", name=f"Delete {LEFT}").click()
    deleting = hers.page.get_by_role("dialog")
    deleting.get_by_role("textbox", name=f"Type {LEFT}").fill(LEFT)
    send(deleting, "Delete")
    expect(hers.page.get_by_role("button", name=f"Delete {LEFT}")).to_have_count(0)
    places.get_by_role("link", name="Virtual machines").click()
    expect(hers.row(MACHINE)).to_be_visible()
    expect(hers.page.locator("tbody tr")).to_have_count(1)

    # She shares it with a role that is within her own rights, and takes it back.
    hers.page.get_by_role("link", name=MACHINE, exact=True).click()
    hers.page.get_by_role("tab", name="Access").click()
    hers.page.get_by_role("button", name="Share", exact=True).click()
    sharing = hers.page.get_by_role("dialog")
    sharing.get_by_role("textbox", name="Username").fill(FRIEND)
    sharing.get_by_role("combobox", name="Role", exact=True).click()
    expect(hers.page.get_by_role("option", name="administrator")).to_have_count(0)
    pick(sharing, "Role", ROLE)
    send(sharing, "Share")
    shared = hers.page.get_by_role("row").filter(has_text=FRIEND)
    expect(shared).to_contain_text(ROLE)
    shared.get_by_role("button", name="Take back").click()
    send(sharing, "Take back")
    expect(shared).to_have_count(0)

    # All of it is in the log: who, from where, and what a field was and became.
    visit.go(f"/admin/audit?q={WHO}")
    page.get_by_role("button", name="Change user").first.click()
    entry = page.get_by_role("grid", name="What changed")
    expect(entry.get_by_role("row").filter(has_text="name")).to_contain_text("Erin Novak")
    expect(page).to_have_url(re.compile(r"entry="))
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("The log is whole")).to_be_visible()
