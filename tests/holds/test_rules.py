"""The arithmetic of held money: parts bear exactly the whole's commission, refunds go the way they came."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.money import share_half_up
from trade_assurance.holds.rules import (
    Funded,
    days_after,
    draw_refund,
    end_of_day,
    intake_of,
    release_of,
)

amounts = st.integers(min_value=0, max_value=10**13)
currencies = st.sampled_from(["USD", "JPY", "KWD"])


@given(st.lists(st.integers(min_value=1, max_value=10**12), min_size=1, max_size=12), st.integers(0, 10_000))
def test_releases_in_parts_bear_exactly_the_commission_of_the_whole(parts: list[int], bps: int) -> None:
    released = commission = supplier = 0
    for part in parts:
        step = release_of(
            part, released_before_minor=released, commission_before_minor=commission, commission_bps=bps
        )
        assert 0 <= step.commission_minor <= step.amount_minor
        released += part
        commission += step.commission_minor
        supplier += step.to_supplier_minor
    assert commission == share_half_up(sum(parts), bps)
    assert supplier + commission == sum(parts)


def test_commission_is_rounded_half_up() -> None:
    assert (
        release_of(
            50, released_before_minor=0, commission_before_minor=0, commission_bps=300
        ).commission_minor
        == 2
    )
    assert (
        release_of(
            49, released_before_minor=0, commission_before_minor=0, commission_bps=300
        ).commission_minor
        == 1
    )


def test_negative_release_is_impossible() -> None:
    with pytest.raises(ValueError, match="not negative"):
        release_of(-1, released_before_minor=0, commission_before_minor=0, commission_bps=0)


@st.composite
def paid_in(draw: st.DrawFn) -> tuple[list[Funded], int]:
    fundings = []
    for number in range(draw(st.integers(1, 6))):
        amount = draw(st.integers(1, 10**9))
        fundings.append(Funded(f"pay_{number}", amount, draw(st.integers(0, amount))))
    return fundings, draw(st.integers(0, sum(funding.left_minor for funding in fundings)))


@given(paid_in())
def test_refunds_never_take_more_of_a_payment_than_is_left(case: tuple[list[Funded], int]) -> None:
    fundings, amount = case
    left = {funding.payment_ref: funding.left_minor for funding in fundings}
    parts = draw_refund(fundings, amount)
    assert sum(part for _ref, part in parts) == amount
    assert all(0 < part <= left[ref] for ref, part in parts)
    assert len({ref for ref, _part in parts}) == len(parts)


def test_more_than_was_paid_in_cannot_be_refunded() -> None:
    with pytest.raises(ValueError, match="more is to be refunded"):
        draw_refund([Funded("pay_a", 10, 4)], 7)


@given(amounts, amounts, amounts, st.booleans())
def test_what_arrives_is_taken_or_goes_back(arrived: int, due: int, funded: int, waits: bool) -> None:
    intake = intake_of(arrived, due_minor=max(due, funded), funded_minor=funded, open_for_funds=waits)
    assert intake.taken_minor + intake.excess_minor == arrived
    assert 0 <= intake.taken_minor <= max(due, funded) - funded
    assert waits or intake.taken_minor == 0


def test_a_day_ends_when_the_next_begins() -> None:
    assert end_of_day(date(2026, 12, 31)) == datetime(2027, 1, 1, tzinfo=UTC)
    assert days_after(date(2026, 4, 15), 14) == datetime(2026, 4, 30, tzinfo=UTC)
