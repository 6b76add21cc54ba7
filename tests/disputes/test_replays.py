"""Steps of a case with one key: done once, answered again; another content under the key is refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from marketplace.core.errors import KeyReused
from marketplace.core.ids import new_key
from marketplace.core.models import Deadline, OutboxEvent
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
from tests.factories.holds import hold_of, pump, sweep
from trade_assurance.disputes.models import Decision, Dispute, Offer
from trade_assurance.disputes.operations import (
    accept_claim,
    accept_offer,
    decide,
    decline_offer,
    escalate,
    make_offer,
    take_case,
    waive_appeal,
    withdraw_claim,
)
from trade_assurance.holds.models import Hold
from trade_assurance.ledger.models import Entry

pytestmark = pytest.mark.django_db
Step = Callable[..., Any]


def picture() -> tuple[object, ...]:
    return (
        list(Dispute.objects.order_by("pk").values_list("ref", "state", "officer_id", "evidence_until")),
        list(Decision.objects.order_by("pk").values_list()),
        list(Offer.objects.order_by("pk").values_list("version", "state")),
        list(Hold.objects.order_by("pk").values_list("state", "sequence", "held_minor", "frozen_minor")),
        list(Deadline.objects.order_by("pk").values_list("kind", "state", "due_at")),
        (Entry.objects.count(), OutboxEvent.objects.count()),
    )


def happens_once(step: Step, **other: object) -> Any:
    """Twice with one key; then the key with `other` content. Returns the first result."""
    before = picture()
    first = step()
    assert picture() != before
    pump(DECIDED_AT)
    settled = picture()
    assert step() == first
    with pytest.raises(KeyReused):
        step(**other)
    pump(DECIDED_AT)
    assert picture() == settled
    return first


def test_decide() -> None:
    trade, dispute = an_escalated_case()
    officer = dispute_officer()
    take_case(dispute_ref=dispute.ref, actor=officer, key=new_key(), at=DECIDED_AT)
    sweep(DECIDED_AT)
    step = partial(
        decide,
        dispute_ref=dispute.ref,
        refund=usd(300_000),
        release=usd(150_000),
        reasons="So.",
        actor=officer,
        key=new_key(),
        at=DECIDED_AT,
    )
    happens_once(step, refund=usd(299_999))
    assert hold_of(trade).frozen_minor == 450_000


def test_waive_appeal_of_each_side_and_the_execution_it_brings() -> None:
    trade, dispute = a_decided_case()
    sides = (trade.buyer, trade.supplier)
    for actor, other in zip(sides, reversed(sides), strict=True):
        step = partial(waive_appeal, dispute_ref=dispute.ref, actor=actor, key=new_key(), at=DECIDED_AT)
        happens_once(step, actor=other)
    hold = hold_of(trade)
    assert (hold.refunded_minor, hold.released_minor, hold.frozen_minor) == (300_000, 150_000, 0)


def test_escalate_and_take_case() -> None:
    trade, dispute = a_claim()
    happens_once(
        partial(escalate, dispute_ref=dispute.ref, actor=trade.buyer, key=new_key(), at=ESCALATED_AT),
        actor=trade.supplier,
    )
    happens_once(
        partial(take_case, dispute_ref=dispute.ref, actor=dispute_officer(), key=new_key(), at=ESCALATED_AT),
        actor=dispute_officer(),
    )


def test_offers_made_declined_and_accepted() -> None:
    trade, dispute = a_claim()
    made: dict[str, Any] = {"dispute_ref": dispute.ref, "at": CLAIMED_AT}
    make = partial(make_offer, refund=usd(100), actor=trade.supplier, key=new_key(), **made)
    first = happens_once(make, refund=usd(200))
    happens_once(
        partial(decline_offer, version=first, actor=trade.buyer, key=new_key(), **made), version=first + 1
    )
    second = make_offer(refund=usd(300), actor=trade.supplier, key=new_key(), **made)
    happens_once(
        partial(accept_offer, version=second, actor=trade.buyer, key=new_key(), **made), version=first
    )
    assert hold_of(trade).refunded_minor == 300


@pytest.mark.parametrize(
    ("end", "side", "refunded"), [(accept_claim, "supplier", 450_000), (withdraw_claim, "buyer", 0)]
)
def test_ends_of_a_claim(end: Step, side: str, refunded: int) -> None:
    trade, dispute = a_claim()
    actor = getattr(trade, side)
    other = trade.supplier if side == "buyer" else trade.buyer
    happens_once(
        partial(end, dispute_ref=dispute.ref, actor=actor, key=new_key(), at=CLAIMED_AT), actor=other
    )
    hold = hold_of(trade)
    assert (hold.refunded_minor, hold.frozen_minor) == (refunded, 0)
