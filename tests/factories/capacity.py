"""Stock and capacity, stated as the page states them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Final

from catalog.models import CapacityPeriod, Product
from catalog.operations import add_capacity
from marketplace.core.ids import new_key
from tests.factories import AT
from tests.factories.accounts import owner_of

TODAY: Final = AT.date()
JUNE: Final = (date(2026, 6, 1), date(2026, 6, 30))
JULY: Final = (date(2026, 7, 1), date(2026, 7, 31))


def a_stock(
    product: Product, offered: str, *, first_day: date = TODAY, variant: int = 1, **over: Any
) -> CapacityPeriod:
    """Ready from a day on, without an end."""
    return _stated(product, first_day, None, offered, variant, over)


def a_period(
    product: Product, days: tuple[date, date], offered: str, *, variant: int = 1, **over: Any
) -> CapacityPeriod:
    """So much between two days."""
    return _stated(product, *days, offered, variant, over)


def taken_of(period: CapacityPeriod) -> tuple[float, float]:
    """What is offered and taken now."""
    row = CapacityPeriod.objects.get(pk=period.pk)
    return float(row.offered), float(row.taken)


def book_of(period: CapacityPeriod) -> list[tuple[str, float, float]]:
    """Its movements in order: what each says, by how much what is offered and taken changed."""
    rows = period.movements.order_by("number")
    return [(row.kind, float(row.offered_change), float(row.taken_change)) for row in rows]


def _stated(
    product: Product, first: date, last: date | None, offered: str, variant: int, over: dict[str, Any]
) -> CapacityPeriod:
    arguments: dict[str, Any] = {"actor": owner_of(product.supplier), "key": new_key(), "at": AT}
    return add_capacity(
        product_ref=product.ref,
        variant=variant,
        first_day=first,
        last_day=last,
        offered=Decimal(offered),
        **(arguments | over),
    )
