"""A rail's own account of our money, read outside any transaction. Writes nothing: the floors above compare it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from marketplace.core.money import Money
from trade_assurance.payments.errors import UnknownProvider
from trade_assurance.payments.guard import forbid_transaction
from trade_assurance.payments.providers.base import (
    MovementType,
    ProviderBalance,
    ProviderMovement,
    Reconciler,
    Unknown,
)
from trade_assurance.payments.providers.registry import reconciler

__all__ = ["MovementType", "ProviderAccount", "ProviderMovement", "Unread", "read_account"]

# A movement may come between reading the balance and reading the lines: then both are read again.
_TRIES: Final = 3
# Lines of this very moment are read too: a rail's clock counts in seconds.
_THIS_MOMENT: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class ProviderAccount:
    """A rail's lines of a time, oldest first, and what it keeps now per currency.

    `balances` is None when it changed each time the lines were read: then it says nothing about them.
    """

    movements: tuple[ProviderMovement, ...]
    balances: Mapping[str, Money] | None


@dataclass(frozen=True, slots=True)
class Unread:
    """The rail did not answer; another time."""

    reason: str


def read_account(*, provider: str, since: datetime, at: datetime) -> ProviderAccount | Unread:
    """Every line of the rail's account from `since` until now, and its balances now.

    Raises `UnknownProvider` for a rail that gives no account, `ProviderCallInTransaction`.
    """
    forbid_transaction()
    rail = reconciler(provider)
    if rail is None:
        raise UnknownProvider
    before = _balances(rail, at)
    lines: list[ProviderMovement] = []
    for _try in range(_TRIES):
        answer = rail.movements(since, at + _THIS_MOMENT)
        if isinstance(answer, Unknown):
            return Unread(answer.reason)
        lines = answer
        after = _balances(rail, at)
        if isinstance(before, Unread) or isinstance(after, Unread):
            return before if isinstance(before, Unread) else Unread("the balance was not given")
        if before == after:
            return ProviderAccount(tuple(lines), after)
        before = after
    return ProviderAccount(tuple(lines), None)


def _balances(rail: Reconciler, at: datetime) -> dict[str, Money] | Unread:
    kept = rail.balance(at)
    return Unread(kept.reason) if isinstance(kept, Unknown) else _added(kept)


def _added(kept: ProviderBalance) -> dict[str, Money]:
    """Usable and on its way together, per currency."""
    sums = dict(kept.available)
    for currency, money in kept.pending.items():
        sums[currency] = sums.get(currency, Money.zero(currency)) + money
    return sums
