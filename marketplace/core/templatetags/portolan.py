"""Template filters: thin names for `core.formatting`."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from marketplace.core import clock, formatting
from marketplace.core.countries import country_name
from marketplace.core.money import Money
from marketplace.core.units import unit_symbol

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """`{% icon "verified" %}`: `components/_icon.html` without the cost of a template, for lists of many rows."""
    return _icon(name)


@cache
def _icon(name: str) -> SafeString:
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("icons.svg"),
        name,
    )


@register.filter
def money(amount: Money) -> str:
    """`{{ page.held|money }}` → `30,435.00 USD`."""
    return formatting.format_money(amount)


@register.filter
def day(value: date) -> str:
    """`{{ order.ship_by|day }}` → `14 Dec 2026`."""
    return formatting.format_day(value)


@register.filter
def moment(value: datetime) -> SafeString:
    """Relative, with the exact moment and zone on hover and for machines."""
    exact = formatting.format_moment(value)
    relative = formatting.format_relative(value, clock.now())
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), exact, relative)


@register.filter
def exact(value: datetime) -> SafeString:
    """The exact moment with its zone: for deadlines always."""
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), formatting.format_moment(value))


@register.filter
def percent(basis_points: int) -> str:
    """`{{ 300|percent }}` → `3 %`."""
    return formatting.format_percent(basis_points)


@register.filter
def number(value: Decimal | int) -> str:
    """A number with the reader's separators."""
    return formatting.format_number(value)


@register.filter
def filesize(size_bytes: int) -> str:
    """`{{ file.size_bytes|filesize }}` → `1.4 MB`."""
    return formatting.format_size(size_bytes)


@register.filter
def country(code: str) -> str:
    """`{{ "AR"|country }}` → `Argentina`."""
    return country_name(code)


@register.filter
def unit(code: str) -> str:
    """`{{ "TNE"|unit }}` → `t`."""
    return unit_symbol(code)


@register.simple_tag
def quantity(value: Decimal, unit_code: str) -> str:
    """`{% quantity line.quantity line.unit_code %}` → `150 t`."""
    return formatting.format_quantity(value, unit_code)


@register.simple_tag
def unit_price(value: Decimal, currency: str) -> str:
    """`{% unit_price tier.unit_price offer.currency %}` → `0.0425 USD`."""
    return formatting.format_unit_price(value, currency)
