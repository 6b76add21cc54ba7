"""What is left of a listing, in a few words for lists: the supplier's products, favourites, offers side by side.

Reads only, as an annotation of the list's own statement. A listing of which nothing is limited says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.utils.translation import gettext as _

from catalog.models import CapacityPeriod, Product
from catalog.queries.capacity.stated import left_parts, period_fields
from catalog.rules.availability import Availability, AvailabilityKind, Supply, availability_of
from catalog.rules.capacity import Period, read_capacity
from catalog.rules.lead_times import Pause
from catalog.rules.prices import smallest_order
from marketplace.core.formatting import format_day

_SHOWN = 2  # periods of a variant in a list; its page has them all


@dataclass(frozen=True, slots=True)
class StockLine:
    """What is left of one variant (`name` where a listing has several); `note` where nothing can be ordered at its lead time."""

    name: str
    left: str
    note: str
    is_sold_out: bool


@dataclass(frozen=True, slots=True)
class StockNote:
    """The limited variants of a listing; `others` counts those on offer of which nothing is limited."""

    lines: tuple[StockLine, ...] = ()
    others: int = 0

    @property
    def is_sold_out(self) -> bool:
        """Whether no variant at all can be ordered."""
        return bool(self.lines) and not self.others and all(line.is_sold_out for line in self.lines)


def stock_of(product: str, *, first_only: bool = False) -> ArraySubquery:
    """An annotation: the periods of the variants on offer (or the first) of the listing at this path (`stock_note`)."""
    which = {"variant__position": 1} if first_only else {"variant__position__isnull": False}
    rows = CapacityPeriod.objects.filter(
        variant__product=OuterRef(product), withdrawn_at__isnull=True, **which
    )
    named: dict[str, Any] = {"number": "variant__number", "name": "variant__name"}
    return ArraySubquery(rows.order_by("variant__position", "first_day").values(found=period_fields(**named)))


def stock_note(
    product: Product,
    found: Sequence[Mapping[str, Any]],
    *,
    variants: int,
    today: date,
    pauses: Sequence[Pause],
) -> StockNote:
    """What `stock_of` found of a listing with so many variants on offer, of a supplier with these days off."""
    limited = [list(rows) for _number, rows in groupby(found, key=lambda row: row["number"])]
    lines = tuple(_line(product, rows, pauses, today) for rows in limited)
    return StockNote(lines, max(variants - len(lines), 0))


def availability_note(offer: Availability) -> str:
    """`sold out`, `from 1 Dec 2026`; empty where it can be had at its lead time."""
    if offer.kind == AvailabilityKind.SOLD_OUT:
        return _("sold out")
    if offer.kind == AvailabilityKind.LATER and offer.there_on is not None:
        return _("from %(day)s") % {"day": format_day(offer.there_on)}
    return ""


def _line(
    product: Product, rows: Sequence[Mapping[str, Any]], pauses: Sequence[Pause], today: date
) -> StockLine:
    periods = read_capacity(rows)
    smallest = smallest_order(moq=product.moq, multiple=product.order_multiple)
    supply = Supply(periods, smallest, product.unit_code, product.lead_time_days or 0, pauses)
    offer = availability_of(supply, today)
    parts = left_parts(periods, product.unit_code, today)
    note = availability_note(offer)
    if (
        offer.kind == AvailabilityKind.LATER
        and offer.there_on
        and _is_taken_now(periods, supply.ready_on(today))
    ):
        note = _("sold out until %(day)s") % {"day": format_day(offer.there_on)}
    more = ["…"] if len(parts) > _SHOWN else []
    return StockLine(
        name=rows[0]["name"],
        left="; ".join([*parts[:_SHOWN], *more]),
        note=note,
        is_sold_out=offer.kind == AvailabilityKind.SOLD_OUT,
    )


def _is_taken_now(periods: Sequence[Period], ready_on: date) -> bool:
    """Whether a period has begun and is not over, though nothing can be ordered of it."""
    return any(one.offered and one.first_day <= ready_on and not one.is_over(ready_on) for one in periods)
