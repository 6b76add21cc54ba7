"""The finance officer's side of the bank rail: money in recorded, payouts confirmed or failed. Refunds: `bank_refunds`.

Each step needs the bank's reference; nobody may confirm money of a trade that a company of theirs is part of.
"""

from __future__ import annotations

from datetime import date, datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.errors import CurrencyMismatch, NotFound, Rejected
from marketplace.core.idempotency import lock_key, remember, replayed
from marketplace.core.money import Money
from marketplace.files.models import StoredFile
from marketplace.files.operations import upload_hashes
from trade_assurance.payments.errors import (
    DateAhead,
    LineInQueue,
    NothingToConfirm,
    PaymentNotByBank,
    ReceiptRecordedBefore,
)
from trade_assurance.payments.models import (
    BankReceipt,
    BankStatementLine,
    Payment,
    ProviderOperation,
)
from trade_assurance.payments.operations.intents import operation_of
from trade_assurance.payments.operations.officers import (
    demand_officer,
    keep_proof,
    named_reference,
    said_reason,
)
from trade_assurance.payments.operations.payments import close_pay_in, locked_payment, take_money
from trade_assurance.payments.operations.payouts import confirm_payout, fail_payout
from trade_assurance.payments.operations.refunds import concerned_by
from trade_assurance.payments.providers.registry import is_manual
from trade_assurance.payments.states import (
    LINE_IN_SUSPENSE,
    LINE_NOT_TAKEN,
    OperationKind,
    OperationState,
    PaymentState,
)


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
    `CurrencyMismatch`, `Rejected`, `ReceiptRecordedBefore`, `LineInQueue` when a statement brought this line
    and it waits to be explained, and what the file is refused for.
    """
    lock_key(receipts_key(money.currency))
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
    demand_officer(actor, concerned_by(payment))
    if not is_manual(payment.provider):
        raise PaymentNotByBank
    reference = named_reference(bank_reference)
    _demand_arrived(payment, money, received_on, at)
    if payment.bank_receipts.filter(bank_reference=reference).exists():
        raise ReceiptRecordedBefore(field="bank_reference", reference=reference)
    _demand_not_on_statement(money, reference)
    receipt = take_receipt(
        payment,
        money,
        received_on=received_on,
        reference=reference,
        sender=sender,
        proof=keep_proof(proof, payment.ref, actor, at),
        actor=actor,
        key=key,
        at=at,
    )
    remember(key=key, operation="record_bank_receipt", content=content, result=str(receipt.pk), at=at)
    return receipt


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
    named = named_reference(reference)
    stored = keep_proof(proof, subject, actor, at)
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
    fail_payout(operation, OperationState.DECLINED, reason=said_reason(reason), actor=actor, at=at)
    remember(key=key, operation="fail_bank_payout", content=content, result=subject, at=at)
    return operation


def take_receipt(
    payment: Payment,
    money: Money,
    *,
    received_on: date,
    reference: str,
    actor: Actor,
    key: str,
    at: datetime,
    sender: str = "",
    proof: StoredFile | None = None,
    line: BankStatementLine | None = None,
) -> BankReceipt:
    """Money for a locked payment is written down and told, whichever door it came by: a form or a statement."""
    receipt = BankReceipt.objects.create(
        payment=payment,
        amount_minor=money.amount_minor,
        received_on=received_on,
        bank_reference=reference,
        sender=" ".join(sender.split())[:200],
        proof=proof,
        recorded_by=actor.as_text,
        recorded_by_label=actor.label,
        recorded_at=at,
        statement_line=line,
    )
    take_money(payment, money, actor=actor, key=key, at=at, reason=reference)
    if payment.state == PaymentState.SUCCEEDED:
        close_pay_in(payment, OperationState.DONE, reason="", at=at, actor=actor)
    return receipt


def receipts_key(currency: str) -> str:
    """What recording by hand and taking a statement lock first, so that one bank line cannot come in by both."""
    return f"bank_receipts:{currency}"


def _demand_not_on_statement(money: Money, reference: str) -> None:
    same = BankStatementLine.objects.filter(
        bank_reference__iexact=reference, currency=money.currency, amount_minor=money.amount_minor
    )
    line = same.exclude(state__in=LINE_NOT_TAKEN).order_by("-pk").first()
    if line is None:
        return
    if line.state in LINE_IN_SUSPENSE:
        raise LineInQueue(field="bank_reference", reference=reference, line=line.ref)
    raise ReceiptRecordedBefore(field="bank_reference", reference=reference)


def _locked_payout(subject: str) -> ProviderOperation:
    operation = operation_of(OperationKind.PAY_OUT, subject)
    if operation is None:
        raise NotFound
    return operation


def _demand_open_payout(operation: ProviderOperation, actor: Actor) -> None:
    demand_officer(actor, frozenset() if operation.payee_id is None else frozenset({operation.payee_id}))
    if not is_manual(operation.provider):
        raise PaymentNotByBank
    if operation.is_final:
        raise NothingToConfirm


def _demand_arrived(payment: Payment, money: Money, received_on: date, at: datetime) -> None:
    if money.currency != payment.currency:
        raise CurrencyMismatch(left=money.currency, right=payment.currency, field="amount")
    if not money.is_positive:
        raise Rejected(field="amount")
    if received_on > at.date():
        raise DateAhead(field="received_on")
