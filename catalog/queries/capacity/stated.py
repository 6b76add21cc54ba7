"""Stock and capacity as stored, and as buyers and suppliers read them. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_skeleton
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, TextField
from django.db.models.functions import Cast, JSONObject
from django.utils.translation import gettext as _

from catalog.errors import NotEnoughLeft
from catalog.models import CapacityPeriod
from catalog.rules.capacity import Period, Plan, earliest, end_of_month
from marketplace.core.countries import reader_locale
from marketplace.core.formatting import format_day, format_quantity

_SHOWN = 4


def capacity_from(variant: str) -> ArraySubquery:
    """An annotation, no statement of its own: the periods of the variant at this path (`read_capacity`)."""
    rows = CapacityPeriod.objects.filter(variant=OuterRef(variant), withdrawn_at__isnull=True)
    return ArraySubquery(rows.order_by("first_day").values(found=period_fields()))


def period_fields(**more: Any) -> JSONObject:
    """A period in an annotation, as `read_capacity` reads it, with whatever else a list asks for."""
    fields: dict[str, Any] = {name: name for name in ("ref", "first_day", "last_day", "unit_code")}
    amounts = {name: Cast(name, TextField()) for name in ("offered", "taken")}
    return JSONObject(**fields, **amounts, **more)


def demand_room(
    periods: Iterable[Period], quantity: Decimal, unit_code: str, *, ready_on: date, today: date
) -> date:
    """The day on which an order gets its goods: `ready_on` by its lead time, later where only a later period has room.

    Raises `NotEnoughLeft`.
    """
    periods = tuple(periods)
    if not periods:
        return ready_on
    found = earliest(periods, quantity, unit_code, ready_on)
    if found is None:
        wanted = format_quantity(quantity, unit_code)
        raise NotEnoughLeft(field="quantity", wanted=wanted, left=left_text(periods, unit_code, today))
    return found.there_on


def period_of(row: CapacityPeriod) -> Period:
    """A row as the rules know it."""
    return Period(row.first_day, row.last_day, row.offered, row.taken, row.unit_code, row.ref)


def period_text(period: Period) -> str:
    """`stock`, `stock from 1 Jul 2027`, `June 2027`, `1 Jun 2027 – 15 Jun 2027`."""
    first, last = period.first_day, period.last_day
    if last is None:
        return _("stock from %(day)s") % {"day": format_day(first)}
    if first.day == 1 and last == end_of_month(first):
        return str(format_skeleton("yMMMM", first, locale=reader_locale()))
    return f"{format_day(first)} – {format_day(last)}"


def taken_text(plan: Plan, today: date) -> str:
    """`Taken from June 2027, ready on 3 Jun 2027.`; of several periods how much of each."""
    day = format_day(plan.there_on)
    if len(plan.shares) > 1:
        parts = "; ".join(_part(one.quantity, one.period, today) for one in plan.shares)
        return _("Taken from several periods: %(parts)s. All of it is ready on %(day)s.") % {
            "parts": parts,
            "day": day,
        }
    period = plan.shares[0].period
    in_stock = period.last_day is None and period.first_day <= today
    name = _("stock") if in_stock else period_text(period)
    return _("Taken from %(period)s, ready on %(day)s.") % {"period": name, "day": day}


def until_then_text(most: Decimal, unit_code: str) -> str:
    """`By your day 62 t can be had.`; empty where nothing can."""
    return (
        _("By your day %(quantity)s can be had.") % {"quantity": format_quantity(most, unit_code)}
        if most
        else ""
    )


def left_text(periods: Iterable[Period], unit_code: str, today: date) -> str:
    """`Left: 40 cartons in stock; 200 cartons from 1 Jul 2027.`"""
    parts = left_parts(periods, unit_code, today)
    return _("Left: %(parts)s.") % {"parts": "; ".join(parts)} if parts else _("Nothing is left.")


def left_parts(periods: Iterable[Period], unit_code: str, today: date) -> list[str]:
    """What is left of each period that is not over, the next ones only."""
    open_ones = [
        one for one in periods if one.left > 0 and not one.is_over(today) and one.unit_code == unit_code
    ]
    return [_part(one.left, one, today) for one in sorted(open_ones, key=lambda one: one.first_day)[:_SHOWN]]


def _part(amount: Decimal, period: Period, today: date) -> str:
    quantity = format_quantity(amount, period.unit_code)
    if period.last_day is not None:
        return _("%(quantity)s in %(period)s") % {"quantity": quantity, "period": period_text(period)}
    if period.first_day <= today:
        return _("%(quantity)s in stock") % {"quantity": quantity}
    return _("%(quantity)s from %(day)s") % {"quantity": quantity, "day": format_day(period.first_day)}
