"""One formatter each for amounts, dates, moments, quantities and shares, in the reader's locale (CLDR)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal, get_decimal_symbol, get_group_symbol, parse_pattern
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.core.countries import reader_locale
from marketplace.core.money import Money, exponent
from marketplace.core.units import unit_symbol

_pattern = cache(parse_pattern)  # taking a pattern apart costs more than using it
_NO_BREAK = "\u00a0"
_RELATIVE_WITHIN = timedelta(days=45)


def format_money(money: Money) -> str:
    """`30,435.00 USD`: digits of the currency, the ISO code behind, never broken over two lines."""
    decimals = exponent(money.currency)
    return f"{_grouped(money.as_decimal(), decimals, decimals)}{_NO_BREAK}{money.currency}"


def format_hs_code(code: str) -> str:
    """A Harmonized System code as customs write it (`0809.29`, `0809.29.10`)."""
    return ".".join(part for part in (code[:4], code[4:6], code[6:8], code[8:10]) if part)


def format_unit_price(price: Decimal, currency: str) -> str:
    """A unit price with at least the currency's decimals and at most six (`0.0425 USD`)."""
    decimals = exponent(currency)
    return f"{_grouped(price, decimals, 6)}{_NO_BREAK}{currency}"


def format_quantity(quantity: Decimal, unit_code: str) -> str:
    """`150 t`, `1 carton`, `20 cartons`, `12.5 m³`: no needless zeros."""
    return f"{format_number(quantity)}{_NO_BREAK}{unit_symbol(unit_code, quantity)}"


def format_number(number: Decimal | int) -> str:
    """A number with the reader's separators, at most six decimals, no needless zeros."""
    if type(number) is int and 0 <= number < 1000:  # most of what is counted: the same in every language
        return str(number)
    return _grouped(Decimal(number), 0, 6)


def _grouped(number: Decimal, least: int, most: int) -> str:
    """Thousands apart and so many decimals, with the reader's signs: what CLDR's `#,##0.00####` says, but quicker.

    A list of offers holds two hundred numbers. What is negative or huge goes the long way.
    """
    if number.is_signed() or number.adjusted() > 18:
        pattern = _pattern("#,##0" + ("." + "0" * least + "#" * (most - least) if most else ""))
        return str(format_decimal(number, format=pattern, locale=reader_locale()))
    text = f"{number:,.{most}f}"
    if most > least:
        text = text.rstrip("0")
        lacking = least - len(text.rpartition(".")[2])
        text = f"{text}{'0' * lacking}" if lacking > 0 else text
        text = text.removesuffix(".")
    return text if text.isdecimal() else text.translate(_signs(reader_locale()))


@cache
def _signs(locale: Locale) -> dict[int, str]:
    return str.maketrans({",": get_group_symbol(locale), ".": get_decimal_symbol(locale)})


def format_percent(basis_points: int) -> str:
    """`3 %` for 300 basis points, `2.75 %` for 275."""
    return f"{format_number(Decimal(basis_points).scaleb(-2))}{_NO_BREAK}%"


def format_day(day: date) -> str:
    """`14 Dec 2026`."""
    return format_date(
        day, format="d MMM y" if reader_locale().language == "en" else "medium", locale=reader_locale()
    )


def format_moment(moment: datetime) -> str:
    """`14 Dec 2026, 09:30 CET`: the exact moment in the reader's time zone, with the zone's name."""
    zone = timezone.get_current_timezone()
    local = timezone.localtime(moment, zone)
    pattern = "d MMM y, HH:mm" if reader_locale().language == "en" else "medium"
    text = format_datetime(local, format=pattern, tzinfo=zone, locale=reader_locale())
    return f"{text}{_NO_BREAK}{_zone_name(local)}"


def _zone_name(local: datetime) -> str:
    """`CET` where the zone has letters of its own, else `UTC−03:00`: many zones have only an offset."""
    name = local.tzname() or ""
    if name.isalpha():
        return name
    offset = int((local.utcoffset() or timedelta()).total_seconds())
    sign = "−" if offset < 0 else "+"
    hours, minutes = divmod(abs(offset) // 60, 60)
    return f"UTC{sign}{hours:02}:{minutes:02}"


def format_relative(moment: datetime, now: datetime) -> str:
    """`in 3 days`, `2 hours ago`; the day itself when further off than six weeks."""
    distance = moment - now
    if abs(distance) > _RELATIVE_WITHIN:
        return format_day(timezone.localtime(moment).date())
    if abs(distance) < timedelta(minutes=1):
        return _("just now") if distance <= timedelta() else _("in a moment")
    return format_timedelta(distance, add_direction=True, locale=reader_locale(), threshold=1.2)


def format_size(size_bytes: int) -> str:
    """`1.4 MB`, `320 kB`."""
    if size_bytes >= 1_000_000:
        return f"{format_number(Decimal(size_bytes).scaleb(-6).quantize(Decimal('0.1')))}{_NO_BREAK}MB"
    return f"{format_number(Decimal(max(size_bytes, 1000)).scaleb(-3).quantize(Decimal(1)))}{_NO_BREAK}kB"
