"""A chargeback of a payment of which a part was kept as the buyer's credit: the buyer's own money answers for it first.

Runs in the chargeback's transaction. Lock order: Order → Hold → case → Credit → supplier's account → ledger accounts.
"""

from __future__ import annotations

from marketplace.core.money import Money
from trade_assurance.holds.models import ChargebackCase, Credit
from trade_assurance.holds.rules import oldest_first
from trade_assurance.ledger.operations import EntrySpec, debit
from trade_assurance.ledger.states import AccountKind


def kept_as_credit(case: ChargebackCase) -> int:
    """What of the payment is still the buyer's credit, locked: nothing spends it while the case is open."""
    return sum(row.left.amount_minor for row in _rows(case))


def take_credit(case: ChargebackCase, amount_minor: int) -> tuple[int, list[EntrySpec]]:
    """Take up to `amount_minor` out of what the payment left as credit: how much, and the entries for the caller's posting."""
    rows = _rows(case)
    parts = oldest_first(amount_minor, [row.left.amount_minor for row in rows])
    entries: list[EntrySpec] = []
    for row, part in zip(rows, parts, strict=True):
        if not part:
            continue
        row.taken_minor += part
        row.save(update_fields=["taken_minor"])
        entries.append(debit(AccountKind.BUYER_CREDIT, row.company.ref, Money(part, row.currency)))
    return sum(parts), entries


def _rows(case: ChargebackCase) -> list[Credit]:
    rows = Credit.objects.with_something_left().filter(payment_ref=case.payment_ref, currency=case.currency)
    return list(rows.select_related("company").lock())
