"""Refunds by bank transfer, confirmed or failed by finance officers by hand; above the limit by two of them.

Nobody may confirm money of a trade that a company of theirs is part of. Lock order: payment → refund → its confirmation.
"""

from __future__ import annotations

from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed, NotFound
from marketplace.core.idempotency import remember, replayed
from marketplace.core.money import Money
from marketplace.core.outbox import emit
from marketplace.files.models import StoredFile
from marketplace.files.operations import upload_hashes
from trade_assurance.payments.errors import (
    ConfirmationBySamePerson,
    ConfirmationWaits,
    NothingToApprove,
    NothingToConfirm,
    PaymentNotByBank,
)
from trade_assurance.payments.limits import needs_two_persons
from trade_assurance.payments.models import Payment, Refund, RefundConfirmation
from trade_assurance.payments.operations.intents import move_operation, operation_of
from trade_assurance.payments.operations.officers import (
    demand_officer,
    keep_proof,
    named_reference,
    said_reason,
)
from trade_assurance.payments.operations.payments import locked_payment
from trade_assurance.payments.operations.refunds import concerned_by, confirm_refund, fail_refund
from trade_assurance.payments.providers.registry import is_manual
from trade_assurance.payments.states import REFUND_FINAL, OperationKind, OperationState


@transaction.atomic
def confirm_bank_refund(
    *,
    refund_ref: str,
    reference: str,
    proof: UploadedFile[bytes] | None,
    actor: Actor,
    key: str,
    at: datetime,
) -> Refund:
    """A finance officer has made the transfer back to the buyer. Told as `refund_confirmed`.

    Above the currency's limit nothing is confirmed yet: reference and proof are kept, the desk is asked by
    `refund_needs_approval`, and another officer says yes (`approve_bank_refund`) or no.
    Raises `NotFound`, `NotAllowed`, `OwnCompanyAtDesk`, `PaymentNotByBank`, `NothingToConfirm`, `ProofMissing`,
    `ConfirmationWaits` while another officer is asked already.
    """
    payment, refund = _locked_refund(refund_ref)
    content = {"refund": refund_ref, "reference": reference, "proof": upload_hashes([proof] if proof else [])}
    if replayed(key=key, operation="confirm_bank_refund", content=content) is not None:
        return refund
    _demand_open_refund(payment, refund, actor)
    if _waiting(refund) is not None:
        raise ConfirmationWaits
    named = named_reference(reference)
    stored = keep_proof(proof, refund.ref, actor, at)
    if needs_two_persons(Money(refund.amount_minor, payment.currency)):
        _ask_second(payment, refund, named, stored, actor, at)
    else:
        _confirm(payment, refund, named, stored, actor, key, at)
    remember(key=key, operation="confirm_bank_refund", content=content, result=refund.ref, at=at)
    return refund


@transaction.atomic
def approve_bank_refund(*, refund_ref: str, actor: Actor, key: str, at: datetime) -> Refund:
    """The second officer's yes, having looked at reference and proof: the refund is confirmed.

    Raises as `confirm_bank_refund`, `NothingToApprove` when nobody has recorded a transfer, and
    `ConfirmationBySamePerson`.
    """
    payment, refund = _locked_refund(refund_ref)
    content = {"refund": refund_ref, "actor": actor.as_text}
    if replayed(key=key, operation="approve_bank_refund", content=content) is not None:
        return refund
    _demand_open_refund(payment, refund, actor)
    row = _waiting(refund)
    if row is None:
        raise NothingToApprove
    if row.first_by_id == actor.user_id:
        raise ConfirmationBySamePerson
    # INVARIANT: two persons (enforced by refund_confirmation_needs_two_persons)
    row.second_by_id, row.second_by_label, row.done_at = actor.user_id, actor.label, at
    row.save(update_fields=["second_by", "second_by_label", "done_at"])
    _confirm(payment, refund, row.bank_reference, row.proof, actor, key, at)
    remember(key=key, operation="approve_bank_refund", content=content, result=refund.ref, at=at)
    return refund


@transaction.atomic
def refuse_bank_refund(*, refund_ref: str, reason: str, actor: Actor, key: str, at: datetime) -> Refund:
    """An officer's no to what another recorded (also the first one's own): the refund waits as before.

    Raises as `approve_bank_refund` (not for the same person), and `ReasonMissing`.
    """
    payment, refund = _locked_refund(refund_ref)
    content = {"refund": refund_ref, "reason": reason, "actor": actor.as_text}
    if replayed(key=key, operation="refuse_bank_refund", content=content) is not None:
        return refund
    _demand_open_refund(payment, refund, actor)
    row = _waiting(refund)
    if row is None:
        raise NothingToApprove
    _drop(row, said_reason(reason), actor, at)
    remember(key=key, operation="refuse_bank_refund", content=content, result=refund.ref, at=at)
    return refund


@transaction.atomic
def fail_bank_refund(*, refund_ref: str, reason: str, actor: Actor, key: str, at: datetime) -> Refund:
    """The transfer back to the buyer could not be made. Told as `refund_failed`; the money is refundable again.

    Raises as `confirm_bank_refund`, and `ReasonMissing`.
    """
    payment, refund = _locked_refund(refund_ref)
    content = {"refund": refund_ref, "reason": reason}
    if replayed(key=key, operation="fail_bank_refund", content=content) is not None:
        return refund
    _demand_open_refund(payment, refund, actor)
    why = said_reason(reason)
    if (row := _waiting(refund)) is not None:
        _drop(row, why, actor, at)
    fail_refund(payment, refund, reason=why, actor=actor, at=at, key=key)
    end_refund_operation(refund, OperationState.DECLINED, why, actor, at)
    remember(key=key, operation="fail_bank_refund", content=content, result=refund.ref, at=at)
    return refund


def end_refund_operation(
    refund: Refund,
    state: OperationState,
    said: str,
    actor: Actor,
    at: datetime,
    proof: StoredFile | None = None,
) -> None:
    """The refund's own operation has ended; nothing to do when it had."""
    operation = operation_of(OperationKind.REFUND, refund.ref)
    if operation is not None and not operation.is_final:
        move_operation(
            operation,
            state,
            at=at,
            actor=actor,
            outcome={"answer": state, "reason": said},
            bank_reference=refund.bank_reference,
            proof=proof,
        )


def _confirm(
    payment: Payment,
    refund: Refund,
    named: str,
    proof: StoredFile | None,
    actor: Actor,
    key: str,
    at: datetime,
) -> None:
    confirm_refund(payment, refund, actor=actor, at=at, key=key, bank_reference=named, proof=proof)
    end_refund_operation(refund, OperationState.DONE, named, actor, at, proof=proof)


def _ask_second(
    payment: Payment, refund: Refund, named: str, proof: StoredFile | None, actor: Actor, at: datetime
) -> None:
    if actor.user_id is None:
        raise NotAllowed
    # INVARIANT: one at a time (enforced by refund_confirmation_waits_once)
    RefundConfirmation.objects.create(
        refund=refund,
        bank_reference=named,
        proof=proof,
        first_by_id=actor.user_id,
        first_by_label=actor.label,
        first_at=at,
    )
    emit(
        kind="refund_needs_approval",
        subject=refund.ref,
        root=payment.root,
        payload={
            "refund": refund.ref,
            "amount_minor": refund.amount_minor,
            "currency": payment.currency,
        },
        actor=actor,
        at=at,
    )


def _waiting(refund: Refund) -> RefundConfirmation | None:
    return refund.confirmations.filter(done_at=None, dropped_at=None).lock().first()


def _drop(row: RefundConfirmation, why: str, actor: Actor, at: datetime) -> None:
    row.dropped_at, row.dropped_by_label, row.dropped_because = at, actor.label, why
    row.save(update_fields=["dropped_at", "dropped_by_label", "dropped_because"])


def _locked_refund(ref: str) -> tuple[Payment, Refund]:
    payment_ref = Refund.objects.filter(ref=ref).values_list("payment__ref", flat=True).first()
    if payment_ref is None:
        raise NotFound
    return locked_payment(payment_ref), Refund.objects.filter(ref=ref).lock().get()


def _demand_open_refund(payment: Payment, refund: Refund, actor: Actor) -> None:
    demand_officer(actor, concerned_by(payment))
    if not is_manual(refund.provider):
        raise PaymentNotByBank
    if refund.state in REFUND_FINAL:
        raise NothingToConfirm
