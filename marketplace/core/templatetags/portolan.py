"""Template filters: thin names for `core.formatting`."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache

from django import template
from django.http import HttpRequest
from django.template import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from marketplace.core import clock, formatting
from marketplace.core.countries import country_name
from marketplace.core.molds import fill
from marketplace.core.money import Money
from marketplace.core.units import unit_symbol

register = template.Library()
_LONGEST_QUERY = 200  # as the field itself takes
_IN_THE_BAR = {"categories", "protection"}  # places of the header that everybody sees


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


@register.simple_tag
def mold(template_name: str, **values: str | tuple[str, ...] | int | None) -> SafeString:
    """`{% mold "components/_button.html" label=_("Order now") %}`: `include … with … only` at a fifth of its price.

    For templates that ask of a value only whether it is there (`core.molds`).
    """
    texts = {
        name: value if isinstance(value, (str, tuple)) else "" if value is None else str(value)
        for name, value in values.items()
    }
    return fill(template_name, texts)


@register.simple_tag(takes_context=True)
def header_for_everybody(context: Context) -> SafeString:
    """`components/_site_header.html` for somebody who is not signed in: on every page the same but for the search."""
    request: HttpRequest | None = context.get("request")
    at = "" if request is None or request.resolver_match is None else request.resolver_match.view_name
    query = "" if request is None else request.GET.get("q", "")[:_LONGEST_QUERY]
    here = reverse(at) if at in _IN_THE_BAR else ""
    return fill("components/_site_header.html", {"query": query}, constants={"here": here})


@register.simple_tag(takes_context=True)
def site_footer(context: Context) -> SafeString:
    """`components/_site_footer.html`: on every page the same but for the way back and the form's token."""
    request: HttpRequest | None = context.get("request")
    shell = context.get("shell") or None
    values = {
        "operator_name": getattr(shell, "operator_name", "") or "Portolan",
        "mailbox_url": getattr(shell, "mailbox_url", ""),
        "next": "/" if request is None else request.get_full_path(),
        "csrf_token": str(context.get("csrf_token") or ""),
    }
    return fill("components/_site_footer.html", values)


@register.filter
def money(amount: Money) -> str:
    """`{{ page.held|money }}` → `30,435.00 USD`."""
    return formatting.format_money(amount)


@register.filter
def hs(code: str) -> str:
    """`{{ line.hs_code|hs }}` → `0809.29`."""
    return formatting.format_hs_code(code)


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
