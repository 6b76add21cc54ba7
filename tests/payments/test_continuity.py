"""Statements that follow each other, or do not: pure."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from trade_assurance.payments.bank_files.continuity import TakenStatement, breaks, closing_of


def said(first: int, last: int, opening: int | None, closing: int | None, taken: int = 0) -> TakenStatement:
    """A statement of these days of March 2026; its lines come to its closing."""
    return TakenStatement(
        ref=f"bst_{first}_{last}_{taken}",
        from_on=date(2026, 3, first),
        to_on=date(2026, 3, last),
        opening_minor=opening,
        closing_minor=closing,
        counted_minor=(closing or 0) - (opening or 0),
        taken_at=datetime(2026, 4, 1, taken, tzinfo=UTC),
    )


MOVED = {date(2026, 3, 2): 100, date(2026, 3, 5): 50}


@pytest.mark.parametrize(
    "statements",
    [
        [said(1, 3, 0, 100), said(4, 6, 100, 150)],
        [said(4, 6, 100, 150), said(1, 3, 0, 100)],  # taken in another order
        [said(1, 3, 0, 100), said(6, 6, 100, 100)],  # no statement of days without bookings
        [said(1, 3, 0, 100), said(1, 3, 0, 100, 1), said(4, 6, 100, 150)],  # taken twice
        [said(2, 2, 0, 60), said(2, 2, 60, 100), said(2, 2, 0, 60, 1), said(3, 5, 100, 150)],  # two of a day
        [said(1, 6, 0, 150), said(5, 5, 100, 150), said(7, 8, 150, 150)],  # a month and its days
        [said(1, 3, None, None), said(4, 6, 100, 150)],  # one without balances says nothing
    ],
)
def test_statements_that_follow_each_other_break_nowhere(statements: list[TakenStatement]) -> None:
    assert breaks(statements, MOVED) == []
    assert closing_of(statements, MOVED) == max(row.closing_minor or 0 for row in statements)


def test_days_between_statements_are_named() -> None:
    (gap,) = breaks([said(1, 3, 0, 100), said(6, 8, 130, 150), said(9, 9, 150, 150)], MOVED)
    assert (gap.kind, gap.first_on, gap.last_on) == ("gap", date(2026, 3, 4), date(2026, 3, 5))
    assert (gap.before_minor, gap.after_minor) == (100, 130)


def test_statements_whose_days_touch_break_at_their_border() -> None:
    (gap,) = breaks([said(1, 3, 0, 100), said(4, 6, 99, 150)], MOVED)
    assert (gap.kind, gap.first_on, gap.last_on) == ("gap", date(2026, 3, 3), date(2026, 3, 4))


def test_shared_days_must_begin_with_what_moved_until_then() -> None:
    (found,) = breaks([said(1, 4, 0, 100), said(2, 6, 7, 150)], MOVED)
    assert (found.kind, found.first_on, found.last_on) == ("overlap", date(2026, 3, 2), date(2026, 3, 4))
    assert (found.before_minor, found.after_minor) == (0, 7)
