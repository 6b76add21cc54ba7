"""A buyer's payment: begun, cancelled, and changed by what really came in. Makes rows only, calls nobody."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from marketplace.accounts.queries import company_card, members_with_roles
from marketplace.core.actors import Actor
from marketplace.core.deadlines import open_deadline
from marketplace.core.errors import NotAllowed, NotFound, Rejected
from marketplace.core.idempotency import lock_key, remember, replayed
from marketplace.core.ids import new_ref
from marketplace.core.money import Money
from marketplace.core.outbox import emit
from trade_assurance.payments.errors import PaymentClosed
from trade_assurance.payments.models import Payment
from trade_assurance.payments.operations.intents import (
    move_operation,
    open_operation,
    operation_of,
    provider_actor,
)
from trade_assurance.payments.operations.reviews import open_review
from trade_assurance.payments.policies import PAYING_ROLES
from trade_assurance.payments.providers.base import PaidStatus, PaymentFacts
from trade_assurance.payments.providers.references import new_reference
from trade_assurance.payments.providers.registry import is_manual, usable_rail
from trade_assurance.payments.rules import Expected, change_by, mismatch, state_after_money
from trade_assurance.payments.states import PAYMENT_OPEN, OperationKind, OperationState, PaymentState

_OPERATION_END = {
    PaidStatus.PAID: OperationState.DONE,
    PaidStatus.FAILED: OperationState.DECLINED,
    PaidStatus.EXPIRED: OperationState.DECLINED,
}
REFUND_WINDOW: Final = "refund_window_ending"
WARN_BEFORE: Final = timedelta(days=14)
_STATE_EVENTS = {PaymentState.FAILED: "payment_failed", PaymentState.EXPIRED: "payment_expired"}


@transaction.atomic
def start_payment(
    *,
    provider: str,
    subject: str,
    root: str,
    payer_company_id: int,
    money: Money,
    description: str,
    return_url: str,
    actor: Actor,
    key: str,
    at: datetime,
    expires_at: datetime | None = None,
) -> Payment:
    """Ask a buyer for money by one rail: the payment's row and the intent to call the provider, nothing more.

    A manual rail gets a reference for the transfer and waits for a finance officer. The provider itself is
    called by `continue_payment` or the worker, after commit.
    Raises `NotAllowed` for another company's actor, `Rejected` for nothing to pay, `UnknownProvider`,
    `SandboxWithLiveKeys`, `CurrencyNotTaken`.
    """
    lock_key(key)
    asked = {"provider": provider, "subject": subject, "root": root}
    content = {**asked, "payer": payer_company_id, "money": money}
    if (first := replayed(key=key, operation="start_payment", content=content)) is not None:
        return Payment.objects.get(ref=first)
    _demand_payable(provider, payer_company_id, money, actor)
    payment = Payment.objects.create(
        ref=new_ref("pay"),
        provider=provider,
        subject=subject,
        root=root,
        payer_id=payer_company_id,
        description=description[:300],
        currency=money.currency,
        amount_minor=money.amount_minor,
        reference=_free_reference() if is_manual(provider) else "",
        return_url=return_url,
        started_by=actor.as_text,
        started_by_label=actor.label,
        started_at=at,
        expires_at=expires_at,
    )
    payment.log_transition("", PaymentState.STARTED, actor=actor, at=at, key=key)
    open_operation(
        provider=provider,
        kind=OperationKind.PAY_IN,
        subject=payment.ref,
        root=root,
        money=money,
        actor=actor,
        at=at,
        params={} if is_manual(provider) else _payer_facts(payer_company_id),
    )
    remember(key=key, operation="start_payment", content=content, result=payment.ref, at=at)
    return payment


def _demand_payable(provider: str, payer_company_id: int, money: Money, actor: Actor) -> None:
    if not (actor.is_system or actor.acts_for(payer_company_id)):
        raise NotAllowed
    if not money.is_positive:
        raise Rejected(field="amount")
    usable_rail(provider, money)


@transaction.atomic
def cancel_payment(*, payment_ref: str, reason: str, actor: Actor, key: str, at: datetime) -> Payment:
    """Nobody waits for this payment any more: it expires, and the provider is asked to close its page.

    Money that comes all the same is still recorded and told. Raises `NotFound`, `NotAllowed`, `PaymentClosed`.
    """
    payment = locked_payment(payment_ref)
    content = {"payment": payment_ref, "reason": reason}
    if replayed(key=key, operation="cancel_payment", content=content) is not None:
        return payment
    if not (actor.is_system or actor.acts_for(payment.payer_id) or actor.has_desk("finance")):
        raise NotAllowed
    if payment.state not in PAYMENT_OPEN:
        raise PaymentClosed(state=payment.get_state_display())
    end_payment(payment, PaymentState.EXPIRED, reason=reason, actor=actor, key=key, at=at)
    if is_manual(payment.provider):
        close_pay_in(payment, OperationState.DECLINED, reason=reason, at=at, actor=actor)
    else:
        open_operation(
            provider=payment.provider,
            kind=OperationKind.CANCEL,
            subject=payment.ref,
            root=payment.root,
            money=payment.money,
            actor=actor,
            at=at,
        )
    remember(key=key, operation="cancel_payment", content=content, result=payment.ref, at=at)
    return payment


def locked_payment(ref: str) -> Payment:
    """The payment, locked until the transaction ends. Raises `NotFound`."""
    payment = Payment.objects.filter(ref=ref).lock().first()
    if payment is None:
        raise NotFound
    return payment


def take_money(
    payment: Payment, money: Money, *, actor: Actor, key: str, at: datetime, reason: str = ""
) -> None:
    """Record that `money` more has come in for a locked payment, and tell it (`payment_received`, always).

    Tells `payment_succeeded` when the whole is there for the first time, `payment_partly_funded` while it is not.
    """
    before = payment.state
    received = payment.received + money
    after = state_after_money(payment.money, received)
    fields: dict[str, Any] = {"received_minor": received.amount_minor, "receipts": payment.receipts + 1}
    if after == PaymentState.SUCCEEDED and payment.succeeded_at is None:
        fields["succeeded_at"] = at
    if after == before:
        Payment.objects.filter(pk=payment.pk).update(**fields)
        for name, value in fields.items():
            setattr(payment, name, value)
        payment.log_transition(before, after, actor=actor, at=at, key=key, reason=reason)
    else:
        payment.move_to(after, actor=actor, at=at, key=key, reason=reason, decline_code="", **fields)
    _tell(payment, "payment_received", actor=actor, at=at, amount_minor=money.amount_minor)
    if after == PaymentState.PARTLY_FUNDED:
        _tell(payment, "payment_partly_funded", actor=actor, at=at, amount_minor=money.amount_minor)
    elif before != PaymentState.SUCCEEDED:
        _tell(payment, "payment_succeeded", actor=actor, at=at, amount_minor=money.amount_minor)


def end_payment(
    payment: Payment, state: PaymentState, *, reason: str, actor: Actor, at: datetime, key: str = ""
) -> None:
    """A locked payment ends without (all) its money; told as `payment_failed` or `payment_expired`."""
    payment.move_to(state, actor=actor, at=at, key=key, reason=reason)
    _tell(payment, _STATE_EVENTS[state], actor=actor, at=at, amount_minor=payment.amount_minor, reason=reason)


def record_facts(payment: Payment, facts: PaymentFacts, *, at: datetime) -> str:
    """Apply what the provider says of a locked payment, as far as it is news; in a word what came of it.

    Facts that differ from our row (amount, currency, subject …) change nothing and open a review.
    """
    actor = provider_actor(payment.provider)
    expected = expected_of(payment)
    if why := mismatch(expected, facts):
        open_review(
            provider=payment.provider,
            subject=payment.ref,
            reason=f"payment_{why}",
            text=f"The provider's {facts.ref} differs from our payment in: {why}.",
            details=_as_details(facts),
            at=at,
        )
        return f"review: {why}"
    if not payment.provider_ref:  # a webhook was quicker than our own call's answer: refunds need the name
        payment.provider_ref = facts.ref
        payment.save(update_fields=["provider_ref"])
    change = change_by(expected, facts)
    if change.new_money.is_positive:
        take_money(
            payment, change.new_money, actor=actor, key=f"{facts.ref}:{facts.received.amount_minor}", at=at
        )
    elif change.state in _STATE_EVENTS:
        end_payment(payment, change.state, reason=facts.code, actor=actor, at=at)
    elif change.state is not None:
        payment.move_to(change.state, actor=actor, at=at)
    _show(payment, change.decline_code, facts)
    _keep_method(payment, facts, at)
    if facts.status in _OPERATION_END:
        close_pay_in(payment, _OPERATION_END[facts.status], reason=facts.code, at=at, provider_ref=facts.ref)
    return payment.state


def _show(payment: Payment, decline_code: str, facts: PaymentFacts) -> None:
    """Keep what the payer is shown: why it was declined, and where to go on once the first page is done with."""
    done_with = facts.status == PaidStatus.PROCESSING
    url = facts.next_action_url or ("" if done_with else payment.next_action_url)
    if (decline_code, url) != (payment.decline_code, payment.next_action_url):
        payment.decline_code, payment.next_action_url = decline_code, url
        payment.save(update_fields=["decline_code", "next_action_url"])


def _keep_method(payment: Payment, facts: PaymentFacts, at: datetime) -> None:
    """Remember how it was paid; where that method takes money back for a time only, somebody is warned before."""
    if not facts.method or payment.method:
        return
    payment.method, payment.refundable_until = facts.method, facts.refundable_until
    payment.save(update_fields=["method", "refundable_until"])
    if facts.refundable_until is not None:
        open_deadline(
            kind=REFUND_WINDOW,
            subject=payment.ref,
            root=payment.root,
            started_at=at,
            due_at=max(facts.refundable_until - WARN_BEFORE, at),
            rule="payments.refund_window",
        )


@transaction.atomic
def warn_of_refund_window(*, payment_ref: str, at: datetime) -> None:
    """The method that paid takes no money back soon: told as `refund_window_ending` while something could go back."""
    payment = locked_payment(payment_ref)
    if payment.refundable.is_positive and payment.refundable_until is not None:
        actor = Actor.system("clock")
        amount_minor = payment.refundable.amount_minor
        until = payment.refundable_until.isoformat()
        _tell(
            payment,
            "refund_window_ending",
            actor=actor,
            at=at,
            amount_minor=amount_minor,
            refundable_until=until,
        )


def close_pay_in(
    payment: Payment,
    state: OperationState,
    *,
    reason: str,
    at: datetime,
    actor: Actor | None = None,
    provider_ref: str = "",
) -> None:
    """The payment's own operation has ended; nothing to do when it had."""
    operation = operation_of(OperationKind.PAY_IN, payment.ref)
    if operation is None or operation.is_final:
        return
    move_operation(
        operation,
        state,
        at=at,
        actor=actor,
        outcome={"answer": state, "reason": reason},
        provider_ref=provider_ref or operation.provider_ref,
    )


def expected_of(payment: Payment) -> Expected:
    """What our row says, for the rules."""
    return Expected(
        ref=payment.ref,
        provider_ref=payment.provider_ref,
        asked=payment.money,
        received=payment.received,
        state=payment.state,
        live=bool(settings.PAYMENTS_LIVE),
    )


def _tell(payment: Payment, kind: str, *, actor: Actor, at: datetime, **more: object) -> None:
    payload = {
        "payment": payment.ref,
        "subject": payment.subject,
        "root": payment.root,
        "provider": payment.provider,
        "receipt": f"{payment.ref}:{payment.receipts}",
        "received_minor": payment.received_minor,
        "asked_minor": payment.amount_minor,
        "currency": payment.currency,
        **more,
    }
    emit(kind=kind, subject=payment.subject, root=payment.root, payload=payload, actor=actor, at=at)


def _as_details(facts: PaymentFacts) -> dict[str, object]:
    return {
        "ref": facts.ref,
        "payment": facts.payment,
        "status": facts.status,
        "asked": f"{facts.asked.as_decimal()} {facts.asked.currency}",
        "received": f"{facts.received.as_decimal()} {facts.received.currency}",
        "live": facts.live,
    }


def _payer_facts(company_id: int) -> dict[str, str]:
    """Who pays, frozen with the intent: a repeated call must be the same request."""
    people = members_with_roles(company_id, PAYING_ROLES)
    return {
        "payer_name": company_card(company_id).name,
        "payer_email": people[0].email if people else "",
    }


def _free_reference() -> str:
    reference = new_reference()
    while Payment.objects.filter(reference=reference).exists():
        reference = new_reference()
    return reference
