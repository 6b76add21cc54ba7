"""Postings of a trade's story, made through the one operation that books."""

from __future__ import annotations

from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories import AT
from trade_assurance.ledger.operations import EntrySpec, Posting, credit, debit, post
from trade_assurance.ledger.states import AccountKind


def book(*entries: EntrySpec, kind: str = "story", subject: str = "hold_a", key: str = "") -> Posting:
    """One transaction of these entries."""
    return post(kind=kind, subject=subject, key=key or new_key(), entries=list(entries), happened_at=AT)


def fund(hold: str, money: Money, *, key: str = "") -> Posting:
    """The buyer's money comes in and is held."""
    return book(
        debit(AccountKind.PROVIDER_CLEARING, "bank_transfer", money),
        credit(AccountKind.ESCROW, hold, money),
        kind="funded",
        subject=hold,
        key=key,
    )


def release(hold: str, supplier: str, money: Money, commission: Money, *, key: str = "") -> Posting:
    """Held money becomes the supplier's, less the commission."""
    return book(
        debit(AccountKind.ESCROW, hold, money),
        credit(AccountKind.SUPPLIER_PAYABLE, supplier, money - commission),
        credit(AccountKind.COMMISSION, "platform", commission),
        kind="released",
        subject=hold,
        key=key,
    )
