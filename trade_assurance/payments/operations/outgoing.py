"""What became of a transfer that the marketplace had its bank make: paid, not paid, sent back afterwards.

One door for payouts, refunds and returns, whether an officer says so or a statement. Lock order: payment →
refund → operation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound
from marketplace.core.money import Money
from marketplace.files.models import StoredFile
from trade_assurance.payments.errors import NothingToConfirm, TargetDoesNotFit
from trade_assurance.payments.matching import OUTGOING
from trade_assurance.payments.models import BankStatementLine, Payment, ProviderOperation, Refund
from trade_assurance.payments.operations.bank_refunds import end_refund_operation
from trade_assurance.payments.operations.intents import move_operation
from trade_assurance.payments.operations.payments import locked_payment
from trade_assurance.payments.operations.payouts import confirm_payout, fail_payout, return_payout
from trade_assurance.payments.operations.refunds import confirm_refund, fail_refund, return_refund
from trade_assurance.payments.operations.suspense import move_suspense
from trade_assurance.payments.states import LineState, OperationKind, OperationState


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A transfer with everything that belongs to it, locked."""

    operation: ProviderOperation
    payment: Payment | None = None
    refund: Refund | None = None


def lock_outgoing(subject: str) -> Outgoing:
    """The transfer of a payout, refund or return. Raises `NotFound`."""
    payment_ref = Refund.objects.filter(ref=subject).values_list("payment__ref", flat=True).first()
    payment = None if payment_ref is None else locked_payment(payment_ref)
    refund = None if payment_ref is None else Refund.objects.filter(ref=subject).lock().get()
    operation = ProviderOperation.objects.filter(subject=subject, kind__in=OUTGOING).lock().first()
    if operation is None:
        raise NotFound
    return Outgoing(operation, payment, refund)


def confirm_outgoing(
    out: Outgoing, *, reference: str, actor: Actor, at: datetime, proof: StoredFile | None = None
) -> None:
    """The bank has paid it; told as `payout_confirmed`, `refund_confirmed`, or moved out of suspense.

    Raises `NothingToConfirm` when it had ended.
    """
    operation = out.operation
    if operation.is_final:
        raise NothingToConfirm
    if out.refund is not None and out.payment is not None:
        confirm_refund(out.payment, out.refund, actor=actor, at=at, bank_reference=reference, proof=proof)
        end_refund_operation(out.refund, OperationState.DONE, reference, actor, at, proof=proof)
    elif operation.kind == OperationKind.PAY_OUT:
        confirm_payout(
            operation, reference=reference, actor=actor, at=at, bank_reference=reference, proof=proof
        )
    else:
        _end_return(operation, OperationState.DONE, reference, actor, at, proof)
        line = _line_of(operation)
        line.move_to(LineState.RETURNED, actor=actor, at=at)
        move_suspense(line, "sent_back", -line.money, actor=actor, at=at)


def fail_outgoing(out: Outgoing, *, reason: str, actor: Actor, at: datetime) -> None:
    """The bank has not paid it: a payout returns to the balance, a refund is owed, a return waits anew.

    Raises `NothingToConfirm` when it had ended.
    """
    operation = out.operation
    if operation.is_final:
        raise NothingToConfirm
    if out.refund is not None and out.payment is not None:
        fail_refund(out.payment, out.refund, reason=reason, actor=actor, at=at)
        end_refund_operation(out.refund, OperationState.DECLINED, reason, actor, at)
    elif operation.kind == OperationKind.PAY_OUT:
        fail_payout(operation, OperationState.DECLINED, reason=reason, actor=actor, at=at)
    else:
        _end_return(operation, OperationState.DECLINED, reason, actor, at, None)
        _line_of(operation).move_to(
            LineState.UNMATCHED, actor=actor, at=at, reason=reason, why="return_failed", operation=None
        )


def send_back(out: Outgoing, money: Money, *, reason: str, actor: Actor, at: datetime) -> None:
    """A transfer that was confirmed came back: told as `payout_sent_back` or `refund_sent_back`.

    A payout may come back less the banks' charges: what came is owed again. Raises `TargetDoesNotFit` when it
    was not confirmed, comes back with more, or is a refund that comes back in part.
    """
    operation = out.operation
    whole = operation.money
    if operation.state != OperationState.DONE or operation.kind == OperationKind.RETURN:
        raise TargetDoesNotFit(why=operation.get_state_display())
    if money.currency != whole.currency or money > whole or (out.refund is not None and money != whole):
        raise TargetDoesNotFit(why=f"{whole.as_decimal()} {whole.currency}")
    if out.refund is None or out.payment is None:
        return_payout(operation, money, reason=reason, actor=actor, at=at)
        return
    move_operation(
        operation,
        OperationState.RETURNED,
        at=at,
        actor=actor,
        outcome={"answer": OperationState.RETURNED, "reason": reason},
    )
    return_refund(out.payment, out.refund, reason=reason, actor=actor, at=at)


def _end_return(
    operation: ProviderOperation,
    state: OperationState,
    said: str,
    actor: Actor,
    at: datetime,
    proof: StoredFile | None,
) -> None:
    move_operation(
        operation,
        state,
        at=at,
        actor=actor,
        outcome={"answer": state, "reason": said},
        bank_reference=said if state == OperationState.DONE else "",
        proof=proof,
    )


def _line_of(operation: ProviderOperation) -> BankStatementLine:
    return BankStatementLine.objects.filter(ref=operation.params["line"]).lock().get()
