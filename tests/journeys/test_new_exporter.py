"""A new exporter, from an address nobody knows to a listing that a stranger finds.

Verification is not asked for before the first listing (`catalog.policies`): the badge may follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core import mail
from playwright.sync_api import expect

from catalog.models import Product
from marketplace.accounts.models import User
from tests.factories.accounts import PASSWORD
from tests.journeys.conftest import Stage
from tests.journeys.people import Visitor, words, work_in_the_background
from tests.journeys.steps import PICTURE, TITLE, approve_the_listing

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ADDRESS = "rosa@maule.example"
CODE = "080929"


def test_a_new_exporter_comes_from_sign_up_to_a_listing_that_a_stranger_finds(stage: Stage) -> None:
    rosa = Visitor(stage.browser, stage.home, script=stage.script)
    stage.visitors.append(rosa)
    signs_up(rosa)
    proves_the_address(rosa)
    makes_the_company(rosa)
    describes_the_goods(rosa)
    finds_the_code(rosa)
    mends_the_prices(rosa)
    looks_and_submits(rosa)
    approve_the_listing(stage.officer("Mo Reader", "moderation"))
    work_in_the_background()
    stranger = Visitor(stage.browser, stage.home, script=stage.script)
    stage.visitors.append(stranger)
    finds_the_listing(stranger)


@contextmanager
def answered(person: Visitor, address: str) -> Iterator[None]:
    """With a script the page asks by itself: go on when it has its answer, as leaving before would be a complaint."""
    if not person.script:
        yield
        return
    with person.page.expect_response(lambda answer: address in answer.url):
        yield


def signs_up(rosa: Visitor) -> None:
    """Before the address is proven nobody is signed in."""
    rosa.follow("Sign in", rosa.page.get_by_role("banner"))
    rosa.follow("Create an account", rosa.main)
    rosa.fill(Your_name="Rosa Fuentes", Email=ADDRESS)
    for field in rosa.main.locator("input[type=password]").all():
        field.fill(PASSWORD)
    rosa.main.locator("[name=time_zone]").select_option("America/Santiago")
    rosa.press("Create the account", rosa.main)
    rosa.sees_title("Confirm your e-mail address")
    assert User.objects.get().email == ADDRESS


def proves_the_address(rosa: Visitor) -> None:
    """By the link of the message, in the browser that signed up: the password is not asked again."""
    message = next(one for one in mail.outbox if one.to == [ADDRESS])
    link = re.search(r"https?://\S+/accounts/confirm-email/\S+", str(message.body))
    assert link is not None
    rosa.page.goto(link[0])
    rosa.press("Yes, confirm it", rosa.main)
    expect(rosa.page.get_by_role("link", name="Sign in", exact=True)).to_have_count(0)


def makes_the_company(rosa: Visitor) -> None:
    """The first page of somebody without one."""
    rosa.sees_title("Your company")
    rosa.fill(Legal_name="Frutas del Maule SpA")
    rosa.choose("Country", "Chile")
    rosa.main.get_by_label("We sell").check()
    rosa.press("Create the company", rosa.main)
    rosa.sees("Frutas del Maule SpA")


def describes_the_goods(rosa: Visitor) -> None:
    """Everything but the code and the prices."""
    rosa.follow(re.compile(r"^Products( \d+)?$"), rosa.page.get_by_role("navigation", name="Main"))
    rosa.follow(re.compile("List a product"))
    rosa.fill(Title=TITLE)
    rosa.choose("Category", re.compile("Cherries and stone fruit"))
    if not rosa.script:  # a script shows them as soon as the category is chosen
        rosa.press("Show its fields")
    rosa.fill(
        Variety="Lapins",
        Description="Picked by hand, cooled to 0 °C within four hours.",
        Minimum_order="10",
        Sold_in_steps_of="1",
        Named_place="Valparaíso",
        Lead_time="14",
        Packaging="Carton of 5 kg with liner",
        In_one_package="0.005",
        Net_weight_of_a_package="5",
        Gross_weight_of_a_package="5.4",
    )
    rosa.choose("Country of origin", "Chile")
    rosa.choose("Unit", re.compile(r"tonne|metric ton", re.IGNORECASE))
    rosa.choose("Currency", "USD")
    rosa.choose("Incoterms rule", re.compile("FOB"))


def finds_the_code(rosa: Visitor) -> None:
    """By what she calls it; the button of the line fills the field, and what was typed stays."""
    rosa.fill(Find_the_code_by_words="cerezas")
    if not rosa.script:
        rosa.press("Find the code", rosa.main)
    rosa.sees("fits the category")
    rosa.press("Choose 0809.29", rosa.main)
    expect(rosa.field("HS code")).to_have_value(CODE)
    expect(rosa.field("Title")).to_have_value(TITLE)
    expect(rosa.field("Variety")).to_have_value("Lapins")
    assert not Product.objects.exists()


def mends_the_prices(rosa: Visitor) -> None:
    """Two prices for one quantity are named with the row; mended, the borders and their prices are shown."""
    types_prices(rosa, ("10", "2150"), ("10", "2029"))
    rosa.sees("Row 2:", "This quantity is already in the row above: two prices would apply to it.")
    types_prices(rosa, ("10", "2150"), ("25", "2029"))
    rosa.sees(words("2,150.00 USD"), words("50,725.00 USD"))
    expect(rosa.main.get_by_text("Row 2:")).to_have_count(0)
    assert not Product.objects.exists()


def types_prices(rosa: Visitor, *rows: tuple[str, str]) -> None:
    with answered(rosa, "/preview/"):
        for row, (quantity, price) in enumerate(rows):
            rosa.main.get_by_label("From quantity").nth(row).fill(quantity)
            rosa.main.get_by_label("Unit price").nth(row).fill(price)
    if not rosa.script:
        rosa.press("Check the prices", rosa.main)


def looks_and_submits(rosa: Visitor) -> None:
    """A picture, the draft, the page as buyers will see it; then to the moderator."""
    rosa.attach("Add pictures", [PICTURE])
    if rosa.script:  # it is sent at once, and makes a draft to belong to
        rosa.sees("stands in lists")
    rosa.press("Save the draft", rosa.main)
    rosa.sees("stands in lists")
    assert Product.objects.get().state == "draft"
    rosa.follow("See the whole page", rosa.main)
    rosa.sees_title(TITLE)
    rosa.sees("Picked by hand, cooled to 0 °C within four hours.", words("2,150.00 USD"))
    rosa.page.go_back()
    rosa.press("Submit for review", rosa.main)
    rosa.sees(re.compile("in review", re.IGNORECASE))


def finds_the_listing(stranger: Visitor) -> None:
    """Without an account, by words of the title."""
    box = stranger.page.get_by_role("searchbox").first
    with answered(stranger, "/search/suggestions/"):
        box.fill("lapins cherries")
    box.press("Enter")
    stranger.follow(TITLE)
    stranger.sees_title(TITLE)
    stranger.sees("Frutas del Maule SpA", words("2,150.00 USD"), "Chile")
    product = Product.objects.get()
    assert (product.state, product.hs_code, product.supplier.legal_name) == (
        "live",
        CODE,
        "Frutas del Maule SpA",
    )
