"""Every kind of offer to its end, promises kept, broken and contested, and sealed ranges that nobody else reads."""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import partial

import pytest
from django.core import serializers

from marketplace.core.actors import Actor
from marketplace.core.ids import new_key
from marketplace.core.models import IdempotencyRecord, OutboxEvent
from marketplace.notifications.models import Notification
from orders.models import Order, OrderEvent, PromisedDiscount
from orders.operations import withdraw_order
from orders.queries import usable_discounts
from tests.disputes.test_cases import TOTAL, accept, figures, kinds_open, refused
from tests.disputes.test_replays import happens_once
from tests.factories import days
from tests.factories.catalog import a_live_product
from tests.factories.disputes import CLAIMED_AT, a_claim, an_escalated_case, dispute_officer, usd
from tests.factories.holds import pump, sweep
from tests.factories.orders import Trade, a_placed_order
from trade_assurance.disputes import queries
from trade_assurance.disputes.models import Dispute, Offer, Promise, SealedRange
from trade_assurance.disputes.operations import (
    accept_offer,
    confirm_promised,
    contest_promised,
    make_offer,
    seal_range,
    send_promised,
    withdraw_offer,
    withdraw_range,
)

pytestmark = pytest.mark.django_db
CLAIM = 450_000
DUE = date(2026, 4, 28)
NEXT = CLAIMED_AT + timedelta(hours=1)


def offered(
    dispute: Dispute, actor: Actor, kind: str = "refund_amount", refund: int = 0, **over: object
) -> int:
    terms: dict[str, object] = {"dispute_ref": dispute.ref, "kind": kind, "refund": usd(refund)}
    return make_offer(actor=actor, key=new_key(), at=CLAIMED_AT, **(terms | over))  # type: ignore[arg-type]


def agreed(kind: str, refund: int = 0, **over: object) -> tuple[Trade, Dispute]:
    """The supplier offers, the buyer accepts."""
    trade, dispute = a_claim()
    version = offered(dispute, trade.supplier, kind, refund, **over)
    accept_offer(dispute_ref=dispute.ref, version=version, actor=trade.buyer, key=new_key(), at=CLAIMED_AT)
    pump(CLAIMED_AT)
    dispute.refresh_from_db()
    return trade, dispute


def send(trade: Trade, dispute: Dispute, side: str) -> None:
    send_promised(
        dispute_ref=dispute.ref,
        carrier="Maersk",
        tracking_number="MSKU 1",
        actor=getattr(trade, side),
        key=new_key(),
        at=NEXT,
    )
    pump(NEXT)


def test_keep_and_pay_refunds_and_releases_the_rest_of_the_claim_now() -> None:
    trade, dispute = agreed("keep_and_pay", 50_000)
    assert figures(trade) == (TOTAL - CLAIM, 0, CLAIM - 50_000, 50_000)
    assert (dispute.state, dispute.refund_minor, dispute.ended_because) == (
        "settled",
        50_000,
        "offer_accepted",
    )
    trade, dispute = agreed("keep_and_pay", 0)
    assert figures(trade) == (TOTAL - CLAIM, 0, CLAIM, 0)


def test_return_is_refunded_when_the_supplier_confirms_and_not_before() -> None:
    trade, dispute = agreed("return_and_refund", 400_000, due_on=DUE, return_paid_by="supplier")
    assert dispute.state == "agreed"
    assert figures(trade) == (TOTAL, CLAIM, 0, 0)
    assert "promise_due" in kinds_open(trade.ref)
    assert "negotiation_end" not in kinds_open(trade.ref)
    confirm = partial(confirm_promised, dispute_ref=dispute.ref, at=NEXT)
    refused("promise_not_there", lambda: confirm(actor=trade.supplier, key=new_key()))
    refused(
        "promise_not_yours",
        lambda: send_promised(
            dispute_ref=dispute.ref,
            carrier="x",
            tracking_number="y",
            actor=trade.supplier,
            key=new_key(),
            at=NEXT,
        ),
    )
    send(trade, dispute, "buyer")
    assert {"return_receipt"} <= kinds_open(trade.ref)
    refused("promise_not_yours", lambda: confirm(actor=trade.buyer, key=new_key()))
    happens_once(partial(confirm, actor=trade.supplier, key=new_key()), actor=trade.buyer)
    assert figures(trade) == (TOTAL - 400_000, 0, 0, 400_000)
    assert Promise.objects.get().state == "kept"


def test_return_received_in_silence_is_refunded_by_the_clock() -> None:
    trade, dispute = agreed("return_and_refund", 400_000, due_on=DUE, return_paid_by="buyer")
    send(trade, dispute, "buyer")
    sweep(NEXT + days(21) - timedelta(seconds=1))
    assert figures(trade)[3] == 0
    sweep(NEXT + days(21))
    assert figures(trade) == (TOTAL - 400_000, 0, 0, 400_000)


def test_return_never_sent_ends_the_claim_without_a_refund() -> None:
    trade, dispute = agreed("return_and_refund", 400_000, due_on=DUE, return_paid_by="buyer")
    sweep(CLAIMED_AT + days(18))
    dispute.refresh_from_db()
    assert (dispute.state, dispute.refund_minor, dispute.ended_because) == ("settled", 0, "promise_broken")
    assert figures(trade) == (TOTAL, 0, 0, 0)


def test_replacement_that_came_lets_the_claimed_amount_go_on() -> None:
    trade, dispute = agreed("replace", CLAIM, due_on=DUE)
    accept(trade)
    assert figures(trade)[:2] == (CLAIM, CLAIM)
    send(trade, dispute, "supplier")
    confirm_promised(dispute_ref=dispute.ref, actor=trade.buyer, key=new_key(), at=NEXT)
    assert figures(trade) == (0, 0, TOTAL, 0)
    assert trade.again().state == "completed"


def test_replacement_never_sent_is_refunded_as_agreed() -> None:
    trade, dispute = agreed("replace", 300_000, due_on=DUE)
    sweep(CLAIMED_AT + days(18))
    assert figures(trade) == (TOTAL - 300_000, 0, 0, 300_000)
    dispute.refresh_from_db()
    assert dispute.ended_because == "promise_broken"


def test_replacement_on_its_way_that_nobody_confirms_goes_to_the_officer() -> None:
    trade, dispute = agreed("replace", CLAIM, due_on=DUE)
    send(trade, dispute, "supplier")
    sweep(CLAIMED_AT + days(18))
    dispute.refresh_from_db()
    assert dispute.state == "escalated"
    assert figures(trade) == (TOTAL, CLAIM, 0, 0)
    assert "evidence_end" in kinds_open(trade.ref)


def test_contested_goods_go_to_the_officer_with_the_words() -> None:
    trade, dispute = agreed("replace", CLAIM, due_on=DUE)
    send(trade, dispute, "supplier")
    contest = partial(contest_promised, dispute_ref=dispute.ref, at=NEXT)
    refused("case_text_missing", lambda: contest(text=" ", actor=trade.buyer, key=new_key()))
    refused("promise_not_yours", lambda: contest(text="Mine", actor=trade.supplier, key=new_key()))
    happens_once(partial(contest, text="Broken again", actor=trade.buyer, key=new_key()), text="Other")
    dispute.refresh_from_db()
    assert (dispute.state, Promise.objects.get().contested_because) == ("escalated", "Broken again")
    assert figures(trade) == (TOTAL, CLAIM, 0, 0)


def test_discount_is_used_once_by_the_next_order_of_these_two_and_comes_back_when_that_ends() -> None:
    trade, dispute = agreed("discount_next_order", discount=usd(120_000), due_on=date(2026, 12, 31))
    assert figures(trade) == (TOTAL, 0, 0, 0)
    discount = PromisedDiscount.objects.get()
    assert (discount.cause, discount.amount_minor) == (dispute.ref, 120_000)
    assert [line.ref for line in usable_discounts(trade.buyer, CLAIMED_AT)] == [discount.ref]
    product = a_live_product(trade.order.supplier)

    def order_with_it(quantity: str = "20") -> Trade:
        return a_placed_order(
            buyer=trade.order.buyer,
            supplier=trade.order.supplier,
            products=[(product, quantity)],
            promised_discount=discount.ref,
            ship_by=date(2026, 8, 1),
            at=NEXT,
        )

    used = order_with_it()
    assert (used.order.total_minor, used.line.promised_discount_minor) == (TOTAL - 120_000, 120_000)
    assert usable_discounts(trade.buyer, NEXT) == []
    refused("promised_discount_gone", order_with_it)
    withdraw_order(order_ref=used.ref, reason="Later", actor=trade.buyer, key=new_key(), at=NEXT)
    assert order_with_it().order.total_minor == TOTAL - 120_000
    refused(
        "promised_discount_gone",
        lambda: a_placed_order(products=[(product, "20")], promised_discount=discount.ref, at=NEXT),
    )
    assert Order.objects.filter(promised_discount=discount).count() == 2


def test_offer_runs_out_by_its_clock_and_counts_as_gone_before_the_sweep() -> None:
    trade, dispute = a_claim()
    version = offered(dispute, trade.supplier, refund=100, valid_days=2)
    late = CLAIMED_AT + days(2)
    refused(
        "offer_gone",
        lambda: accept_offer(
            dispute_ref=dispute.ref, version=version, actor=trade.buyer, key=new_key(), at=late
        ),
    )
    sweep(late)
    assert Offer.objects.get().state == "lapsed"
    assert "offer_end" not in kinds_open(trade.ref)


def test_withdrawn_offer_is_gone_and_only_its_own_side_withdraws_it() -> None:
    trade, dispute = a_claim()
    version = offered(dispute, trade.supplier, refund=100)
    step = partial(withdraw_offer, dispute_ref=dispute.ref, version=version, at=CLAIMED_AT)
    refused("not_your_case_step", lambda: step(actor=trade.buyer, key=new_key()))
    happens_once(partial(step, actor=trade.supplier, key=new_key()), actor=trade.buyer)
    assert Offer.objects.get().state == "withdrawn"
    refused(
        "offer_gone",
        lambda: accept_offer(
            dispute_ref=dispute.ref, version=version, actor=trade.buyer, key=new_key(), at=CLAIMED_AT
        ),
    )
    assert figures(trade) == (TOTAL, CLAIM, 0, 0)


def seal(dispute: Dispute, actor: Actor, minor: int) -> str:
    return seal_range(dispute_ref=dispute.ref, bound=usd(minor), actor=actor, key=new_key(), at=CLAIMED_AT)


def test_sealed_ranges_settle_at_the_midpoint_when_they_meet() -> None:
    trade, dispute = a_claim()
    assert seal(dispute, trade.buyer, 300_001) == "sealed"
    assert seal(dispute, trade.supplier, 200_000) == "sealed"
    assert figures(trade) == (TOTAL, CLAIM, 0, 0)
    assert seal(dispute, trade.supplier, 350_000) == "met"
    assert figures(trade) == (TOTAL - 325_001, 0, 0, 325_001)
    dispute.refresh_from_db()
    assert (dispute.state, dispute.ended_because) == ("settled", "ranges_met")
    assert sorted(SealedRange.objects.values_list("ended_as", flat=True)) == ["met", "met", "replaced"]


def test_a_range_is_sealed_three_times_at_most_and_withdrawing_gives_no_more() -> None:
    trade, dispute = a_claim()
    seal(dispute, trade.buyer, 400_000)
    for minor in (1_000, 2_000, 3_000):
        seal(dispute, trade.supplier, minor)
    withdraw_range(dispute_ref=dispute.ref, actor=trade.supplier, key=new_key(), at=CLAIMED_AT)
    refused("too_many_ranges", lambda: seal(dispute, trade.supplier, 4_000))
    refused(
        "range_not_there",
        lambda: withdraw_range(dispute_ref=dispute.ref, actor=trade.supplier, key=new_key(), at=CLAIMED_AT),
    )
    refused("offer_out_of_range", lambda: seal(dispute, trade.buyer, CLAIM + 1))
    refused("not_your_case_step", lambda: seal(dispute, dispute_officer(), 5))


def test_a_sealed_amount_is_nowhere_but_on_its_own_sides_page() -> None:
    """Not in events, the timeline, notifications, replay records, the other side's page or an officer's."""
    trade, dispute = an_escalated_case()
    secret = 271_829
    step = partial(
        seal_range,
        dispute_ref=dispute.ref,
        bound=usd(secret),
        actor=trade.buyer,
        key=new_key(),
        at=CLAIMED_AT,
    )
    happens_once(step, bound=usd(5))
    pump(CLAIMED_AT)
    rows = [
        *OutboxEvent.objects.all(),
        *OrderEvent.objects.all(),
        *Notification.objects.all(),
        *IdempotencyRecord.objects.all(),
    ]
    told = json.dumps(serializers.serialize("json", rows))
    assert dispute.ref in told
    assert not any(text in told for text in ("271829", "2,718.29", "2718.29"))
    pages = {
        "buyer": repr(queries.case_page(dispute.ref, trade.buyer, CLAIMED_AT, at_desk=False)),
        "supplier": repr(queries.case_page(dispute.ref, trade.supplier, CLAIMED_AT, at_desk=False)),
        "officer": repr(queries.case_page(dispute.ref, dispute_officer(), CLAIMED_AT, at_desk=True)),
    }
    assert {name: "271829" in text for name, text in pages.items()} == {
        "buyer": True,
        "supplier": False,
        "officer": False,
    }
    assert "other_sealed=True" in pages["supplier"]
