"""Bank lines that nobody could match: assigned to what they are for, sent back, a charge, or noted. Once each.

Their money is in suspense from the moment the statement was taken until it is explained here.
Lock order: line → payment → refund → operation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound
from marketplace.core.idempotency import remember, replayed
from marketplace.core.ids import new_ref
from marketplace.core.money import Money
from trade_assurance.payments.errors import LineSettled, TargetDoesNotFit, TargetUnknown
from trade_assurance.payments.matching import OUTGOING, WHY, companies_of, size_of
from trade_assurance.payments.models import (
    BankStatementLine,
    Payment,
    PayoutBatch,
    ProviderOperation,
)
from trade_assurance.payments.operations.batches import checked_destination
from trade_assurance.payments.operations.intents import open_operation
from trade_assurance.payments.operations.officers import demand_officer, said_reason
from trade_assurance.payments.operations.outgoing import confirm_outgoing, lock_outgoing, send_back
from trade_assurance.payments.operations.payments import locked_payment
from trade_assurance.payments.operations.refunds import concerned_by
from trade_assurance.payments.operations.statements import pay_batch, receive_line
from trade_assurance.payments.operations.suspense import move_suspense
from trade_assurance.payments.providers.bank_transfer import NAME as BANK
from trade_assurance.payments.providers.references import read_reference
from trade_assurance.payments.states import (
    BatchState,
    LineState,
    OperationKind,
    OperationState,
    PaymentState,
)


@transaction.atomic
def assign_line(
    *, line_ref: str, target: str, reason: str, actor: Actor, key: str, at: datetime
) -> BankStatementLine:
    """Say what a line is for: a payment (its reference), a payout, a refund, a return or a batch.

    Money in for a payment counts as any receipt does (short, exact, over, late); money in for a payout or
    refund means that it came back; money out must be exactly that transfer. Leaves suspense.
    Raises `NotFound`, `NotAllowed`, `OwnCompanyAtDesk`, `LineSettled`, `ReasonMissing`, `TargetUnknown`,
    `TargetDoesNotFit`.
    """
    line = locked_line(line_ref)
    content = {"line": line_ref, "target": target, "reason": reason}
    if replayed(key=key, operation="assign_line", content=content) is not None:
        return line
    demand_officer(actor)
    demand_open(line)
    why = said_reason(reason)
    payment, operation, batch = target_of(target)
    if payment is not None:
        receive(line, payment, actor, at)
    elif operation is not None:
        _to_operation(line, operation, why, actor, at)
    elif batch is not None:
        _to_batch(line, batch, actor, at)
    explain(line, LineState.ASSIGNED, why, actor, at, payment=payment, operation=operation, batch=batch)
    move_suspense(line, "assigned", -line.money, actor=actor, at=at)
    remember(key=key, operation="assign_line", content=content, result=line.ref, at=at)
    return line


@transaction.atomic
def return_line(
    *, line_ref: str, details: Mapping[str, str], reason: str, actor: Actor, key: str, at: datetime
) -> ProviderOperation:
    """Send money that nobody expected back to its sender: it waits for the next batch.

    To another account than it came from, two persons approve the batch. Stays in suspense until it has left.
    Raises `NotFound`, `NotAllowed`, `LineSettled`, `ReasonMissing`, `DestinationMissing`, `TargetDoesNotFit`
    for money that went out.
    """
    line = locked_line(line_ref)
    content = {"line": line_ref, "details": dict(details), "reason": reason}
    if (first := replayed(key=key, operation="return_line", content=content)) is not None:
        return ProviderOperation.objects.get(pk=int(first))
    demand_officer(actor)
    demand_open(line)
    if line.amount_minor < 0:
        raise TargetDoesNotFit(why=str(WHY["amount_differs"]))
    why = said_reason(reason)
    to: dict[str, object] = dict(checked_destination(details))
    if to["account_number"] != line.party_account:
        to |= {"typed_by": actor.as_text, "typed_by_label": actor.label}
    ref = new_ref("ret")
    operation = open_operation(
        provider=BANK,
        kind=OperationKind.RETURN,
        subject=ref,
        root="",
        money=line.money,
        actor=actor,
        at=at,
        params={"destination": to, "line": line.ref, "reason": why},
    )
    explain(line, LineState.RETURNING, why, actor, at, operation=operation)
    remember(key=key, operation="return_line", content=content, result=str(operation.pk), at=at)
    return operation


@transaction.atomic
def book_line_as_fee(
    *, line_ref: str, reason: str, actor: Actor, key: str, at: datetime
) -> BankStatementLine:
    """The bank's own charge, or interest: it leaves suspense for the fees of providers.

    Raises `NotFound`, `NotAllowed`, `LineSettled`, `ReasonMissing`.
    """
    return _settle(line_ref, LineState.FEE, "book_line_as_fee", reason, actor, key, at)


@transaction.atomic
def note_line(*, line_ref: str, reason: str, actor: Actor, key: str, at: datetime) -> BankStatementLine:
    """Leave a line for now with a note: it leaves the queue, its money stays in suspense and can still be assigned.

    Raises `NotFound`, `NotAllowed`, `LineSettled`, `ReasonMissing`.
    """
    return _settle(line_ref, LineState.NOTED, "note_line", reason, actor, key, at)


@transaction.atomic
def take_repeated_line(
    *, line_ref: str, reason: str, actor: Actor, key: str, at: datetime
) -> BankStatementLine:
    """An officer says that a line marked as taken before is another booking: it is taken and waits to be explained.

    Raises `NotFound`, `NotAllowed`, `LineSettled`, `ReasonMissing`.
    """
    line = locked_line(line_ref)
    content = {"line": line_ref, "reason": reason}
    if replayed(key=key, operation="take_repeated_line", content=content) is not None:
        return line
    demand_officer(actor)
    if line.state != LineState.REPEATED:
        raise LineSettled(state=line.get_state_display())
    why = said_reason(reason)
    own = hashlib.sha256(f"{line.fingerprint}|{line.ref}".encode()).hexdigest()
    line.move_to(
        LineState.UNMATCHED, actor=actor, at=at, reason=why, why="no_reference", note=why, fingerprint=own
    )
    move_suspense(line, "unmatched", line.money, actor=actor, at=at)
    remember(key=key, operation="take_repeated_line", content=content, result=line.ref, at=at)
    return line


@transaction.atomic
def explain_line(*, bank_reference: str, money: Money, note: str, actor: Actor, at: datetime) -> str:
    """Lower half: money that came in without our reference is known now by the bank's; its line leaves suspense.

    What it is for is booked by the caller. Returns the line's reference, empty when no open line is this one.
    """
    rows = BankStatementLine.objects.filter(
        state__in=[LineState.UNMATCHED, LineState.NOTED],
        bank_reference__iexact=bank_reference,
        currency=money.currency,
        amount_minor=money.amount_minor,
    )
    line = rows.order_by("pk").lock().first()
    if line is None:
        return ""
    explain(line, LineState.ASSIGNED, note, actor, at)
    move_suspense(line, "assigned", -line.money, actor=actor, at=at)
    return line.ref


@transaction.atomic
def name_line(*, line_ref: str, note: str, actor: Actor, at: datetime) -> None:
    """Lower half: the books know what a line is for; if it is in suspense it leaves it, and what it is for is booked by the caller.

    Nothing to do for a line that was matched or assigned. Raises `NotFound`, `LineSettled` for one on its way back
    to its sender or booked as a charge.
    """
    line = locked_line(line_ref)
    if line.state in {LineState.MATCHED, LineState.ASSIGNED}:
        return
    demand_open(line)
    explain(line, LineState.ASSIGNED, note, actor, at)
    move_suspense(line, "assigned", -line.money, actor=actor, at=at)


def _settle(
    line_ref: str, state: LineState, name: str, reason: str, actor: Actor, key: str, at: datetime
) -> BankStatementLine:
    line = locked_line(line_ref)
    content = {"line": line_ref, "reason": reason}
    if replayed(key=key, operation=name, content=content) is not None:
        return line
    demand_officer(actor)
    demand_open(line)
    explain(line, state, said_reason(reason), actor, at)
    if state == LineState.FEE:
        move_suspense(line, "fee", -line.money, actor=actor, at=at)
    remember(key=key, operation=name, content=content, result=line.ref, at=at)
    return line


def locked_line(ref: str) -> BankStatementLine:
    """A line, locked. Raises `NotFound`."""
    line = BankStatementLine.objects.filter(ref=ref).lock().first()
    if line is None:
        raise NotFound
    return line


def demand_open(line: BankStatementLine) -> None:
    """Raise `LineSettled` for a line that was explained."""
    if line.state not in {LineState.UNMATCHED, LineState.NOTED}:
        raise LineSettled(state=line.get_state_display())


def explain(
    line: BankStatementLine, state: LineState, reason: str, actor: Actor, at: datetime, **what: object
) -> None:
    """Lower half: write down what became of a locked line, by whom and why."""
    fields: dict[str, Any] = {"note": reason, "resolved_by_label": actor.label, "resolved_at": at}
    if state != LineState.NOTED:
        fields |= {"why": "", "payment": None, "operation": None, "batch": None} | what
    line.move_to(state, actor=actor, at=at, reason=reason, **fields)


def target_of(text: str) -> tuple[Payment | None, ProviderOperation | None, PayoutBatch | None]:
    """What a typed reference names; exactly one of the three. Raises `TargetUnknown`."""
    typed = text.strip()
    reference = read_reference(typed) or typed
    payment = Payment.objects.filter(reference=reference).exclude(reference="").first()
    payment = payment or Payment.objects.filter(ref=typed).first()
    own = typed.lower().replace("-", "_")
    operation = ProviderOperation.objects.filter(subject=own, kind__in=OUTGOING, provider=BANK).first()
    batch = PayoutBatch.objects.filter(ref=own).first()
    if payment is None and operation is None and batch is None:
        raise TargetUnknown(field="target")
    return payment, operation, batch


def receive(
    line: BankStatementLine, payment: Payment, actor: Actor, at: datetime, part: Money | None = None
) -> None:
    """Lower half: a locked line's money, or a part of it, is for this payment. Raises `TargetDoesNotFit`, `OwnCompanyAtDesk`."""
    locked = locked_payment(payment.ref)
    demand_officer(actor, concerned_by(locked))
    if locked.provider != BANK or line.amount_minor < 0:
        raise TargetDoesNotFit(field="target", why=str(WHY["no_reference"]))
    if locked.currency != line.currency:
        raise TargetDoesNotFit(field="target", why=str(WHY["wrong_currency"]))
    if locked.state == PaymentState.REVERSED:
        raise TargetDoesNotFit(field="target", why=str(WHY["payment_reversed"]))
    receive_line(line, locked, actor=actor, at=at, part=part)


def _to_operation(
    line: BankStatementLine, operation: ProviderOperation, reason: str, actor: Actor, at: datetime
) -> None:
    out = lock_outgoing(operation.subject)
    demand_officer(actor, companies_of(out.operation))
    if line.amount_minor > 0:
        send_back(out, line.money, reason=reason, actor=actor, at=at)
        return
    if out.operation.money != size_of(line):
        raise TargetDoesNotFit(field="target", why=str(WHY["amount_differs"]))
    if out.operation.is_final:
        why = "paid_twice" if out.operation.state == OperationState.DONE else "not_sent"
        raise TargetDoesNotFit(field="target", why=str(WHY[why]))
    confirm_outgoing(out, reference=line.bank_reference or line.ref, actor=actor, at=at)


def _to_batch(line: BankStatementLine, batch: PayoutBatch, actor: Actor, at: datetime) -> None:
    locked = PayoutBatch.objects.filter(pk=batch.pk).lock().get()
    rows = list(locked.lines.filter(released_at=None).select_related("operation"))
    demand_officer(actor, frozenset(company for row in rows for company in row.concerns))
    if locked.state != BatchState.EXPORTED or any(row.operation.is_final for row in rows):
        raise TargetDoesNotFit(field="target", why=str(WHY["not_sent"]))
    if locked.currency != line.currency or sum(row.amount_minor for row in rows) != -line.amount_minor:
        raise TargetDoesNotFit(field="target", why=str(WHY["amount_differs"]))
    pay_batch(line, locked, actor=actor, at=at)
