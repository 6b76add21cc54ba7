"""The end of the time for which a processor holds money: what happens by itself, and what an officer decides.

ADR 0019. Nothing here moves money to the bank: that takes both sides' consent (`bank_moves`).
Lock order: Order → Hold → decision → ledger accounts.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.idempotency import remember, replayed
from marketplace.core.models import Deadline
from marketplace.core.money import Money
from marketplace.core.outbox import emit
from orders import operations as orders
from orders.states import RUNNING
from trade_assurance.holds.age_rules import AgeStep, age_steps
from trade_assurance.holds.errors import (
    NothingHeld,
    NothingProposed,
    NotOfficersToDecide,
    NotYourStep,
    OwnCompanysMoney,
)
from trade_assurance.holds.models import AgeDecision, Hold
from trade_assurance.holds.operations.age.warnings import HOLD_AGE_CAP, tell_of_age
from trade_assurance.holds.operations.payouts.two_persons import done, drop, first_word, second_word
from trade_assurance.holds.operations.trades import refunds
from trade_assurance.holds.operations.trades.acceptance import accept_parts
from trade_assurance.holds.operations.trades.cancellations import cancel_rest
from trade_assurance.holds.operations.trades.releases import finish_order_if_settled, release
from trade_assurance.holds.operations.trades.trade import Trade, lock_trade_of_hold
from trade_assurance.holds.queries.age.carried import carried_since
from trade_assurance.holds.queries.age.facts import facts_of_age, looked_at
from trade_assurance.holds.states import AgeOutcome, HoldState

HELD_TOO_LONG: Final = "held_too_long"
DECIDED_BY_OFFICER: Final = "decided_by_officer"
DESKS: Final = ("finance", "disputes")


@transaction.atomic
def settle_by_age(*, hold_ref: str, at: datetime) -> tuple[AgeStep, ...]:
    """A processor will not hold this money longer: each part of the order goes where silence lets it go fairly.

    What has not left is cancelled and refunded, what the buyer has had long enough is accepted and released, as
    `age_rules.age_steps` says; for all that is left both desks are called. Returns the steps. Run by the deadline.
    """
    actor = Actor.system("hold_age")
    trade = lock_trade_of_hold(hold_ref)
    hold = next(hold for hold in trade.holds if hold.ref == hold_ref)
    if hold.held_minor == 0 or carried_since(hold) is None or trade.order.is_over:
        return ()
    steps = age_steps(facts_of_age(trade.order, trade.holds, at))
    if AgeStep.CANCEL in steps:
        cancel_rest(trade, reason=HELD_TOO_LONG, actor=actor, key=f"age:{hold_ref}", at=at)
    if AgeStep.ACCEPT in steps and not trade.order.is_over:
        accept_parts(trade, [part.ref for part in looked_at(trade.order, at)], actor=actor, at=at)
    hold.refresh_from_db()
    if hold.held_minor and carried_since(hold) is not None:
        tell_of_age(hold, HOLD_AGE_CAP, at)
    return steps


@transaction.atomic
def decide_age(
    *, hold_ref: str, outcome: AgeOutcome, reason: str, actor: Actor, key: str, at: datetime
) -> str:
    """An officer decides about what no rule may decide: all that no claim has frozen of the hold goes to one side.

    Above the currency's limit it waits for a second officer. Both sides read the reason. Returns "done" or "waits".
    Raises `TradeNotFound`, `NotYourStep` without the finance or dispute desk, `OwnCompanysMoney`, `ReasonMissing`,
    `NothingHeld` for nothing free, `NotOfficersToDecide` before the 75th day, when silence decides fairly, or while
    another decision waits.
    """
    trade = lock_trade_of_hold(hold_ref)
    content = {"hold": hold_ref, "outcome": outcome, "reason": reason, "actor": actor.as_text}
    if (first := replayed(key=key, operation="decide_age", content=content)) is not None:
        return first
    _demand_officer(trade, actor)
    hold = _demand_officers_turn(trade, hold_ref, at)
    said = first_word(hold.free, reason, actor=actor, at=at)
    row = AgeDecision.objects.create(hold=hold, outcome=outcome, amount_minor=hold.free.amount_minor, **said)
    result = "waits"
    if row.needs_second:
        _ask_second(trade, row, actor, at)
    else:
        result = _carry_out(trade, hold, row, actor, at)
    remember(key=key, operation="decide_age", content=content, result=result, at=at)
    return result


@transaction.atomic
def approve_age_decision(*, hold_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """The second officer's yes: it is carried out, for what is free now. "done".

    Raises as `decide_age`, `NothingProposed` when none waits, `SecondApprovalBySamePerson`.
    """
    trade = lock_trade_of_hold(hold_ref)
    content = {"hold": hold_ref, "actor": actor.as_text}
    if (first := replayed(key=key, operation="approve_age_decision", content=content)) is not None:
        return first
    row = _waiting(trade, hold_ref, actor)
    hold = next(hold for hold in trade.holds if hold.ref == hold_ref)
    if hold.free.amount_minor != row.amount_minor:
        # What the first officer decided about was another amount: nobody's yes counts for this one.
        raise NothingHeld
    second_word(row, actor=actor)
    result = _carry_out(trade, hold, row, actor, at)
    remember(key=key, operation="approve_age_decision", content=content, result=result, at=at)
    return result


@transaction.atomic
def refuse_age_decision(*, hold_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """An officer's no to what waits (also the first one's own): it can be decided anew. "refused".

    Raises as `approve_age_decision`.
    """
    trade = lock_trade_of_hold(hold_ref)
    content = {"hold": hold_ref, "actor": actor.as_text}
    if (first := replayed(key=key, operation="refuse_age_decision", content=content)) is not None:
        return first
    drop(_waiting(trade, hold_ref, actor), actor=actor, at=at)
    remember(key=key, operation="refuse_age_decision", content=content, result="refused", at=at)
    return "refused"


def _demand_officer(trade: Trade, actor: Actor) -> None:
    if actor.user_id is None or not any(actor.has_desk(desk) for desk in DESKS):
        raise NotYourStep
    if {trade.order.buyer_id, trade.order.supplier_id} & actor.member_of:
        raise OwnCompanysMoney


def _demand_officers_turn(trade: Trade, hold_ref: str, at: datetime) -> Hold:
    hold = next(hold for hold in trade.holds if hold.ref == hold_ref)
    if hold.state != HoldState.HELD or not hold.free.is_positive or carried_since(hold) is None:
        raise NothingHeld
    warned = Deadline.objects.filter(kind=HOLD_AGE_CAP, subject=hold_ref).exists()
    waits = AgeDecision.objects.filter(hold=hold, done_at=None, dropped_at=None).exists()
    turn = AgeStep.OFFICER in age_steps(facts_of_age(trade.order, trade.holds, at))
    if waits or not warned or not turn or trade.order.state not in RUNNING:
        raise NotOfficersToDecide
    return hold


def _waiting(trade: Trade, hold_ref: str, actor: Actor) -> AgeDecision:
    _demand_officer(trade, actor)
    rows = AgeDecision.objects.filter(hold__ref=hold_ref, done_at=None, dropped_at=None)
    row = rows.lock().first()
    if row is None:
        raise NothingProposed
    return row


def _carry_out(trade: Trade, hold: Hold, row: AgeDecision, actor: Actor, at: datetime) -> str:
    amount, why = row.amount_minor, f"{DECIDED_BY_OFFICER}: {row.reason}"[:200]
    cause = trade.order.ref
    if row.outcome == AgeOutcome.RELEASE:
        release(trade, hold, amount, cause=cause, reason=why, actor=actor, at=at)
    else:
        refunds.refund(trade, hold, amount, cause=cause, reason=why, actor=actor, at=at)
    done(row, at)
    money = Money(amount, hold.currency)
    orders.record_event(
        order=trade.order,
        kind=f"age_decided_{row.outcome}",
        params={"amount": money, "reason": row.reason},
        actor=actor,
        at=at,
    )
    finish_order_if_settled(trade, actor=actor, key=f"age_decision:{row.pk}", at=at)
    return "done"


def _ask_second(trade: Trade, row: AgeDecision, actor: Actor, at: datetime) -> None:
    emit(
        kind="age_decision_asked",
        subject=row.hold.ref,
        root=trade.order.ref,
        payload={"amount_minor": row.amount_minor, "currency": row.hold.currency, "reason": row.reason},
        actor=actor,
        at=at,
    )
