"""The disputed trade, click by click: claim, offers, the officer's split, and the money exactly so."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from playwright.sync_api import FilePayload

from marketplace.accounts.models import Company
from marketplace.core import clock
from marketplace.core.money import Money
from tests.factories.catalog import a_live_product, tiers
from tests.factories.files import PDF, picture_bytes
from tests.journeys.conftest import Stage
from tests.journeys.people import Member, words, work_in_the_background
from tests.journeys.steps import (
    TITLE,
    Sides,
    check_out,
    confirm_and_compare,
    find_and_price,
    pay_by_card,
    ship,
)
from trade_assurance.disputes.models import Dispute, Offer
from trade_assurance.holds.models import Hold
from trade_assurance.ledger.queries import balance
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments.models import Refund

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PHOTO: FilePayload = {
    "name": "soft cherries.jpg",
    "mimeType": "image/jpeg",
    "buffer": picture_bytes((640, 480), colour="maroon"),
}
REPORT: FilePayload = {"name": "loading report.pdf", "mimeType": "application/pdf", "buffer": PDF}


def test_a_disputed_trade_is_decided_and_the_money_moves_exactly_so(stage: Stage) -> None:
    seller, supplier = stage.owner("Rosa Fuentes", "Frutas del Maule SpA", "CL", buys=False)
    offers_cherries(seller)
    work_in_the_background()
    _company, buyer = stage.owner("Lina Berg", "Nordic Food Import AB", "SE", sells=False)
    officer = stage.officer("Dora Vidal", "disputes")
    sides = Sides(buyer, supplier)
    find_and_price(buyer)
    buyer.press("Add to cart")
    buyer.sees_title("Cart")
    buyer.follow("Order from Frutas del Maule SpA", buyer.main)
    check_out(buyer)
    confirm_and_compare(sides)
    pay_by_card(sides)
    ship(sides)

    open_the_claim(buyer)
    hold = Hold.objects.get()
    assert (hold.frozen_minor, hold.held_minor) == (450_000, 3_043_500)
    exchange_offers(sides)
    assert [
        (offer.by_side, offer.refund_minor, offer.state) for offer in Offer.objects.order_by("version")
    ] == [
        ("supplier", 100_000, "declined"),
        ("buyer", 400_000, "declined"),
    ]

    with time_machine.travel(clock.now() + timedelta(days=4, hours=1), tick=True):
        work_in_the_background()
        escalate_and_show(sides)
        decide(officer)
        assert Hold.objects.get().held_minor == 3_043_500
        waive(sides)
        look_at_the_money(sides)
    with time_machine.travel(clock.now() + timedelta(days=4, hours=2), tick=True):
        work_in_the_background()  # the refund's way back to the card

    hold = Hold.objects.get()
    assert Dispute.objects.get().state == "closed"
    assert (hold.refunded_minor, hold.released_minor, hold.held_minor, hold.frozen_minor) == (
        275_050,
        2_768_450,
        0,
        0,
    )
    assert hold.commission_minor == 83_054  # 3 % of 27,684.50, half up
    assert balance(AccountKind.ESCROW, hold.ref, "USD").is_zero
    assert balance(AccountKind.SUPPLIER_PAYABLE, seller.ref, "USD") == Money(2_768_450 - 83_054, "USD")
    assert [(refund.amount_minor, refund.state) for refund in Refund.objects.all()] == [
        (275_050, "confirmed")
    ]
    assert sides.order.state == "completed"


def offers_cherries(seller: Company) -> None:
    """Fresh cherries, cheaper from 15 t and from 50 t on."""
    a_live_product(
        seller,
        at=clock.now(),
        title=TITLE,
        category_code="stone-fruit",
        hs_code="0809.29",
        origin="CL",
        named_place="Valparaíso",
        moq=Decimal(1),
        tiers=tiers((1, "2150"), (15, "2029"), (50, "1940.5")),
    )


def open_the_claim(buyer: Member) -> None:
    """A third of the pallets is soft: 4,500.00 USD of 30,435.00, with a photograph."""
    buyer.follow("Something is wrong: open a claim", buyer.main)
    buyer.choose("What is wrong?", re.compile("not as agreed"))
    buyer.choose("Which part of the contract?", "specification of the goods")
    buyer.fill(**{"How much do you claim?": "4500", "What happened?": "A third of the pallets is soft."})
    buyer.attach("Photographs and papers", [PHOTO])
    buyer.press("Open the claim", buyer.main)
    buyer.sees_title(words("Claim of 4,500.00 USD"))
    work_in_the_background()


def exchange_offers(sides: Sides) -> None:
    """The supplier offers 1,000; the buyer asks for 4,000; the supplier declines and says why."""
    buyer, supplier = sides.buyer, sides.supplier
    supplier.reads_in_the_bell(words("Nordic Food Import AB claims 4,500.00 USD"))
    supplier.sees("A third of the pallets is soft.", "soft cherries.jpg")
    supplier.fill(Refund_to_the_buyer="1000", Note="The cartons left cold and firm.")
    supplier.press("Make an offer", supplier.main)
    work_in_the_background()
    buyer.reads_in_the_bell(words("An offer waits for you: refund 1,000.00 USD"))
    buyer.sees("The cartons left cold and firm.")
    buyer.fill(Refund_to_the_buyer="4000")
    buyer.press("Make another offer", buyer.main)
    work_in_the_background()
    supplier.reads_in_the_bell(words("An offer waits for you: refund 4,000.00 USD"))
    supplier.press("Decline", supplier.main)
    supplier.fill(Message="We cannot go that far: let somebody look at the papers.")
    supplier.press("Send", supplier.main)
    supplier.sees("We cannot go that far: let somebody look at the papers.")
    work_in_the_background()


def escalate_and_show(sides: Sides) -> None:
    """From day four the buyer may call the officer; both sides show what they have and rest."""
    buyer, supplier = sides.buyer, sides.supplier
    buyer.reads_in_the_bell(words("Your offer on order"))
    buyer.press("Call the dispute officer", buyer.main)
    buyer.sees("with the dispute officer")
    work_in_the_background()
    for person, note, file in (
        (buyer, "Twenty opened cartons.", PHOTO),
        (supplier, "Loaded at 0 °C.", REPORT),
    ):
        person.page.reload()
        if person is supplier:
            person.reads_in_the_bell(words("is now with a dispute officer"))
        person.fill(**{"What does it show?": note})
        person.attach("Files", [file])
        person.press("Submit", person.main)
        person.sees(note)
        person.press("I have nothing to add", person.main)
        work_in_the_background()


def decide(officer: Member) -> None:
    """The officer takes the case, sees both sides' papers on one page, and divides the claim with reasons."""
    officer.reads_in_the_bell(re.compile("waits for an officer|ready to decide"))
    officer.press("Take the case", officer.main)
    officer.sees("Twenty opened cartons.", "Loaded at 0 °C.", "A third of the pallets is soft.")
    officer.sees("soft cherries.jpg", "loading report.pdf")
    work_in_the_background()
    officer.page.reload()
    officer.follow("Decide the case", officer.main)
    officer.fill(
        Refund_to_the_buyer="2750.50",
        Release_to_the_supplier="1749.50",
        Reasons="The photographs show soft fruit in a fifth of the cartons; the loading report is silent on firmness.",
    )
    officer.press("Show what it does", officer.main)
    officer.sees("2,750.50 USD", "1,749.50 USD")
    officer.press("Confirm the decision", officer.main)
    officer.sees(re.compile("appeal window"))
    work_in_the_background()


def waive(sides: Sides) -> None:
    """Both accept the decision: it is carried out at once, not before."""
    for person in (sides.buyer, sides.supplier):
        person.reads_in_the_bell(words("2,750.50 USD to the buyer, 1,749.50 USD to the supplier"))
        person.sees(re.compile("soft fruit in a fifth of the cartons"))
        person.press("Accept the decision", person.main)
        if person is sides.buyer:
            assert Hold.objects.get().refunded_minor == 0
        work_in_the_background()


def look_at_the_money(sides: Sides) -> None:
    """What is not disputed waits for acceptance; then everything is where the decision put it."""
    buyer, supplier = sides.buyer, sides.supplier
    buyer.follow("Back to the order", buyer.main)
    buyer.press(re.compile("^Accept the goods"), buyer.main)
    buyer.sees(re.compile("Completed"))
    work_in_the_background()
    buyer.page.reload()
    buyer.sees("2,750.50 USD", "27,684.50 USD")
    supplier.goes_to("Balance")
    supplier.sees("26,853.96 USD")
