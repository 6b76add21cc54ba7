"""Days of a rail on both sides: opening + moved = closing, added up anew from the first day that has news."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import TruncDate

from trade_assurance.holds.models import BookedMovement, ProviderMovementRow, ReconciliationDay


@dataclass(slots=True)
class _Side:
    """What one side had before the first day, and moved on each day, per currency."""

    before: dict[str, int]
    moved: dict[tuple[str, date], int]


def add_up_days(*, provider: str, since: date, at: datetime) -> None:
    """Write every day from `since` until today, for each currency that either side has a line in."""
    today = at.astimezone(UTC).date()
    first = min(since, today)
    theirs = _side(
        ProviderMovementRow.objects.filter(provider=provider), F("amount_minor") - F("fee_minor"), first
    )
    ours = _side(BookedMovement.objects.filter(provider=provider), F("amount_minor"), first)
    rows = []
    for currency in sorted(
        set(theirs.before) | set(ours.before) | {c for c, _ in (*theirs.moved, *ours.moved)}
    ):
        their_opening, our_opening = theirs.before.get(currency, 0), ours.before.get(currency, 0)
        for day in (first + timedelta(days=number) for number in range((today - first).days + 1)):
            their_move, our_move = theirs.moved.get((currency, day), 0), ours.moved.get((currency, day), 0)
            nothing_yet = not (their_opening or our_opening or their_move or our_move)
            if not nothing_yet:
                rows.append(
                    ReconciliationDay(
                        provider=provider,
                        currency=currency,
                        day=day,
                        provider_opening_minor=their_opening,
                        provider_moved_minor=their_move,
                        provider_closing_minor=their_opening + their_move,
                        books_opening_minor=our_opening,
                        books_moved_minor=our_move,
                        books_closing_minor=our_opening + our_move,
                        reconciled_at=at,
                    )
                )
            their_opening, our_opening = their_opening + their_move, our_opening + our_move
    ReconciliationDay.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["provider", "currency", "day"],
        update_fields=[
            "provider_opening_minor",
            "provider_moved_minor",
            "provider_closing_minor",
            "books_opening_minor",
            "books_moved_minor",
            "books_closing_minor",
            "reconciled_at",
        ],
    )


def _side(rows: QuerySet[Any], amount: Any, first: date) -> _Side:
    midnight = datetime.combine(first, time.min, tzinfo=UTC)
    before = rows.filter(at__lt=midnight).values("currency").annotate(total=Sum(amount))
    moved = (
        rows.filter(at__gte=midnight)
        .annotate(day=TruncDate("at", tzinfo=UTC))
        .values("currency", "day")
        .annotate(total=Sum(amount))
    )
    sums: dict[tuple[str, date], int] = defaultdict(int)
    for row in moved:
        sums[row["currency"], row["day"]] += int(row["total"])
    return _Side({row["currency"]: int(row["total"]) for row in before}, sums)
