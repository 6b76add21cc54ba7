"""Bank lines nobody can explain yet: booked when the statement is taken, so that the books equal the bank.

Owns the postings between the bank's clearing account and suspense. Which line it is was decided in payments.
"""

from __future__ import annotations

from datetime import datetime

from marketplace.core.money import Money
from trade_assurance.ledger import operations as ledger
from trade_assurance.ledger.operations import credit, debit
from trade_assurance.ledger.states import AccountKind

# The other side of each step. A fee has left the bank long ago: it only leaves suspense.
_OTHER_SIDE = {"fee": AccountKind.PROVIDER_FEES}


def move_suspense(*, line_ref: str, step: str, provider: str, money: Money, at: datetime) -> None:
    """Book `money` (signed) onto suspense, its counterpart onto the bank's clearing account or the fees.

    `step` names what happened to the line, once per line: `unmatched` (came in or went out without an
    explanation), `assigned` (explained: what it is for is booked apart), `sent_back` (returned to its sender),
    `fee` (the bank's own charge or interest). The same step twice books once.
    """
    other = _OTHER_SIDE.get(step, AccountKind.PROVIDER_CLEARING)
    size = Money(abs(money.amount_minor), money.currency)
    onto, off = (credit, debit) if money.is_positive else (debit, credit)
    ledger.post(
        kind=f"bank_line_{step}",
        subject=line_ref,
        key=f"bank_line:{line_ref}:{step}",
        entries=[onto(AccountKind.SUSPENSE, provider, size), off(other, provider, size)],
        happened_at=at,
    )
