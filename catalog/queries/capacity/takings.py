"""From which periods a line of an order comes, as both sides read it. Reads only, as an annotation of the lines' statement.

A line that comes of one period alone has nothing to say: its ship-by day says it all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, TextField
from django.db.models.functions import Cast, JSONObject
from django.utils.translation import gettext as _

from catalog.models import CapacityTaking
from marketplace.core.formatting import format_day, format_quantity


def takings_from(order_ref: str, line_position: str) -> ArraySubquery:
    """An annotation: what the line of the order at these paths takes of each period, as agreed (`parts_text`)."""
    rows = CapacityTaking.objects.filter(
        order_ref=OuterRef(order_ref), line_position=OuterRef(line_position), agreed__gt=0
    )
    days = {name: f"period__{name}" for name in ("first_day", "last_day")}
    return ArraySubquery(
        rows.order_by("period__first_day", "pk").values(
            found=JSONObject(quantity=Cast("agreed", TextField()), **days)
        )
    )


def parts_text(found: Iterable[Mapping[str, Any]], unit_code: str, *, ship_by: date, placed_on: date) -> str:
    """`62 t by 30 Nov 2026, 38 t by 10 Dec 2026`; empty where the line comes of one period. No part is due after `ship_by`."""
    rows = list(found)
    if len(rows) < 2:
        return ""
    return ", ".join(_part(row, unit_code, ship_by, placed_on) for row in rows)


def _part(row: Mapping[str, Any], unit_code: str, ship_by: date, placed_on: date) -> str:
    quantity = format_quantity(Decimal(row["quantity"]), unit_code)
    if row["last_day"] is None and date.fromisoformat(row["first_day"]) <= placed_on:
        return _("%(quantity)s from stock") % {"quantity": quantity}
    last_day = date.fromisoformat(row["last_day"]) if row["last_day"] else ship_by
    return _("%(quantity)s by %(day)s") % {"quantity": quantity, "day": format_day(min(last_day, ship_by))}
