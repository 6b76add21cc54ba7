"""The moderators' queue by keys: along it, to the decision, never while somebody types, and off when they wish."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from catalog.models import Product
from catalog.states import ProductState
from tests.factories.accounts import signed_in, staff
from tests.factories.catalog import a_submitted_product

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def desk(browser: Browser, live_server: LiveServer) -> Page:
    """A moderator before three listings."""
    for title in ("Basmati one", "Basmati two", "Basmati three"):
        a_submitted_product(title=title)
    context = browser.new_context()
    session = signed_in(staff("moderation")).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + reverse("desk_moderation"))
    return page


def test_a_moderator_walks_the_queue_and_approves_by_keys(desk: Page) -> None:
    first, second, third = (
        desk.get_by_role("link", name=f"Basmati {name}") for name in ("one", "two", "three")
    )
    desk.keyboard.press("j")
    expect(first).to_be_focused()
    desk.keyboard.press("j")
    expect(second).to_be_focused()
    desk.keyboard.press("k")
    expect(first).to_be_focused()
    desk.keyboard.press("Enter")
    heading = desk.get_by_role("heading", level=1)
    expect(heading).to_have_text("Basmati one")
    desk.keyboard.press("j")
    expect(heading).to_have_text("Basmati two")
    desk.keyboard.press("r")
    desk.get_by_label("In your words").fill("jkau? Say more.")
    expect(heading).to_have_text("Basmati two")  # nothing happened while typing
    desk.get_by_text("Approve: it goes live").focus()
    desk.keyboard.press("?")
    expect(desk.get_by_text("to the approval; Enter approves")).to_be_visible()
    desk.keyboard.press("a")
    expect(desk.get_by_role("button", name="Approve: it goes live")).to_be_focused()
    assert not Product.objects.filter(state=ProductState.LIVE).exists()  # a letter decides nothing
    desk.keyboard.press("Enter")
    expect(heading).to_have_text("Basmati three")
    assert Product.objects.get(state=ProductState.LIVE).title == "Basmati two"
    desk.keyboard.press("u")
    expect(third).to_be_visible()
    desk.keyboard.press("?")
    desk.get_by_label("Use these keys").uncheck()
    desk.keyboard.press("j")
    expect(first).not_to_be_focused()
