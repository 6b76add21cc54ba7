"""Cases in every state, reached through operations and the clock only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime
from functools import partial
from typing import Any

from marketplace.core.actors import Actor
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories import days
from tests.factories.accounts import staff
from tests.factories.holds import DELIVERED_AT, a_delivered_order, pump, sweep
from tests.factories.orders import Trade
from tests.factories.remembered import remembered
from trade_assurance.disputes.models import Dispute
from trade_assurance.disputes.operations import Claimed, decide, escalate, open_claim, take_case

CLAIMED_AT = DELIVERED_AT + days(1)
ESCALATED_AT = CLAIMED_AT + days(4)
DECIDED_AT = ESCALATED_AT + days(6)


def usd(minor: int) -> Money:
    """Cents."""
    return Money(minor, "USD")


def dispute_officer(name: str = "Dis Officer") -> Actor:
    """Somebody at the disputes desk, new each time."""
    return staff("disputes", name=name)


@remembered
def a_claim(
    trade: Trade | None = None, *, amount: Money | None = None, at: datetime = CLAIMED_AT, **over: Any
) -> tuple[Trade, Dispute]:
    """The buyer of a delivered order claims 4,500.00 USD for quality."""
    trade = trade or a_delivered_order()
    stated = Claimed(
        reason="specification",
        clause="specification",
        statement="A third of the bags holds broken grain.",
        amount=usd(450_000) if amount is None else amount,
    )
    other = {name: over.pop(name) for name in {field.name for field in fields(Claimed)} & over.keys()}
    asked: dict[str, Any] = {"actor": trade.buyer, "key": new_key()} | over
    ref = open_claim(order_ref=trade.ref, claim=replace(stated, **other), at=at, **asked)
    pump(at)
    return trade, Dispute.objects.get(ref=ref)


def claiming(
    trade: Trade, amount: Money, *, at: datetime = CLAIMED_AT, reason: str = "damage", clause: str = "lines"
) -> Callable[[], str]:
    """The step of claiming so much, under a key of its own, for a race."""
    claim = Claimed(reason=reason, clause=clause, amount=amount, statement="Everything is wet.")
    return partial(open_claim, order_ref=trade.ref, claim=claim, actor=trade.buyer, key=new_key(), at=at)


@remembered
def an_escalated_case(
    trade: Trade | None = None, *, at: datetime = ESCALATED_AT, **over: Any
) -> tuple[Trade, Dispute]:
    """The buyer has called the officer."""
    trade, dispute = a_claim(trade, **over)
    escalate(dispute_ref=dispute.ref, actor=trade.buyer, key=new_key(), at=at)
    pump(at)
    return trade, Dispute.objects.get(pk=dispute.pk)


@remembered
def a_decided_case(
    trade: Trade | None = None,
    *,
    refund: Money | None = None,
    release: Money | None = None,
    at: datetime = DECIDED_AT,
    **over: Any,
) -> tuple[Trade, Dispute]:
    """An officer took the case and, after the days for evidence, divided the claim 3,000 / 1,500."""
    trade, dispute = an_escalated_case(trade, **over)
    officer = dispute_officer()
    take_case(dispute_ref=dispute.ref, actor=officer, key=new_key(), at=at)
    sweep(at)
    decide(
        dispute_ref=dispute.ref,
        refund=usd(300_000) if refund is None else refund,
        release=usd(150_000) if release is None else release,
        reasons="The photographs show broken grain in 20 of 60 bags.",
        actor=officer,
        key=new_key(),
        at=at,
    )
    pump(at)
    return trade, Dispute.objects.get(pk=dispute.pk)
