"""Claims from beginning to every end: agreed, withdrawn, decided; and what is refused on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from marketplace.accounts.queries import actor_for
from marketplace.core.actors import Actor
from marketplace.core.deadlines import open_deadlines
from marketplace.core.errors import DomainError
from marketplace.core.ids import new_key
from marketplace.core.models import OutboxEvent
from marketplace.notifications.models import Notification
from tests.factories import days
from tests.factories.accounts import a_company, a_member, owner_of, staff, user_of
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
from tests.factories.files import a_pdf
from tests.factories.holds import (
    DELIVERED_AT,
    FUNDED_AT,
    SHIPPED_AT,
    a_confirmed_order,
    a_delivered_order,
    a_funded_order,
    a_shipped_order,
    an_accepted_order,
    hold_of,
    pump,
    sweep,
)
from tests.factories.orders import Trade
from trade_assurance.disputes.models import Decision, Dispute, Evidence, Offer
from trade_assurance.disputes.operations import (
    Claimed,
    accept_claim,
    accept_offer,
    approve_decision,
    decide,
    decline_offer,
    escalate,
    hand_back_case,
    make_offer,
    open_claim,
    post_message,
    rest_case,
    submit_evidence,
    take_case,
    waive_appeal,
    withdraw_claim,
)
from trade_assurance.holds.operations import accept_delivery, cancel_unshipped
from trade_assurance.ledger.models import Entry

pytestmark = pytest.mark.django_db
TOTAL = 2_360_000


def figures(trade: Trade) -> tuple[int, int, int, int]:
    """held, frozen, released, refunded."""
    hold = hold_of(trade)
    return hold.held_minor, hold.frozen_minor, hold.released_minor, hold.refunded_minor


def refused(code: str, step: Callable[[], object]) -> None:
    """The step is refused with this code, and neither money nor case moved."""

    def picture() -> object:
        return (
            Entry.objects.count(),
            list(Dispute.objects.order_by("pk").values_list("state", "refund_minor")),
            list(Offer.objects.order_by("pk").values_list("state")),
            Decision.objects.count(),
            Evidence.objects.count(),
            OutboxEvent.objects.count(),
        )

    before = picture()
    with pytest.raises(DomainError) as caught:
        step()
    assert caught.value.code == code
    assert picture() == before


def kinds_open(ref: str) -> set[str]:
    return {line.kind for line in open_deadlines(ref)}


def accept(trade: Trade) -> None:
    accept_delivery(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=CLAIMED_AT + days(1))
    pump(CLAIMED_AT + days(1))


def test_only_the_claimed_amount_freezes_and_the_rest_goes_on() -> None:
    trade, dispute = a_claim()
    assert figures(trade) == (TOTAL, 450_000, 0, 0)
    assert kinds_open(trade.ref) == {"accept_by_silence", "negotiation_end"}
    accept(trade)
    assert figures(trade) == (450_000, 450_000, TOTAL - 450_000, 0)
    assert trade.again().state == "delivered"
    assert hold_of(trade).commission_minor == 57_300
    assert dispute.state == "negotiation"


def test_granted_claim_is_refunded_at_once_and_the_rest_waits_for_acceptance() -> None:
    trade, dispute = a_claim()
    accept_claim(dispute_ref=dispute.ref, actor=trade.supplier, key=new_key(), at=CLAIMED_AT)
    assert figures(trade) == (TOTAL - 450_000, 0, 0, 450_000)
    dispute.refresh_from_db()
    assert (dispute.state, dispute.refund_minor) == ("settled", 450_000)
    assert kinds_open(trade.ref) == {"accept_by_silence"}
    accept(trade)
    assert figures(trade) == (0, 0, TOTAL - 450_000, 450_000)
    assert trade.again().state == "completed"


def test_agreement_after_acceptance_releases_the_rest_of_the_claim() -> None:
    trade, dispute = a_claim()
    accept(trade)
    version = make_offer(
        dispute_ref=dispute.ref, refund=usd(200_000), actor=trade.supplier, key=new_key(), at=CLAIMED_AT
    )
    accept_offer(dispute_ref=dispute.ref, version=version, actor=trade.buyer, key=new_key(), at=CLAIMED_AT)
    assert figures(trade) == (0, 0, TOTAL - 200_000, 200_000)
    assert trade.again().state == "completed"
    assert hold_of(trade).commission_minor == 64_800


def test_withdrawn_claim_unfreezes_or_is_released_if_accepted_meanwhile() -> None:
    trade, dispute = a_claim()
    withdraw_claim(dispute_ref=dispute.ref, actor=trade.buyer, key=new_key(), at=CLAIMED_AT)
    assert figures(trade) == (TOTAL, 0, 0, 0)
    trade, dispute = a_claim()
    accept(trade)
    withdraw_claim(dispute_ref=dispute.ref, actor=trade.buyer, key=new_key(), at=CLAIMED_AT)
    assert figures(trade) == (0, 0, TOTAL, 0)
    assert trade.again().state == "completed"


def test_claim_of_everything_granted_ends_the_order_cancelled() -> None:
    trade, dispute = a_claim(a_funded_order(), amount=usd(TOTAL), reason="non_delivery", at=FUNDED_AT)
    accept_claim(dispute_ref=dispute.ref, actor=trade.supplier, key=new_key(), at=FUNDED_AT)
    assert figures(trade) == (0, 0, 0, TOTAL)
    assert trade.again().state == "cancelled"
    assert kinds_open(trade.ref) == set()


def test_several_claims_one_after_another() -> None:
    trade, first = a_claim()
    refused("claim_overlaps", lambda: a_claim(trade))
    withdraw_claim(dispute_ref=first.ref, actor=trade.buyer, key=new_key(), at=CLAIMED_AT)
    _trade, second = a_claim(trade, amount=usd(1))
    assert second.ref != first.ref
    assert figures(trade) == (TOTAL, 1, 0, 0)


@pytest.mark.parametrize(
    ("amount", "code"),
    [(TOTAL + 1, "claim_above_value"), (0, "amount_not_positive"), (-5, "amount_not_positive")],
)
def test_claim_amount_lies_within_what_is_held(amount: int, code: str) -> None:
    trade = a_delivered_order()
    refused(code, lambda: a_claim(trade, amount=usd(amount)))
    assert figures(trade) == (TOTAL, 0, 0, 0)


def test_claim_needs_held_money_and_an_open_window() -> None:
    confirmed = a_confirmed_order()
    refused("nothing_held", lambda: a_claim(confirmed))
    accepted = an_accepted_order()
    refused("nothing_held", lambda: a_claim(accepted, at=CLAIMED_AT + days(1)))
    half = a_claim()[0]
    accept(half)
    refused("claim_overlaps", lambda: a_claim(half))


def test_lateness_is_claimed_on_delivery_of_what_was_late() -> None:
    trade = a_delivered_order()
    refused("order_was_not_late", lambda: a_claim(trade, reason="lateness", clause="ship_by"))
    late_at = SHIPPED_AT + days(40)
    late = a_shipped_order(at=late_at)
    refused("late_claim_too_early", lambda: a_claim(late, reason="lateness", at=late_at))
    late = a_delivered_order(shipped_at=late_at, at=late_at + days(3))
    late, dispute = a_claim(
        late, reason="lateness", clause="ship_by", amount=usd(236_000), at=late_at + days(3)
    )
    accept_claim(dispute_ref=dispute.ref, actor=late.supplier, key=new_key(), at=late_at + days(3))
    assert figures(late) == (TOTAL - 236_000, 0, 0, 236_000)


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"statement": "  "}, "case_text_missing"),
        ({"statement": "x" * 5001}, "case_text_too_long"),
        ({"reason": "mood"}, "claim_reason_unknown"),
        ({"clause": "<script>"}, "claim_reason_unknown"),
    ],
)
def test_claim_needs_words_and_grounds(over: dict[str, Any], code: str) -> None:
    trade = a_delivered_order()
    refused(code, lambda: a_claim(trade, **over))


def test_only_the_buyers_side_claims() -> None:
    trade = a_delivered_order()
    for actor in (
        trade.supplier,
        a_member(trade.order.buyer, "viewer"),
        a_member(trade.order.buyer, "finance"),
    ):
        refused("not_your_case_step", partial(a_claim, trade, actor=actor))
    refused("trade_not_found", lambda: a_claim(trade, actor=owner_of(a_company())))


def test_offers_are_a_ladder_with_one_open_rung() -> None:
    trade, dispute = a_claim()

    def offer(actor: Actor, minor: int) -> int:
        return make_offer(
            dispute_ref=dispute.ref,
            refund=usd(minor),
            actor=actor,
            key=new_key(),
            at=CLAIMED_AT,
        )

    first = offer(trade.supplier, 100_000)
    second = offer(trade.supplier, 150_000)
    third = offer(trade.buyer, 400_000)
    assert list(Offer.objects.order_by("version").values_list("version", "state")) == [
        (first, "superseded"),
        (second, "declined"),
        (third, "open"),
    ]
    refused(
        "offer_gone",
        lambda: accept_offer(
            dispute_ref=dispute.ref, version=second, actor=trade.buyer, key=new_key(), at=CLAIMED_AT
        ),
    )
    refused(
        "own_offer",
        lambda: accept_offer(
            dispute_ref=dispute.ref, version=third, actor=trade.buyer, key=new_key(), at=CLAIMED_AT
        ),
    )
    decline_offer(dispute_ref=dispute.ref, version=third, actor=trade.supplier, key=new_key(), at=CLAIMED_AT)
    refused(
        "offer_gone",
        lambda: accept_offer(
            dispute_ref=dispute.ref, version=third, actor=trade.supplier, key=new_key(), at=CLAIMED_AT
        ),
    )
    for minor in (0, -1, 450_001):
        refused("offer_out_of_range", partial(offer, trade.buyer, minor))
    assert figures(trade) == (TOTAL, 450_000, 0, 0)


def test_viewer_and_wrong_roles_do_not_bind_their_company() -> None:
    trade, dispute = a_claim()
    for actor in (
        a_member(trade.order.supplier, "finance"),
        a_member(trade.order.supplier, "viewer"),
        trade.buyer,
    ):
        refused(
            "not_your_case_step",
            partial(accept_claim, dispute_ref=dispute.ref, actor=actor, key=new_key(), at=CLAIMED_AT),
        )
    stranger = owner_of(a_company())
    refused(
        "dispute_not_found",
        lambda: accept_claim(dispute_ref=dispute.ref, actor=stranger, key=new_key(), at=CLAIMED_AT),
    )
    refused(
        "dispute_not_found",
        lambda: post_message(
            dispute_ref=dispute.ref, text="hello", actor=stranger, key=new_key(), at=CLAIMED_AT
        ),
    )
    viewer = a_member(trade.order.buyer, "viewer")
    refused(
        "not_your_case_step",
        lambda: post_message(
            dispute_ref=dispute.ref, text="hello", actor=viewer, key=new_key(), at=CLAIMED_AT
        ),
    )


def test_escalation_by_hand_from_day_four_and_by_the_clock_on_day_seven() -> None:
    trade, dispute = a_claim()
    refused(
        "escalation_too_early",
        lambda: escalate(
            dispute_ref=dispute.ref,
            actor=trade.buyer,
            key=new_key(),
            at=CLAIMED_AT + days(4) - timedelta(seconds=1),
        ),
    )
    refused(
        "not_your_case_step",
        lambda: escalate(
            dispute_ref=dispute.ref, actor=trade.supplier, key=new_key(), at=CLAIMED_AT + days(5)
        ),
    )
    sweep(CLAIMED_AT + days(7) - timedelta(seconds=1))
    dispute.refresh_from_db()
    assert dispute.state == "negotiation"
    sweep(CLAIMED_AT + days(7))
    dispute.refresh_from_db()
    assert (dispute.state, dispute.evidence_until) == ("escalated", CLAIMED_AT + days(12))
    assert {"evidence_reminder_48h", "evidence_reminder_24h", "evidence_end", "decision_due"} <= kinds_open(
        trade.ref
    )


def test_evidence_of_both_sides_with_reminders_until_the_end() -> None:
    trade, dispute = an_escalated_case()
    submit_evidence(
        dispute_ref=dispute.ref,
        note="Photographs",
        files=[a_pdf(), a_pdf()],
        actor=trade.buyer,
        key=new_key(),
        at=ESCALATED_AT,
    )
    submit_evidence(
        dispute_ref=dispute.ref, note="Our test", actor=trade.supplier, key=new_key(), at=ESCALATED_AT
    )
    assert list(dispute.evidence.order_by("pk").values_list("by_side", "note")) == [
        ("buyer", "Photographs"),
        ("buyer", ""),
        ("supplier", "Our test"),
    ]
    for hours in (48, 24):
        sweep(ESCALATED_AT + days(5) - timedelta(hours=hours))
        told = OutboxEvent.objects.filter(kind="evidence_reminder", payload__hours=hours)
        assert told.count() == 1
    sweep(ESCALATED_AT + days(5))
    refused(
        "evidence_closed",
        lambda: submit_evidence(
            dispute_ref=dispute.ref, note="Late", actor=trade.buyer, key=new_key(), at=ESCALATED_AT + days(5)
        ),
    )


def test_both_sides_may_rest_and_end_the_evidence_early() -> None:
    trade, dispute = an_escalated_case()
    officer = dispute_officer()
    take_case(dispute_ref=dispute.ref, actor=officer, key=new_key(), at=ESCALATED_AT)

    def try_to_decide() -> None:
        decide(
            dispute_ref=dispute.ref,
            refund=usd(1),
            release=usd(0),
            reasons="x",
            actor=officer,
            key=new_key(),
            at=ESCALATED_AT,
        )

    rest_case(dispute_ref=dispute.ref, actor=trade.buyer, key=new_key(), at=ESCALATED_AT)
    refused(
        "evidence_closed",
        lambda: rest_case(dispute_ref=dispute.ref, actor=trade.buyer, key=new_key(), at=ESCALATED_AT),
    )
    refused("evidence_still_open", try_to_decide)
    rest_case(dispute_ref=dispute.ref, actor=trade.supplier, key=new_key(), at=ESCALATED_AT)
    try_to_decide()
    dispute.refresh_from_db()
    assert dispute.state == "decided"


def test_decision_moves_nothing_until_the_appeal_window_ends_then_exactly_so() -> None:
    trade, dispute = a_decided_case()
    assert figures(trade) == (TOTAL, 450_000, 0, 0)
    sweep(DECIDED_AT + days(7) - timedelta(seconds=1))
    assert figures(trade) == (TOTAL, 450_000, 0, 0)
    sweep(DECIDED_AT + days(7))
    assert figures(trade) == (TOTAL - 450_000, 0, 150_000, 300_000)
    dispute.refresh_from_db()
    assert (dispute.state, dispute.refund_minor) == ("closed", 300_000)


def test_both_waivers_carry_the_decision_out_at_once() -> None:
    trade, dispute = a_decided_case()
    waive_appeal(dispute_ref=dispute.ref, actor=trade.buyer, key=new_key(), at=DECIDED_AT)
    refused(
        "appeal_waived_before",
        lambda: waive_appeal(dispute_ref=dispute.ref, actor=trade.buyer, key=new_key(), at=DECIDED_AT),
    )
    assert figures(trade) == (TOTAL, 450_000, 0, 0)
    waive_appeal(dispute_ref=dispute.ref, actor=trade.supplier, key=new_key(), at=DECIDED_AT)
    assert figures(trade) == (TOTAL - 450_000, 0, 150_000, 300_000)
    assert "appeal_end" not in kinds_open(trade.ref)


def test_what_a_decision_leaves_over_goes_on_with_the_trade() -> None:
    trade, _dispute = a_decided_case(refund=usd(100_000), release=usd(0))
    sweep(DECIDED_AT + days(7))
    assert figures(trade) == (TOTAL - 100_000, 0, 0, 100_000)


def test_decision_of_an_accepted_trade_divides_everything() -> None:
    trade, dispute = an_escalated_case()
    accept_delivery(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=ESCALATED_AT)
    officer = dispute_officer()
    take_case(dispute_ref=dispute.ref, actor=officer, key=new_key(), at=ESCALATED_AT)
    sweep(DECIDED_AT)

    def judge(refund: int, release: int) -> None:
        decide(
            dispute_ref=dispute.ref,
            refund=usd(refund),
            release=usd(release),
            reasons="Both are right.",
            actor=officer,
            key=new_key(),
            at=DECIDED_AT,
        )

    refused("split_incomplete", lambda: judge(100_000, 0))
    refused("split_wrong", lambda: judge(450_000, 1))
    refused("split_wrong", lambda: judge(-1, 450_001))
    judge(450_000, 0)
    sweep(DECIDED_AT + days(7))
    assert figures(trade) == (0, 0, TOTAL - 450_000, 450_000)
    assert trade.again().state == "completed"


def test_officer_of_one_of_the_companies_is_refused() -> None:
    trade, dispute = an_escalated_case()
    partial = staff("disputes", name="Partial Officer")
    a_member(trade.order.supplier, "viewer", user=user_of(partial))
    partial = actor_for(user_of(partial), None)
    refused(
        "conflict_of_interest",
        lambda: take_case(dispute_ref=dispute.ref, actor=partial, key=new_key(), at=ESCALATED_AT),
    )


def test_only_the_officer_in_charge_decides() -> None:
    trade, dispute = an_escalated_case()
    mine, other = dispute_officer("Mine"), dispute_officer("Other")
    take_case(dispute_ref=dispute.ref, actor=mine, key=new_key(), at=ESCALATED_AT)
    refused(
        "case_taken", lambda: take_case(dispute_ref=dispute.ref, actor=other, key=new_key(), at=ESCALATED_AT)
    )
    sweep(DECIDED_AT)

    def judge(actor: Actor) -> None:
        decide(
            dispute_ref=dispute.ref,
            refund=usd(1),
            release=usd(0),
            reasons="So.",
            actor=actor,
            key=new_key(),
            at=DECIDED_AT,
        )

    for actor in (other, trade.buyer, trade.supplier):
        refused("not_your_case_step", partial(judge, actor))
    hand_back_case(dispute_ref=dispute.ref, actor=mine, key=new_key(), at=DECIDED_AT)
    refused("not_your_case_step", lambda: judge(mine))
    take_case(dispute_ref=dispute.ref, actor=other, key=new_key(), at=DECIDED_AT)
    judge(other)
    refused("talks_over", lambda: judge(other))


def test_decided_case_is_not_settled_or_withdrawn_any_more() -> None:
    trade, dispute = a_decided_case()
    for step in (
        lambda: accept_claim(dispute_ref=dispute.ref, actor=trade.supplier, key=new_key(), at=DECIDED_AT),
        lambda: withdraw_claim(dispute_ref=dispute.ref, actor=trade.buyer, key=new_key(), at=DECIDED_AT),
        lambda: make_offer(
            dispute_ref=dispute.ref, refund=usd(1), actor=trade.buyer, key=new_key(), at=DECIDED_AT
        ),
    ):
        refused("talks_over", step)


def test_overdue_decision_tells_the_desk_and_keeps_the_money_still() -> None:
    officer = dispute_officer("On Duty")
    trade, dispute = an_escalated_case()
    sweep(ESCALATED_AT + days(20))
    assert OutboxEvent.objects.filter(kind="decision_overdue", subject=dispute.ref).count() == 1
    assert figures(trade)[1] == 450_000
    told = Notification.objects.filter(
        event__kind="decision_overdue", recipient_id=officer.user_id, channel="page"
    )
    assert told.count() <= 1


def test_cancelled_goods_under_claim_are_refunded_when_the_claim_ends() -> None:
    trade, dispute = a_claim(
        a_funded_order(), amount=usd(TOTAL - 100), reason="non_delivery", clause="ship_by", at=FUNDED_AT
    )
    cancel_unshipped(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=FUNDED_AT)
    assert figures(trade) == (TOTAL - 100, TOTAL - 100, 0, 100)
    assert hold_of(trade).refund_due_minor == TOTAL - 100
    assert trade.again().state == "confirmed"
    withdraw_claim(dispute_ref=dispute.ref, actor=trade.buyer, key=new_key(), at=FUNDED_AT)
    assert figures(trade) == (0, 0, 0, TOTAL)
    assert trade.again().state == "cancelled"


def test_agreement_after_acceptance_still_refunds_goods_that_were_cancelled() -> None:
    """8 of 20 t arrive; the rest is cancelled while nearly all is claimed: its value is owed to the buyer."""
    trade, dispute = a_claim(a_funded_order(), amount=usd(TOTAL - 100), at=FUNDED_AT)
    trade = a_delivered_order(trade, quantity="8")
    cancel_unshipped(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=DELIVERED_AT)
    pump(DELIVERED_AT)
    accept_delivery(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=CLAIMED_AT)
    cancelled = TOTAL * 12 // 20
    assert hold_of(trade).refund_due_minor == cancelled - 100
    version = make_offer(
        dispute_ref=dispute.ref, refund=usd(5_000), actor=trade.supplier, key=new_key(), at=CLAIMED_AT
    )
    accept_offer(dispute_ref=dispute.ref, version=version, actor=trade.buyer, key=new_key(), at=CLAIMED_AT)
    assert figures(trade) == (0, 0, TOTAL - cancelled - 5_000, cancelled + 5_000)
    assert trade.again().state == "completed"


def test_decision_cannot_release_what_cancelled_goods_are_worth() -> None:
    trade, dispute = an_escalated_case(amount=usd(TOTAL - 100), trade=a_funded_order(), at=ESCALATED_AT)
    cancel_unshipped(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=ESCALATED_AT)
    officer = dispute_officer()
    take_case(dispute_ref=dispute.ref, actor=officer, key=new_key(), at=DECIDED_AT)
    sweep(ESCALATED_AT + days(6))
    step = partial(
        decide, dispute_ref=dispute.ref, refund=usd(0), reasons="So.", actor=officer, at=DECIDED_AT
    )
    refused("release_of_cancelled_goods", lambda: step(release=usd(1), key=new_key()))
    step(release=usd(0), key=new_key())
    approve_decision(dispute_ref=dispute.ref, actor=dispute_officer(), key=new_key(), at=DECIDED_AT)
    sweep(DECIDED_AT + days(7))
    assert figures(trade) == (0, 0, 0, TOTAL)
    assert trade.again().state == "cancelled"


def test_claim_after_the_window_is_refused_even_before_the_clock_comes_by() -> None:
    trade = a_delivered_order()
    ends = trade.again().inspection_ends_at
    assert ends is not None
    refused("order_already_accepted", lambda: a_claim(trade, at=ends))
    a_claim(trade, at=ends - timedelta(seconds=1))
    assert figures(trade) == (TOTAL, 450_000, 0, 0)


def test_same_key_returns_the_first_claim_and_other_content_is_refused() -> None:
    trade = a_delivered_order()
    key = new_key()
    _trade, first = a_claim(trade, key=key)
    _trade, again = a_claim(trade, key=key)
    assert first.ref == again.ref
    assert Dispute.objects.count() == 1
    refused("idempotency_key_reused", lambda: a_claim(trade, key=key, amount=usd(7)))
    assert DELIVERED_AT < CLAIMED_AT


def test_replayed_steps_move_money_once() -> None:
    trade, dispute = a_claim()
    key = new_key()
    for _turn in range(3):
        accept_claim(dispute_ref=dispute.ref, actor=trade.supplier, key=key, at=CLAIMED_AT)
    assert figures(trade) == (TOTAL - 450_000, 0, 0, 450_000)


def test_open_claim_stores_its_files_as_evidence() -> None:
    trade = a_delivered_order()
    ref = open_claim(
        order_ref=trade.ref,
        claim=Claimed(reason="damage", clause="packaging", amount=usd(1_000), statement="Wet bags"),
        files=[a_pdf()],
        actor=trade.buyer,
        key=new_key(),
        at=CLAIMED_AT,
    )
    row = Evidence.objects.get(dispute__ref=ref)
    assert row.file is not None
    assert (row.file.kind, row.file.subject) == ("evidence", ref)
