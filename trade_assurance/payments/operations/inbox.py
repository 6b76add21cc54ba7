"""The webhook inbox: stored as it came, answered at once, worked off by reading the object anew.

What a webhook says is only a hint: the object is read from the provider and applied by the same monotone
rule as any other answer. So twice, late and out of order change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import transaction

from marketplace.core.jobs import QUEUE_HOLDS, ring
from trade_assurance.payments.errors import WebhookTooLarge
from trade_assurance.payments.guard import forbid_transaction
from trade_assurance.payments.models import Payment, ProviderOperation, WebhookEvent
from trade_assurance.payments.operations.answers import record_answer
from trade_assurance.payments.operations.chargebacks import record_chargeback
from trade_assurance.payments.operations.payments import locked_payment, record_facts
from trade_assurance.payments.operations.registrations import record_account
from trade_assurance.payments.operations.reviews import open_review
from trade_assurance.payments.providers.base import (
    AccountFacts,
    ChargebackFacts,
    NoticeObject,
    Outcome,
    PaymentFacts,
    Unknown,
)
from trade_assurance.payments.providers.registry import (
    chargeback_rail,
    onboarding_rail,
    pay_in,
    pay_out,
)
from trade_assurance.payments.rules import next_look
from trade_assurance.payments.states import OperationKind

MAXIMUM_BYTES: Final = 1_000_000
PROCESS_TASK: Final = "trade_assurance.payments.tasks.process_webhook"
Answer = Outcome | PaymentFacts | ChargebackFacts | AccountFacts
# An object we have never heard of may be one whose answer is still on its way to us.
TRIES_FOR_A_STRANGER: Final = 6


@transaction.atomic
def receive_webhook(*, provider: str, headers: Mapping[str, str], raw: bytes, at: datetime) -> bool:
    """Store an event whose signature is right; False when it had been stored before. Nothing is done about it yet.

    Raises `UnknownProvider`, `WebhookTooLarge`, `ForgedWebhook` (signature wrong, missing or too old).
    """
    adapter = pay_in(provider)
    if len(raw) > MAXIMUM_BYTES:
        raise WebhookTooLarge
    notice = adapter.parse_webhook(headers, raw, at)
    # INVARIANT: an event is taken once (enforced by webhook_event_once_per_provider)
    event, created = WebhookEvent.objects.get_or_create(
        provider=provider,
        event_id=notice.event_id,
        defaults={
            "kind": notice.kind,
            "object_kind": notice.object_kind,
            "object_ref": notice.object_ref,
            "payload": raw.decode("utf-8", "replace").replace("\x00", ""),
            "received_at": at,
            "wake_at": at,
        },
    )
    if created:
        ring(PROCESS_TASK, queue=QUEUE_HOLDS, event_id=event.pk)
    return created


def process_webhook(*, event_id: int, at: datetime) -> str:
    """Read the event's object from the provider and apply it; in a word what came of it.

    No answer: it stays in the inbox and is tried later. An object nobody here knows goes to review after a few
    tries. Raises `ProviderCallInTransaction` inside a transaction.
    """
    forbid_transaction()
    event = WebhookEvent.objects.get(pk=event_id)
    if event.processed_at is not None:
        return event.outcome
    answer = _read_object(event, at)
    with transaction.atomic():
        locked = WebhookEvent.objects.filter(pk=event_id).lock().get()
        if locked.processed_at is not None:
            return locked.outcome
        return _apply(locked, answer, at)


def due_webhooks(*, at: datetime, limit: int = 100) -> list[int]:
    """Events that wait to be worked off, longest waiting first."""
    rows = WebhookEvent.objects.filter(processed_at__isnull=True, wake_at__lte=at).order_by("wake_at", "pk")
    return list(rows.values_list("pk", flat=True)[:limit])


@transaction.atomic
def postpone_webhook(*, event_id: int, error: str, at: datetime) -> None:
    """Working it off failed: keep it, say why, try later."""
    event = WebhookEvent.objects.filter(pk=event_id).lock().get()
    if event.processed_at is None:
        _postpone(event, error, at)


def _read_object(event: WebhookEvent, at: datetime) -> Answer | None:
    match event.object_kind:
        case NoticeObject.PAYMENT:
            return pay_in(event.provider).fetch(event.object_ref, at)
        case NoticeObject.REFUND:
            return pay_in(event.provider).fetch_refund(event.object_ref, at)
        case NoticeObject.PAYOUT:
            return pay_out(event.provider).fetch_transfer(event.object_ref, at)
        case NoticeObject.CHARGEBACK:
            return chargeback_rail(event.provider).fetch_chargeback(event.object_ref, at)
        case NoticeObject.ACCOUNT:
            return onboarding_rail(event.provider).account_status(event.object_ref, at)
        case _:
            return None


def _apply(event: WebhookEvent, answer: Answer | None, at: datetime) -> str:
    if event.object_kind == NoticeObject.OTHER_MODE:
        return _other_mode(event, at)
    if answer is None:
        return _finish(event, "ignored: not about a payment", at)
    if isinstance(answer, Unknown):
        return _postpone(event, answer.reason, at)
    if isinstance(answer, PaymentFacts):
        payment = _payment_of(event, answer)
        if payment is None:
            return _stranger(event, at)
        return _finish(event, record_facts(payment, answer, at=at), at)
    if isinstance(answer, ChargebackFacts):
        outcome = record_chargeback(provider=event.provider, facts=answer, at=at)
        return _stranger(event, at) if outcome is None else _finish(event, outcome, at)
    if isinstance(answer, AccountFacts):
        said = record_account(provider=event.provider, facts=answer, at=at)
        return _stranger(event, at) if said is None else _finish(event, said, at)
    kind = OperationKind.REFUND if event.object_kind == NoticeObject.REFUND else OperationKind.PAY_OUT
    operation = ProviderOperation.objects.filter(
        provider=event.provider, provider_ref=event.object_ref, kind=kind
    ).first()
    if operation is None:
        return _stranger(event, at)
    record_answer(operation_id=operation.pk, attempt_id=None, step="fetch", answer=answer, at=at)
    return _finish(event, type(answer).__name__.lower(), at)


def _payment_of(event: WebhookEvent, facts: PaymentFacts) -> Payment | None:
    """Ours by the provider's name for it, or by the name we sent along when its answer has not reached us."""
    rows = Payment.objects.filter(provider=event.provider)
    ref = (
        rows.filter(provider_ref=facts.ref).values_list("ref", flat=True).first()
        or rows.filter(ref=facts.payment).values_list("ref", flat=True).first()
    )
    return None if ref is None else locked_payment(ref)


def _finish(event: WebhookEvent, outcome: str, at: datetime) -> str:
    event.processed_at, event.wake_at, event.outcome, event.last_error = at, None, outcome[:200], ""
    event.save(update_fields=["processed_at", "wake_at", "outcome", "last_error"])
    return event.outcome


def _postpone(event: WebhookEvent, error: str, at: datetime) -> str:
    event.attempts += 1
    event.wake_at, event.last_error = next_look(at, event.attempts), error[:500]
    event.save(update_fields=["attempts", "wake_at", "last_error"])
    return "postponed"


def _other_mode(event: WebhookEvent, at: datetime) -> str:
    open_review(
        provider=event.provider,
        subject=event.object_ref,
        reason="live_mode",
        text=f"{event.kind}: {event.object_ref} belongs to the other mode than this installation (test or live).",
        details={"event": event.event_id},
        at=at,
    )
    return _finish(event, "review: live_mode", at)


def _stranger(event: WebhookEvent, at: datetime) -> str:
    if event.attempts < TRIES_FOR_A_STRANGER:
        return _postpone(event, "nothing here has this object yet", at)
    open_review(
        provider=event.provider,
        subject=event.object_ref,
        reason="unknown_object",
        text=f"{event.kind}: the provider reports {event.object_ref}, which no row of ours knows.",
        details={"event": event.event_id},
        at=at,
    )
    return _finish(event, "review: unknown_object", at)
