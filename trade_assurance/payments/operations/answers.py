"""What a provider answered, applied once: by the call itself, or by a webhook that was quicker.

Lock order: payment → refund → operation.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from marketplace.core.actors import Actor
from trade_assurance.payments.models import OperationAttempt, Payment, ProviderOperation, Refund
from trade_assurance.payments.operations.evidence import follow_evidence
from trade_assurance.payments.operations.intents import move_operation, provider_actor
from trade_assurance.payments.operations.payments import end_payment, locked_payment, record_facts
from trade_assurance.payments.operations.payouts import record_payout_outcome, unknown_until_looked_up
from trade_assurance.payments.operations.refunds import record_refund_outcome
from trade_assurance.payments.operations.registrations import record_registration
from trade_assurance.payments.operations.reversals import follow_reversal
from trade_assurance.payments.providers.base import (
    Declined,
    Done,
    Outcome,
    PaymentFacts,
    Pending,
    Refused,
)
from trade_assurance.payments.rules import next_look
from trade_assurance.payments.states import PAYMENT_OPEN, OperationKind, OperationState, PaymentState


@transaction.atomic
def record_answer(
    *, operation_id: int, attempt_id: int | None, step: str, answer: Outcome | PaymentFacts, at: datetime
) -> None:
    """Write down what came back and what follows from it, in one transaction. The same answer twice changes nothing."""
    kind, subject = ProviderOperation.objects.values_list("kind", "subject").get(pk=operation_id)
    payment, refund = _lock_aggregate(kind, subject)
    operation = ProviderOperation.objects.filter(pk=operation_id).lock().get()
    if attempt_id is not None:
        _note(attempt_id, answer, at)
    actor = provider_actor(operation.provider)
    if isinstance(answer, PaymentFacts):
        if payment is not None:
            _payment_facts(payment, operation, answer, at)
    elif kind == OperationKind.PAY_OUT:
        record_payout_outcome(operation, answer, actor=actor, at=at)
    elif kind == OperationKind.ONBOARD:
        record_registration(operation, answer, at=at)
    else:
        if refund is not None and payment is not None:
            record_refund_outcome(payment, refund, answer, actor=actor, at=at)
        elif kind == OperationKind.PAY_IN and payment is not None:
            _payment_started(payment, answer, actor=actor, at=at)
        elif kind == OperationKind.REVERSE:
            follow_reversal(operation, answer, at=at)
        elif kind == OperationKind.EVIDENCE:
            follow_evidence(operation, answer, at=at)
        _close(operation, answer, step=step, at=at)


def _lock_aggregate(kind: str, subject: str) -> tuple[Payment | None, Refund | None]:
    if kind in {OperationKind.PAY_IN, OperationKind.CANCEL}:
        return locked_payment(subject), None
    if kind == OperationKind.REFUND:
        payment = locked_payment(Refund.objects.values_list("payment__ref", flat=True).get(ref=subject))
        return payment, Refund.objects.filter(ref=subject).lock().get()
    return None, None


def _payment_facts(payment: Payment, operation: ProviderOperation, facts: PaymentFacts, at: datetime) -> None:
    record_facts(payment, facts, at=at)
    operation.refresh_from_db()
    if not operation.is_final:
        wake_at = next_look(at, operation.calls)
        move_operation(operation, OperationState(operation.state), at=at, wake_at=wake_at)


def _payment_started(payment: Payment, answer: Outcome, *, actor: Actor, at: datetime) -> None:
    match answer:
        case Pending(ref=ref, next_action_url=url):
            payment.provider_ref, payment.next_action_url = ref, url
            payment.save(update_fields=["provider_ref", "next_action_url"])
        case Declined(code=code) | Refused(code=code) if payment.state in PAYMENT_OPEN:
            end_payment(payment, PaymentState.FAILED, reason=code, actor=actor, at=at)


def _close(operation: ProviderOperation, answer: Outcome, *, step: str, at: datetime) -> None:
    if operation.is_final:
        return
    wake_at = next_look(at, operation.calls)
    match answer:
        case Done(ref=ref):
            move_operation(
                operation, OperationState.DONE, at=at, outcome={"answer": "done"}, provider_ref=ref
            )
        case Pending(ref=ref):
            move_operation(
                operation, OperationState.PENDING, at=at, wake_at=wake_at, outcome={}, provider_ref=ref
            )
        case Declined(code=code):
            move_operation(
                operation, OperationState.DECLINED, at=at, outcome={"answer": "declined", "reason": code}
            )
        case Refused(code=code) if step == "fetch":
            # The question was refused, not the thing: what was under way stays so.
            move_operation(
                operation, OperationState.PENDING, at=at, wake_at=wake_at, outcome={"reason": code}
            )
        case Refused(code=code):
            move_operation(
                operation, OperationState.REFUSED, at=at, outcome={"answer": "refused", "reason": code}
            )
        case _:
            unknown_until_looked_up(operation, answer, at=at)


def _note(attempt_id: int, answer: Outcome | PaymentFacts, at: datetime) -> None:
    name = "facts" if isinstance(answer, PaymentFacts) else type(answer).__name__.lower()
    detail = ", ".join(
        f"{field} {value}"
        for field in ("ref", "code", "reason", "status")
        if (value := getattr(answer, field, ""))
    )
    OperationAttempt.objects.filter(pk=attempt_id).update(answered_at=at, answer=name, detail=detail[:500])
