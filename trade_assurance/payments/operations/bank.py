"""The finance officer's side of the bank rail: money in recorded, refunds and payouts confirmed or failed.

Each step needs the bank's reference; nobody may confirm money of a trade that a company of theirs is part of.
"""

from __future__ import annotations

from datetime import date, datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.errors import CurrencyMismatch, NotAllowed, NotFound, Rejected
from marketplace.core.idempotency import remember, replayed
from marketplace.core.money import Money
from marketplace.files.models import StoredFile
from marketplace.files.operations import store_upload, upload_hashes
from trade_assurance.payments.errors import (
    DateAhead,
    NothingToConfirm,
    OwnCompanyAtDesk,
    PaymentNotByBank,
    ProofMissing,
    ReasonMissing,
    ReceiptRecordedBefore,
)
from trade_assurance.payments.models import BankReceipt, Payment, ProviderOperation, Refund
from trade_assurance.payments.operations.intents import move_operation, operation_of
from trade_assurance.payments.operations.payments import close_pay_in, locked_payment, take_money
from trade_assurance.payments.operations.payouts import confirm_payout, fail_payout
from trade_assurance.payments.operations.refunds import concerned_by, confirm_refund, fail_refund
from trade_assurance.payments.operations.reviews import FINANCE
from trade_assurance.payments.providers.registry import is_manual
from trade_assurance.payments.states import REFUND_FINAL, OperationKind, OperationState, PaymentState

PROOF_KIND = "bank_proof"


@transaction.atomic
def record_bank_receipt(
    *,
    payment_ref: str,
    money: Money,
    received_on: date,
    bank_reference: str,
    proof: UploadedFile[bytes] | None,
    actor: Actor,
    key: str,
    at: datetime,
    sender: str = "",
) -> BankReceipt:
    """A finance officer found money for a payment on the bank statement.

    Less than asked leaves the payment partly paid and waiting; more is recorded as it came (what is too much
    goes back by itself). Recorded also for a payment that had expired. Told as `payment_received`.
    Raises `NotFound`, `NotAllowed`, `OwnCompanyAtDesk`, `PaymentNotByBank`, `ProofMissing`, `DateAhead`,
    `CurrencyMismatch`, `Rejected`, `ReceiptRecordedBefore`, and what the file is refused for.
    """
    payment = locked_payment(payment_ref)
    content = {
        "payment": payment_ref,
        "money": money,
        "received_on": received_on,
        "reference": bank_reference,
        "proof": upload_hashes([proof] if proof else []),
    }
    if (first := replayed(key=key, operation="record_bank_receipt", content=content)) is not None:
        return BankReceipt.objects.get(pk=int(first))
    _demand_officer(actor, concerned_by(payment))
    if not is_manual(payment.provider):
        raise PaymentNotByBank
    reference = _demand_reference(bank_reference)
    _demand_arrived(payment, money, received_on, at)
    if payment.bank_receipts.filter(bank_reference=reference).exists():
        raise ReceiptRecordedBefore(field="bank_reference", reference=reference)
    receipt = BankReceipt.objects.create(
        payment=payment,
        amount_minor=money.amount_minor,
        received_on=received_on,
        bank_reference=reference,
        sender=" ".join(sender.split())[:200],
        proof=_keep_proof(proof, payment.ref, actor, at),
        recorded_by=actor.as_text,
        recorded_by_label=actor.label,
        recorded_at=at,
    )
    take_money(payment, money, actor=actor, key=key, at=at, reason=reference)
    if payment.state == PaymentState.SUCCEEDED:
        close_pay_in(payment, OperationState.DONE, reason="", at=at, actor=actor)
    remember(key=key, operation="record_bank_receipt", content=content, result=str(receipt.pk), at=at)
    return receipt


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

    Raises `NotFound`, `NotAllowed`, `OwnCompanyAtDesk`, `PaymentNotByBank`, `NothingToConfirm`, `ProofMissing`.
    """
    payment, refund = _locked_refund(refund_ref)
    content = {"refund": refund_ref, "reference": reference, "proof": upload_hashes([proof] if proof else [])}
    if replayed(key=key, operation="confirm_bank_refund", content=content) is not None:
        return refund
    _demand_open_refund(payment, refund, actor)
    named = _demand_reference(reference)
    stored = _keep_proof(proof, refund.ref, actor, at)
    confirm_refund(payment, refund, actor=actor, at=at, key=key, bank_reference=named, proof=stored)
    _end_refund(refund, OperationState.DONE, named, actor, at, proof=stored)
    remember(key=key, operation="confirm_bank_refund", content=content, result=refund.ref, at=at)
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
    why = _demand_reason(reason)
    fail_refund(payment, refund, reason=why, actor=actor, at=at, key=key)
    _end_refund(refund, OperationState.DECLINED, why, actor, at)
    remember(key=key, operation="fail_bank_refund", content=content, result=refund.ref, at=at)
    return refund


@transaction.atomic
def confirm_bank_payout(
    *, subject: str, reference: str, proof: UploadedFile[bytes] | None, actor: Actor, key: str, at: datetime
) -> ProviderOperation:
    """A finance officer has made the transfer to the supplier. Told as `payout_confirmed`.

    Raises `NotFound`, `NotAllowed`, `OwnCompanyAtDesk`, `PaymentNotByBank`, `NothingToConfirm`, `ProofMissing`.
    """
    operation = _locked_payout(subject)
    content = {"payout": subject, "reference": reference, "proof": upload_hashes([proof] if proof else [])}
    if replayed(key=key, operation="confirm_bank_payout", content=content) is not None:
        return operation
    _demand_open_payout(operation, actor)
    named = _demand_reference(reference)
    stored = _keep_proof(proof, subject, actor, at)
    confirm_payout(operation, reference=named, actor=actor, at=at, bank_reference=named, proof=stored)
    remember(key=key, operation="confirm_bank_payout", content=content, result=subject, at=at)
    return operation


@transaction.atomic
def fail_bank_payout(*, subject: str, reason: str, actor: Actor, key: str, at: datetime) -> ProviderOperation:
    """The transfer to the supplier could not be made, or came back. Told as `payout_failed`.

    Raises as `confirm_bank_payout`, and `ReasonMissing`.
    """
    operation = _locked_payout(subject)
    content = {"payout": subject, "reason": reason}
    if replayed(key=key, operation="fail_bank_payout", content=content) is not None:
        return operation
    _demand_open_payout(operation, actor)
    fail_payout(operation, OperationState.DECLINED, reason=_demand_reason(reason), actor=actor, at=at)
    remember(key=key, operation="fail_bank_payout", content=content, result=subject, at=at)
    return operation


def _locked_refund(ref: str) -> tuple[Payment, Refund]:
    payment_ref = Refund.objects.filter(ref=ref).values_list("payment__ref", flat=True).first()
    if payment_ref is None:
        raise NotFound
    return locked_payment(payment_ref), Refund.objects.filter(ref=ref).lock().get()


def _locked_payout(subject: str) -> ProviderOperation:
    operation = operation_of(OperationKind.PAY_OUT, subject)
    if operation is None:
        raise NotFound
    return operation


def _demand_open_refund(payment: Payment, refund: Refund, actor: Actor) -> None:
    _demand_officer(actor, concerned_by(payment))
    if not is_manual(payment.provider):
        raise PaymentNotByBank
    if refund.state in REFUND_FINAL:
        raise NothingToConfirm


def _demand_open_payout(operation: ProviderOperation, actor: Actor) -> None:
    _demand_officer(actor, frozenset() if operation.payee_id is None else frozenset({operation.payee_id}))
    if not is_manual(operation.provider):
        raise PaymentNotByBank
    if operation.is_final:
        raise NothingToConfirm


def _demand_officer(actor: Actor, company_ids: frozenset[int]) -> None:
    if not actor.has_desk(FINANCE):
        raise NotAllowed
    if company_ids & actor.member_of:
        raise OwnCompanyAtDesk


def _demand_reference(reference: str) -> str:
    named = " ".join(reference.split())
    if not 3 <= len(named) <= 120 or not named.isprintable():
        raise ProofMissing(field="bank_reference")
    return named


def _demand_reason(reason: str) -> str:
    why = " ".join(reason.split())
    if not why:
        raise ReasonMissing(field="reason")
    return why[:300]


def _demand_arrived(payment: Payment, money: Money, received_on: date, at: datetime) -> None:
    if money.currency != payment.currency:
        raise CurrencyMismatch(left=money.currency, right=payment.currency, field="amount")
    if not money.is_positive:
        raise Rejected(field="amount")
    if received_on > at.date():
        raise DateAhead(field="received_on")


def _keep_proof(
    proof: UploadedFile[bytes] | None, subject: str, actor: Actor, at: datetime
) -> StoredFile | None:
    if proof is None:
        return None
    return store_upload(kind=PROOF_KIND, subject=subject, upload=proof, actor=actor, at=at, field="proof")


def _end_refund(
    refund: Refund,
    state: OperationState,
    said: str,
    actor: Actor,
    at: datetime,
    proof: StoredFile | None = None,
) -> None:
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
