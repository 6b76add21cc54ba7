"""A price grid that is being typed: which rows do not fit, what to type instead, what results."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.queries.prices.tier_check import tier_check
from catalog.rules.listing import ListingFacts
from catalog.rules.prices import Tier, quantity_fits, unit_price_for
from catalog.rules.tier_grid import border_prices, grid_problems
from marketplace.core.money import line_amount
from tests.factories.catalog import tiers

FIVE, ONE = Decimal(5), Decimal(1)


@pytest.mark.parametrize(
    ("typed", "row", "mend"),
    [
        (((4, "10"),), 1, "Write 5 as the quantity of this row."),
        (((8, "10"),), 1, "Write 5 as the quantity of this row."),
        (((5, "10"), (5, "9")), 2, "Write more than 5, or put the rows in order."),
        (((5, "10"), (20, "9"), (10, "8")), 3, "Write more than 20, or put the rows in order."),
        (((5, "10"), (20, "10")), 2, "Write less than 10, or empty this row."),
        (((5, "10"), ("20.5", "9")), 2, "Write 20 or 21."),
        (((5, "10"), ("5.5", "9")), 2, "Write 6."),
        (((5, "0"),), 1, ""),
    ],
)
def test_grid_problems_name_the_row_and_how_to_mend_it(
    typed: tuple[tuple[int, str], ...], row: int, mend: str
) -> None:
    found = grid_problems(tiers(*typed), moq=FIVE, multiple=ONE)
    assert [(one.row, one.mend) for one in found] == [(row, mend)]


def test_border_prices_show_both_sides_of_each_border() -> None:
    prices = border_prices(tiers((5, "10"), (20, "9")), moq=FIVE, multiple=ONE, currency="USD")
    assert [
        (str(one.quantity), str(one.unit_price), one.amount.amount_minor, one.is_border) for one in prices
    ] == [
        ("5", "10", 5000, False),
        ("19", "10", 19000, False),
        ("20", "9", 18000, True),
    ]


@given(
    moq=st.integers(1, 9),
    multiple=st.integers(1, 9),
    steps=st.lists(st.integers(1, 50), max_size=5),
)
def test_border_prices_are_of_quantities_that_can_be_ordered_at_the_price_they_cost(
    moq: int, multiple: int, steps: list[int]
) -> None:
    least, step = Decimal(moq * multiple), Decimal(multiple)
    ladder = [Tier(least, Decimal(1000))]
    for number, more in enumerate(steps, 1):
        ladder.append(Tier(ladder[-1].min_quantity + more * step, Decimal(1000 - number)))
    assert grid_problems(ladder, moq=least, multiple=step) == []
    prices = border_prices(ladder, moq=least, multiple=step, currency="JPY")
    for one in prices:
        assert quantity_fits(least, step, one.quantity)
        assert one.amount == line_amount(one.quantity, unit_price_for(ladder, one.quantity), "JPY")
    assert {tier.min_quantity for tier in ladder} <= {one.quantity for one in prices}


def test_tier_check_says_what_is_missing_before_it_can_say_prices() -> None:
    facts = ListingFacts(title="Rice", tiers=tuple(tiers((5, "10"))))
    assert tier_check(facts).hint.startswith("State unit, currency")
    assert tier_check(ListingFacts(title="Rice")).hint == ""
    check = tier_check(facts, half_rows=[2], wrong_rows=[4])
    assert [one.row for one in check.problems] == [2, 4]
    assert check.prices == ()
