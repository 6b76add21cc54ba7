"""Money of a payment that goes back to the buyer: asked for, and what came of it. Calls nobody."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, Sum

from marketplace.core.actors import Actor
from marketplace.core.errors import CurrencyMismatch, NotAllowed, NotFound, Rejected
from marketplace.core.formatting import format_money
from marketplace.core.idempotency import remember, replayed
from marketplace.core.ids import new_ref
from marketplace.core.jobs import QUEUE_HOLDS, ring
from marketplace.core.money import Money
from marketplace.core.outbox import emit
from marketplace.core.querysets import LockableQuerySet
from trade_assurance.payments.errors import NothingToConfirm, OwnCompanyAtDesk, RefundTooLarge
from trade_assurance.payments.models import Payment, ProviderOperation, Refund
from trade_assurance.payments.operations.intents import RUN_TASK, move_operation, open_operation
from trade_assurance.payments.operations.payments import locked_payment
from trade_assurance.payments.operations.reviews import FINANCE
from trade_assurance.payments.parties import companies_behind
from trade_assurance.payments.providers.bank_transfer import NAME as BANK
from trade_assurance.payments.providers.base import Declined, Done, Outcome, Pending, Refused
from trade_assurance.payments.providers.registry import is_manual
from trade_assurance.payments.states import REFUND_FINAL, OperationKind, OperationState, RefundState

CHARGED_BACK = "charged_back"


@transaction.atomic
def request_refund(
    *,
    payment_ref: str,
    money: Money,
    reason: str,
    actor: Actor,
    key: str,
    at: datetime,
    by_bank: bool = False,
) -> Refund:
    """Send a part of a payment back the way it came: the refund's row and the intent, nothing more.

    `by_bank` when the money is not with the payment's rail any more: then it goes from the marketplace's bank
    to an account that the desk enters. By bank transfer a finance officer makes the transfer and confirms it. The amount counts as refunded from
    now on; it comes back to the payment when the refund fails. While the payer's bank has money of the payment
    in dispute the refund waits, unsent.
    Raises `NotFound`, `NotAllowed`, `CurrencyMismatch`, `Rejected` for nothing, `RefundTooLarge`.
    """
    payment = locked_payment(payment_ref)
    content = {"payment": payment_ref, "money": money, "reason": reason} | (
        {"by_bank": True} if by_bank else {}
    )
    if (first := replayed(key=key, operation="request_refund", content=content)) is not None:
        return Refund.objects.get(ref=first)
    if not (actor.is_system or actor.has_desk(FINANCE)):
        raise NotAllowed
    if money.currency != payment.currency:
        raise CurrencyMismatch(left=money.currency, right=payment.currency)
    if not money.is_positive:
        raise Rejected(field="amount")
    if money > payment.refundable:
        raise RefundTooLarge(available=format_money(payment.refundable))
    way = BANK if by_bank else payment.provider
    refund = _create(payment, money, provider=way, reason=reason, actor=actor, key=key, at=at)
    remember(key=key, operation="request_refund", content=content, result=refund.ref, at=at)
    return refund


@transaction.atomic
def retry_refund(*, refund_ref: str, actor: Actor, key: str, at: datetime, by_bank: bool = False) -> Refund:
    """A finance officer sends a refund that failed once more, as a new one for the same amount. Once per failure.

    `by_bank` when the payment's method takes no money back any more (its window is over, the card was closed):
    it then goes from the marketplace's bank to an account that the desk enters. What is owed to the buyer stays owed until one of them is confirmed. Raises `NotFound`, `NotAllowed`,
    `OwnCompanyAtDesk`, `NothingToConfirm` when it did not fail or was tried again already.
    """
    payment_ref = Refund.objects.filter(ref=refund_ref).values_list("payment__ref", flat=True).first()
    if payment_ref is None:
        raise NotFound
    payment = locked_payment(payment_ref)
    content: dict[str, object] = {"refund": refund_ref} | ({"by_bank": True} if by_bank else {})
    if (first := replayed(key=key, operation="retry_refund", content=content)) is not None:
        return Refund.objects.get(ref=first)
    if not actor.has_desk(FINANCE):
        raise NotAllowed
    if concerned_by(payment) & actor.member_of:
        raise OwnCompanyAtDesk
    failed = Refund.objects.filter(ref=refund_ref).lock().get()
    if failed.state != RefundState.FAILED or Refund.objects.filter(retry_of=failed).exists():
        raise NothingToConfirm
    money = Money(failed.amount_minor, payment.currency)
    if money > payment.refundable:
        raise RefundTooLarge(available=format_money(payment.refundable))
    refund = _create(
        payment,
        money,
        provider=BANK if by_bank else failed.provider,
        reason=failed.reason,
        actor=actor,
        key=key,
        at=at,
        retry_of=failed,
    )
    remember(key=key, operation="retry_refund", content=content, result=refund.ref, at=at)
    return refund


def concerned_by(payment: Payment) -> frozenset[int]:
    """Ids of the companies whose people handle nothing of this payment at the desk: the payer, and who is to be paid."""
    return companies_behind(payment.root) | {payment.payer_id}


def record_refund_outcome(
    payment: Payment, refund: Refund, outcome: Outcome, *, actor: Actor, at: datetime
) -> None:
    """Apply a provider's answer to a locked refund of a locked payment; an end is not undone by older news.

    One end is followed by another: what was confirmed can come back from the buyer's bank.
    """
    if refund.state == RefundState.CONFIRMED and isinstance(outcome, Declined):
        return_refund(payment, refund, reason=outcome.code, actor=actor, at=at)
    if refund.state in REFUND_FINAL:
        return
    match outcome:
        case Done():
            confirm_refund(payment, refund, actor=actor, at=at)
        case Declined(code=code) | Refused(code=code):
            fail_refund(payment, refund, reason=code, actor=actor, at=at)
        case Pending():
            if refund.state != RefundState.SENT:
                refund.move_to(RefundState.SENT, actor=actor, at=at)
        case _:
            if refund.state == RefundState.REQUESTED:
                refund.move_to(RefundState.UNKNOWN, actor=actor, at=at)


def confirm_refund(
    payment: Payment, refund: Refund, *, actor: Actor, at: datetime, key: str = "", **fields: Any
) -> None:
    """The money is with the buyer; told as `refund_confirmed`."""
    refund.move_to(RefundState.CONFIRMED, actor=actor, at=at, key=key, ended_at=at, **fields)
    _tell(payment, refund, "refund_confirmed", actor=actor, at=at)


def return_refund(payment: Payment, refund: Refund, *, reason: str, actor: Actor, at: datetime) -> None:
    """Money that had left came back: told as `refund_sent_back`, and as every refund that failed."""
    _tell(payment, refund, "refund_sent_back", actor=actor, at=at, reason=reason)
    fail_refund(payment, refund, reason=reason, actor=actor, at=at)


def fail_refund(
    payment: Payment, refund: Refund, *, reason: str, actor: Actor, at: datetime, key: str = ""
) -> None:
    """The money did not leave: it is refundable again; told as `refund_failed`."""
    refund.move_to(
        RefundState.FAILED, actor=actor, at=at, key=key, reason=reason, ended_at=at, failure=reason[:300]
    )
    payment.refunded_minor -= refund.amount_minor
    payment.save(update_fields=["refunded_minor"])
    _tell(payment, refund, "refund_failed", actor=actor, at=at, reason=reason)


def gone_back(payment: Payment) -> Money:
    """What of a payment has gone back to the payer, or may have: all refunds that were ever sent and did not fail."""
    unsent = Q(state=RefundState.REQUESTED, pk__in=_unsent(payment).values("pk"))
    rows = Refund.objects.filter(payment=payment).exclude(state=RefundState.FAILED).exclude(unsent)
    return Money(int(rows.aggregate(sum=Sum("amount_minor"))["sum"] or 0), payment.currency)


def wake_refunds(payment: Payment, *, at: datetime) -> None:
    """The payer's bank has decided: refunds of a locked payment that waited for it are sent now."""
    waiting = ProviderOperation.objects.filter(
        kind=OperationKind.REFUND, state=OperationState.CREATED, subject__in=_unsent(payment).values("ref")
    )
    for operation in waiting.filter(wake_at=None).lock():
        move_operation(operation, OperationState.CREATED, at=at, wake_at=at)
        ring(RUN_TASK, queue=QUEUE_HOLDS, operation_id=operation.pk)


def cover_refunds(payment: Payment, *, at: datetime) -> int:
    """The bank has given the payer for good what we still owed them of a locked payment: that is not refunded again.

    Takes what goes beyond the payment out of the refunds that were never sent or that failed, the newest first; a
    refund larger than that goes on with its rest. Returns how much was covered, in minor units.
    """
    failed = Refund.objects.filter(payment=payment, state=RefundState.FAILED, retried_by__isnull=True)
    failed = failed.exclude(failure=CHARGED_BACK)
    owed = [*failed.order_by("-pk").lock(), *_unsent(payment).order_by("-pk").lock()]
    failed_minor = sum(refund.amount_minor for refund in owed if refund.state == RefundState.FAILED)
    beyond = payment.refunded_minor + failed_minor + payment.charged_back_minor - payment.received_minor
    covered = 0
    for refund in owed:
        if covered >= beyond:
            break
        part = min(beyond - covered, refund.amount_minor)
        covered += part
        _cover(payment, refund, part, at=at)
    return covered


def _cover(payment: Payment, refund: Refund, part_minor: int, *, at: datetime) -> None:
    actor = Actor.system("chargeback")
    if refund.state == RefundState.FAILED:
        Refund.objects.filter(pk=refund.pk).update(failure=CHARGED_BACK)
    else:
        refund.move_to(
            RefundState.FAILED, actor=actor, at=at, reason=CHARGED_BACK, ended_at=at, failure=CHARGED_BACK
        )
        payment.refunded_minor -= refund.amount_minor
        payment.save(update_fields=["refunded_minor"])
        operation = (
            ProviderOperation.objects.filter(kind=OperationKind.REFUND, subject=refund.ref).lock().get()
        )
        move_operation(operation, OperationState.REFUSED, at=at, outcome={"reason": CHARGED_BACK})
    rest = Money(refund.amount_minor - part_minor, payment.currency)
    if rest.is_positive:
        key = f"rest:{refund.ref}"
        _create(
            payment,
            rest,
            provider=refund.provider,
            reason=refund.reason,
            actor=actor,
            key=key,
            at=at,
            retry_of=refund,
        )


def _unsent(payment: Payment) -> LockableQuerySet[Refund]:
    """Refunds of the payment that the provider was certainly never asked for."""
    never_asked = ProviderOperation.objects.filter(
        kind=OperationKind.REFUND, state=OperationState.CREATED
    ).values("subject")
    return Refund.objects.filter(payment=payment, state=RefundState.REQUESTED, ref__in=never_asked)


def _create(
    payment: Payment,
    money: Money,
    *,
    provider: str,
    reason: str,
    actor: Actor,
    key: str,
    at: datetime,
    retry_of: Refund | None = None,
) -> Refund:
    # INVARIANT: refunds never exceed what came in (enforced by payment_refunded_not_above_received)
    payment.refunded_minor += money.amount_minor
    payment.save(update_fields=["refunded_minor"])
    refund = Refund.objects.create(
        ref=new_ref("rfd"),
        payment=payment,
        provider=provider,
        amount_minor=money.amount_minor,
        reason=reason[:300],
        requested_by=actor.as_text,
        requested_at=at,
        retry_of=retry_of,
    )
    refund.log_transition("", RefundState.REQUESTED, actor=actor, at=at, key=key, reason=reason)
    open_operation(
        provider=provider,
        kind=OperationKind.REFUND,
        subject=refund.ref,
        root=payment.root,
        money=money,
        actor=actor,
        at=at,
        params={"payment": payment.ref, "reason": reason[:300]},
        waits=payment.is_under_chargeback,
    )
    if is_manual(provider):
        _tell(payment, refund, "bank_refund_requested", actor=actor, at=at)
    return refund


def _tell(
    payment: Payment, refund: Refund, kind: str, *, actor: Actor, at: datetime, reason: str = ""
) -> None:
    emit(
        kind=kind,
        subject=payment.subject,
        root=payment.root,
        payload={
            "refund": refund.ref,
            "payment": payment.ref,
            "subject": payment.subject,
            "root": payment.root,
            "provider": refund.provider,
            "amount_minor": refund.amount_minor,
            "currency": payment.currency,
            "reason": reason or refund.reason,
        },
        actor=actor,
        at=at,
    )
