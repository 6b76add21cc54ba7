"""The bank's own account of our money: the lines of taken statements, each named by what it pays. Reads only.

A line that pays several things (a batch, a divided line) stays one line of the bank, is taken off again and stands
there once for each thing it pays: so each of them can be compared, and together they are what the bank booked.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Final

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from marketplace.core.money import Money
from trade_assurance.payments.models import (
    BankReceipt,
    BankStatementLine,
    BankStatementLineTransition,
    PayoutBatchLine,
    ProviderOperation,
)
from trade_assurance.payments.providers.base import MovementType, ProviderMovement
from trade_assurance.payments.states import LINE_NOT_TAKEN, LineState, OperationKind

_KNOWN: Final = (LineState.MATCHED, LineState.ASSIGNED)
_TYPES: Final = {
    OperationKind.PAY_OUT: MovementType.PAYOUT,
    OperationKind.REFUND: MovementType.REFUND,
    OperationKind.RETURN: MovementType.REFUND,
}


def bank_movements(since: datetime, until: datetime) -> list[ProviderMovement]:
    """Every line that was taken or explained in this time, whenever the bank booked it; each with its parts.

    A line's name may change for as long as it is not explained, its amount and its own reference never do.
    """
    steps = BankStatementLineTransition.objects.filter(line=OuterRef("pk"), at__gte=since, at__lt=until)
    lines = with_targets(BankStatementLine.objects.exclude(state__in=LINE_NOT_TAKEN).filter(Exists(steps)))
    found: list[ProviderMovement] = []
    for line in lines.order_by("booked_on", "pk"):
        found += _movements(line)
    return found


def names_of_lines(refs: Iterable[str]) -> dict[str, str]:
    """What each of these lines is about in our words: a payment, a transfer, or the line itself while nobody knows."""
    lines = with_targets(BankStatementLine.objects.filter(ref__in=list(refs)))
    return {line.ref: _name(line) for line in lines}


def with_targets(lines: QuerySet[BankStatementLine]) -> QuerySet[BankStatementLine]:
    """Lines with everything their names are read from."""
    receipts = BankReceipt.objects.select_related("payment").order_by("pk")
    standing = PayoutBatchLine.objects.filter(released_at=None).select_related("operation").order_by("pk")
    return lines.select_related("payment", "operation", "batch").prefetch_related(
        Prefetch("receipts", queryset=receipts), Prefetch("batch__lines", queryset=standing)
    )


def _movements(line: BankStatementLine) -> list[ProviderMovement]:
    whole = _movement(line, line.ref, line.ref, line.money, _type(line))
    parts = _parts(line)
    if not parts:
        return [whole]
    # The bank booked one sum: it goes by its own name, comes off again, and its parts go by theirs.
    off = _movement(line, f"{line.ref}:divided", line.ref, -line.money, MovementType.OTHER)
    return [
        whole,
        off,
        *(_movement(line, f"{line.ref}:{own}", name, money, kind) for own, name, money, kind in parts),
    ]


def _parts(line: BankStatementLine) -> list[tuple[str, str, Money, MovementType]]:
    """What a line that pays several things pays: its own word, name, amount and kind of each; empty for any other."""
    if line.state not in _KNOWN or line.payment_id is not None or line.operation_id is not None:
        return []
    if line.batch is not None:
        rows = [
            (row.subject, _operation_name(row.operation), -row.amount_minor, _TYPES[OperationKind(row.kind)])
            for row in line.batch.lines.all()
        ]
    else:
        rows = [
            (row.payment.ref, row.payment.ref, row.amount_minor, MovementType.PAYMENT)
            for row in line.receipts.all()
        ]
    if sum(row[2] for row in rows) != line.amount_minor:
        return []  # not all of it is known: the line stands for itself and differs
    return [(own, name, Money(minor, line.currency), kind) for own, name, minor, kind in rows]


def _name(line: BankStatementLine) -> str:
    if line.state not in _KNOWN:
        return line.ref
    if line.payment is not None:
        return line.payment.ref
    return line.ref if line.operation is None else _operation_name(line.operation)


def _operation_name(operation: ProviderOperation) -> str:
    """A return is about the line that it sends back."""
    return str(operation.params["line"]) if operation.kind == OperationKind.RETURN else operation.subject


def _type(line: BankStatementLine) -> MovementType:
    if line.state not in _KNOWN:
        return MovementType.OTHER
    if line.payment_id is not None:
        return MovementType.PAYMENT
    if line.operation is None:
        return MovementType.OTHER
    back = line.amount_minor > 0
    if line.operation.kind == OperationKind.PAY_OUT:
        return MovementType.PAYOUT_REVERSED if back else MovementType.PAYOUT
    return MovementType.REFUND_FAILED if back else MovementType.REFUND


def _movement(
    line: BankStatementLine, ref: str, about: str, money: Money, kind: MovementType
) -> ProviderMovement:
    said = " · ".join(text for text in (line.bank_reference, line.party_name, line.text) if text)
    return ProviderMovement(
        ref=ref,
        type=kind,
        object_ref=about,
        subject="",
        amount=money,
        fee=Money.zero(line.currency),
        at=_midnight(line.booked_on),
        description=" ".join(said.split())[:300],
    )


def _midnight(day: date) -> datetime:
    """The bank says a day and no hour."""
    return datetime.combine(day, time.min, tzinfo=UTC)
