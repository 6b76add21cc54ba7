"""Money: integers, currencies of zero, two and three decimals, and splits that add up."""

import operator
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.errors import CurrencyMismatch, Rejected
from marketplace.core.money import (
    Money,
    currency_codes,
    exponent,
    line_amount,
    share_half_up,
    split_minor,
    sum_money,
)

amounts = st.integers(min_value=-(10**15), max_value=10**15)


@pytest.mark.parametrize(
    ("currency", "decimals"),
    [("USD", 2), ("EUR", 2), ("JPY", 0), ("KRW", 0), ("VND", 0), ("CLP", 0), ("ISK", 0)]
    + [(code, 3) for code in ("KWD", "BHD", "OMR", "JOD", "TND")],
)
def test_exponent_follows_iso_4217(currency: str, decimals: int) -> None:
    assert exponent(currency) == decimals


@pytest.mark.parametrize("code", ["XXX", "usd", "", "XAU", "EURO", "ZZZ"])
def test_exponent_of_what_is_no_currency_is_refused(code: str) -> None:
    with pytest.raises(Rejected):
        exponent(code)


def test_currency_codes_are_many_and_sorted() -> None:
    codes = currency_codes()
    assert {"USD", "INR", "CNY", "ARS", "TRY", "GHS", "MAD", "ETB"} <= set(codes)
    assert list(codes) == sorted(codes)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("12.34", "USD", 1234),
        ("1234", "JPY", 1234),
        ("1.234", "KWD", 1234),
        ("-0.01", "USD", -1),
        ("1E+3", "JPY", 1000),
    ],
)
def test_from_decimal_counts_minor_units(amount: str, currency: str, minor: int) -> None:
    assert Money.from_decimal(Decimal(amount), currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("0.001", "USD"), ("0.5", "JPY"), ("1.0001", "KWD"), ("NaN", "USD"), ("Infinity", "USD")],
)
def test_from_decimal_refuses_what_is_finer_or_no_number(amount: str, currency: str) -> None:
    with pytest.raises(Rejected):
        Money.from_decimal(Decimal(amount), currency)


@pytest.mark.parametrize("minor", [1.0, True, "1", None, Decimal(1)])
def test_minor_units_are_whole_numbers_only(minor: object) -> None:
    with pytest.raises(TypeError):
        Money(minor, "USD")  # type: ignore[arg-type]


@pytest.mark.parametrize("operation", [operator.truediv, operator.mul, operator.floordiv, operator.mod])
def test_there_is_no_division_or_multiplication(operation: Callable[[object, object], object]) -> None:
    with pytest.raises(TypeError):
        operation(Money(1000, "USD"), 3)


def test_the_truth_of_an_amount_is_not_asked() -> None:
    with pytest.raises(TypeError):
        bool(Money(1000, "USD"))


@pytest.mark.parametrize("operation", [operator.add, operator.sub, operator.lt, operator.ge])
def test_currencies_do_not_mix(operation: Callable[[object, object], object]) -> None:
    with pytest.raises(CurrencyMismatch):
        operation(Money(1, "USD"), Money(1, "JPY"))
    assert Money(1, "USD") != Money(1, "JPY")


@pytest.mark.parametrize(
    ("minor", "bps", "share"),
    [(1000, 300, 30), (50, 100, 1), (49, 100, 0), (-50, 100, -1), (101, 10_000, 101), (5, 0, 0)],
)
def test_share_rounds_half_away_from_zero(minor: int, bps: int, share: int) -> None:
    assert share_half_up(minor, bps) == share


def test_share_of_a_negative_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        share_half_up(100, -1)


@given(amounts, st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=20).filter(any))
def test_split_adds_up_and_differs_from_exact_by_less_than_one(amount: int, weights: list[int]) -> None:
    parts = split_minor(amount, weights)
    assert sum(parts) == amount
    total = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * total - amount * weight) < total


@given(st.integers(min_value=0, max_value=10**12), st.integers(min_value=0, max_value=10_000))
def test_share_and_rest_are_the_whole(amount: int, bps: int) -> None:
    commission = share_half_up(amount, bps)
    assert 0 <= commission <= amount
    assert abs(commission * 10_000 - amount * bps) <= 5_000


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [-1]])
def test_split_without_weights_is_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split_minor(100, weights)


def test_split_gives_the_odd_cent_to_the_first_of_equals() -> None:
    assert Money(100, "USD").split([1, 1, 1]) == [Money(34, "USD"), Money(33, "USD"), Money(33, "USD")]


@pytest.mark.parametrize(
    ("quantity", "price", "currency", "discount", "minor"),
    [
        ("12", "14.00", "USD", 0, 16800),
        ("3", "0.0425", "USD", 0, 13),  # 0.1275 rounds once, half up
        ("1", "0.005", "USD", 0, 1),
        ("20", "17.45", "USD", 1500, 29665),
        ("7", "2.5", "JPY", 0, 18),
        ("1.5", "0.333", "KWD", 0, 500),
        ("1", "100", "USD", 10_000, 0),
    ],
)
def test_line_amount_rounds_once_half_up(
    quantity: str, price: str, currency: str, discount: int, minor: int
) -> None:
    assert line_amount(Decimal(quantity), Decimal(price), currency, discount_bps=discount) == Money(
        minor, currency
    )


def test_line_amount_refuses_a_discount_over_the_whole() -> None:
    with pytest.raises(Rejected):
        line_amount(Decimal(1), Decimal(1), "USD", discount_bps=10_001)


def test_sum_money_of_none_is_zero_and_refuses_strangers() -> None:
    assert sum_money([], "USD") == Money.zero("USD")
    with pytest.raises(CurrencyMismatch):
        sum_money([Money(1, "USD"), Money(1, "EUR")], "USD")
