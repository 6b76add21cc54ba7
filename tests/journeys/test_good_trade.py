"""The good trade, click by click: from a listing to the money at the supplier's bank."""

from __future__ import annotations

import re

import pytest

from marketplace.core.money import Money
from tests.factories.files import PDF
from tests.journeys.conftest import Stage
from tests.journeys.people import words, work_in_the_background
from tests.journeys.steps import (
    Sides,
    approve_the_listing,
    check_out,
    confirm_and_compare,
    find_and_price,
    list_a_product,
    pay_by_card,
    ship,
)
from trade_assurance.holds.models import Hold, Payout
from trade_assurance.ledger.queries import balance
from trade_assurance.ledger.states import AccountKind

pytestmark = [pytest.mark.browser, pytest.mark.slow]
COMMISSION = Money(91_305, "USD")  # 3 % of 30,435.00
TO_SUPPLIER = Money(2_952_195, "USD")


def test_a_good_trade_goes_from_the_listing_to_the_bank(stage: Stage) -> None:
    seller, supplier = stage.owner("Rosa Fuentes", "Frutas del Maule SpA", "CL", buys=False)
    moderator = stage.officer("Mo Reader", "moderation")
    list_a_product(supplier)
    approve_the_listing(moderator)
    work_in_the_background()

    _company, buyer = stage.owner("Lina Berg", "Nordic Food Import AB", "SE", sells=False)
    find_and_price(buyer)
    buyer.press(re.compile("Order now"))
    check_out(buyer)
    sides = Sides(buyer, supplier)
    confirm_and_compare(sides)
    pay_by_card(sides)
    assert balance(AccountKind.ESCROW, Hold.objects.get().ref, "USD") == Money(3_043_500, "USD")

    ship(sides)
    buyer.press(re.compile("^Accept the goods"), buyer.main)
    buyer.sees(re.compile("Completed"))
    work_in_the_background()
    hold = Hold.objects.get()
    assert (hold.released_minor, hold.commission_minor, hold.held_minor) == (3_043_500, 91_305, 0)
    assert balance(AccountKind.SUPPLIER_PAYABLE, seller.ref, "USD") == TO_SUPPLIER

    supplier.reads_in_the_bell(re.compile(r"30,435\.00\sUSD of order .* was released to you"))
    supplier.sees("− 913.05 USD", "29,521.95 USD")
    ask_for_the_payout(sides)
    approve_and_confirm(stage)
    supplier.reads_in_the_bell(words("Your payout of 29,521.95 USD was sent to your bank"))
    supplier.sees(words("arrived", whole=True), "TT-2026-11")
    assert Payout.objects.get().state == "confirmed"
    assert balance(AccountKind.SUPPLIER_PAYABLE, seller.ref, "USD").is_zero
    assert balance(AccountKind.PAYOUT_IN_TRANSIT, seller.ref, "USD").is_zero


def ask_for_the_payout(sides: Sides) -> None:
    """The supplier names its bank, then asks for everything."""
    supplier = sides.supplier
    supplier.goes_to("Balance")
    supplier.sees("29,521.95 USD")
    supplier.follow(re.compile("Add a bank account"), supplier.main)
    supplier.fill(
        Account_holder="Frutas del Maule SpA",
        Bank="Banco de Chile",
        Account_number_or_IBAN="001234567890",
        BIC_or_routing_code="BCHICLRM",
    )
    supplier.choose("Currency", "USD")
    supplier.choose("How", re.compile("Bank transfer", re.IGNORECASE))
    supplier.press("Save", supplier.main)
    supplier.sees("Ask for the payout")
    supplier.press("Ask for the payout", supplier.main)
    supplier.sees("waiting for approval")
    work_in_the_background()


def approve_and_confirm(stage: Stage) -> None:
    """Above the limit two officers approve; one makes the transfer and confirms it with proof."""
    officers = [stage.officer(name, "finance") for name in ("Finn Berger", "Mia Okoro")]
    for officer in officers:
        officer.goes_to("Money")
        officer.follow(re.compile("^pyo_"), officer.main)
        officer.press("Approve 29,521.95 USD", officer.main)
        work_in_the_background()
    last = officers[-1]
    last.goes_to("Money")
    last.follow(re.compile("^pyo_"), last.main)
    last.fill(Bank_reference="TT-2026-11")
    last.attach("Proof", [{"name": "swift.pdf", "mimeType": "application/pdf", "buffer": PDF}])
    last.press(words("Confirm: 29,521.95 USD sent"), last.main)
    last.sees("Confirmed. The supplier is told that the money is on its way.")
    work_in_the_background()
