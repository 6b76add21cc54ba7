"""Payment schedules: shares that always sum to the total, in an order that no balance can slip through."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.errors import DomainError
from marketplace.core.money import Money, exponent
from orders.errors import (
    MissingText,
    ScheduleBeginsWithoutMoney,
    ScheduleDateWrong,
    ScheduleNotWhole,
    ScheduleTooFine,
    ScheduleTooLong,
)
from orders.rules.schedule import (
    WHOLE_ORDER,
    ScheduledMilestone,
    amounts_of,
    as_data,
    checked_schedule,
    from_data,
)
from tests.factories.orders import DEPOSIT_BALANCE

SHIP_BY = date(2026, 4, 15)


def a_share(
    share_bps: int, fund_on: str = "before_shipment", on: date | None = None, title: str = "Part"
) -> ScheduledMilestone:
    return ScheduledMilestone(title, share_bps, fund_on, on, "acceptance")


@st.composite
def shares(draw: st.DrawFn) -> list[int]:
    """One to six shares in basis points that make the whole."""
    cuts = sorted(draw(st.sets(st.integers(1, 9_999), max_size=5)))
    edges = [0, *cuts, 10_000]
    return [after - before for before, after in pairwise(edges)]


@given(
    total=st.integers(1, 10**12 - 1), parts=shares(), currency=st.sampled_from(["USD", "JPY", "KWD", "CLF"])
)
def test_amounts_of_any_total_and_shares_sum_to_the_total_in_every_currency(
    total: int, parts: list[int], currency: str
) -> None:
    try:
        amounts = amounts_of(total, parts)
    except ScheduleTooFine:
        assert any(total * share < 10_000 for share in parts)
        return
    assert sum(amounts) == total
    assert all(amount > 0 for amount in amounts)
    assert all(
        abs(amount * 10_000 - total * share) < 10_000 for amount, share in zip(amounts, parts, strict=True)
    )
    whole = sum(
        (Money(amount, currency).as_decimal() for amount in amounts), start=Money.zero(currency).as_decimal()
    )
    assert whole == Money(total, currency).as_decimal()
    assert whole.as_tuple().exponent == -exponent(currency)


@pytest.mark.parametrize(
    ("total", "expected"),
    [(2_360_000, [708_000, 1_652_000]), (101, [30, 71]), (5, [2, 3]), (12_345, [3_704, 8_641])],
)
def test_amounts_of_deposit_and_balance_are_known(total: int, expected: list[int]) -> None:
    assert amounts_of(total, [3_000, 7_000]) == expected


def test_amounts_of_a_total_too_small_are_refused() -> None:
    with pytest.raises(ScheduleTooFine):
        amounts_of(1, [3_000, 7_000])


@pytest.mark.parametrize(
    ("milestones", "error"),
    [
        ([], ScheduleTooLong),
        ([a_share(1_000, "confirmation")] * 7, ScheduleTooLong),
        ([a_share(3_000, "confirmation"), a_share(6_999)], ScheduleNotWhole),
        ([a_share(3_000, "confirmation"), a_share(7_001)], ScheduleNotWhole),
        ([a_share(10_000, "confirmation"), a_share(0)], ScheduleNotWhole),
        ([a_share(11_000, "confirmation"), a_share(-1_000)], ScheduleNotWhole),
        ([a_share(10_000)], ScheduleBeginsWithoutMoney),
        ([a_share(10_000, "date", SHIP_BY)], ScheduleBeginsWithoutMoney),
        ([a_share(5_000, "confirmation"), a_share(5_000, "date")], ScheduleDateWrong),
        ([a_share(5_000, "confirmation"), a_share(5_000, "date", date(2026, 4, 16))], ScheduleDateWrong),
        ([a_share(5_000, "confirmation", SHIP_BY), a_share(5_000)], ScheduleDateWrong),
        ([a_share(3_000, "confirmation"), a_share(3_000), a_share(4_000, "confirmation")], ScheduleDateWrong),
        (
            [
                a_share(3_000, "confirmation"),
                a_share(3_000, "date", SHIP_BY),
                a_share(4_000, "date", date(2026, 4, 1)),
            ],
            ScheduleDateWrong,
        ),
        ([a_share(10_000, "confirmation", title=" ")], MissingText),
    ],
)
def test_checked_schedule_of_what_is_none_is_refused(
    milestones: list[ScheduledMilestone], error: type[DomainError]
) -> None:
    with pytest.raises(error):
        checked_schedule(milestones, ship_by=SHIP_BY)


def test_checked_schedule_of_six_payments_is_taken_and_stored_exactly() -> None:
    six = [
        a_share(1_000, "confirmation"),
        a_share(1_000, "confirmation"),
        a_share(2_000, "date", date(2026, 4, 1)),
        a_share(2_000, "date", SHIP_BY),
        a_share(3_999),
        a_share(1),
    ]
    assert from_data(as_data(checked_schedule(six, ship_by=SHIP_BY))) == six
    assert from_data(as_data(DEPOSIT_BALANCE)) == list(DEPOSIT_BALANCE)


def test_schedule_of_terms_version_1_is_still_read() -> None:
    old = [
        {
            "position": 1,
            "share_bps": 10_000,
            "amount_minor": 5,
            "fund_on": "confirmation",
            "release_on": "acceptance",
        }
    ]
    assert from_data(old) == list(WHOLE_ORDER)
