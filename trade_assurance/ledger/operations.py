"""Book movements. The only writers of the books; everything else is PostgreSQL's (migration 0002)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import Min

from .errors import BalanceTooLow, PostingKeyReused, PostingRefused
from .models import KEY_LENGTH, SUBJECT_LENGTH, DayRoot, Transaction
from .rules import AccountSpec, EntrySpec, checked, credit, debit
from .states import ACCOUNT_RULES

__all__ = [
    "AccountSpec",
    "EntrySpec",
    "Posting",
    "PostingSpec",
    "credit",
    "debit",
    "post",
    "post_many",
    "seal_days",
    "take_snapshots",
]

_POST = """
    SELECT transaction_id, created FROM ta_ledger_post(
        %s, %s, %s, %s, %s, %s::text[], %s::text[], %s::text[], %s::boolean[], %s::bigint[], %s::bigint[])
"""
_POST_MANY = """
    SELECT ta_ledger_post_many(%s::text[], %s::text[], %s::text[], %s, %s::integer[], %s::text[], %s::text[],
                               %s::text[], %s::boolean[], %s::bigint[], %s::bigint[])
"""
_BALANCE_CHECK = "ledger_balance_not_below_minimum"
_KEY_REUSED = "TA001"
# Unbalanced, append-only, malformed; a second reversal of one transaction.
_REFUSED = frozenset({"TA002", "TA003", "TA004", "23505"})


@dataclass(frozen=True, slots=True)
class Posting:
    """A booked transaction; `created` is False when the key had been booked before with the same contents."""

    id: int
    created: bool


@dataclass(frozen=True, slots=True)
class PostingSpec:
    """One transaction of many that are booked together."""

    kind: str
    subject: str
    key: str
    entries: Sequence[EntrySpec]


def post(
    *,
    kind: str,
    subject: str,
    key: str,
    entries: Sequence[EntrySpec],
    happened_at: datetime,
    reverses: int | None = None,
) -> Posting:
    """Book one balanced transaction: one call of one SQL function, one round trip.

    Missing accounts are made, tracked ones locked in id order until the caller's transaction ends. The same
    `key` with the same contents returns the first booking and moves nothing.
    Raises `PostingKeyReused` (same key, other contents), `BalanceTooLow` (an account that may not be negative
    would be), `PostingRefused` (not a posting). After a refusal by PostgreSQL the surrounding transaction can
    only be rolled back.
    """
    _demand_names(kind, subject, key)
    moving = checked(entries)
    rules = [ACCOUNT_RULES[entry.account.kind] for entry in moving]
    arguments: Any = [
        kind,
        subject,
        key,
        happened_at,
        reverses,
        [str(entry.account.kind) for entry in moving],
        [entry.account.owner for entry in moving],
        [entry.account.currency for entry in moving],
        [rule.tracks_balance for rule in rules],
        [rule.minimum for rule in rules],
        [entry.amount_minor for entry in moving],
    ]
    try:
        with connection.cursor() as cursor:
            cursor.execute(_POST, arguments)
            transaction_id, created = cursor.fetchone()
    except DatabaseError as error:
        raise _translated(error) from error
    return Posting(id=transaction_id, created=created)


def post_many(postings: Sequence[PostingSpec], *, happened_at: datetime) -> None:
    """Book many balanced transactions by one call: the rows that as many calls of `post` leave, all of them or none.

    A key that is booked already is refused. Raises what `post` raises.
    """
    if not postings:
        return
    moving: list[tuple[int, EntrySpec]] = []
    for place, posting in enumerate(postings, start=1):
        _demand_names(posting.kind, posting.subject, posting.key)
        moving += [(place, entry) for entry in checked(posting.entries)]
    rules = [ACCOUNT_RULES[entry.account.kind] for _, entry in moving]
    arguments: Any = [
        [posting.kind for posting in postings],
        [posting.subject for posting in postings],
        [posting.key for posting in postings],
        happened_at,
        [place for place, _ in moving],
        [str(entry.account.kind) for _, entry in moving],
        [entry.account.owner for _, entry in moving],
        [entry.account.currency for _, entry in moving],
        [rule.tracks_balance for rule in rules],
        [rule.minimum for rule in rules],
        [entry.amount_minor for _, entry in moving],
    ]
    try:
        with connection.cursor() as cursor:
            cursor.execute(_POST_MANY, arguments)
    except DatabaseError as error:
        raise _translated(error) from error


def take_snapshots(*, at: datetime) -> int:
    """Move the snapshots of hot accounts forward, so that their balances stay quick to derive; how many moved."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ta_ledger_take_snapshots(%s)", [at])
        (moved,) = cursor.fetchone()
    return int(moved)


def seal_days(*, at: datetime) -> list[date]:
    """Seal every day (UTC) that is over at `at` and not sealed yet, from the first booking on; which were sealed.

    Each day in a transaction of its own. Posting is not touched: nothing waits for it and it waits for nothing.
    """
    sealed: list[date] = []
    day = _first_unsealed()
    while day is not None and day < at.astimezone(UTC).date():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT ta_ledger_seal_day(%s, %s)", [day, at])
            if cursor.fetchone()[0]:
                sealed.append(day)
        day += timedelta(days=1)
    return sealed


def _demand_names(kind: str, subject: str, key: str) -> None:
    if not kind or not 0 < len(subject) <= SUBJECT_LENGTH or not 0 < len(key) <= KEY_LENGTH:
        raise PostingRefused(why="its kind, subject and key must be named, and not too long")


def _first_unsealed() -> date | None:
    """The day after the last sealed one, or that of the first booking; None while nothing is booked."""
    last = DayRoot.objects.order_by("-day").values_list("day", flat=True).first()
    if last is not None:
        return last + timedelta(days=1)
    first = Transaction.objects.aggregate(first=Min("booked_at"))["first"]
    return first.astimezone(UTC).date() if first else None


def _translated(error: DatabaseError) -> Exception:
    cause = error.__cause__
    state = getattr(cause, "pgcode", None) or ""
    constraint = getattr(getattr(cause, "diag", None), "constraint_name", None)
    if constraint == _BALANCE_CHECK:
        return BalanceTooLow()
    if state == _KEY_REUSED:
        return PostingKeyReused()
    if state in _REFUSED:
        return PostingRefused(why=str(cause).splitlines()[0])
    return error
