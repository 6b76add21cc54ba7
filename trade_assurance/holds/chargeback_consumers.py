"""What chargebacks of the floor below mean for held money: each event leads to one operation. Parses, decides nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from marketplace.core.jobs import QUEUE_HOLDS
from marketplace.core.models import OutboxEvent
from marketplace.core.money import Money
from marketplace.core.outbox import EventConsumer
from trade_assurance.holds import operations


def chargeback_taken(event: OutboxEvent, at: datetime) -> None:
    """The payer's bank has taken money of a payment."""
    operations.chargeback_taken(
        ref=event.payload["chargeback"],
        payment_ref=event.payload["payment"],
        provider=event.payload["provider"],
        money=_money(event),
        turn=event.payload["turn"],
        order_ref=event.root,
        at=at,
    )


def chargeback_won(event: OutboxEvent, at: datetime) -> None:
    """It came back."""
    operations.chargeback_won(
        ref=event.payload["chargeback"], turn=event.payload["turn"], order_ref=event.root, at=at
    )


def chargeback_lost(event: OutboxEvent, at: datetime) -> None:
    """It is gone for good."""
    operations.chargeback_lost(
        ref=event.payload["chargeback"],
        refunds_covered_minor=event.payload["refunds_covered_minor"],
        order_ref=event.root,
        at=at,
    )


def chargeback_fee(event: OutboxEvent, at: datetime) -> None:
    """The provider took something for its work, or gave it back."""
    operations.chargeback_fee(
        ref=event.payload["chargeback"],
        provider=event.payload["provider"],
        fee=Money(event.payload["fee_minor"], event.payload["fee_currency"]),
        turn=event.payload["fee_turn"],
        at=at,
    )


def refund_failed(event: OutboxEvent, at: datetime) -> None:
    """A refund did not leave: perhaps the payer has had it by a chargeback."""
    operations.refund_failed_after_chargeback(
        refund_ref=event.payload["refund"],
        payment_ref=event.payload["payment"],
        money=_money(event),
        order_ref=event.root,
        at=at,
    )


def payout_reversed(event: OutboxEvent, at: datetime) -> None:
    """What a rail had paid was taken back."""
    operations.payout_reversed(reversal_ref=event.subject, at=at)


def payout_not_reversed(event: OutboxEvent, at: datetime) -> None:
    """It could not be taken back."""
    operations.payout_not_reversed(reversal_ref=event.subject, reason=event.payload["reason"], at=at)


def rail_can_pay(event: OutboxEvent, at: datetime) -> None:
    """A rail can pay a supplier from now on."""
    operations.send_what_waited(
        company_id=event.payload["company_id"], provider=event.payload["provider"], at=at
    )


def evidence_clock(event: OutboxEvent, at: datetime) -> None:
    """Something changed about a chargeback: by when is evidence due?"""
    operations.follow_evidence_clock(chargeback_ref=event.payload["chargeback"], at=at)


def watch_age(event: OutboxEvent, at: datetime) -> None:
    """A hold has its money: how long may it lie with a processor?"""
    operations.watch_age(hold_ref=event.subject, at=at)


def _money(event: OutboxEvent) -> Money:
    return Money(event.payload["amount_minor"], event.payload["currency"])


CONSUMERS: Final = (
    EventConsumer("payment_charged_back", "holds.chargeback_taken", QUEUE_HOLDS, chargeback_taken),
    EventConsumer("chargeback_won", "holds.chargeback_won", QUEUE_HOLDS, chargeback_won),
    EventConsumer("chargeback_lost", "holds.chargeback_lost", QUEUE_HOLDS, chargeback_lost),
    EventConsumer("chargeback_fee", "holds.chargeback_fee", QUEUE_HOLDS, chargeback_fee),
    EventConsumer("payout_reversed", "holds.payout_reversed", QUEUE_HOLDS, payout_reversed),
    EventConsumer("payout_not_reversed", "holds.payout_not_reversed", QUEUE_HOLDS, payout_not_reversed),
    EventConsumer("registration_ready", "holds.rail_can_pay", QUEUE_HOLDS, rail_can_pay),
    EventConsumer("chargeback_changed", "holds.evidence_clock", QUEUE_HOLDS, evidence_clock),
    EventConsumer("chargeback_evidence_sent", "holds.evidence_clock_stops", QUEUE_HOLDS, evidence_clock),
    EventConsumer("hold_funded", "holds.watch_age", QUEUE_HOLDS, watch_age),
    EventConsumer("refund_failed", "holds.refund_failed_after_chargeback", QUEUE_HOLDS, refund_failed),
)
