"""Calls to providers: claim the committed row, call outside any transaction, record the answer.

Killed at any point, a run leaves a row that tells how far it came: `created` (nobody was called), `sent` or
`unknown` (somebody may have been: looked up first, then called again with the same key), `pending` (asked
how it stands). The sweep picks each up again. A key that can say nothing new any more (a stored failure) or
that the provider may have forgotten is not used again: once a look finds nothing, a new attempt is counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed, NotFound
from trade_assurance.payments.errors import NothingToLookAt, OwnCompanyAtDesk
from trade_assurance.payments.guard import forbid_transaction
from trade_assurance.payments.models import OperationAttempt, Payment, ProviderOperation, Refund
from trade_assurance.payments.operations.answers import record_answer
from trade_assurance.payments.operations.evidence import pack_of
from trade_assurance.payments.operations.intents import move_operation
from trade_assurance.payments.operations.payments import locked_payment, record_facts
from trade_assurance.payments.operations.refunds import CHARGED_BACK
from trade_assurance.payments.operations.registrations import spec_of
from trade_assurance.payments.operations.reviews import FINANCE
from trade_assurance.payments.providers.base import (
    Call,
    ChargebackStatus,
    Done,
    Outcome,
    PayInSpec,
    PaymentFacts,
    PayOutSpec,
    Pending,
    Refused,
    Unknown,
)
from trade_assurance.payments.providers.registry import (
    chargeback_rail,
    is_manual,
    onboarding_rail,
    pay_in,
    pay_out,
    reversing_rail,
)
from trade_assurance.payments.queries.names import companies_concerned
from trade_assurance.payments.rules import LEASE, key_is_done, next_look
from trade_assurance.payments.states import PAYMENT_OPEN, OperationKind, OperationState

Answer = Outcome | PaymentFacts
_PAY_OUT_SIDE: Final = frozenset({OperationKind.PAY_OUT, OperationKind.REVERSE, OperationKind.ONBOARD})


@dataclass(frozen=True, slots=True)
class _Step:
    """A claimed operation: what to do with it now, and the line that keeps the call's trace."""

    operation: ProviderOperation
    name: str
    attempt_id: int
    at: datetime

    @property
    def call(self) -> Call:
        operation = self.operation
        return Call(
            operation_id=operation.pk,
            key=operation.key,
            subject=operation.subject,
            root=operation.root,
            money=operation.money,
            at=self.at,
            kind=operation.kind,
            about=_about(operation),
            asked_at=operation.created_at,
            sent_at=operation.sent_at,
            params=operation.params,
        )


def run_operation(*, operation_id: int, at: datetime) -> str:
    """Take an operation one step further with its provider; its state afterwards.

    Does nothing to one that has ended, waits for an officer, or is in another worker's hands right now.
    Raises `ProviderCallInTransaction` inside a transaction.
    """
    forbid_transaction()
    step = _claim(operation_id, at)
    if step is not None:
        step, answer = _ask(step)
        record_answer(
            operation_id=operation_id, attempt_id=step.attempt_id, step=step.name, answer=answer, at=at
        )
    return ProviderOperation.objects.values_list("state", flat=True).get(pk=operation_id)


def continue_payment(*, payment_ref: str, at: datetime) -> str:
    """Where the payer goes on: the provider's page once it is open, else our own page of the payment.

    Calls the provider if nobody has yet. Raises `NotFound`, `ProviderCallInTransaction`.
    """
    forbid_transaction()
    operation = ProviderOperation.objects.filter(kind=OperationKind.PAY_IN, subject=payment_ref).first()
    if operation is None:
        raise NotFound
    if operation.state in {OperationState.CREATED, OperationState.SENT, OperationState.UNKNOWN}:
        run_operation(operation_id=operation.pk, at=at)
    payment = Payment.objects.get(ref=payment_ref)
    if payment.state in PAYMENT_OPEN and payment.next_action_url:
        return payment.next_action_url
    return reverse("payment", args=[payment_ref])


def refresh_payment(*, payment_ref: str, at: datetime) -> Payment:
    """Ask the provider how a payment stands and apply it, so that the person who comes back sees it at once.

    Changes nothing on a manual rail, before the provider has a name for it, or when there is no answer.
    Raises `NotFound`, `ProviderCallInTransaction`.
    """
    forbid_transaction()
    payment = Payment.objects.filter(ref=payment_ref).first()
    if payment is None:
        raise NotFound
    if is_manual(payment.provider) or not payment.provider_ref:
        return payment
    facts = pay_in(payment.provider).fetch(payment.provider_ref, at)
    if isinstance(facts, Unknown):
        return payment
    with transaction.atomic():
        locked = locked_payment(payment_ref)
        record_facts(locked, facts, at=at)
    return locked


def due_operations(*, at: datetime, limit: int = 100) -> list[int]:
    """Operations that want looking at now, longest waiting first."""
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=at)
    rows = ProviderOperation.objects.filter(free, wake_at__lte=at).order_by("wake_at", "pk")
    return list(rows.values_list("pk", flat=True)[:limit])


@transaction.atomic
def wake_operation(*, operation_id: int, actor: Actor, at: datetime) -> None:
    """A finance officer wants an operation looked at now rather than at its next moment. Nothing is called here.

    A look never repeats what was asked: it finds out, and asks again with the same key only when nothing is there.
    Raises `NotAllowed`, `OwnCompanyAtDesk`, `NotFound`, `NothingToLookAt` for one that has ended, goes by hand,
    waits for a bank's decision, or is in a worker's hands right now.
    """
    if not actor.has_desk(FINANCE):
        raise NotAllowed
    operation = ProviderOperation.objects.filter(pk=operation_id).lock().first()
    if operation is None:
        raise NotFound
    if companies_concerned(operation.subject) & actor.member_of:
        raise OwnCompanyAtDesk
    in_hands = operation.leased_until is not None and operation.leased_until > at
    if operation.is_final or is_manual(operation.provider) or in_hands or _waits_for_a_bank(operation):
        raise NothingToLookAt
    operation.wake_at = at
    operation.save(update_fields=["wake_at"])


@transaction.atomic
def postpone_operation(*, operation_id: int, at: datetime) -> None:
    """A run failed by a mistake of ours: leave the state as it is and look again later."""
    operation = ProviderOperation.objects.filter(pk=operation_id).lock().get()
    if not operation.is_final:
        move_operation(
            operation, OperationState(operation.state), at=at, wake_at=next_look(at, operation.calls + 1)
        )


@transaction.atomic
def _claim(operation_id: int, at: datetime) -> _Step | None:
    operation = ProviderOperation.objects.filter(pk=operation_id).lock().first()
    if operation is None or operation.is_final or is_manual(operation.provider):
        return None
    if operation.leased_until is not None and operation.leased_until > at:
        return None
    if _waits_for_a_bank(operation):
        # Whoever records the bank's decision wakes it.
        operation.wake_at = None
        operation.save(update_fields=["wake_at"])
        return None
    name = "call" if operation.state == OperationState.CREATED else "find"
    if operation.state == OperationState.PENDING:
        name = "fetch"
    if operation.state == OperationState.CREATED:
        move_operation(operation, OperationState.SENT, at=at, sent_at=at)
    operation.calls += 1
    operation.leased_until = operation.wake_at = at + LEASE
    operation.save(update_fields=["calls", "leased_until", "wake_at"])
    attempt = OperationAttempt.objects.create(operation=operation, step=name, key=operation.key, called_at=at)
    return _Step(operation, name, attempt.pk, at)


def _waits_for_a_bank(operation: ProviderOperation) -> bool:
    """A refund that nobody was asked for yet, of a payment whose payer's bank has money in dispute."""
    if operation.kind != OperationKind.REFUND or operation.state != OperationState.CREATED:
        return False
    return Payment.objects.filter(refunds__ref=operation.subject, disputed_minor__gt=0).exists()


def _ask(step: _Step) -> tuple[_Step, Answer]:
    operation = step.operation
    if step.name == "fetch":
        return step, _fetch(operation, step.at)
    if step.name == "find":
        found = _find(step)
        if found is not None:
            return step, found
        if key_is_done(operation.outcome, operation.sent_at, step.at):
            step = _new_attempt(step)
    return step, _CALLS[OperationKind(operation.kind)](step)


def _find(step: _Step) -> Outcome | None:
    operation = step.operation
    if operation.kind == OperationKind.CANCEL:
        return None  # its call looks first by itself
    rail = pay_out if operation.kind in _PAY_OUT_SIDE else pay_in
    return rail(operation.provider).find(step.call)


@transaction.atomic
def _new_attempt(step: _Step) -> _Step:
    """Commit the next attempt, and with it the next key, before anybody is called with it."""
    operation = ProviderOperation.objects.filter(pk=step.operation.pk).lock().get()
    OperationAttempt.objects.filter(pk=step.attempt_id).update(answered_at=step.at, answer="nothing")
    operation.attempt += 1
    operation.sent_at, operation.outcome = step.at, {}
    operation.save(update_fields=["attempt", "sent_at", "outcome"])
    line = OperationAttempt.objects.create(
        operation=operation, step="call", key=operation.key, called_at=step.at
    )
    return _Step(operation, "call", line.pk, step.at)


def _about(operation: ProviderOperation) -> str:
    if operation.kind == OperationKind.REFUND:
        rows = Refund.objects.filter(ref=operation.subject)
        return rows.values_list("payment__provider_ref", flat=True).first() or ""
    return str(operation.params.get("about", ""))


def _fetch(operation: ProviderOperation, at: datetime) -> Answer:
    if operation.kind == OperationKind.PAY_IN:
        return pay_in(operation.provider).fetch(operation.provider_ref, at)
    if operation.kind == OperationKind.REFUND:
        return pay_in(operation.provider).fetch_refund(operation.provider_ref, at)
    if operation.kind == OperationKind.REVERSE:
        return reversing_rail(operation.provider).fetch_reversal(operation.provider_ref, at)
    if operation.kind == OperationKind.EVIDENCE:
        facts = chargeback_rail(operation.provider).fetch_chargeback(str(operation.params["about"]), at)
        if isinstance(facts, Unknown):
            return facts
        waits = facts.status in {ChargebackStatus.INQUIRY, ChargebackStatus.OPEN}
        return Pending(facts.ref) if waits else Done(facts.ref)
    return pay_out(operation.provider).fetch_transfer(operation.provider_ref, at)


def _start(step: _Step) -> Outcome:
    payment = Payment.objects.get(ref=step.operation.subject)
    if payment.state not in PAYMENT_OPEN:
        return Refused("cancelled_before_it_was_sent")
    spec = PayInSpec(
        description=payment.description,
        return_url=reverse("payment_return", args=[payment.ref]),
        expires_at=payment.expires_at,
        payer_name=str(step.operation.params.get("payer_name", "")),
        payer_email=str(step.operation.params.get("payer_email", "")),
    )
    return pay_in(step.operation.provider).start(step.call, spec)


def _cancel(step: _Step) -> Outcome:
    payment = Payment.objects.get(ref=step.operation.subject)
    if not payment.provider_ref:
        # Nobody may have opened a page yet, or nobody knows: the payment's own operation finds out first.
        own = ProviderOperation.objects.filter(kind=OperationKind.PAY_IN, subject=payment.ref)
        return (
            Done("")
            if all(operation.is_final for operation in own)
            else Unknown("the payment has no page yet")
        )
    return pay_in(step.operation.provider).cancel(step.call, payment.provider_ref)


def _refund(step: _Step) -> Outcome:
    payment = Refund.objects.select_related("payment").get(ref=step.operation.subject).payment
    if payment.is_under_chargeback:
        return Unknown("the payer's bank has this payment in dispute")
    if payment.refunded_minor + payment.charged_back_minor > payment.received_minor:
        # The bank gave it back already: asked now, the payer would have it twice.
        return Refused(CHARGED_BACK)
    return pay_in(step.operation.provider).refund(step.call, payment.provider_ref)


def _pay_out(step: _Step) -> Outcome:
    operation = step.operation
    spec = PayOutSpec(
        description=operation.subject,
        destination=operation.params["destination"],
        source=str(operation.params.get("source", "")),
    )
    return pay_out(operation.provider).release(step.call, spec)


def _reverse(step: _Step) -> Outcome:
    operation = step.operation
    return reversing_rail(operation.provider).reverse(step.call, str(operation.params["about"]))


def _onboard(step: _Step) -> Outcome:
    return onboarding_rail(step.operation.provider).onboard(step.call, spec_of(step.operation))


def _send_evidence(step: _Step) -> Outcome:
    operation = step.operation
    rail = chargeback_rail(operation.provider)
    return rail.submit_evidence(step.call, str(operation.params["about"]), pack_of(operation))


_CALLS = {
    OperationKind.PAY_IN: _start,
    OperationKind.CANCEL: _cancel,
    OperationKind.REFUND: _refund,
    OperationKind.PAY_OUT: _pay_out,
    OperationKind.REVERSE: _reverse,
    OperationKind.ONBOARD: _onboard,
    OperationKind.EVIDENCE: _send_evidence,
}
