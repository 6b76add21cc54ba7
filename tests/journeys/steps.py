"""The steps both journeys share, each by the person who takes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from playwright.sync_api import FilePayload, expect

from marketplace.core import clock
from orders.models import Order
from tests.factories.files import PDF, picture_bytes
from tests.journeys.people import Member, words, work_in_the_background

PAPER: FilePayload = {"name": "bill of lading.pdf", "mimeType": "application/pdf", "buffer": PDF}
PICTURE: FilePayload = {"name": "cherries.jpg", "mimeType": "image/jpeg", "buffer": picture_bytes((900, 675))}
TITLE = "Lapins cherries, fresh, 28 mm and up"
TOTAL = "30,435.00 USD"


@dataclass
class Sides:
    """The two companies' people of one trade."""

    buyer: Member
    supplier: Member

    @property
    def order(self) -> Order:
        """The one order there is, as the database has it."""
        return Order.objects.get()


def list_a_product(supplier: Member) -> None:
    """Category first, then every fact a buyer needs, a picture, and off to the moderator."""
    supplier.goes_to("Products")
    supplier.follow(re.compile("List a product"))
    supplier.fill(Title=TITLE)
    supplier.choose("Category", re.compile("Cherries and stone fruit"))
    if not supplier.script:
        supplier.press("Show its fields")
    supplier.fill(
        Description="Picked by hand, cooled to 0 °C within four hours.\n\n- firm\n- dark red",
        HS_code="0809.29",
        Minimum_order="1",
        Sold_in_steps_of="0.5",
        Variety="Lapins",
        Named_place="Valparaíso",
        Lead_time="14",
        Packaging="Carton of 5 kg with liner",
        In_one_package="0.005",
        Net_weight_of_a_package="5",
        Gross_weight_of_a_package="5.4",
    )
    supplier.choose("Country of origin", "Chile")
    supplier.choose("Unit", re.compile(r"tonne|metric ton", re.IGNORECASE))
    supplier.choose("Currency", "USD")
    supplier.choose("Incoterms rule", re.compile("FOB"))
    for row, (quantity, price) in enumerate([("1", "2150"), ("15", "2029"), ("50", "1940.5")]):
        supplier.main.get_by_label("From quantity").nth(row).fill(quantity)
        supplier.main.get_by_label("Unit price").nth(row).fill(price)
    supplier.attach("Add pictures", [PICTURE])
    if supplier.script:
        supplier.sees("stands in lists")
    supplier.press(re.compile("Submit for review"))
    supplier.sees(re.compile("in review", re.IGNORECASE))


def approve_the_listing(moderator: Member) -> None:
    """The moderator finds it in the queue, reads it and lets it go live."""
    moderator.goes_to("Listings to review")
    moderator.follow(TITLE)
    moderator.sees("Picked by hand, cooled to 0 °C within four hours.")
    moderator.press(re.compile("Approve: it goes live"))
    moderator.sees_title("Listings")


def find_and_price(buyer: Member, words: str = "cherries") -> None:
    """Searched from the header with a slip of the pen; the price at 15 t is computed by the page."""
    banner = buyer.page.get_by_role("banner")
    banner.get_by_role("searchbox").fill(words)
    buyer.press("Search", banner)
    buyer.follow(TITLE)
    buyer.sees_title(TITLE)
    buyer.fill(My_quantity="15")
    if not buyer.main.get_by_text("30,435.00").filter(visible=True).count():
        again = buyer.main.get_by_role("button", name="Recalculate")
        if again.is_visible():
            again.click()
    buyer.sees(TOTAL)


def check_out(buyer: Member) -> None:
    """Where to, how, until when; the order is placed."""
    buyer.fill(
        Consignee="Nordic Food Import AB",
        Street_and_number="Hamngatan 4",
        Postal_code="411 14",
        City="Göteborg",
        Contact_person="Lina Berg",
        Ship_by=(clock.now() + timedelta(days=30)).date().isoformat(),
    )
    buyer.choose("Country", "Sweden")
    buyer.choose("How the goods travel", "sea")
    buyer.press(f"Place the order: {TOTAL}")
    buyer.sees_title(TITLE)
    work_in_the_background()


def confirm_and_compare(sides: Sides) -> None:
    """The supplier confirms from the bell; both read the same fingerprint of the contract."""
    sides.supplier.reads_in_the_bell(re.compile("order", re.IGNORECASE))
    sides.supplier.sees_title(TITLE)
    sides.supplier.press(re.compile("Confirm this order"))
    sides.supplier.sees(re.compile("Contract agreed"))
    work_in_the_background()
    sides.buyer.goes_to("Orders")
    sides.buyer.follow(re.compile(re.escape(TITLE)))
    hashes = {contract_hash(person) for person in (sides.supplier, sides.buyer)}
    assert hashes == {sides.order.terms_hash}
    assert len(sides.order.terms_hash) == 64


def contract_hash(person: Member) -> str:
    """What the contract's page says, read from an order's page and back again."""
    person.follow("Contract", person.main)
    person.sees("SHA-256 of the contract terms, the same for both sides")
    found = person.main.locator("code").inner_text()
    person.follow(re.compile("^Order "), person.main)
    return found


def pay_by_card(sides: Sides) -> None:
    """Through the rail's own page; then the order says that the money is held."""
    buyer = sides.buyer
    buyer.follow("Pay", buyer.main)
    buyer.sees(TOTAL)
    buyer.main.get_by_role("radio", name=re.compile("Test payment")).check()
    buyer.press(f"Pay {TOTAL}")
    buyer.sees_title("TEST PAYMENT: no money moves")
    buyer.press(f"Pay {TOTAL}")
    buyer.sees_title(TITLE)
    buyer.sees(words(f"Held: {TOTAL}"))
    work_in_the_background()


def ship(sides: Sides) -> None:
    """Packed with a tracking number, a paper attached, and off; the buyer says when it came."""
    supplier, buyer = sides.supplier, sides.buyer
    supplier.reads_in_the_bell(words(f"{TOTAL} is paid and held"))
    supplier.follow("Prepare a shipment", supplier.main)
    supplier.fill(Carrier="Sandbox", Tracking_number="MSKU 123456-7")
    supplier.press("Pack the shipment", supplier.main)
    supplier.follow("Attach a document", supplier.main)
    supplier.choose("Kind of document", "Bill of lading")
    supplier.attach("File", [PAPER])
    supplier.press("Attach", supplier.main)
    supplier.sees("Bill of lading")
    if supplier.page.get_by_role("heading", level=1).inner_text() != TITLE:
        supplier.follow(re.compile("^Order "), supplier.main)
    supplier.follow("Dispatch the shipment", supplier.main)
    supplier.press("Say that it left", supplier.main)
    supplier.sees("in transit")
    work_in_the_background()
    buyer.reads_in_the_bell(words("are on their way"))
    paper = buyer.page.context.request.get(
        buyer.page.url.split("/orders")[0]
        + str(buyer.main.get_by_role("link", name="Download bill of lading.pdf").get_attribute("href"))
    )
    assert paper.body() == PDF
    assert "attachment" in paper.headers["content-disposition"]
    buyer.follow("The goods have arrived", buyer.main)
    buyer.press("Record the arrival", buyer.main)
    buyer.sees(re.compile("inspects the goods|Inspect the goods"))
    work_in_the_background()
    expect(buyer.main.get_by_text("delivered").first).to_be_visible()
