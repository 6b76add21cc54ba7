"""Numbers as people type them, and as fields show them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from marketplace.core.forms import MoneyAmountField, QuantityField
from marketplace.core.typed_numbers import editable_price, typed_decimal


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("2150", "2150"),
        ("2150.5", "2150.5"),
        ("2150,50", "2150.50"),
        ("2,150.50", "2150.50"),
        ("2.150,50", "2150.50"),
        ("2 150,5", "2150.5"),
        ("2\u202f150", "2150"),
        ("1'234'567", "1234567"),
        ("1.234.567", "1234567"),
        ("12,34,567", "1234567"),
        ("2,150", "2150"),  # as our pages write thousands
        ("2.150", "2.150"),  # and decimals
        ("0,125", "0.125"),
        ("1234,567", "1234.567"),
        ("6,4", "6.4"),
        ("-3", "-3"),
        ("٢١٥٠٫٥", "2150.5"),
        ("２１５０", "2150"),
        (".5", "0.5"),
        ("5,", "5"),
    ],
)
def test_a_number_is_read_as_it_is_meant(typed: str, number: str) -> None:
    assert typed_decimal(typed) == Decimal(number)


@pytest.mark.parametrize(
    "typed", ["", ".", "1e5", "NaN", "USD 5", "5 t", "1,2,3", "1.2.345", "1,23.4,5", "--1", "0x10", "9" * 80]
)
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        typed_decimal(typed)


def test_fields_of_quantities_and_money_take_a_comma_and_show_as_many_decimals_as_there_are() -> None:
    assert QuantityField().clean("2,5") == Decimal("2.5")
    money = MoneyAmountField(currency="EUR").clean("1.234,50")
    assert money is not None
    assert money.amount_minor == 123_450
    with pytest.raises(ValidationError):
        MoneyAmountField(currency="EUR").clean("12,345 EUR")
    prices = [(Decimal("6.400000"), "USD"), (Decimal("0.0425"), "USD"), (Decimal(640), "JPY"), (None, "USD")]
    assert [editable_price(*one) for one in prices] == ["6.40", "0.0425", "640", ""]
    assert editable_price(Decimal("1.5"), "KWD") == "1.500"
    assert editable_price(Decimal("1150.5"), "") == "1150.5"
