"""One bank line that pays several orders: a finance officer says how much of it is for which payment. All of it, once.

Lock order: line → payments by reference, as everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.errors import CurrencyMismatch
from marketplace.core.formatting import format_money
from marketplace.core.idempotency import remember, replayed
from marketplace.core.money import Money
from trade_assurance.payments.errors import LineNotSplit, TargetTwice, TargetUnknown
from trade_assurance.payments.models import BankStatementLine, Payment
from trade_assurance.payments.operations.bank_lines import (
    demand_open,
    explain,
    locked_line,
    receive,
    target_of,
)
from trade_assurance.payments.operations.officers import demand_officer, said_reason
from trade_assurance.payments.operations.suspense import move_suspense
from trade_assurance.payments.states import LineState

MOST_PARTS: Final = 50


@dataclass(frozen=True, slots=True)
class LinePart:
    """So much of a line is for the payment of this reference; `field` named it in a form."""

    target: str
    amount: Money
    field: str = "target"


@transaction.atomic
def split_line(
    *, line_ref: str, parts: Sequence[LinePart], reason: str, actor: Actor, key: str, at: datetime
) -> BankStatementLine:
    """Divide money that came in over two payments or more; the parts are exactly the line. Leaves suspense.

    Each part counts for its payment as any receipt does (short, exact, over, late). All or nothing.
    Raises `NotFound`, `NotAllowed`, `OwnCompanyAtDesk` for a payment of the officer's own company, `LineSettled`,
    `ReasonMissing`, `TargetUnknown`, `TargetTwice`, `TargetDoesNotFit`, `LineNotSplit` unless the parts sum to the
    line, `CurrencyMismatch`.
    """
    line = locked_line(line_ref)
    content = {"line": line_ref, "parts": [(part.target, part.amount) for part in parts], "reason": reason}
    if replayed(key=key, operation="split_line", content=content) is not None:
        return line
    demand_officer(actor)
    demand_open(line)
    why = said_reason(reason)
    _demand_whole(line, parts)
    for payment, amount in _targets(parts):
        receive(line, payment, actor, at, part=amount)
    explain(line, LineState.ASSIGNED, why, actor, at)
    move_suspense(line, "assigned", -line.money, actor=actor, at=at)
    remember(key=key, operation="split_line", content=content, result=line.ref, at=at)
    return line


def _demand_whole(line: BankStatementLine, parts: Sequence[LinePart]) -> None:
    total = Money.zero(line.currency)
    for part in parts:
        if part.amount.currency != line.currency:
            raise CurrencyMismatch(left=part.amount.currency, right=line.currency)
        total += part.amount
    whole = {"line": format_money(line.money), "parts": format_money(total)}
    positive = all(part.amount.is_positive for part in parts)
    # INVARIANT: what is received of a line is never more than it (enforced by bank_receipts_not_above_their_line)
    if not 2 <= len(parts) <= MOST_PARTS or not positive or total != line.money:
        raise LineNotSplit(**whole)


def _targets(parts: Sequence[LinePart]) -> list[tuple[Payment, Money]]:
    found: dict[str, tuple[Payment, Money]] = {}
    for part in parts:
        payment, _operation, _batch = target_of(part.target)
        if payment is None:
            raise TargetUnknown(field=part.field)
        if payment.ref in found:
            raise TargetTwice(field=part.field)
        found[payment.ref] = (payment, part.amount)
    return [found[ref] for ref in sorted(found)]
