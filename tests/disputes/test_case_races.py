"""Two people at one case at the same moment: one winner, the loser is told, and the money moves once."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import pytest

from marketplace.core.deadlines import sweep_due
from marketplace.core.ids import new_key
from tests.disputes.test_cases import TOTAL, figures
from tests.disputes.test_course import above_the_limit, decided
from tests.factories import days
from tests.factories.disputes import (
    CLAIMED_AT,
    DECIDED_AT,
    a_claim,
    a_decided_case,
    dispute_officer,
    usd,
)
from tests.factories.holds import a_delivered_order, pump
from tests.holds.races import at_once
from trade_assurance.disputes.models import Decision, Dispute, SealedRange
from trade_assurance.disputes.operations import (
    Claimed,
    accept_offer,
    appeal,
    approve_decision,
    confirm_promised,
    make_offer,
    open_claim,
    reject_decision,
    seal_range,
    send_promised,
    withdraw_claim,
    withdraw_offer,
)
from trade_assurance.holds.operations import accept_delivery

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
CLAIM = 450_000


def test_an_offer_accepted_while_it_is_withdrawn_has_one_end() -> None:
    trade, dispute = a_claim()
    version = make_offer(
        dispute_ref=dispute.ref, refund=usd(100_000), actor=trade.supplier, key=new_key(), at=CLAIMED_AT
    )
    both: dict[str, Any] = {"dispute_ref": dispute.ref, "version": version, "at": CLAIMED_AT}
    accepted, withdrawn = at_once(
        partial(accept_offer, actor=trade.buyer, key=new_key(), **both),
        partial(withdraw_offer, actor=trade.supplier, key=new_key(), **both),
    )
    assert sorted([accepted, withdrawn]) in (["done", "offer_gone"], ["done", "talks_over"])
    assert figures(trade)[3] == (100_000 if accepted == "done" else 0)


def test_an_offer_accepted_four_times_moves_money_once() -> None:
    trade, dispute = a_claim()
    version = make_offer(
        dispute_ref=dispute.ref, refund=usd(100_000), actor=trade.supplier, key=new_key(), at=CLAIMED_AT
    )
    steps = [
        partial(
            accept_offer,
            dispute_ref=dispute.ref,
            version=version,
            actor=trade.buyer,
            key=new_key(),
            at=CLAIMED_AT,
        )
        for _turn in range(4)
    ]
    assert sorted(at_once(*steps)) == ["done"] + ["talks_over"] * 3
    assert figures(trade) == (TOTAL - 100_000, 0, 0, 100_000)


def test_an_offer_accepted_while_the_claim_is_withdrawn_has_one_winner() -> None:
    trade, dispute = a_claim()
    version = make_offer(
        dispute_ref=dispute.ref, refund=usd(100_000), actor=trade.supplier, key=new_key(), at=CLAIMED_AT
    )
    accepted, withdrawn = at_once(
        partial(
            accept_offer,
            dispute_ref=dispute.ref,
            version=version,
            actor=trade.buyer,
            key=new_key(),
            at=CLAIMED_AT,
        ),
        partial(withdraw_claim, dispute_ref=dispute.ref, actor=trade.buyer, key=new_key(), at=CLAIMED_AT),
    )
    assert sorted([accepted, withdrawn]) == ["done", "talks_over"]
    assert figures(trade)[1:] == (0, 0, 100_000 if accepted == "done" else 0)


def test_two_ranges_sealed_at_once_meet_once() -> None:
    trade, dispute = a_claim()
    both: dict[str, Any] = {"dispute_ref": dispute.ref, "at": CLAIMED_AT}
    results = at_once(
        partial(seal_range, bound=usd(200_000), actor=trade.buyer, key=new_key(), **both),
        partial(seal_range, bound=usd(300_000), actor=trade.supplier, key=new_key(), **both),
    )
    assert results == ["done", "done"]
    assert figures(trade) == (TOTAL - 250_000, 0, 0, 250_000)
    assert SealedRange.objects.filter(ended_as="met").count() == 2


def test_an_appeal_against_the_execution_has_one_winner() -> None:
    trade, dispute = a_decided_case()
    at = DECIDED_AT + days(7)
    at_once(
        partial(
            appeal,
            dispute_ref=dispute.ref,
            grounds="No.",
            actor=trade.supplier,
            key=new_key(),
            at=at - days(1),
        ),
        partial(sweep_due, at=at),
    )
    dispute.refresh_from_db()
    moved = figures(trade)[2:]
    assert (dispute.state, moved) in (("appealed", (0, 0)), ("closed", (150_000, 300_000)))


def test_a_decision_approved_and_sent_back_at_once_counts_or_does_not() -> None:
    _trade, dispute, officer = above_the_limit()
    decided(dispute, officer, 700_000, 500_000)
    both: dict[str, Any] = {"dispute_ref": dispute.ref, "at": DECIDED_AT}
    approved, sent_back = at_once(
        partial(approve_decision, actor=dispute_officer("A"), key=new_key(), **both),
        partial(reject_decision, note="No.", actor=dispute_officer("B"), key=new_key(), **both),
    )
    assert sorted([approved, sent_back]) == ["done", "talks_over"]
    assert Decision.objects.get().state == ("in_force" if approved == "done" else "rejected")


def test_a_return_confirmed_while_its_clock_runs_out_is_refunded_once() -> None:
    trade, dispute = a_claim()
    version = make_offer(
        dispute_ref=dispute.ref,
        kind="return_and_refund",
        refund=usd(400_000),
        return_paid_by="buyer",
        due_on=date(2026, 4, 28),
        actor=trade.supplier,
        key=new_key(),
        at=CLAIMED_AT,
    )
    accept_offer(dispute_ref=dispute.ref, version=version, actor=trade.buyer, key=new_key(), at=CLAIMED_AT)
    send_promised(
        dispute_ref=dispute.ref,
        carrier="Maersk",
        tracking_number="1",
        actor=trade.buyer,
        key=new_key(),
        at=CLAIMED_AT,
    )
    pump(CLAIMED_AT)
    at = CLAIMED_AT + days(21)
    at_once(
        partial(confirm_promised, dispute_ref=dispute.ref, actor=trade.supplier, key=new_key(), at=at),
        partial(sweep_due, at=at),
        partial(sweep_due, at=at),
    )
    assert figures(trade) == (TOTAL - 400_000, 0, 0, 400_000)


def test_two_claims_on_the_same_goods_at_once_open_one_case_and_acceptance_takes_the_rest() -> None:
    trade = a_delivered_order()
    claim = partial(
        open_claim,
        order_ref=trade.ref,
        claim=Claimed(reason="damage", clause="packaging", amount=usd(CLAIM), statement="Wet."),
        actor=trade.buyer,
        at=CLAIMED_AT,
    )
    results = at_once(
        partial(claim, key=new_key()),
        partial(claim, key=new_key()),
        partial(accept_delivery, order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=CLAIMED_AT),
    )
    opened = Dispute.objects.count()
    assert results[:2].count("done") == opened <= 1
    assert figures(trade) == (CLAIM * opened, CLAIM * opened, TOTAL - CLAIM * opened, 0)
