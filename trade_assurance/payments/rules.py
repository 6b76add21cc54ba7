"""Pure decisions of payments: what a provider's words change, and when to ask again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from marketplace.core.money import Money
from trade_assurance.payments.providers.base import ChargebackFacts, PaidStatus, PaymentFacts
from trade_assurance.payments.states import CHARGEBACK_TRANSITIONS, ChargebackState, PaymentState

FIRST_LOOK: Final = timedelta(seconds=15)
FIRST_RETRY: Final = timedelta(seconds=10)
LONGEST_RETRY: Final = timedelta(hours=1)
LEASE: Final = timedelta(seconds=60)
# Processors may forget an idempotency key after 24 hours: an hour before that it counts as forgotten.
KEY_LIVES: Final = timedelta(hours=23)

FINAL_STATUSES: Final = frozenset({PaidStatus.PAID, PaidStatus.FAILED, PaidStatus.EXPIRED})


@dataclass(frozen=True, slots=True)
class Expected:
    """What our own row says of a payment."""

    ref: str
    provider_ref: str
    asked: Money
    received: Money
    state: str
    live: bool


@dataclass(frozen=True, slots=True)
class Change:
    """What a provider's facts change: new money, a new state, a decline to show; all may be nothing."""

    new_money: Money
    state: PaymentState | None
    decline_code: str


def mismatch(expected: Expected, facts: PaymentFacts) -> str:
    """In one word what differs from our row, empty when all agrees. A right signature does not make content right."""
    if facts.payment != expected.ref:
        return "subject"
    if expected.provider_ref and facts.ref != expected.provider_ref:
        return "provider_ref"
    if facts.asked.currency != expected.asked.currency or facts.received.currency != expected.asked.currency:
        return "currency"
    if facts.asked != expected.asked:
        return "amount"
    if facts.live != expected.live:
        return "live_mode"
    if facts.received < expected.received:
        return "received_less_than_before"
    if facts.status == PaidStatus.PAID and facts.received < expected.asked:
        return "paid_but_not_received"
    return ""


def change_by(expected: Expected, facts: PaymentFacts) -> Change:
    """The monotone change: money only grows, and an end is not undone by older news."""
    new_money = facts.received - expected.received
    if new_money.is_positive:
        return Change(new_money, None, "")
    waiting = expected.state in {PaymentState.STARTED, PaymentState.PROCESSING}
    state: PaymentState | None = None
    if facts.status == PaidStatus.PROCESSING and expected.state == PaymentState.STARTED:
        state = PaymentState.PROCESSING
    elif facts.status == PaidStatus.FAILED and waiting:
        state = PaymentState.FAILED
    elif facts.status == PaidStatus.EXPIRED and waiting:
        state = PaymentState.EXPIRED
    return Change(new_money, state, facts.code if waiting else "")


def state_after_money(asked: Money, received: Money) -> PaymentState:
    """Paid when all or more is there."""
    return PaymentState.SUCCEEDED if received >= asked else PaymentState.PARTLY_FUNDED


def key_is_done(outcome: Mapping[str, object], sent_at: datetime | None, at: datetime) -> bool:
    """Whether a call with the present key could say nothing new, or could do the thing a second time."""
    return bool(outcome.get("spent")) or (sent_at is not None and at - sent_at >= KEY_LIVES)


def next_look(at: datetime, calls: int) -> datetime:
    """When to ask again after so many calls: 10 s, 20 s, 40 s … at most an hour."""
    wait: timedelta = min(FIRST_RETRY * 2 ** min(calls, 12), LONGEST_RETRY)
    return at + wait


@dataclass(frozen=True, slots=True)
class Disputed:
    """What our own rows say of a payment that its payer disputes, and of that dispute so far (`state` empty: news)."""

    received: Money
    refunded: Money
    others: Money
    amount: Money | None
    state: str
    taken: bool
    fee: Money
    live: bool


@dataclass(frozen=True, slots=True)
class ChargebackChange:
    """What a provider's facts change of a chargeback. `fee_minor` is the change of the fee, signed."""

    state: ChargebackState
    taken: bool
    fee_minor: int
    is_news: bool


def chargeback_mismatch(ours: Disputed, facts: ChargebackFacts) -> str:
    """In one word what differs from our rows, empty when all agrees."""
    if facts.amount.currency != ours.received.currency:
        return "currency"
    if facts.live != ours.live:
        return "live_mode"
    if not facts.amount.is_positive or facts.fee.amount_minor < 0:
        return "amount"
    if ours.amount is not None and facts.amount != ours.amount:
        return "amount_changed"
    if not ours.fee.is_zero and facts.fee.currency != ours.fee.currency:
        return "fee_currency"
    if facts.amount + ours.others > ours.received:
        return "more_than_received"
    if facts.reinstated and not facts.withdrawn:
        return "came_back_but_never_left"
    return ""


def chargeback_change(ours: Disputed, facts: ChargebackFacts) -> ChargebackChange | None:
    """The change, or None for a step back that only an older reading could ask for."""
    state = ChargebackState(facts.status.value)
    taken = facts.withdrawn and not facts.reinstated
    if ours.state and state != ours.state and state not in CHARGEBACK_TRANSITIONS[ours.state]:
        return None
    fee = facts.fee.amount_minor - (ours.fee.amount_minor if ours.state else 0)
    return ChargebackChange(state, taken, fee, state != ours.state or taken != ours.taken or fee != 0)
