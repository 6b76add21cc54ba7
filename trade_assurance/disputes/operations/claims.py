"""The buyer claims an amount, and may withdraw the claim."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.deadlines import open_deadline
from marketplace.core.idempotency import remember, replayed
from marketplace.core.money import Money
from marketplace.files.operations import upload_hashes
from orders.clocks import clock_days
from orders.models import Order
from orders.states import OrderState
from trade_assurance.disputes.errors import LateClaimTooEarly, NotLate, UnknownReason
from trade_assurance.disputes.models import Dispute
from trade_assurance.disputes.operations.case import (
    NEGOTIATION_END,
    Case,
    clean_text,
    demand,
    demand_talks,
    end_case,
    lock_case,
    tell,
)
from trade_assurance.disputes.operations.evidence import Upload, store_evidence
from trade_assurance.disputes.policies import can_claim
from trade_assurance.disputes.states import Clause, DisputeState, Reason, Side
from trade_assurance.holds.operations import freeze, lock_trade

WITHDRAWN = "claim_withdrawn"


@transaction.atomic
def open_claim(
    *,
    order_ref: str,
    reason: str,
    clause: str,
    amount: Money,
    statement: str,
    files: Sequence[Upload] = (),
    actor: Actor,
    key: str,
    at: datetime,
) -> str:
    """The buyer claims `amount` of what is held: exactly that freezes, the rest of the trade goes on.

    Possible from funding until acceptance or the end of the inspection window; lateness only once all
    goods are delivered. Opens the negotiation's deadline and tells the supplier. Returns the dispute's reference.
    Raises `TradeNotFound`, `NotYourCase`, `UnknownReason`, `TextMissing`, `LateClaimTooEarly`, `NotLate`, and
    what `holds.operations.freeze` raises (`AmountAboveFree`, `FrozenAlready`, `AlreadyAccepted` …).
    """
    trade = lock_trade(order_ref, actor=actor)
    content = {
        "order": order_ref,
        "reason": reason,
        "clause": clause,
        "amount": amount,
        "statement": statement,
        "files": upload_hashes(files),
        "actor": actor.as_text,
    }
    if (first := replayed(key=key, operation="open_claim", content=content)) is not None:
        return first
    demand(can_claim(actor, trade.order))
    _guard_grounds(trade.order, reason, clause)
    text = clean_text(statement, field="statement")
    hold = trade.hold_with_money()
    dispute = Dispute(
        order=trade.order,
        hold=hold,
        opened_by=actor.as_text,
        reason=reason,
        clause=clause,
        statement=text,
        currency=hold.currency,
        claimed_minor=amount.amount_minor,
        opened_at=at,
    )
    freeze(trade, hold, subject=dispute.ref, amount=amount, actor=actor, at=at)
    dispute.save()
    dispute.log_transition("", DisputeState.NEGOTIATION, actor=actor, at=at, key=key)
    case = Case(trade, dispute, Side.BUYER)
    if files:
        store_evidence(case, note=text, files=files, actor=actor, at=at)
    _open_negotiation(case, at=at)
    tell(case, "claim_opened", actor=actor, at=at, reason=reason)
    remember(key=key, operation="open_claim", content=content, result=dispute.ref, at=at)
    return dispute.ref


@transaction.atomic
def withdraw_claim(*, dispute_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """The buyer withdraws: the amount unfreezes and goes its way (released if the goods were accepted meanwhile).

    Raises `DisputeNotFound`, `NotYourCase`, `TalksOver` once decided or ended.
    """
    case = lock_case(dispute_ref, actor=actor)
    content = {"dispute": dispute_ref, "actor": actor.as_text}
    if (first := replayed(key=key, operation="withdraw_claim", content=content)) is not None:
        return first
    demand(can_claim(actor, case.order))
    demand_talks(case.dispute)
    nothing = Money.zero(case.dispute.currency)
    tell(case, "claim_withdrawn", actor=actor, at=at)
    end_case(
        case,
        DisputeState.WITHDRAWN,
        refund=nothing,
        release=nothing,
        reason=WITHDRAWN,
        actor=actor,
        key=key,
        at=at,
    )
    remember(key=key, operation="withdraw_claim", content=content, result=dispute_ref, at=at)
    return dispute_ref


def _guard_grounds(order: Order, reason: str, clause: str) -> None:
    if reason not in Reason.values:
        raise UnknownReason(field="reason")
    if clause not in Clause.values:
        raise UnknownReason(field="clause")
    if reason == Reason.LATENESS:
        if order.state != OrderState.DELIVERED:
            raise LateClaimTooEarly(field="reason")
        if not order.late and not order.shipments.filter(late=True).exists():
            raise NotLate(field="reason")


def _open_negotiation(case: Case, *, at: datetime) -> None:
    open_deadline(
        kind=NEGOTIATION_END,
        subject=case.dispute.ref,
        root=case.order.ref,
        started_at=at,
        due_at=at + timedelta(days=clock_days(case.order.clocks, "negotiation_days")),
        rule="clocks.negotiation_days",
    )
