"""Parts of a payout that come back after they had arrived: owed again exactly once, and payable again."""

from __future__ import annotations

from itertools import count

import pytest

from marketplace.core.errors import IllegalTransition
from marketplace.core.money import Money
from tests.factories import days
from tests.factories.chargebacks import TAKEN_AT, charge_back, lose, run_all, supplier_has
from tests.factories.holds import pump
from tests.factories.orders import Trade
from tests.factories.rails import NAME, CardRail
from tests.holds.test_supplier_money import accepted, paid_out
from trade_assurance.holds.models import Payout, PayoutPart, SupplierDebt
from trade_assurance.holds.operations import payout_sent_back
from trade_assurance.ledger.models import Transaction
from trade_assurance.ledger.queries import balance
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments.operations import due_webhooks, process_webhook, receive_webhook
from trade_assurance.payments.providers.base import Declined

pytestmark = pytest.mark.django_db
LATER = TAKEN_AT + days(10)
_numbers = count(1)


def comes_back(rail: CardRail, part: PayoutPart, *, times: int = 1) -> None:
    """The rail says that a transfer which had arrived was given back by the supplier's bank, so many times over."""
    rail.came_back.add(part.transfer_ref)
    for _time in range(times):
        raw = f"evt_{next(_numbers)} payout {part.transfer_ref}".encode()
        receive_webhook(provider=NAME, headers={"X-Cards-Signature": "right"}, raw=raw, at=LATER)
    for pk in due_webhooks(at=LATER):
        process_webhook(event_id=pk, at=LATER)
    pump(LATER)


def paid_in_two(rail: CardRail) -> tuple[Trade, Payout, list[PayoutPart], int]:
    """A payout of two orders' money: two parts, both arrived; what the supplier had before."""
    first, _one = accepted()
    second, _two = accepted(first)
    had = supplier_has(second)["balance"]
    payout = paid_out(second, had)
    return second, payout, list(payout.parts.order_by("pk")), had


def clearing() -> int:
    return balance(AccountKind.PROVIDER_CLEARING, NAME, "USD").amount_minor


def test_part_that_comes_back_is_owed_again_once_however_often_it_is_told(rail: CardRail) -> None:
    trade, payout, (one, two), had = paid_in_two(rail)
    before = clearing()
    comes_back(rail, one, times=3)
    assert supplier_has(trade)["balance"] == one.amount_minor
    assert clearing() == before - one.amount_minor
    payout.refresh_from_db()
    assert (payout.state, payout.returned_minor) == ("confirmed", one.amount_minor)
    one.refresh_from_db()
    assert (one.state, one.refusal) == ("returned", "account_closed")
    with pytest.raises(IllegalTransition):
        payout_sent_back(payout_ref=one.ref, money=Money(one.amount_minor, "USD"), reason="again", at=LATER)
    assert Transaction.objects.filter(kind="payout_sent_back").count() == 1
    # the other one too: then the whole payout has come back
    comes_back(rail, two)
    payout.refresh_from_db()
    assert (payout.state, payout.returned_minor) == ("returned", payout.amount_minor)
    assert supplier_has(trade)["balance"] == had


def test_what_came_back_is_paid_out_of_its_own_payment_again_and_the_rest_is_not(rail: CardRail) -> None:
    trade, _payout, (one, _two), _had = paid_in_two(rail)
    comes_back(rail, one)
    again = paid_out(trade, one.amount_minor)
    part = again.parts.get()
    assert (part.payment_ref, part.amount_minor, part.state) == (
        one.payment_ref,
        one.amount_minor,
        "confirmed",
    )
    assert supplier_has(trade)["balance"] == 0


def test_only_part_of_a_payout_that_comes_back_is_payable_again_from_its_payment(rail: CardRail) -> None:
    trade, payment = accepted()
    had = supplier_has(trade)["balance"]
    payout = paid_out(trade, had)
    part = payout.parts.get()
    assert part.ref == payout.ref
    comes_back(rail, part)
    payout.refresh_from_db()
    assert (payout.state, payout.returned_minor, supplier_has(trade)["balance"]) == ("returned", had, had)
    assert paid_out(trade, had).parts.get().payment_ref == payment.ref


def test_part_that_came_back_is_kept_for_an_undecided_chargeback_and_pays_the_loss(rail: CardRail) -> None:
    trade, payment = accepted()
    had = supplier_has(trade)["balance"]
    part = paid_out(trade, had).parts.get()
    rail.reversal_answers = [Declined("insufficient_funds")]
    chargeback = charge_back(rail, payment, at=TAKEN_AT)
    run_all(at=TAKEN_AT)
    assert supplier_has(trade) == {"balance": 0, "kept": 0, "owes": 0}
    comes_back(rail, part)
    assert supplier_has(trade) == {"balance": 0, "kept": had, "owes": 0}
    lose(rail, chargeback, at=LATER)
    assert supplier_has(trade) == {"balance": 0, "kept": 0, "owes": 0}
    assert not SupplierDebt.objects.exists()


def test_what_the_rail_took_back_for_a_chargeback_does_not_come_back_a_second_time(rail: CardRail) -> None:
    trade, payment = accepted()
    had = supplier_has(trade)["balance"]
    part = paid_out(trade, had).parts.get()
    charge_back(rail, payment, 1_000_000, at=TAKEN_AT)
    run_all(at=TAKEN_AT)
    part.refresh_from_db()
    reversed_minor = part.reversed_minor
    assert 0 < reversed_minor < had
    comes_back(rail, part)
    part.refresh_from_db()
    assert (part.returned_minor, part.state) == (had - reversed_minor, "returned")
    assert supplier_has(trade) == {"balance": had - reversed_minor, "kept": reversed_minor, "owes": 0}


def test_payout_whose_one_part_failed_and_the_other_came_back_is_returned(rail: CardRail) -> None:
    first, _one = accepted()
    second, _two = accepted(first)
    had = supplier_has(second)["balance"]
    rail.transfer_answers = [Declined("account_closed")]
    payout = paid_out(second, had)
    arrived = payout.parts.get(state="confirmed")
    comes_back(rail, arrived)
    payout.refresh_from_db()
    assert (payout.state, payout.returned_minor) == ("returned", arrived.amount_minor)
    assert supplier_has(second)["balance"] == had
