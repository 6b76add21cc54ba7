"""What a supplier is told when orders take of a period: that it is sold out, or that little is left.

Lower halves of `operations.capacity.stated`: they mark the locked period in memory and emit; whoever calls them writes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from catalog.models import CapacityMovement, CapacityPeriod
from catalog.rules.capacity import is_low, news_of
from catalog.rules.prices import smallest_order
from marketplace.core.actors import Actor
from marketplace.core.outbox import emit


def tell_of_takings(movements: Iterable[CapacityMovement], *, actor: Actor, at: datetime) -> None:
    """`capacity_sold_out` or `capacity_runs_low`, of each period once; of a period that was told low nothing again."""
    by_period: dict[int, list[CapacityMovement]] = {}
    for movement in movements:
        by_period.setdefault(movement.period.pk, []).append(movement)
    for rows in by_period.values():
        _tell(rows[0].period, rows, actor, at)


def forget_low(period: CapacityPeriod) -> None:
    """More is offered: the supplier is told anew when little is left of that."""
    if not is_low(period.offered, period.offered - period.taken):
        period.low_told_at = None


def _tell(period: CapacityPeriod, rows: list[CapacityMovement], actor: Actor, at: datetime) -> None:
    product, left = period.variant.product, period.offered - period.taken
    more = sum(row.taken_change for row in rows)
    if more <= 0:
        return
    news = news_of(
        offered=period.offered,
        left_before=left + more,
        left=left,
        smallest=smallest_order(moq=product.moq, multiple=product.order_multiple),
        is_low_told=period.low_told_at is not None,
    )
    if news is None:
        return
    if is_low(period.offered, left):
        period.low_told_at = at
    payload = {
        "supplier_id": product.supplier_id,
        "product": product.ref,
        "title": product.title,
        "variant": period.variant.name,
        "left": str(left),
    }
    emit(kind=f"capacity_{news.value}", subject=period.ref, actor=actor, at=at, payload=payload)
