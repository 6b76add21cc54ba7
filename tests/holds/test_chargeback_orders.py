"""The unlucky orders of events: refunds that left as well, claims that overlap, two at once, news late, twice, or never."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories import days
from tests.factories.catalog import a_live_product, tiers
from tests.factories.chargebacks import (
    TAKEN_AT,
    TOTAL,
    charge_back,
    hear,
    lose,
    paid_by_card,
    run_all,
    sums,
    supplier_has,
    win,
)
from tests.factories.disputes import CLAIMED_AT, a_claim, a_decided_case, usd
from tests.factories.holds import (
    FUNDED_AT,
    a_confirmed_order,
    a_delivered_order,
    a_payment,
    an_accepted_order,
    hold_of,
    money_arrives,
    pump,
    sweep,
)
from tests.factories.orders import Trade, a_placed_order
from tests.factories.rails import NAME, CardRail
from trade_assurance.holds.models import ChargebackCase, Freeze
from trade_assurance.holds.operations import begin_payment, cancel_unshipped
from trade_assurance.ledger.models import Transaction
from trade_assurance.ledger.queries import balance
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments.models import Chargeback, Payment, Refund, ReviewItem, WebhookEvent
from trade_assurance.payments.operations import (
    continue_payment,
    due_webhooks,
    look_for_chargebacks,
    process_webhook,
    receive_webhook,
    record_chargeback,
    refresh_payment,
)
from trade_assurance.payments.providers.base import ChargebackStatus, Declined, Pending

pytestmark = pytest.mark.django_db
LATER = TAKEN_AT + days(10)
TAKEN_BACK = "released_minor = released_minor - 5, charged_back_minor = charged_back_minor + 5"


def clearing() -> int:
    """What the provider keeps for us, in minor units."""
    return -balance(AccountKind.PROVIDER_CLEARING, NAME, "USD").amount_minor


def given_up(rail: CardRail) -> Payment:
    """The supplier gave the order up; the refund of everything waits to be sent."""
    del rail
    trade, payment = paid_by_card()
    cancel_unshipped(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=TAKEN_AT, reason="No ship.")
    pump(TAKEN_AT)
    return payment


def test_refund_that_had_arrived_and_a_loss_are_both_in_the_books_and_looked_at(rail: CardRail) -> None:
    payment = given_up(rail)
    run_all(at=TAKEN_AT)
    assert rail.calls == [f"refund {TOTAL}"]
    chargeback = charge_back(rail, payment)
    assert ReviewItem.objects.filter(reason="refunded_and_charged_back").exists()
    case = lose(rail, chargeback, at=LATER)
    run_all(at=LATER)
    # the provider gave the money back twice: exactly that is booked, and nobody bears it silently
    assert clearing() == -TOTAL - 1_500
    assert (case.unexplained_minor, case.covered_minor) == (TOTAL, 0)
    assert balance(AccountKind.SUSPENSE, case.ref, "USD").amount_minor == -TOTAL
    assert rail.calls == [f"refund {TOTAL}"]


def test_refund_under_way_that_fails_after_the_loss_explains_it(rail: CardRail) -> None:
    payment = given_up(rail)
    rail.refund_answer = Pending("re_1")
    rail.refunds["re_1"] = Pending("re_1")
    run_all(at=TAKEN_AT)
    case = lose(rail, charge_back(rail, payment), at=LATER)
    assert case.unexplained_minor == TOTAL
    rail.refunds["re_1"] = Declined("charge_disputed")
    run_all(at=LATER + days(1))
    case.refresh_from_db()
    assert (case.unexplained_minor, case.covered_minor) == (0, TOTAL)
    assert balance(AccountKind.SUSPENSE, case.ref, "USD").is_zero
    assert balance(AccountKind.REFUND_PAYABLE, payment.root, "USD").is_zero
    assert clearing() == -1_500


def hold_ref_order(payment: Payment) -> str:
    """The order a payment is for."""
    return payment.root


def test_partial_loss_covers_only_what_goes_beyond_the_payment(rail: CardRail) -> None:
    trade, payment = paid_by_card()
    chargeback = charge_back(rail, payment, 1_000_000)
    cancel_unshipped(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=TAKEN_AT, reason="No ship.")
    pump(TAKEN_AT)
    lose(rail, chargeback, at=LATER)
    run_all(at=LATER)
    assert rail.calls == [f"refund {TOTAL - 1_000_000}"]
    assert sums(trade) == (0, 0, TOTAL - 1_000_000, 1_000_000)
    assert clearing() == -1_500
    assert Refund.objects.get(state="confirmed").amount_minor == TOTAL - 1_000_000


def test_claim_that_froze_everything_keeps_what_is_there_and_the_released_part_is_kept(
    rail: CardRail,
) -> None:
    trade, payment = paid_by_card()
    trade, _claim = a_claim(a_delivered_order(trade), amount=usd(TOTAL))
    chargeback = charge_back(rail, payment, 1_000_000, at=CLAIMED_AT + days(1))
    hold = hold_of(trade)
    assert (hold.held_minor, hold.frozen_minor) == (TOTAL, TOTAL)
    lose(rail, chargeback, at=CLAIMED_AT + days(2))
    hold = hold_of(trade)
    assert (hold.held_minor, hold.frozen_minor, hold.charged_back_minor) == (
        TOTAL - 1_000_000,
        TOTAL - 1_000_000,
        1_000_000,
    )
    (row,) = Freeze.objects.all()
    assert row.standing_minor == TOTAL - 1_000_000


def test_decision_for_the_supplier_while_undecided_is_released_and_kept_for_the_bank(rail: CardRail) -> None:
    trade, payment = paid_by_card()
    trade, _case = a_decided_case(
        a_delivered_order(trade), amount=usd(450_000), refund=usd(0), release=usd(450_000)
    )
    chargeback = charge_back(rail, payment, at=CLAIMED_AT + days(11))
    assert hold_of(trade).frozen_minor == TOTAL
    sweep(CLAIMED_AT + days(40))
    hold = hold_of(trade)
    assert (hold.released_minor, hold.frozen_minor) == (450_000, TOTAL - 450_000)
    assert supplier_has(trade) == {"balance": 0, "kept": 450_000 - hold.commission_minor, "owes": 0}
    case = lose(rail, chargeback, at=CLAIMED_AT + days(41))
    assert (case.from_held_minor, case.to_debt_minor) == (TOTAL - 450_000, 0)
    assert sums(trade) == (0, 0, 0, TOTAL)
    assert supplier_has(trade) == {"balance": 0, "kept": 0, "owes": 0}


def test_two_chargebacks_on_two_payments_of_one_hold(rail: CardRail) -> None:
    trade = a_confirmed_order()
    first = a_payment(trade)
    money_arrives(first, Money(600_000, "USD"))
    trade, card = paid_by_card(trade)
    assert hold_of(trade).held_minor == TOTAL
    part = TOTAL - 600_000
    one = charge_back(rail, card, 1_000_000)
    two = charge_back(rail, card, part - 1_000_000)
    hold = hold_of(trade)
    assert hold.frozen_minor == part
    lose(rail, one, at=LATER)
    assert sums(trade) == (part - 1_000_000 + 600_000, 0, 0, 1_000_000)
    win(rail, two, at=LATER + days(1))
    hold = hold_of(trade)
    assert (hold.frozen_minor, hold.held_minor) == (0, TOTAL - 1_000_000)


def test_inquiry_takes_nothing_and_ends(rail: CardRail) -> None:
    trade, payment = paid_by_card()
    asked = charge_back(rail, payment, withdrawn=False, status=ChargebackStatus.INQUIRY, fee=usd(0))
    assert not ChargebackCase.objects.exists()
    rail.say(asked.provider_ref, status=ChargebackStatus.CLOSED)
    assert hear(rail, asked, at=LATER).state == "closed"
    assert (hold_of(trade).frozen_minor, clearing()) == (0, TOTAL)


def test_won_after_lost_leaves_what_was_held_to_an_officer(rail: CardRail) -> None:
    trade, payment = paid_by_card()
    chargeback = charge_back(rail, payment)
    lose(rail, chargeback, at=LATER)
    rail.say(chargeback.provider_ref, status=ChargebackStatus.UNDER_REVIEW)
    hear(rail, chargeback, at=LATER + days(1))
    win(rail, chargeback, at=LATER + days(2))
    case = ChargebackCase.objects.get()
    assert case.state == "overturned"
    assert balance(AccountKind.SUSPENSE, case.ref, "USD").amount_minor == TOTAL
    assert sums(trade) == (0, 0, 0, TOTAL)
    assert clearing() == TOTAL - 1_500


def test_older_reading_after_a_newer_one_changes_nothing(rail: CardRail) -> None:
    _trade, payment = paid_by_card()
    chargeback = charge_back(rail, payment)
    old = rail.chargebacks[chargeback.provider_ref]
    win(rail, chargeback, at=LATER)
    booked = Transaction.objects.count()
    assert record_chargeback(provider=NAME, facts=old, at=LATER - days(1)) == "older news"
    assert record_chargeback(provider=NAME, facts=old, at=LATER + days(1)) == "older news"
    pump(LATER + days(1))
    assert Transaction.objects.count() == booked
    assert Chargeback.objects.get().state == "won"


@pytest.mark.parametrize("times", [1, 3])
def test_webhook_however_often_books_once(rail: CardRail, times: int) -> None:
    trade, payment = paid_by_card()
    ref = rail.dispute(payment.provider_ref, usd(TOTAL))
    for number in range(times):
        for _again in range(2):
            receive_webhook(
                provider=NAME,
                headers={"X-Cards-Signature": "right"},
                raw=f"evt_{number} chargeback {ref}".encode(),
                at=TAKEN_AT,
            )
    assert WebhookEvent.objects.count() == times
    for pk in due_webhooks(at=TAKEN_AT):
        process_webhook(event_id=pk, at=TAKEN_AT)
    pump(TAKEN_AT)
    assert hold_of(trade).frozen_minor == TOTAL
    assert Transaction.objects.filter(kind="chargeback_taken").count() == 1


def test_chargeback_that_no_webhook_told_is_found_in_the_providers_list(rail: CardRail) -> None:
    trade, payment = paid_by_card()
    ref = rail.dispute(payment.provider_ref, usd(TOTAL))
    rail.lists(ref, TAKEN_AT)
    assert look_for_chargebacks(at=TAKEN_AT + days(1)) == 1
    assert look_for_chargebacks(at=TAKEN_AT + days(1)) == 0
    pump(TAKEN_AT + days(1))
    assert hold_of(trade).frozen_minor == TOTAL


@pytest.mark.parametrize(
    ("over", "why"),
    [
        ({"amount": Money(TOTAL, "EUR")}, "currency"),
        ({"amount": usd(TOTAL + 1)}, "more_than_received"),
        ({"live": True}, "live_mode"),
        ({"withdrawn": False, "reinstated": True}, "came_back_but_never_left"),
    ],
)
def test_facts_that_differ_book_nothing_and_go_to_review(
    rail: CardRail, over: dict[str, object], why: str
) -> None:
    trade, payment = paid_by_card()
    ref = rail.dispute(payment.provider_ref, usd(TOTAL))
    facts = replace(rail.chargebacks[ref], **over)  # type: ignore[arg-type]
    assert record_chargeback(provider=NAME, facts=facts, at=TAKEN_AT) == f"review: {why}"
    pump(TAKEN_AT)
    assert ReviewItem.objects.get().reason == f"chargeback_{why}"
    assert not Chargeback.objects.exists()
    assert (hold_of(trade).frozen_minor, clearing()) == (0, TOTAL)


@pytest.mark.parametrize(("currency", "price"), [("JPY", "1181"), ("KWD", "1180.777")])
def test_other_decimals_to_the_last_minor_unit(rail: CardRail, currency: str, price: str) -> None:
    placed = a_placed_order()
    product = a_live_product(placed.order.supplier, currency=currency, tiers=tiers((5, price)))
    trade, payment = paid_by_card(
        a_confirmed_order(
            a_placed_order(
                buyer=placed.order.buyer, supplier=placed.order.supplier, products=[(product, "20")]
            )
        )
    )
    total = hold_of(trade).held_minor
    assert total == int(Decimal(price) * 20 * (1000 if currency == "KWD" else 1))
    trade = an_accepted_order(a_delivered_order(trade))
    took = total // 3
    lose(rail, charge_back(rail, payment, took), at=LATER)
    hold = hold_of(trade)
    assert (hold.released_minor, hold.charged_back_minor) == (total - took, took)
    assert supplier_has(trade, currency)["balance"] == hold.released_minor - hold.commission_minor


def test_raw_sql_shrinks_released_only_by_what_charged_back_grows(rail: CardRail) -> None:
    trade, _payment = paid_by_card()
    hold = hold_of(an_accepted_order(a_delivered_order(trade)))
    refused = [
        "released_minor = released_minor - 5, refunded_minor = refunded_minor + 5, sequence = sequence + 1",
        "released_minor = released_minor - 5, held_minor = held_minor + 5, sequence = sequence + 1",
        "released_minor = released_minor - 5, charged_back_minor = charged_back_minor + 6, sequence = sequence + 1",
        TAKEN_BACK,
        f"{TAKEN_BACK}, commission_minor = commission_minor - 6, sequence = sequence + 1",
        "commission_minor = commission_minor - 1, sequence = sequence + 1",
    ]
    for change in refused:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE ta_holds_hold SET {change} WHERE id = %s", [hold.pk])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE ta_holds_hold SET {TAKEN_BACK}, sequence = sequence + 1 WHERE id = %s",
            [hold.pk],
        )
        assert cursor.rowcount == 1
        transaction.set_rollback(True)
    assert hold_of(trade).released_minor == hold.released_minor


def test_payment_of_which_the_excess_went_back_can_lose_only_what_came_in(rail: CardRail) -> None:
    trade = a_confirmed_order()
    first, second = (begun(trade), begun(trade))
    for payment in (first, second):
        refresh_payment(payment_ref=payment.ref, at=FUNDED_AT)
        pump(FUNDED_AT)
    run_all(at=FUNDED_AT + days(1))
    assert Refund.objects.get(payment=second).state == "confirmed"
    second.refresh_from_db()
    case = lose(rail, charge_back(rail, second, TOTAL), at=LATER)
    assert case.unexplained_minor == TOTAL
    assert sums(trade) == (TOTAL, 0, 0, 0)
    assert hold_of(trade).frozen_minor == 0


def begun(trade: Trade) -> Payment:
    """A card payment of everything that was begun and is not heard of yet."""
    ref = begin_payment(
        order_ref=trade.ref, provider=NAME, return_url="/", actor=trade.buyer, key=new_key(), at=FUNDED_AT
    )
    continue_payment(payment_ref=ref, at=FUNDED_AT)
    return Payment.objects.get(ref=ref)
