"""What a quantity costs, which quantities can be ordered, which tiers make sense."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import (
    QuantityBelowMinimum,
    QuantityNotAMultiple,
    QuantityNotReadable,
    QuantityTooLarge,
    TiersWrong,
)
from catalog.rules import prices
from catalog.rules.prices import Tier, check_tiers, quantity_fits, quantity_problem
from marketplace.core.money import Money
from tests.factories.catalog import tiers

LADDER = tiers((5, "1180"), (25, "1125"), (100, "1068.123456"))


def rows_of(*rows: Tier | None, moq: str | None = "5", multiple: str | None = "1") -> list[int]:
    """The rows that are refused."""
    with pytest.raises(TiersWrong) as refused:
        check_tiers(rows, moq=_number(moq), multiple=_number(multiple))
    return [row for row, _text in refused.value.rows]


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@pytest.mark.parametrize(
    ("quantity", "price"),
    [
        ("1", "1180"),
        ("5", "1180"),
        ("24.999", "1180"),
        ("25", "1125"),
        ("99.999", "1125"),
        ("100", "1068.123456"),
        ("100000", "1068.123456"),
    ],
)
def test_unit_price_steps_exactly_at_each_tier(quantity: str, price: str) -> None:
    assert prices.unit_price_for(LADDER, Decimal(quantity)) == Decimal(price)


def test_unit_price_does_not_depend_on_the_order_of_the_tiers() -> None:
    assert prices.unit_price_for(LADDER[::-1], Decimal(30)) == Decimal(1125)


def test_a_product_without_tiers_cannot_be_priced() -> None:
    with pytest.raises(ValueError, match="without a price tier"):
        prices.unit_price_for((), Decimal(1))


def test_saving_at_the_next_tier_is_said_in_basis_points_of_the_present_price() -> None:
    saving = prices.saving_at_next_tier(LADDER, Decimal(20), "USD")
    assert saving is not None
    assert (saving.more, saving.saves_bps) == (Decimal(5), 466)
    assert saving.amount_now == Money(2_360_000, "USD")
    assert saving.amount_there == Money(2_812_500, "USD")


def test_there_is_no_saving_beyond_the_last_tier() -> None:
    assert prices.saving_at_next_tier(LADDER, Decimal(100), "USD") is None


@pytest.mark.parametrize(
    ("quantity", "refusal"),
    [
        ("NaN", QuantityNotReadable),
        ("Infinity", QuantityNotReadable),
        ("-5", QuantityNotReadable),
        ("0", QuantityNotReadable),
        ("5.0001", QuantityNotReadable),
        ("4.5", QuantityBelowMinimum),
        ("5.2", QuantityNotAMultiple),
        ("100000000000", QuantityTooLarge),
    ],
)
def test_quantity_that_cannot_be_ordered_says_why(quantity: str, refusal: type[Exception]) -> None:
    problem = quantity_problem(Decimal(quantity), moq=Decimal(5), multiple=Decimal("0.5"), unit_code="TNE")
    assert type(problem) is refusal
    assert problem.field == "quantity"


@pytest.mark.parametrize("quantity", ["5", "5.0", "5.5", "5.500", "99999999999.5"])
def test_quantity_that_fits(quantity: str) -> None:
    assert quantity_fits(Decimal(5), Decimal("0.5"), Decimal(quantity))


def test_a_wrong_multiple_names_the_two_quantities_around_it() -> None:
    problem = quantity_problem(Decimal(107), moq=Decimal(50), multiple=Decimal(25), unit_code="KGM")
    assert problem is not None
    assert problem.text.replace("\u00a0", " ") == "This is sold in steps of 25 kg: order 100 or 125 kg."


def test_nearest_quantities_never_go_below_the_first() -> None:
    nearest = prices.nearest_quantities(Decimal(51), moq=Decimal(50), multiple=Decimal(50))
    assert nearest == (Decimal(50), Decimal(100))
    assert prices.first_quantity(moq=Decimal(60), multiple=Decimal(25)) == 75


@given(
    quantity=st.decimals(min_value="0.001", max_value="100000", places=3),
    moq=st.decimals(min_value="0.001", max_value="1000", places=3),
    multiple=st.decimals(min_value="0.001", max_value="100", places=3),
)
def test_the_quantities_proposed_can_really_be_ordered(
    quantity: Decimal, moq: Decimal, multiple: Decimal
) -> None:
    for proposed in prices.nearest_quantities(max(quantity, moq), moq=moq, multiple=multiple):
        assert quantity_fits(moq, multiple, proposed)


def test_good_tiers_come_back_without_the_empty_rows() -> None:
    grid = (LADDER[0], None, LADDER[1], None, None, LADDER[2])
    assert check_tiers(grid, moq=Decimal(5), multiple=Decimal(5)) == list(LADDER)


@pytest.mark.parametrize(
    ("pairs", "wrong"),
    [
        ([(4, "10")], [0]),  # below the minimum order
        ([(6, "10")], [0]),  # a gap between the minimum order and the first price
        ([(5, "10"), (5, "9")], [1]),  # an overlap
        ([(5, "10"), (20, "9"), (10, "8")], [2]),  # quantities fall
        ([(5, "10"), (10, "10")], [1]),  # the price does not fall
        ([(5, "10"), (10, "11")], [1]),  # the price rises
        ([(5, "0")], [0]),
        ([(5, "-1")], [0]),
        ([(5, "0.0000001")], [0]),
        ([("5.0001", "1")], [0]),
        ([(5, "NaN")], [0]),
        ([(5, "Infinity")], [0]),
        ([(5, "10"), ("7.5", "9")], [1]),  # nobody can order 7.5 when steps are 1
        ([(4, "10"), (10, "11"), (9, "12")], [0, 1, 2]),  # each row says what is wrong with itself
    ],
)
def test_tiers_that_contradict_each_other_are_refused_at_their_row(
    pairs: list[tuple[int | str, str]], wrong: list[int]
) -> None:
    assert rows_of(*tiers(*pairs)) == wrong


def test_a_refused_row_is_counted_with_the_empty_ones_before_it() -> None:
    assert rows_of(LADDER[0], None, None, Tier(Decimal(5), Decimal(1))) == [3]


def test_seven_tiers_are_one_too_many() -> None:
    many = tiers(*((number, str(20 - number)) for number in range(5, 12)))
    assert rows_of(*many) == [6]


def test_minimum_must_be_a_whole_number_of_multiples() -> None:
    problem = prices.terms_problem(moq=Decimal(110), multiple=Decimal(25), unit_code="KGM")
    assert problem is not None
    assert problem[0] == "moq"
    assert prices.terms_problem(moq=Decimal(100), multiple=Decimal(25), unit_code="KGM") is None


def test_pieces_are_sold_whole() -> None:
    problem = prices.terms_problem(moq=Decimal(1), multiple=Decimal("0.5"), unit_code="C62")
    assert problem is not None
    assert problem[0] == "order_multiple"


def test_gross_weight_counts_whole_packages_and_net_weight_the_goods() -> None:
    weights = prices.weights_for(
        Decimal(11), units_per_package=Decimal(5), net_weight_kg=Decimal(10), gross_weight_kg=Decimal("10.5")
    )
    assert weights is not None
    assert (weights.packages, weights.net_kg, weights.gross_kg) == (3, Decimal(22), Decimal("23.5"))


def test_weights_are_not_guessed() -> None:
    assert (
        prices.weights_for(Decimal(1), units_per_package=None, net_weight_kg=None, gross_weight_kg=None)
        is None
    )
    weights = prices.weights_for(
        Decimal(7), units_per_package=Decimal(5), net_weight_kg=None, gross_weight_kg=Decimal(6)
    )
    assert weights is not None
    assert (weights.net_kg, weights.gross_kg) == (None, Decimal(12))
