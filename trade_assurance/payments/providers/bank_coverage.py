"""How far the bank's statements reach, whether they follow each other, and what the bank keeps by them. Writes nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet, Sum
from django.db.models.functions import Coalesce

from trade_assurance.payments.bank_files.continuity import (
    Break,
    TakenStatement,
    breaks,
    closing_of,
    unrepeated,
)
from trade_assurance.payments.models import (
    BankAccount,
    BankStatement,
    BankStatementLine,
    BankStatementLineTransition,
)
from trade_assurance.payments.states import LINE_NOT_TAKEN, StatementState


@dataclass(frozen=True, slots=True)
class AccountCoverage:
    """One account of ours by its taken statements; `from_on` and `to_on` are None before the first.

    `closing_minor` is what the bank keeps by them; `says_balances` is False where only lines were ever read.
    """

    ref: str
    label: str
    currency: str
    from_on: date | None
    to_on: date | None
    says_balances: bool
    closing_minor: int
    breaks: tuple[Break, ...]
    not_adding_up: tuple[TakenStatement, ...]


@dataclass(frozen=True, slots=True)
class StatementClosing:
    """What statements that end on a day say of it; `closing_minor` is None for a file without balances."""

    statement_ref: str
    account: str
    closing_minor: int | None


def bank_coverage() -> tuple[AccountCoverage, ...]:
    """Every account of ours, by currency; three statements."""
    taken: dict[int, list[TakenStatement]] = defaultdict(list)
    for row in _taken():
        taken[row.account_id].append(_as_taken(row))
    moved: dict[int, dict[date, int]] = defaultdict(dict)
    lines = BankStatementLine.objects.exclude(state__in=LINE_NOT_TAKEN).values_list("account_id", "booked_on")
    for account_id, day, total in lines.annotate(total=Sum("amount_minor")).order_by():
        moved[account_id][day] = int(total)
    return tuple(
        _coverage(account, taken[account.pk], moved[account.pk])
        for account in BankAccount.objects.order_by("currency", "pk")
    )


def lines_touched_since(moment: datetime) -> frozenset[str]:
    """Lines that were taken or explained since then: our books may hear of it a moment later."""
    steps = BankStatementLineTransition.objects.filter(at__gt=moment)
    return frozenset(steps.values_list("line__ref", flat=True))


def closings_on(currency: str, day: date) -> tuple[StatementClosing, ...]:
    """What the taken statements that end on this day say of it, one per file."""
    rows = _taken().filter(account__currency=currency, to_on=day).select_related("account")
    return tuple(
        StatementClosing(row.ref, account_label(row.account), row.closing_minor)
        for row in rows.order_by("pk")
    )


def account_label(account: BankAccount) -> str:
    """An account as officers know it."""
    return f"{account.bank_name} …{account.account_number[-4:]} {account.currency}"


def _taken() -> QuerySet[Any]:
    rows = BankStatement.objects.filter(
        state=StatementState.TAKEN, from_on__isnull=False, to_on__isnull=False
    )
    return rows.annotate(counted=Coalesce(Sum("lines__amount_minor"), 0))


def _as_taken(row: Any) -> TakenStatement:
    return TakenStatement(
        ref=row.ref,
        from_on=row.from_on,
        to_on=row.to_on,
        opening_minor=row.opening_minor,
        closing_minor=row.closing_minor,
        counted_minor=int(row.counted),
        taken_at=row.taken_at,
    )


def _coverage(account: BankAccount, taken: list[TakenStatement], moved: dict[date, int]) -> AccountCoverage:
    once = unrepeated(taken)
    return AccountCoverage(
        ref=account.ref,
        label=account_label(account),
        currency=account.currency,
        from_on=min((row.from_on for row in once), default=None),
        to_on=max((row.to_on for row in once), default=None),
        says_balances=any(row.closing_minor is not None for row in once),
        closing_minor=closing_of(once, moved),
        breaks=tuple(breaks(once, moved)),
        not_adding_up=tuple(row for row in once if not row.adds_up),
    )
