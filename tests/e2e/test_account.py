"""One's account in the browser: an app, a security key, a code on paper at sign-in; sessions of other browsers."""

import time

import pyotp
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visitor
from tests.e2e.visit import Visit
from tests.installation import PASSWORD, Installation
from tests.stack.person import Person

pytestmark = pytest.mark.e2e
NAME = "keymaster"
# Chromium's own security key, that always says yes.
_VIRTUAL = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def _enter(visit: Visit) -> None:
    """Name and password, up to the second step."""
    visit.page.get_by_label("User name").fill(NAME)
    visit.page.get_by_label("Password").fill(PASSWORD)
    visit.page.get_by_role("button", name="Sign in", exact=True).click()
    expect(visit.page.get_by_text(f"One more step, {NAME}.")).to_be_visible()


def _leave(visit: Visit) -> None:
    visit.page.get_by_role("button", name="Account of").click()
    visit.choose("Sign out")
    expect(visit.page.get_by_label("User name")).to_be_visible()


def _is_in(visit: Visit) -> None:
    expect(visit.page.get_by_role("heading", name="Your account")).to_be_visible()


def test_second_factors_and_sessions(anybody: Visitor, admin: Person, product: Installation) -> None:
    admin.post("/users/", {"username": NAME, "password": PASSWORD})
    here, there = anybody(), anybody()
    for visit in (here, there):
        for path in (
            "/api/v1/me/",
            "/api/v1/auth/login/",
            "/api/v1/auth/second-factor/",
            "/api/v1/me/sessions/",
        ):
            visit.expects(401, path)
    page = here.page
    # Browsers use security keys at names alone.
    account = f"http://localhost:{product.address.rpartition(':')[2]}/account"
    here.go(account)
    page.get_by_label("User name").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()

    page.get_by_role("button", name="Set up an app").click()
    picture = page.get_by_role("img", name="Picture for the authenticator app")
    expect(picture).to_be_visible()
    assert picture.evaluate("(image) => image.naturalWidth") > 0, "a picture that is none is visible too"
    secret = page.get_by_role("dialog").locator("code, .pf-v6-c-clipboard-copy__text").first.inner_text()
    app = pyotp.TOTP(secret.replace(" ", ""))
    page.get_by_label("Code from your app").fill(app.now())
    page.get_by_role("button", name="Switch it on").click()
    codes = page.get_by_role("list", name="Your recovery codes").get_by_role("listitem")
    expect(codes).to_have_count(10)
    paper = codes.all_inner_texts()
    page.get_by_label("I have kept them in a safe place.").check()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("10 codes are left")).to_be_visible()

    _leave(here)
    _enter(here)
    page.get_by_label("Code from your app").fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("That is not right, or was used before.")).to_be_visible()
    page.get_by_label("Code from your app").fill(app.at(int(time.time()) + 30))  # that of now is used up
    page.get_by_role("button", name="Sign in", exact=True).click()
    _is_in(here)

    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": _VIRTUAL})
    page.get_by_role("button", name="Add a security key").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Blue key")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("list", name="Second factor").get_by_text("Blue key")).to_be_visible()
    _leave(here)
    _enter(here)
    page.get_by_role("button", name="Use security key").click()
    _is_in(here)

    there.go("/account")  # by the address: no key answers there
    _enter(there)
    there.page.get_by_role("button", name="Use a recovery code").click()
    there.page.get_by_label("Recovery code").fill(paper[0])
    there.page.get_by_role("button", name="Sign in", exact=True).click()
    _is_in(there)
    here.page.reload()
    expect(page.get_by_text("9 codes are left")).to_be_visible()
    sessions = page.get_by_role("grid", name="Sessions")
    expect(sessions.get_by_text("Chrome on Linux")).to_have_count(2)
    sessions.get_by_role("button", name="End").click()
    expect(sessions.get_by_text("Chrome on Linux")).to_have_count(1)
    there.page.reload()
    expect(there.page.get_by_label("User name")).to_be_visible()
