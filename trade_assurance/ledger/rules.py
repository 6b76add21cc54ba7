"""What a posting is made of, and what is checked before it is sent. Pure: no database, no clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.core.money import MAXIMUM_MINOR, Money

from .errors import PostingRefused
from .states import ACCOUNT_RULES, AccountKind


@dataclass(frozen=True, slots=True, order=True)
class AccountSpec:
    """Which account: its kind, whose it is (opaque text) and its currency. It is made when first booked on."""

    kind: str
    owner: str
    currency: str


@dataclass(frozen=True, slots=True, order=True)
class EntrySpec:
    """One side of a posting; `amount_minor` is credit positive and never zero."""

    account: AccountSpec
    amount_minor: int


def credit(kind: AccountKind, owner: str, money: Money) -> EntrySpec:
    """Add to what the platform owes there (or lower what it is owed)."""
    return EntrySpec(AccountSpec(kind, owner, money.currency), money.amount_minor)


def debit(kind: AccountKind, owner: str, money: Money) -> EntrySpec:
    """Take from what the platform owes there (or raise what it is owed)."""
    return EntrySpec(AccountSpec(kind, owner, money.currency), -money.amount_minor)


def checked(entries: Sequence[EntrySpec]) -> list[EntrySpec]:
    """The entries in one stable order, without those of zero (a commission of nothing moves nothing).

    Raises `PostingRefused` for fewer than two, an unknown kind, an impossible amount, or a sum that is not zero.
    """
    moving = sorted(entry for entry in entries if entry.amount_minor != 0)
    if len(moving) < 2:
        raise PostingRefused(why="it has fewer than two entries")
    sums: Counter[str] = Counter()
    for entry in moving:
        if entry.account.kind not in ACCOUNT_RULES or not entry.account.owner:
            raise PostingRefused(why=f"there is no such account: {entry.account}")
        if abs(entry.amount_minor) > MAXIMUM_MINOR:
            raise PostingRefused(why="an amount is beyond what one movement may carry")
        sums[entry.account.currency] += entry.amount_minor
    unbalanced = sorted(currency for currency, total in sums.items() if total)
    if unbalanced:
        raise PostingRefused(why=f"it does not sum to zero in {', '.join(unbalanced)}")
    return moving
