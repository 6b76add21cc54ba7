"""One formatter each for amounts, dates, quantities and shares."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from django.conf import settings
from django.utils import timezone, translation

from marketplace.core import formatting
from marketplace.core.countries import reader_locale
from marketplace.core.money import Money
from marketplace.core.units import UNITS, unit_symbol


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (3043500, "USD", "30,435.00 USD"),
        (1234, "JPY", "1,234 JPY"),
        (1234567, "KWD", "1,234.567 KWD"),
        (-5, "USD", "-0.05 USD"),
    ],
)
def test_money_shows_the_currencys_decimals(minor: int, currency: str, text: str) -> None:
    assert formatting.format_money(Money(minor, currency)).replace("\u00a0", " ") == text


def test_money_follows_the_readers_locale() -> None:
    with translation.override("es"):
        assert formatting.format_money(Money(3043500, "EUR")).replace("\u00a0", " ") == "30.435,00 EUR"


@pytest.mark.parametrize(
    ("price", "text"),
    [("0.0425", "0.0425 USD"), ("12", "12.00 USD"), ("1.5", "1.50 USD"), ("1.234567", "1.234567 USD")],
)
def test_unit_price_may_be_finer_than_a_cent(price: str, text: str) -> None:
    assert formatting.format_unit_price(Decimal(price), "USD").replace("\u00a0", " ") == text


@pytest.mark.parametrize(
    ("quantity", "unit", "text"),
    [
        ("150.000", "TNE", "150 t"),
        ("1", "CT", "1 carton"),
        ("20", "CT", "20 cartons"),
        ("12.5", "MTQ", "12.5 m³"),
    ],
)
def test_quantity_has_its_unit(quantity: str, unit: str, text: str) -> None:
    assert formatting.format_quantity(Decimal(quantity), unit).replace("\u00a0", " ") == text


def test_every_unit_has_a_symbol() -> None:
    assert all(unit_symbol(code) for code in UNITS)


def test_moment_is_exact_in_the_readers_zone() -> None:
    moment = datetime(2026, 12, 14, 8, 30, tzinfo=UTC)
    with timezone.override("Asia/Kolkata"):
        assert formatting.format_moment(moment) == "14 Dec 2026, 14:00\u00a0IST"


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("Europe/Berlin", "14 Dec 2026, 09:30\u00a0CET"),
        ("America/Sao_Paulo", "14 Dec 2026, 05:30\u00a0UTC−03:00"),
        ("Asia/Kathmandu", "14 Dec 2026, 14:15\u00a0UTC+05:45"),
        ("UTC", "14 Dec 2026, 08:30\u00a0UTC"),
    ],
)
def test_moment_names_the_zone_or_its_offset(zone: str, text: str) -> None:
    with timezone.override(zone):
        assert formatting.format_moment(datetime(2026, 12, 14, 8, 30, tzinfo=UTC)) == text


def test_relative_is_near_and_turns_to_a_day_when_far() -> None:
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert formatting.format_relative(now + timedelta(days=3), now) == "in 3 days"
    assert formatting.format_relative(now - timedelta(hours=2), now) == "2 hours ago"
    assert formatting.format_relative(now + timedelta(days=100), now) == "10 Jun 2026"


def test_percent_and_day_and_size() -> None:
    assert formatting.format_percent(275).replace("\u00a0", " ") == "2.75 %"
    assert formatting.format_day(date(2026, 12, 14)) == "14 Dec 2026"
    assert formatting.format_size(1_400_000).replace("\u00a0", " ") == "1.4 MB"


def test_numbers_read_as_the_locale_data_says() -> None:
    """The quick way of writing numbers is compared with Babel's own, in every language of the site."""
    numbers = (
        "0",
        "1",
        "999",
        "1000",
        "1234.5",
        "12345678.123456",
        "0.000001",
        "1.0000005",
        "0.5",
        "-3.25",
        "1E+20",
    )
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for text in numbers:
                number = Decimal(text)
                expected = format_decimal(number, format="#,##0.######", locale=reader_locale())
                assert formatting.format_number(number) == expected, language
                priced = format_decimal(number, format="#,##0.00####", locale=reader_locale())
                assert formatting.format_unit_price(number, "USD") == f"{priced}\u00a0USD", language


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("0809", "0809"),
        ("080929", "0809.29"),
        ("08092910", "0809.29.10"),
        ("0809291000", "0809.29.10.00"),
        ("", ""),
    ],
)
def test_hs_codes_are_written_as_customs_do(code: str, text: str) -> None:
    assert formatting.format_hs_code(code) == text
