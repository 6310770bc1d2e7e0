"""Signing in elsewhere: at a real OpenID provider and with a password of a real LDAP directory, in the browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import WINDOW
from tests.e2e.visit import ARRIVES_WITHIN_MS
from tests.identity.directory import Directory, directory
from tests.identity.provider import OpenidProvider, openid_provider
from tests.installation import PASSWORD, Installation, installation
from tests.stack.person import Person

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def ldap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    with directory(tmp_path_factory.mktemp("ldap")) as made:
        made.knows("bob", "the word of bob", "Bob Example")
        made.makes_group("watchers", "bob")
        yield made


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("identities")


@pytest.fixture(scope="module")
def made(place: Path, ldap: Directory) -> Iterator[tuple[Installation, OpenidProvider]]:
    """An installation that knows both, with the groups that both give."""
    with (
        installation(place / "home", **ldap.settings(OVIRTLITE_LDAP_GROUPS="watchers=viewers")) as product,
        openid_provider(place / "openid", [f"http://{product.address}"]) as openid,
    ):
        openid.knows("mia", "the word of mia", preferred_username="mia", name="Mia Example", groups=["staff"])
        openid.knows("eve", "the word of eve", preferred_username="admin", groups=["staff"])
        product.env |= openid.settings(
            OVIRTLITE_OIDC_NAME="Example ID", OVIRTLITE_OIDC_GROUPS="staff=operators"
        )
        product.start()
        product.wait_until_ready()
        admin = Person(product.address, "admin", PASSWORD)
        roles = {role["name"]: role["id"] for role in admin.get("/roles/")["results"]}
        for group, role in (("operators", "operator"), ("viewers", "viewer")):
            id = admin.post("/groups/", {"name": group}, expect=201)["id"]
            admin.post("/grants/", {"group": id, "role": roles[role]}, expect=201)
        admin.close()
        yield product, openid


@pytest.fixture
def page(chromium: Browser, made: tuple[Installation, OpenidProvider]) -> Iterator[Page]:
    context = chromium.new_context(base_url=f"http://{made[0].address}", viewport=WINDOW)  # type: ignore[arg-type]
    context.set_default_timeout(ARRIVES_WITHIN_MS)
    yield context.new_page()
    context.close()


def me(page: Page) -> dict[str, Any]:
    """The account that the page's session is of."""
    found: dict[str, Any] = page.request.get("/api/v1/me/").json()
    return found


def at_the_provider(page: Page, name: str, password: str) -> None:
    page.get_by_role("link", name="Sign in with Example ID").click()
    expect(page.get_by_role("heading", name="Example provider")).to_be_visible()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Secret word").fill(password)
    page.get_by_role("button", name="Continue").click()


def test_through_the_provider_one_comes_to_the_page_that_one_wanted_with_the_groups_rights(
    page: Page,
) -> None:
    page.goto("/hosts")
    at_the_provider(page, "mia", "the word of mia")
    expect(page.get_by_role("heading", name="Hosts", exact=True)).to_be_visible()
    expect(page).to_have_url("/hosts")
    expect(page.get_by_role("button", name="Account of")).to_be_visible()
    assert (me(page)["username"], me(page)["source"], me(page)["roles"]) == ("mia", "oidc", ["operator"])
    page.reload()
    expect(page.get_by_role("heading", name="Hosts", exact=True)).to_be_visible()


def test_a_name_that_is_taken_is_told_on_the_way_in(page: Page) -> None:
    page.goto("/")
    at_the_provider(page, "eve", "the word of eve")
    expect(page.locator(".pf-v6-c-alert.pf-m-danger")).to_contain_text("has your user name already")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    assert page.request.get("/api/v1/me/").status == 401


def test_with_a_password_of_the_directory_one_has_the_groups_rights(page: Page) -> None:
    page.goto("/hosts")
    page.get_by_label("User name").fill("bob")
    page.get_by_label("Password").fill("the word of bob")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Hosts", exact=True)).to_be_visible()
    assert (me(page)["username"], me(page)["source"], me(page)["roles"]) == ("bob", "ldap", ["viewer"])
