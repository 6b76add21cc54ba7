"""Batches of transfers for the bank: made, approved by two persons above the limit, exported, and what came of it.

A transfer stands in one batch at most. A file leaves once; the same bytes again only when somebody says so.
Lock order: batch → payment → refund → operation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound
from marketplace.core.formatting import format_moment
from marketplace.core.idempotency import lock_key, remember, replayed
from marketplace.core.money import Money, sum_money
from marketplace.core.outbox import emit
from marketplace.files.operations import upload_hashes
from trade_assurance.payments.bank_files.accounts import AccountUnusable, bank_party
from trade_assurance.payments.bank_files.latin import latin
from trade_assurance.payments.bank_files.pain import as_csv, as_pain001
from trade_assurance.payments.batch_file import batch_file
from trade_assurance.payments.errors import (
    BatchApprovedBefore,
    BatchEmpty,
    BatchExportedBefore,
    BatchNeedsApproval,
    BatchPartlyPaid,
    BatchStateWrong,
    BatchTooLarge,
    DestinationMissing,
    LineNotPayable,
    NothingToConfirm,
)
from trade_assurance.payments.limits import needs_two_persons
from trade_assurance.payments.matching import OUTGOING, companies_of
from trade_assurance.payments.models import (
    BankAccount,
    Payment,
    PayoutBatch,
    PayoutBatchApproval,
    PayoutBatchExport,
    PayoutBatchLine,
    ProviderOperation,
    Refund,
)
from trade_assurance.payments.operations.officers import (
    demand_officer,
    keep_proof,
    named_reference,
    said_reason,
)
from trade_assurance.payments.operations.outgoing import confirm_outgoing, fail_outgoing, lock_outgoing
from trade_assurance.payments.operations.refunds import concerned_by
from trade_assurance.payments.states import BatchState, OperationKind, OperationState
from trade_assurance.payments.transfers import (
    ACCOUNT_FIELDS,
    Destinations,
    waiting_transfers,
    was_typed,
    why_not_payable,
)

MOST_LINES: Final = 1_000
_WRITERS: Final = {"pain001": (as_pain001, "xml"), "csv": (as_csv, "csv")}


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """The bytes of a batch and the name to save them under."""

    content: bytes
    name: str


@transaction.atomic
def create_batch(
    *,
    account_ref: str,
    operation_ids: Sequence[int],
    execute_on: date,
    actor: Actor,
    key: str,
    at: datetime,
) -> PayoutBatch:
    """Put waiting transfers into one batch, frozen with the account each goes to. Making it is the first approval.

    Needs a second person when its sum is above the currency's limit, when an officer entered an account by
    hand, or when one of its transfers was in a batch that the bank refused; then tells `batch_needs_approval`.
    Raises `NotFound`, `NotAllowed`, `BatchEmpty`, `BatchTooLarge`, `LineNotPayable` (naming the transfer and why).
    """
    lock_key(key)
    content = {"account": account_ref, "operations": sorted(operation_ids), "execute_on": execute_on}
    if (first := replayed(key=key, operation="create_batch", content=content)) is not None:
        return PayoutBatch.objects.get(ref=first)
    demand_officer(actor)
    account = BankAccount.objects.filter(ref=account_ref).lock().first()
    if account is None:
        raise NotFound
    if not operation_ids:
        raise BatchEmpty
    if len(operation_ids) > MOST_LINES:
        raise BatchTooLarge(most=MOST_LINES)
    chosen = _locked_transfers(account, operation_ids, actor)
    total = sum_money([operation.money for operation, _to in chosen], account.currency)
    batch = PayoutBatch.objects.create(
        account=account,
        debtor=account.as_destination(),
        currency=account.currency,
        total_minor=total.amount_minor,
        execute_on=max(execute_on, at.date()),
        approvals_needed=2 if _needs_two(chosen, total) else 1,
        created_by=actor.as_text,
        created_by_label=actor.label,
        created_at=at.replace(microsecond=0),
    )
    batch.log_transition("", BatchState.OPEN, actor=actor, at=at, key=key)
    # INVARIANT: a transfer stands in one batch at most (enforced by batch_line_once_while_it_stands)
    PayoutBatchLine.objects.bulk_create(_line(batch, operation, to) for operation, to in chosen)
    _approve(batch, actor, at)
    if batch.approvals_needed > 1:
        emit(
            kind="batch_needs_approval",
            subject=batch.ref,
            payload={"amount_minor": batch.total_minor, "currency": batch.currency},
            actor=actor,
            at=at,
        )
    remember(key=key, operation="create_batch", content=content, result=batch.ref, at=at)
    return batch


@transaction.atomic
def approve_batch(*, batch_ref: str, actor: Actor, key: str, at: datetime) -> PayoutBatch:
    """Another officer's yes. Raises `NotFound`, `NotAllowed`, `OwnCompanyAtDesk`, `BatchApprovedBefore`, `BatchStateWrong`."""
    batch = _locked(batch_ref)
    content = {"batch": batch_ref, "actor": actor.as_text}
    if replayed(key=key, operation="approve_batch", content=content) is not None:
        return batch
    demand_officer(actor, _concerned(batch))
    _demand_state(batch, BatchState.OPEN)
    if batch.approvals.filter(person=_person(actor)).exists():
        raise BatchApprovedBefore
    _approve(batch, actor, at)
    remember(key=key, operation="approve_batch", content=content, result=batch.ref, at=at)
    return batch


@transaction.atomic
def withdraw_line(*, batch_ref: str, line_id: int, reason: str, actor: Actor, at: datetime) -> PayoutBatch:
    """Take one transfer out of a batch that was not exported; it waits for another batch.

    Raises `NotFound`, `NotAllowed`, `OwnCompanyAtDesk`, `BatchStateWrong`, `ReasonMissing`.
    """
    batch = _locked(batch_ref)
    demand_officer(actor, _concerned(batch))
    _demand_state(batch, BatchState.OPEN)
    line = batch.lines.filter(pk=line_id, released_at=None).first()
    if line is None:
        raise NotFound
    _release(batch, [line], said_reason(reason), at)
    if not batch.lines.filter(released_at=None).exists():
        batch.move_to(BatchState.CANCELLED, actor=actor, at=at, reason=reason, ended_because=reason)
    return batch


@transaction.atomic
def cancel_batch(*, batch_ref: str, reason: str, actor: Actor, key: str, at: datetime) -> PayoutBatch:
    """Give up a batch that was not exported; its transfers wait for another. Raises as `withdraw_line`."""
    return _give_up(batch_ref, BatchState.CANCELLED, reason, actor, key, at)


@transaction.atomic
def reject_batch(*, batch_ref: str, reason: str, actor: Actor, key: str, at: datetime) -> PayoutBatch:
    """The bank refused the whole file: nothing was paid, its transfers wait for a batch that two persons approve.

    Raises as `withdraw_line`, and `BatchPartlyPaid` when one of them has ended already.
    """
    return _give_up(batch_ref, BatchState.REJECTED, reason, actor, key, at)


@transaction.atomic
def export_batch(*, batch_ref: str, form: str, again: bool, actor: Actor, at: datetime) -> ExportedFile:
    """The batch as a file for the bank (`pain001` or `csv`). From the first time on it counts as handed in.

    What was settled by hand since is left out of the first file; after it every export gives the same bytes.
    Raises `NotFound`, `NotAllowed`, `OwnCompanyAtDesk`, `BatchNeedsApproval`, `BatchStateWrong`, `BatchEmpty`,
    and `BatchExportedBefore` unless `again` says that this is known.
    """
    batch = _locked(batch_ref)
    demand_officer(actor, _concerned(batch))
    if form not in _WRITERS:
        raise NotFound
    if batch.state == BatchState.OPEN:
        _first_export(batch, actor, at)
    elif batch.state != BatchState.EXPORTED:
        raise BatchStateWrong(state=batch.get_state_display())
    elif not again:
        last = batch.exports.order_by("pk").last()
        who = "" if last is None else last.exported_by_label
        when = format_moment(at if last is None else last.exported_at)
        raise BatchExportedBefore(when=when, who=who)
    writer, extension = _WRITERS[form]
    content = writer(batch_file(batch))
    PayoutBatchExport.objects.create(
        batch=batch,
        format=form,
        sha256=hashlib.sha256(content).hexdigest(),
        exported_by=actor.as_text,
        exported_by_label=actor.label,
        exported_at=at,
    )
    return ExportedFile(content, f"{batch.ref}-{batch.currency}.{extension}")


@transaction.atomic
def record_outcomes(
    *,
    batch_ref: str,
    line_ids: Sequence[int],
    paid: bool,
    reference: str,
    reason: str,
    proof: UploadedFile[bytes] | None,
    actor: Actor,
    key: str,
    at: datetime,
) -> PayoutBatch:
    """Say of some transfers of an exported batch that the bank paid them (with its reference), or did not (with why).

    Raises `NotFound`, `NotAllowed`, `OwnCompanyAtDesk`, `BatchStateWrong`, `BatchEmpty`, `NothingToConfirm`,
    `ProofMissing`, `ReasonMissing`.
    """
    batch = _locked(batch_ref)
    content = {
        "batch": batch_ref,
        "lines": sorted(line_ids),
        "paid": paid,
        "said": reference if paid else reason,
        "proof": upload_hashes([proof] if proof else []),
    }
    if replayed(key=key, operation="record_outcomes", content=content) is not None:
        return batch
    demand_officer(actor)
    _demand_state(batch, BatchState.EXPORTED)
    lines = list(batch.lines.filter(pk__in=line_ids, released_at=None).order_by("pk"))
    if not lines or len(lines) != len(set(line_ids)):
        raise BatchEmpty
    demand_officer(actor, frozenset(company for line in lines for company in line.concerns))
    said = named_reference(reference) if paid else said_reason(reason)
    stored = keep_proof(proof, batch.ref, actor, at) if paid else None
    for subject in _in_lock_order([line.subject for line in lines]):
        out = lock_outgoing(subject)
        if paid:
            confirm_outgoing(out, reference=said, actor=actor, at=at, proof=stored)
        else:
            fail_outgoing(out, reason=said, actor=actor, at=at)
    remember(key=key, operation="record_outcomes", content=content, result=batch.ref, at=at)
    return batch


@transaction.atomic
def set_refund_destination(
    *, refund_ref: str, details: Mapping[str, str], actor: Actor, at: datetime
) -> ProviderOperation:
    """Say to which account a refund by bank goes. Two persons then approve the batch it is in.

    Raises `NotFound`, `NotAllowed`, `OwnCompanyAtDesk`, `NothingToConfirm` once it ended or stands in a batch,
    `DestinationMissing`.
    """
    out = lock_outgoing(refund_ref)
    if out.refund is None or out.payment is None:
        raise NotFound
    demand_officer(actor, concerned_by(out.payment))
    operation = out.operation
    if operation.is_final or PayoutBatchLine.objects.filter(operation=operation, released_at=None).exists():
        raise NothingToConfirm
    operation.params = operation.params | {
        "destination": checked_destination(details, out.payment.payer.country)
        | {"typed_by": actor.as_text, "typed_by_label": actor.label, "typed_at": at.isoformat()}
    }
    operation.save(update_fields=["params"])
    return operation


def checked_destination(details: Mapping[str, str], country: str = "") -> dict[str, str]:
    """Account details that an officer typed, checked for form. Raises `DestinationMissing` with the field."""
    clean = {name: " ".join(details.get(name, "").split()) for name in ACCOUNT_FIELDS}
    clean["country"] = clean["country"] or country
    if not clean["holder"] or not latin(clean["holder"], 70):
        raise DestinationMissing(field="holder")
    try:
        bank_party(clean)
    except AccountUnusable as error:
        raise DestinationMissing(field=error.field) from error
    return clean


def _locked(ref: str) -> PayoutBatch:
    batch = PayoutBatch.objects.filter(ref=ref).lock().first()
    if batch is None:
        raise NotFound
    return batch


def _locked_transfers(
    account: BankAccount, operation_ids: Sequence[int], actor: Actor
) -> list[tuple[ProviderOperation, dict[str, str]]]:
    wanted = set(operation_ids)
    # Locked by themselves first: what waits is asked anew on rows that nobody changes any more.
    list(ProviderOperation.objects.filter(pk__in=wanted, kind__in=OUTGOING).lock())
    found = list(waiting_transfers().filter(pk__in=wanted, currency=account.currency))
    if len(found) != len(wanted):
        raise NothingToConfirm
    chosen = []
    destinations = Destinations(found)
    for operation in found:
        to = destinations.of(operation)
        if why := why_not_payable(operation, to, actor):
            raise LineNotPayable(subject=operation.subject, why=why)
        chosen.append((operation, to))
    return chosen


def _needs_two(chosen: Sequence[tuple[ProviderOperation, Mapping[str, str]]], total: Money) -> bool:
    operations = [operation for operation, _to in chosen]
    refused_before = PayoutBatchLine.objects.filter(
        operation__in=operations, batch__state=BatchState.REJECTED
    )
    return (
        needs_two_persons(total)
        or any(was_typed(operation) for operation in operations)
        or refused_before.exists()
    )


def _line(batch: PayoutBatch, operation: ProviderOperation, to: Mapping[str, str]) -> PayoutBatchLine:
    text = ""
    if operation.kind == OperationKind.REFUND:
        payment = Refund.objects.select_related("payment").get(ref=operation.subject).payment
        text = payment.description
    return PayoutBatchLine(
        batch=batch,
        operation=operation,
        kind=operation.kind,
        subject=operation.subject,
        amount_minor=operation.amount_minor,
        destination={**to, "text": text},
        concerns=sorted(companies_of(operation)),
    )


def _first_export(batch: PayoutBatch, actor: Actor, at: datetime) -> None:
    if batch.approvals_given < batch.approvals_needed:
        raise BatchNeedsApproval
    lines = list(batch.lines.filter(released_at=None).select_related("operation"))
    list(ProviderOperation.objects.filter(pk__in=[line.operation_id for line in lines]).lock())
    settled = [
        line
        for line in batch.lines.filter(released_at=None).select_related("operation")
        if line.operation.state != OperationState.PENDING
    ]
    _release(batch, settled, "settled by hand", at)
    if len(settled) == len(lines):
        raise BatchEmpty
    batch.execute_on = max(batch.execute_on, at.date())
    batch.sha256 = hashlib.sha256(as_pain001(batch_file(batch))).hexdigest()
    batch.move_to(
        BatchState.EXPORTED,
        actor=actor,
        at=at,
        exported_at=at,
        execute_on=batch.execute_on,
        sha256=batch.sha256,
    )


def _give_up(
    batch_ref: str, state: BatchState, reason: str, actor: Actor, key: str, at: datetime
) -> PayoutBatch:
    batch = _locked(batch_ref)
    content = {"batch": batch_ref, "state": state, "reason": reason}
    if replayed(key=key, operation="give_up_batch", content=content) is not None:
        return batch
    demand_officer(actor, _concerned(batch))
    _demand_state(batch, BatchState.EXPORTED if state == BatchState.REJECTED else BatchState.OPEN)
    why = said_reason(reason)
    lines = list(batch.lines.filter(released_at=None).select_related("operation").order_by("pk"))
    list(ProviderOperation.objects.filter(pk__in=[line.operation_id for line in lines]).lock())
    for line in lines:
        line.operation.refresh_from_db()
        if state == BatchState.REJECTED and line.operation.is_final:
            raise BatchPartlyPaid
    PayoutBatchLine.objects.filter(pk__in=[line.pk for line in lines]).update(
        released_at=at, released_because=why
    )
    batch.move_to(state, actor=actor, at=at, key=key, reason=why, ended_because=why)
    remember(key=key, operation="give_up_batch", content=content, result=batch.ref, at=at)
    return batch


def _release(batch: PayoutBatch, lines: Sequence[PayoutBatchLine], reason: str, at: datetime) -> None:
    if not lines:
        return
    ids = [line.pk for line in lines]
    PayoutBatchLine.objects.filter(pk__in=ids).update(released_at=at, released_because=reason)
    batch.total_minor -= sum(line.amount_minor for line in lines)
    batch.save(update_fields=["total_minor"])


def _approve(batch: PayoutBatch, actor: Actor, at: datetime) -> None:
    PayoutBatchApproval.objects.create(batch=batch, person=_person(actor), label=actor.label, at=at)
    batch.approvals_given += 1
    batch.save(update_fields=["approvals_given"])


def _concerned(batch: PayoutBatch) -> frozenset[int]:
    rows = batch.lines.filter(released_at=None).values_list("concerns", flat=True)
    return frozenset(company for companies in rows for company in companies)


def _demand_state(batch: PayoutBatch, state: BatchState) -> None:
    if batch.state != state:
        raise BatchStateWrong(state=batch.get_state_display())


def _person(actor: Actor) -> str:
    """The person, whichever company they act for."""
    return f"user:{actor.user_id}"


def _in_lock_order(subjects: Sequence[str]) -> list[str]:
    """Refunds by their payments first: two batches that pay back one payment lock in the same order."""
    payments = Payment.objects.filter(refunds__ref__in=subjects).values_list("refunds__ref", "pk")
    place = dict(payments)
    return sorted(subjects, key=lambda subject: (place.get(subject, 10**18), subject))
