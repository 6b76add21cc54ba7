"""What a payer's bank took back, as the provider tells it: recorded by a monotone rule, told to those above.

Whether a hold pays for it, or a supplier, is decided above. Lock order: payment → chargeback → refund → operation.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from marketplace.core.formatting import format_money
from marketplace.core.ids import new_ref
from marketplace.core.money import Money
from marketplace.core.outbox import emit
from trade_assurance.payments.guard import forbid_transaction
from trade_assurance.payments.models import Chargeback, Payment
from trade_assurance.payments.operations.intents import provider_actor
from trade_assurance.payments.operations.payments import locked_payment
from trade_assurance.payments.operations.refunds import cover_refunds, gone_back, wake_refunds
from trade_assurance.payments.operations.reviews import open_review
from trade_assurance.payments.providers.base import ChargebackFacts, MovementType, Unknown
from trade_assurance.payments.providers.registry import chargeback_rail, reconciled_rails
from trade_assurance.payments.rules import (
    ChargebackChange,
    Disputed,
    chargeback_change,
    chargeback_mismatch,
)
from trade_assurance.payments.states import CHARGEBACK_OPEN, ChargebackState

READ_AGAIN: Final = timedelta(hours=1)
READ_ENDED_AGAIN: Final = timedelta(days=1)
# Banks take decided cases up again for months; after this long nobody asks any more.
ASK_FOR: Final = timedelta(days=180)
LOOK_BACK: Final = timedelta(days=3)
OLDER: Final = "older news"


@transaction.atomic
def record_chargeback(*, provider: str, facts: ChargebackFacts, at: datetime) -> str | None:
    """Apply what the provider says of a chargeback, read at `at`, as far as it is news; in a word what came of it.

    None for a payment that nobody here knows. Money taken stops every refund of the payment; a loss covers what
    is still owed to the payer first; money that came back, or a loss, lets the refunds go on. Told as
    `payment_charged_back`, `chargeback_won`, `chargeback_lost`, `chargeback_inquiry`, `chargeback_fee`,
    `chargeback_changed`. Facts that differ from our rows change nothing and open a review.
    """
    ref = Payment.objects.filter(provider=provider, provider_ref=facts.payment_ref).values_list("ref").first()
    if ref is None:
        return None
    payment = locked_payment(ref[0])
    row = Chargeback.objects.filter(provider=provider, provider_ref=facts.ref).lock().first()
    if row is not None and row.payment_id != payment.pk:
        return _review(payment, facts, "payment", at)
    if row is not None and at < row.read_at:
        return OLDER
    ours = _ours(payment, row, facts)
    if why := chargeback_mismatch(ours, facts):
        return _review(payment, facts, why, at)
    change = chargeback_change(ours, facts)
    if change is None:
        return OLDER
    row = row or _create(payment, facts, change, at)
    _write(row, facts, change, at)
    if change.is_news:
        _follow(payment, row, ours, change, at)
    return row.state


def read_chargeback(*, chargeback_ref: str, at: datetime) -> str:
    """Ask the provider how a chargeback stands and apply it; in a word what came of it.

    Raises `ProviderCallInTransaction` inside a transaction.
    """
    forbid_transaction()
    row = Chargeback.objects.get(ref=chargeback_ref)
    Chargeback.objects.filter(pk=row.pk, wake_at__lte=at).update(wake_at=at + READ_AGAIN)
    facts = chargeback_rail(row.provider).fetch_chargeback(row.provider_ref, at)
    if isinstance(facts, Unknown):
        return "unknown"
    return record_chargeback(provider=row.provider, facts=facts, at=at) or "unknown"


def due_chargebacks(*, at: datetime, limit: int = 100) -> list[str]:
    """Chargebacks that are to be read again, longest waiting first."""
    rows = Chargeback.objects.filter(wake_at__lte=at).order_by("wake_at", "pk")
    return list(rows.values_list("ref", flat=True)[:limit])


def look_for_chargebacks(*, at: datetime) -> int:
    """Find chargebacks whose webhook never came, in the providers' own lists of movements; how many there were.

    Raises `ProviderCallInTransaction` inside a transaction.
    """
    forbid_transaction()
    found = 0
    for provider, rail in reconciled_rails():
        lines = rail.movements(at - LOOK_BACK, at)
        if isinstance(lines, Unknown):
            continue
        names = {line.object_ref for line in lines if line.type == MovementType.CHARGEBACK}
        known = Chargeback.objects.filter(provider=provider, provider_ref__in=names)
        for name in sorted(names - set(known.values_list("provider_ref", flat=True))):
            facts = chargeback_rail(provider).fetch_chargeback(name, at)
            if not isinstance(facts, Unknown):
                found += record_chargeback(provider=provider, facts=facts, at=at) is not None
    return found


def _ours(payment: Payment, row: Chargeback | None, facts: ChargebackFacts) -> Disputed:
    taken = Money(payment.disputed_minor + payment.charged_back_minor, payment.currency)
    own = row.money if row is not None and row.taken else Money.zero(payment.currency)
    return Disputed(
        received=payment.received,
        refunded=gone_back(payment),
        others=taken - own,
        amount=None if row is None else row.money,
        state="" if row is None else row.state,
        taken=row is not None and row.taken,
        fee=Money(row.fee_minor, row.fee_currency) if row is not None else Money.zero(facts.fee.currency),
        live=bool(settings.PAYMENTS_LIVE),
    )


def _create(payment: Payment, facts: ChargebackFacts, change: ChargebackChange, at: datetime) -> Chargeback:
    # INVARIANT: one row per dispute of the provider (enforced by chargeback_once_per_provider_object)
    row = Chargeback.objects.create(
        ref=new_ref("cbk"),
        provider=payment.provider,
        provider_ref=facts.ref,
        payment=payment,
        currency=facts.amount.currency,
        amount_minor=facts.amount.amount_minor,
        fee_currency=facts.fee.currency,
        state=change.state,
        opened_at=at,
        read_at=at,
    )
    row.log_transition("", row.state, actor=provider_actor(row.provider), at=at, reason=facts.reason[:64])
    return row


def _write(row: Chargeback, facts: ChargebackFacts, change: ChargebackChange, at: datetime) -> None:
    ended = change.state not in CHARGEBACK_OPEN
    fields: dict[str, Any] = {
        "taken": change.taken,
        "turns": row.turns + (change.taken != row.taken),
        "fee_currency": facts.fee.currency,
        "fee_minor": facts.fee.amount_minor,
        "fee_turns": row.fee_turns + (change.fee_minor != 0),
        "reason": facts.reason[:64],
        "evidence_due_at": facts.evidence_due_at,
        "ended_at": (row.ended_at or at) if ended else None,
        "read_at": at,
        "wake_at": _next_reading(row, ended=ended, at=at),
    }
    if change.state != row.state:
        row.move_to(change.state, actor=provider_actor(row.provider), at=at, **fields)
        return
    Chargeback.objects.filter(pk=row.pk).update(**fields)
    for name, value in fields.items():
        setattr(row, name, value)


def _next_reading(row: Chargeback, *, ended: bool, at: datetime) -> datetime | None:
    if at > row.opened_at + ASK_FOR:
        return None
    return at + (READ_ENDED_AGAIN if ended else READ_AGAIN)


def _follow(
    payment: Payment, row: Chargeback, before: Disputed, change: ChargebackChange, at: datetime
) -> None:
    """The payment's sums, its refunds, and what is told."""
    lost = change.taken and change.state == ChargebackState.LOST
    was_lost = before.taken and before.state == ChargebackState.LOST
    pending, was_pending = change.taken and not lost, before.taken and not was_lost
    payment.disputed_minor += row.amount_minor * (pending - was_pending)
    payment.charged_back_minor += row.amount_minor * (lost - was_lost)
    payment.save(update_fields=["disputed_minor", "charged_back_minor"])
    covered = cover_refunds(payment, at=at) if lost and not was_lost else 0
    if not payment.is_under_chargeback:
        wake_refunds(payment, at=at)
    if change.taken and not before.taken:
        _tell(payment, row, "payment_charged_back", at)
        _look_at_both_ways(payment, row, before, at)
    if lost and not was_lost:
        _tell(payment, row, "chargeback_lost", at, refunds_covered_minor=covered)
    if before.taken and not change.taken:
        _tell(payment, row, "chargeback_won", at, after_loss=was_lost)
    if change.state == ChargebackState.INQUIRY and not before.state:
        _tell(payment, row, "chargeback_inquiry", at)
    if change.fee_minor:
        _tell(payment, row, "chargeback_fee", at, fee_minor=change.fee_minor)
    if change.state != before.state:
        _tell(payment, row, "chargeback_changed", at)


def _look_at_both_ways(payment: Payment, row: Chargeback, before: Disputed, at: datetime) -> None:
    """A refund that had left and a chargeback of the same money: an officer is told, nothing is guessed."""
    taken = Money(payment.disputed_minor + payment.charged_back_minor, payment.currency)
    twice = taken + before.refunded - payment.received
    if not twice.is_positive:
        return
    open_review(
        provider=payment.provider,
        subject=payment.ref,
        reason="refunded_and_charged_back",
        text=f"{format_money(twice)} was refunded and taken by the payer's bank as well: contest {row.ref}.",
        details={"chargeback": row.ref, "twice_minor": twice.amount_minor, "currency": twice.currency},
        at=at,
    )


def _review(payment: Payment, facts: ChargebackFacts, why: str, at: datetime) -> str:
    open_review(
        provider=payment.provider,
        subject=payment.ref,
        reason=f"chargeback_{why}",
        text=f"The provider's chargeback {facts.ref} differs from our payment in: {why}. Nothing was booked.",
        details={
            "ref": facts.ref,
            "status": facts.status.value,
            "amount": f"{facts.amount.as_decimal()} {facts.amount.currency}",
            "withdrawn": facts.withdrawn,
            "reinstated": facts.reinstated,
            "live": facts.live,
        },
        at=at,
    )
    return f"review: {why}"


def _tell(payment: Payment, row: Chargeback, kind: str, at: datetime, **more: object) -> None:
    payload = {
        "chargeback": row.ref,
        "payment": payment.ref,
        "provider": payment.provider,
        "amount_minor": row.amount_minor,
        "currency": row.currency,
        "fee_currency": row.fee_currency,
        "state": row.state,
        "turn": row.turns,
        "fee_turn": row.fee_turns,
        "reason": row.reason,
        **more,
    }
    emit(
        kind=kind,
        subject=payment.subject,
        root=payment.root,
        payload=payload,
        actor=provider_actor(row.provider),
        at=at,
    )
