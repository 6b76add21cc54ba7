"""What waits of a chargeback that was overturned. Must not write."""

from __future__ import annotations

from marketplace.core.money import Money
from trade_assurance.holds.models import ChargebackCase
from trade_assurance.holds.states import CaseState
from trade_assurance.ledger import queries as books
from trade_assurance.ledger.states import AccountKind


def assignable(case: ChargebackCase) -> tuple[Money, Money]:
    """What waits for an officer's word, and what of it the marketplace had borne itself; both zero when nothing does."""
    nothing = Money.zero(case.currency)
    if case.state not in (CaseState.OVERTURNED, CaseState.WON):
        return nothing, nothing
    there = books.balance(AccountKind.SUSPENSE, case.ref, case.currency)
    held = Money(case.from_held_minor + case.from_credit_minor, case.currency)
    if there <= nothing:
        return nothing, nothing
    return (there, nothing) if there <= held else (held, there - held)
