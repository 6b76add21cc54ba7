"""The two exponents of a currency: ours by ISO 4217, and the one Stripe counts in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.money import Money, currency_codes
from trade_assurance.payments.providers.stripe_rail.amounts import (
    UnchargeableAmount,
    can_be_charged,
    fits,
    from_stripe,
    to_stripe,
)


@pytest.mark.parametrize(
    ("money", "amount"),
    [
        (Money(1_999, "USD"), 1_999),
        (Money(500, "JPY"), 500),
        (Money(500, "KRW"), 500),
        (Money(5_120, "KWD"), 5_120),
        (Money(5, "ISK"), 500),
        (Money(7, "UGX"), 700),
        (Money(300, "MGA"), 3),
        (Money(1, "TND"), 1),
    ],
)
def test_amount_in_the_units_of_stripe(money: Money, amount: int) -> None:
    assert to_stripe(money) == amount
    assert from_stripe(amount, money.currency.lower()) == money


def test_part_of_a_unit_is_no_amount() -> None:
    with pytest.raises(UnchargeableAmount):
        to_stripe(Money(150, "MGA"))
    with pytest.raises(UnchargeableAmount):
        from_stripe(150, "isk")


@given(st.integers(1, 10**9), st.sampled_from(currency_codes()))
def test_what_can_be_charged_comes_back_as_it_was(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    if can_be_charged(money):
        assert fits(money)
        assert to_stripe(money) <= 99_999_999
        assert from_stripe(to_stripe(money), currency.lower()) == money


@pytest.mark.parametrize(
    "money",
    [
        Money(0, "USD"),
        Money(-1, "USD"),
        Money(5_121, "KWD"),
        Money(1_000_000, "ISK"),
        Money(1, "MGA"),
        Money(1, "KPW"),
    ],
)
def test_what_cannot_be_charged(money: Money) -> None:
    assert not can_be_charged(money)


@pytest.mark.parametrize("money", [Money(99_999_999, "USD"), Money(99_999_990, "KWD"), Money(999_999, "ISK")])
def test_the_largest_charge(money: Money) -> None:
    assert can_be_charged(money)
    assert not can_be_charged(Money(money.amount_minor + 10, money.currency))
