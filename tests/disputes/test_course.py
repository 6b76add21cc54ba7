"""Claims on lines, shipments and milestones; appeal, second officer, pause, assignment; what a decision shows and does."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest

from marketplace.accounts.operations import remove_member
from marketplace.accounts.queries import actor_for
from marketplace.core.actors import Actor
from marketplace.core.ids import new_key
from marketplace.core.models import Deadline, OutboxEvent
from marketplace.core.money import Money
from orders.models import Order
from tests.disputes.test_cases import TOTAL, figures, kinds_open, refused
from tests.disputes.test_replays import happens_once
from tests.factories import days
from tests.factories.accounts import a_member, owner_of, user_of
from tests.factories.catalog import a_live_product
from tests.factories.disputes import (
    CLAIMED_AT,
    DECIDED_AT,
    ESCALATED_AT,
    a_claim,
    a_decided_case,
    an_escalated_case,
    dispute_officer,
    usd,
)
from tests.factories.holds import (
    SHIPPED_AT,
    a_confirmed_order,
    a_delivered_order,
    a_funded_order,
    holds_of,
    pump,
    sweep,
)
from tests.factories.orders import DEPOSIT_BALANCE, Trade, a_dispatched_shipment, a_placed_order
from trade_assurance.disputes import queries
from trade_assurance.disputes.models import Assignment, Decision, Dispute
from trade_assurance.disputes.operations import (
    ClaimedLine,
    accept_claim,
    appeal,
    approve_decision,
    assign_case,
    decide,
    escalate,
    follow_chargeback,
    pause_case,
    reject_decision,
    resume_case,
    submit_evidence,
    take_case,
    waive_appeal,
    withdraw_appeal,
)
from trade_assurance.disputes.rules.splits import LineSplit
from trade_assurance.holds.models import Freeze, Hold
from trade_assurance.holds.operations import accept_delivery

pytestmark = pytest.mark.django_db
CLAIM = 450_000


def two_lines() -> Trade:
    """20 t and 10 t of rice at 1,180.00 USD, funded."""
    placed = a_placed_order()
    products = [
        (placed.line.product, "20"),
        (a_live_product(placed.order.supplier, title="Broken rice"), "10"),
    ]
    trade = a_placed_order(buyer=placed.order.buyer, supplier=placed.order.supplier, products=products)
    return a_funded_order(a_confirmed_order(trade))


def frozen(trade: Trade) -> list[int]:
    return [hold.frozen_minor for hold in holds_of(trade)]


def test_a_claim_names_lines_and_is_worth_at_most_what_they_are() -> None:
    trade = a_delivered_order(two_lines())
    rice, broken = trade.order.lines.order_by("position")
    lines = [ClaimedLine(broken.pk, Decimal(4))]
    refused("claim_above_value", lambda: a_claim(trade, lines=lines, amount=usd(472_001)))
    refused("line_not_claimable", lambda: a_claim(trade, lines=[ClaimedLine(broken.pk, Decimal("10.001"))]))
    refused("line_not_claimable", lambda: a_claim(trade, lines=[ClaimedLine(broken.pk + 999, Decimal(1))]))
    _trade, dispute = a_claim(trade, lines=lines, amount=usd(472_000))
    assert [(row.title, row.quantity, row.value_minor, row.claimed_minor) for row in dispute.lines.all()] == [
        ("Broken rice", Decimal(4), 472_000, 472_000)
    ]
    refused("claim_overlaps", lambda: a_claim(trade, amount=usd(1)))
    _trade, second = a_claim(trade, lines=[ClaimedLine(rice.pk, Decimal(1))], amount=usd(100_000))
    assert frozen(trade) == [572_000]
    accept_claim(dispute_ref=second.ref, actor=trade.supplier, key=new_key(), at=CLAIMED_AT)
    assert figures(trade)[1:] == (472_000, 0, 100_000)
    dispute.refresh_from_db()
    assert dispute.state == "negotiation"


def test_claims_on_two_shipments_are_cases_of_their_own() -> None:
    trade = a_funded_order()
    first = a_dispatched_shipment(trade, at=SHIPPED_AT, quantity="8")
    trade = a_delivered_order(Trade(trade.again(), trade.buyer, trade.supplier))
    second = trade.order.shipments.exclude(pk=first.pk).get()
    refused("claim_above_value", lambda: a_claim(trade, shipment_ref=first.ref, amount=usd(944_001)))
    refused("shipment_not_claimable", lambda: a_claim(trade, shipment_ref="shp_nowhere"))
    _trade, one = a_claim(trade, shipment_ref=first.ref, amount=usd(100_000))
    refused("claim_overlaps", lambda: a_claim(trade, shipment_ref=first.ref))
    refused("claim_overlaps", lambda: a_claim(trade))
    _trade, two = a_claim(trade, shipment_ref=second.ref, amount=usd(200_000))
    assert frozen(trade) == [300_000]
    assert dict(Freeze.objects.values_list("subject", "shipment_ref")) == {
        one.ref: first.ref,
        two.ref: second.ref,
    }
    accept_claim(dispute_ref=one.ref, actor=trade.supplier, key=new_key(), at=CLAIMED_AT)
    assert figures(trade)[1:] == (200_000, 0, 100_000)


def test_a_claim_is_spread_over_the_milestones_and_moves_in_each() -> None:
    trade = a_delivered_order(a_funded_order(schedule=DEPOSIT_BALANCE))
    _trade, dispute = a_claim(trade, amount=usd(100_001))
    assert frozen(trade) == [30_000, 70_001]
    accept_claim(dispute_ref=dispute.ref, actor=trade.supplier, key=new_key(), at=CLAIMED_AT)
    assert [(hold.frozen_minor, hold.refunded_minor) for hold in holds_of(trade)] == [
        (0, 30_000),
        (0, 70_001),
    ]


@pytest.mark.parametrize(
    ("refund", "release", "accepted"), [(100_001, 200_000, False), (33_333, 416_667, True), (0, 0, False)]
)
def test_the_effect_shown_before_confirming_is_exactly_what_happens(
    refund: int,
    release: int,
    accepted: bool,
) -> None:
    trade, dispute = an_escalated_case(a_delivered_order(a_funded_order(schedule=DEPOSIT_BALANCE)))
    if accepted:
        accept_delivery(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=ESCALATED_AT)
    officer = dispute_officer()
    take_case(dispute_ref=dispute.ref, actor=officer, key=new_key(), at=DECIDED_AT)
    sweep(DECIDED_AT)
    page = queries.case_page(dispute.ref, officer, DECIDED_AT, at_desk=True)
    shown = queries.effect_of(page, refund=usd(refund), release=usd(release))
    assert shown is not None
    before = holds_of(trade)
    decided(dispute, officer, refund, release)
    for side in (trade.buyer, trade.supplier):
        waive_appeal(dispute_ref=dispute.ref, actor=side, key=new_key(), at=DECIDED_AT)
    for was, now, part in zip(before, holds_of(trade), shown.milestones, strict=True):
        assert now.refunded_minor - was.refunded_minor == part.refund.amount_minor
        assert now.released_minor - was.released_minor == part.release.amount_minor
        assert now.commission_minor - was.commission_minor == part.commission.amount_minor
        assert (was.frozen_minor, now.frozen_minor) == (part.frozen.amount_minor, 0)


def decided(
    dispute: Dispute, officer: Actor, refund: int, release: int, *, at: datetime = DECIDED_AT, **over: object
) -> str:
    terms: dict[str, object] = {
        "dispute_ref": dispute.ref,
        "refund": usd(refund),
        "release": usd(release),
        "reasons": "So.",
        "actor": officer,
        "key": new_key(),
        "at": at,
    }
    return decide(**(terms | over))  # type: ignore[arg-type]


def test_a_decision_is_split_per_line_and_the_lines_add_up() -> None:
    trade = a_delivered_order(two_lines())
    trade, dispute = an_escalated_case(trade, amount=usd(300_000))
    officer = dispute_officer()
    take_case(dispute_ref=dispute.ref, actor=officer, key=new_key(), at=DECIDED_AT)
    sweep(DECIDED_AT)
    rice, broken = dispute.lines.order_by("position")
    assert (rice.claimed_minor, broken.claimed_minor) == (200_000, 100_000)
    fitting = [LineSplit(rice.pk, usd(50_000), usd(0)), LineSplit(broken.pk, usd(100_000), usd(0))]
    for lines in (fitting[:1], [LineSplit(rice.pk, usd(150_000), usd(0))], [*fitting, fitting[0]]):
        refused("lines_do_not_add_up", partial(decided, dispute, officer, 150_000, 0, lines=lines))
    decided(dispute, officer, 150_000, 0, lines=fitting)
    rows = Decision.objects.get().lines.order_by("claim_line__position")
    assert [row.refund_minor for row in rows] == [50_000, 100_000]


def test_an_appeal_goes_to_another_officer_and_nothing_moves_before_the_second_decision() -> None:
    trade, dispute = a_decided_case()
    first = actor_for(Decision.objects.get().officer, None)
    step = partial(appeal, dispute_ref=dispute.ref, at=DECIDED_AT + days(6))
    refused("case_text_missing", lambda: step(grounds=" ", actor=trade.supplier, key=new_key()))
    refused("not_your_case_step", lambda: step(grounds="x", actor=dispute_officer(), key=new_key()))
    happens_once(
        partial(step, grounds="The test was wrong.", actor=trade.supplier, key=new_key()), grounds="x"
    )
    dispute.refresh_from_db()
    assert (dispute.state, dispute.officer_id, dispute.appealed_by_side) == ("appealed", None, "supplier")
    assert "appeal_end" not in kinds_open(trade.ref)
    submit_evidence(
        dispute_ref=dispute.ref, note="New test", actor=trade.supplier, key=new_key(), at=DECIDED_AT + days(7)
    )
    sweep(DECIDED_AT + days(12))
    assert figures(trade) == (TOTAL, CLAIM, 0, 0)
    at = DECIDED_AT + days(12)
    refused("judged_before", lambda: take_case(dispute_ref=dispute.ref, actor=first, key=new_key(), at=at))
    second = dispute_officer("Second")
    take_case(dispute_ref=dispute.ref, actor=second, key=new_key(), at=at)
    decided(dispute, second, 100_000, 350_000, at=at)
    assert figures(trade) == (TOTAL - CLAIM, 0, 350_000, 100_000)
    assert list(Decision.objects.order_by("instance").values_list("instance", "state")) == [
        (1, "overturned"),
        (2, "in_force"),
    ]
    dispute.refresh_from_db()
    assert (dispute.state, dispute.refund_minor) == ("closed", 100_000)
    refused("talks_over", lambda: step(grounds="Again", actor=trade.supplier, key=new_key()))


def test_a_side_that_accepted_or_came_too_late_does_not_appeal() -> None:
    trade, dispute = a_decided_case()
    step = partial(appeal, dispute_ref=dispute.ref, grounds="No.")
    waive_appeal(dispute_ref=dispute.ref, actor=trade.buyer, key=new_key(), at=DECIDED_AT)
    refused("appeal_waived_before", lambda: step(actor=trade.buyer, key=new_key(), at=DECIDED_AT))
    late = DECIDED_AT + days(7)
    refused("appeal_too_late", lambda: step(actor=trade.supplier, key=new_key(), at=late))
    sweep(late)
    refused("talks_over", lambda: step(actor=trade.supplier, key=new_key(), at=late))
    assert figures(trade) == (TOTAL - CLAIM, 0, 150_000, 300_000)


def test_a_withdrawn_appeal_carries_the_first_decision_out_at_once() -> None:
    trade, dispute = a_decided_case()
    appeal(dispute_ref=dispute.ref, grounds="No.", actor=trade.buyer, key=new_key(), at=DECIDED_AT)
    step = partial(withdraw_appeal, dispute_ref=dispute.ref, at=DECIDED_AT)
    refused("not_your_case_step", lambda: step(actor=trade.supplier, key=new_key()))
    happens_once(partial(step, actor=trade.buyer, key=new_key()), actor=trade.supplier)
    assert figures(trade) == (TOTAL - CLAIM, 0, 150_000, 300_000)


def above_the_limit() -> tuple[Trade, Dispute, Actor]:
    """A case about 12,000.00 USD, in the hands of an officer who may decide."""
    trade, dispute = an_escalated_case(amount=usd(1_200_000))
    officer = dispute_officer("First")
    take_case(dispute_ref=dispute.ref, actor=officer, key=new_key(), at=DECIDED_AT)
    sweep(DECIDED_AT)
    return trade, dispute, officer


def test_a_decision_above_the_limit_counts_when_a_second_officer_approved_it() -> None:
    trade, dispute, officer = above_the_limit()
    decided(dispute, officer, 700_000, 500_000)
    dispute.refresh_from_db()
    assert (dispute.state, Decision.objects.get().state) == ("escalated", "proposed")
    assert queries.case_page(dispute.ref, trade.buyer, DECIDED_AT, at_desk=False).decisions == ()
    refused("decision_waits", lambda: decided(dispute, officer, 1, 0))
    step = partial(approve_decision, dispute_ref=dispute.ref, at=DECIDED_AT)
    refused("not_your_case_step", lambda: step(actor=officer, key=new_key()))
    refused("not_your_case_step", lambda: step(actor=trade.buyer, key=new_key()))
    happens_once(partial(step, actor=dispute_officer("Second"), key=new_key()), actor=dispute_officer())
    dispute.refresh_from_db()
    assert (dispute.state, Decision.objects.get().state) == ("decided", "in_force")
    sweep(DECIDED_AT + days(7))
    assert figures(trade) == (TOTAL - 1_200_000, 0, 500_000, 700_000)


def test_a_decision_sent_back_is_decided_anew() -> None:
    trade, dispute, officer = above_the_limit()
    decided(dispute, officer, 700_000, 500_000)
    step = partial(reject_decision, dispute_ref=dispute.ref, at=DECIDED_AT)
    refused("case_text_missing", lambda: step(note="", actor=dispute_officer(), key=new_key()))
    happens_once(
        partial(step, note="Page 3 says otherwise.", actor=dispute_officer(), key=new_key()), note="x"
    )
    assert Decision.objects.get().state == "rejected"
    decided(dispute, officer, 600_000, 600_000)
    assert sorted(Decision.objects.values_list("state", flat=True)) == ["proposed", "rejected"]
    assert figures(trade)[1:] == (1_200_000, 0, 0)


def test_agreement_while_a_decision_waits_drops_it() -> None:
    trade, dispute, officer = above_the_limit()
    decided(dispute, officer, 700_000, 500_000)
    accept_claim(dispute_ref=dispute.ref, actor=trade.supplier, key=new_key(), at=DECIDED_AT)
    assert Decision.objects.get().state == "dropped"
    assert figures(trade)[1:] == (0, 0, 1_200_000)


def test_negotiation_stands_still_for_a_written_reason_and_is_escalated_by_nobody_meanwhile() -> None:
    trade, dispute = a_claim()
    officer, at = dispute_officer(), CLAIMED_AT + days(5)
    step = partial(pause_case, dispute_ref=dispute.ref, reason="Both wait for the laboratory", days=6, at=at)
    refused("case_text_missing", lambda: step(reason=" ", actor=officer, key=new_key()))
    mine = replace(officer, member_of=frozenset({trade.order.supplier_id}))
    for actor in (trade.buyer, trade.supplier, mine):
        refused("not_your_case_step", partial(step, actor=actor, key=new_key()))
    happens_once(partial(step, actor=officer, key=new_key()), days=2)
    page = queries.case_page(dispute.ref, trade.buyer, at, at_desk=False)
    assert (page.steps.escalate, page.steps.offer, page.pause.reason) == (
        False,
        True,
        "Both wait for the laboratory",
    )
    escalation = partial(escalate, dispute_ref=dispute.ref, actor=trade.buyer, key=new_key())
    refused("case_paused", lambda: escalation(at=at))
    sweep(CLAIMED_AT + days(8))  # by itself it would have gone to the desk on day 7
    dispute.refresh_from_db()
    assert dispute.state == "negotiation"
    assert figures(trade)[1] == CLAIM
    sweep(at + days(6))
    dispute.refresh_from_db()
    clock = Deadline.objects.get(subject=dispute.ref, kind="negotiation_end", state="open")
    assert (dispute.paused_at, clock.due_at) == (None, CLAIMED_AT + days(13))
    assert [entry["what"] for entry in clock.history] == ["paused", "resumed"]
    escalation(at=at + days(6))
    dispute.refresh_from_db()
    assert dispute.state == "escalated"


def test_a_pause_stops_the_cases_clocks_for_a_reason_and_not_the_trade() -> None:
    trade, dispute = an_escalated_case()
    officer = dispute_officer()
    take_case(dispute_ref=dispute.ref, actor=officer, key=new_key(), at=ESCALATED_AT)
    step = partial(pause_case, dispute_ref=dispute.ref, at=ESCALATED_AT + days(1))
    refused("case_text_missing", lambda: step(reason=" ", days=3, actor=officer, key=new_key()))
    refused("pause_too_long", lambda: step(reason="Lab", days=15, actor=officer, key=new_key()))
    for actor in (trade.buyer, trade.supplier, dispute_officer()):
        refused("not_your_case_step", partial(step, reason="Lab", days=3, actor=actor, key=new_key()))
    happens_once(
        partial(step, reason="The laboratory needs time", days=3, actor=officer, key=new_key()), days=2
    )
    refused("case_paused_already", lambda: step(reason="Lab", days=1, actor=officer, key=new_key()))
    refused("case_paused", lambda: decided(dispute, officer, 1, 0))
    accept_delivery(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=ESCALATED_AT + days(2))
    assert figures(trade)[:3] == (CLAIM, CLAIM, TOTAL - CLAIM)
    sweep(ESCALATED_AT + days(4))
    dispute.refresh_from_db()
    assert (dispute.paused_at, dispute.evidence_until) == (None, ESCALATED_AT + days(8))
    clock = Deadline.objects.get(subject=dispute.ref, kind="decision_due", state="open")
    assert [entry["what"] for entry in clock.history] == ["paused", "resumed"]
    assert clock.history[0]["reason"] == "The laboratory needs time"
    assert clock.due_at == ESCALATED_AT + days(23)
    again = partial(
        pause_case, dispute_ref=dispute.ref, reason="Lab", actor=officer, at=ESCALATED_AT + days(4)
    )
    refused("pause_too_long", lambda: again(days=12, key=new_key()))
    again(days=11, key=new_key())
    happens_once(
        partial(
            resume_case, dispute_ref=dispute.ref, actor=officer, key=new_key(), at=ESCALATED_AT + days(5)
        ),
        actor=dispute_officer(),
    )
    refused(
        "case_not_paused",
        lambda: resume_case(dispute_ref=dispute.ref, actor=officer, key=new_key(), at=ESCALATED_AT + days(5)),
    )


def test_cases_are_given_to_colleagues_without_an_interest_only() -> None:
    trade, dispute = an_escalated_case()
    mine, colleague, once_a_member = dispute_officer("Mine"), dispute_officer("Col"), dispute_officer("Once")
    member = a_member(trade.order.supplier, "viewer", user=user_of(once_a_member))
    seat = trade.order.supplier.members.get(user_id=member.user_id or 0)
    remove_member(
        company_id=trade.order.supplier_id,
        member_id=seat.pk,
        actor=owner_of(trade.order.supplier),
        key=new_key(),
        at=ESCALATED_AT,
    )
    once_a_member = actor_for(user_of(once_a_member), None)
    step = partial(assign_case, dispute_ref=dispute.ref, at=ESCALATED_AT)
    refused(
        "conflict_of_interest", lambda: step(officer_id=mine.user_id or 0, actor=once_a_member, key=new_key())
    )
    refused(
        "conflict_of_interest", lambda: step(officer_id=once_a_member.user_id or 0, actor=mine, key=new_key())
    )
    refused("not_a_colleague", lambda: step(officer_id=trade.buyer.user_id or 0, actor=mine, key=new_key()))
    happens_once(
        partial(step, officer_id=colleague.user_id or 0, actor=mine, key=new_key()), officer_id=mine.user_id
    )
    refused("case_taken", lambda: step(officer_id=mine.user_id or 0, actor=mine, key=new_key()))
    step(officer_id=mine.user_id or 0, actor=colleague, key=new_key())
    assert list(Assignment.objects.order_by("pk").values_list("officer_id", "ended_at")) == [
        (colleague.user_id, ESCALATED_AT),
        (mine.user_id, None),
    ]


def test_an_overdue_decision_leaves_the_officer_and_is_due_again() -> None:
    trade, dispute = an_escalated_case()
    take_case(dispute_ref=dispute.ref, actor=dispute_officer(), key=new_key(), at=ESCALATED_AT)
    sweep(ESCALATED_AT + days(20))
    dispute.refresh_from_db()
    assert (dispute.officer_id, dispute.overdue_count) == (None, 1)
    sweep(ESCALATED_AT + days(25))
    dispute.refresh_from_db()
    assert dispute.overdue_count == 2
    assert figures(trade) == (TOTAL, CLAIM, 0, 0)
    assert OutboxEvent.objects.filter(kind="decision_overdue").count() == 2


def take_from_claim(trade: Trade, dispute: Dispute, minor: int) -> None:
    """What a lost chargeback leaves behind: less is frozen for the claim (holds has booked it)."""
    row = Freeze.objects.get(subject=dispute.ref)
    Freeze.objects.filter(pk=row.pk).update(taken_minor=minor)
    hold = Hold.objects.get(pk=row.hold_id)
    Hold.objects.filter(pk=hold.pk).update(frozen_minor=hold.frozen_minor - minor)
    follow_chargeback(order_ref=trade.ref, at=DECIDED_AT)


def test_a_claim_whose_money_was_charged_back_shrinks_and_then_ends() -> None:
    trade, dispute = a_decided_case()
    take_from_claim(trade, dispute, 200_000)
    follow_chargeback(order_ref=trade.ref, at=DECIDED_AT)
    dispute.refresh_from_db()
    assert (dispute.state, dispute.charged_back_minor) == ("decided", 200_000)
    assert OutboxEvent.objects.filter(kind="claim_shrank").count() == 1
    sweep(DECIDED_AT + days(7))
    assert figures(trade) == (TOTAL - 250_000, 0, 150_000, 100_000)
    trade, dispute = a_claim()
    take_from_claim(trade, dispute, CLAIM)
    dispute.refresh_from_db()
    assert (dispute.state, dispute.ended_because, dispute.refund_minor) == ("charged_back", "charged_back", 0)
    assert figures(trade)[1] == 0
    assert "negotiation_end" not in kinds_open(trade.ref)


def test_similar_cases_show_the_most_alike_first_and_nobodys_name() -> None:
    other, ended = a_claim(amount=usd(400_000))
    accept_claim(dispute_ref=ended.ref, actor=other.supplier, key=new_key(), at=CLAIMED_AT)
    far, _far = a_claim(amount=usd(1_000), clause="packaging")
    accept_claim(dispute_ref=_far.ref, actor=far.supplier, key=new_key(), at=CLAIMED_AT + timedelta(hours=1))
    a_claim(reason="damage")
    _trade, dispute = an_escalated_case()
    page = queries.case_page(dispute.ref, dispute_officer(), ESCALATED_AT, at_desk=True)
    assert [(line.claimed, line.same_clause, line.about_as_much) for line in page.beside.similar] == [
        (usd(400_000), True, True),
        (usd(1_000), False, False),
    ]
    assert page.beside.similar[0].share_bps == 10_000
    text = repr(page.beside.similar)
    assert not any(word in text for word in (other.order.number, other.order.supplier.legal_name, ended.ref))


def test_claimed_money_of_zero_and_three_decimal_currencies_adds_up() -> None:
    for currency in ("JPY", "KWD"):
        placed = a_placed_order()
        product = a_live_product(placed.order.supplier, currency=currency)
        trade = a_placed_order(
            buyer=placed.order.buyer,
            supplier=placed.order.supplier,
            products=[(product, "20")],
            schedule=DEPOSIT_BALANCE,
        )
        trade = a_delivered_order(a_funded_order(a_confirmed_order(trade)))
        total = Order.objects.get(pk=trade.order.pk).total_minor
        _trade, dispute = a_claim(trade, amount=Money(total // 3, currency))
        accept_claim(dispute_ref=dispute.ref, actor=trade.supplier, key=new_key(), at=CLAIMED_AT)
        holds = holds_of(trade)
        assert sum(hold.refunded_minor for hold in holds) == total // 3
        assert sum(hold.held_minor for hold in holds) == total - total // 3
        pump(CLAIMED_AT)
