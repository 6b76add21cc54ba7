"""What parts of goods are worth: any sequence of steps adds up to the last minor unit."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.rules.worth import Course, Take, taken_value, thousandths, within_tolerance


def _take(quantity: int, value: int, before: int, after: int) -> Take:
    return Take(Course(0, 0, quantity, value), before, after)


def _freight(amount: int, *values: int) -> Course:
    return Course(0, 0, sum(values), amount)


def test_part_takes_the_same_share_of_the_freight() -> None:
    value = taken_value([_take(30, 100, 0, 10), _take(5, 200, 0, 0)], _freight(99, 100, 200))
    assert (value.goods_minor, value.freight_minor) == (33, 11)


def test_everything_is_the_whole_even_for_free_goods() -> None:
    assert taken_value([_take(3, 0, 0, 3)], _freight(500, 0)).total_minor == 500
    assert taken_value([_take(3, 0, 0, 1)], _freight(500, 0)).total_minor == 0


def test_course_begun_anew_keeps_what_has_gone_and_ends_at_the_new_price() -> None:
    agreed = Course(0, 0, 3, 100)
    cheaper = Course(1, agreed.at(1), 3, 80)
    assert [cheaper.at(part) for part in (1, 2, 3)] == [33, 57, 80]


@pytest.mark.parametrize(
    ("difference", "tolerated"),
    [("1.000", True), ("-1.000", True), ("1.001", False), ("-1.001", False), ("0", True)],
)
def test_tolerance_ends_exactly_at_its_share(difference: str, tolerated: bool) -> None:
    assert within_tolerance(Decimal(difference), Decimal(20), 500) is tolerated


@st.composite
def _histories(draw: st.DrawFn) -> tuple[list[tuple[int, int, list[int]]], int]:
    """Lines as (quantity in thousandths, value, growing taken quantities ending in everything), and a freight."""
    steps = draw(st.integers(1, 5))
    lines = []
    for _ in range(draw(st.integers(1, 4))):
        quantity = draw(st.integers(1, 10**9))
        cuts = sorted(draw(st.lists(st.integers(0, quantity), min_size=steps - 1, max_size=steps - 1)))
        lines.append((quantity, draw(st.integers(0, 10**11)), [*cuts, quantity]))
    return lines, draw(st.integers(0, 10**11))


@given(_histories())
def test_any_steps_add_up_to_the_whole(history: tuple[list[tuple[int, int, list[int]]], int]) -> None:
    lines, freight = history
    course = _freight(freight, *[value for _quantity, value, _cuts in lines])
    goods_sum = freight_sum = 0
    before = [0] * len(lines)
    for step in range(len(lines[0][2])):
        takes = [
            _take(quantity, value, before[i], cuts[step]) for i, (quantity, value, cuts) in enumerate(lines)
        ]
        part = taken_value(takes, course)
        assert part.goods_minor >= 0
        assert part.freight_minor >= 0
        goods_sum, freight_sum = goods_sum + part.goods_minor, freight_sum + part.freight_minor
        before = [cuts[step] for _quantity, _value, cuts in lines]
    assert goods_sum == sum(value for _quantity, value, _cuts in lines)
    assert freight_sum == freight


def test_thousandths_of_a_quantity_are_whole() -> None:
    assert thousandths(Decimal("12.345")) == 12_345
