"""Who one is: signing in, being refused, being signed out elsewhere."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visitor

pytestmark = pytest.mark.e2e
ME = (401, "/api/v1/me/")


def test_a_wrong_password_is_refused_in_words_and_the_right_one_leads_on(anybody: Visitor) -> None:
    visit = anybody()
    visit.expects(*ME)
    visit.expects(401, "/api/v1/auth/login/")
    visit.go("/hosts?q=rack")
    visit.sign_in("not the password")
    expect(visit.page.get_by_role("heading", name="ovirtlite")).to_be_visible()
    expect(visit.page.locator(".pf-v6-c-alert.pf-m-danger")).to_contain_text("password")
    visit.sign_in()
    expect(visit.page.get_by_role("heading", name="Hosts")).to_be_visible()
    expect(visit.page).to_have_url("/hosts?q=rack")  # where one wanted to go before one was asked


def test_signing_out_leads_to_the_way_in(anybody: Visitor) -> None:
    visit = anybody()
    visit.expects(*ME)
    visit.go("/")
    visit.sign_in()
    visit.page.get_by_role("button", name="Account of").click()
    visit.choose("Sign out")
    expect(visit.page.get_by_role("button", name="Sign in")).to_be_visible()
    visit.page.reload()
    expect(visit.page.get_by_role("button", name="Sign in")).to_be_visible()


def test_a_session_that_has_ended_leads_to_the_way_in(anybody: Visitor) -> None:
    visit = anybody()
    for path in ("/api/v1/me/", "/api/v1/hosts/", "/api/v1/clusters/", "/api/v1/domains/", "/api/v1/jobs/"):
        visit.expects(401, path)
    visit.go("/domains")
    visit.sign_in()
    visit.is_live()
    visit.page.context.clear_cookies(name="ovirtlite_session")
    visit.page.get_by_role("link", name="Hosts").click()
    expect(visit.page.get_by_role("button", name="Sign in")).to_be_visible()
    visit.sign_in()
    expect(visit.page).to_have_url("/hosts")
    expect(visit.page.get_by_role("heading", name="Hosts")).to_be_visible()
