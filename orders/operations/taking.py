"""Fixing the price of goods: as they leave, are cancelled, or are missing from a weighed shipment.

The order is locked by the caller; lines are given whole, because freight goes with the worth of all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from orders.models import Order, OrderLine
from orders.rules.amounts import Totals
from orders.rules.worth import Course, Take, freight_at, taken_value, thousandths


def lines_of(order: Order) -> list[OrderLine]:
    """All lines of a locked order, in their order."""
    return list(order.lines.order_by("position"))


def value_of(order: Order, lines: Sequence[OrderLine], parts: Mapping[int, Decimal]) -> Totals:
    """What so much more of these lines (by id) is worth now: the goods and the freight that goes with them."""
    return taken_value(
        [
            Take(line.course, thousandths(line.taken_quantity), thousandths(_after(line, parts)))
            for line in lines
        ],
        freight_course(order, lines),
    )


def take(order: Order, lines: Sequence[OrderLine], parts: Mapping[int, Decimal]) -> Totals:
    """The same, fixed: `taken_quantity` grows on the lines, which the caller writes."""
    value = value_of(order, lines, parts)
    for line in lines:
        line.taken_quantity = _after(line, parts)
    return value


def take_goods_only(order: Order, lines: Sequence[OrderLine], parts: Mapping[int, Decimal]) -> int:
    """Fix the price of goods that are missing: the freight stays and is spread over what does travel."""
    freight, goods_before = _freight_taken(order, lines), _goods_taken(lines)
    for line in lines:
        line.taken_quantity = _after(line, parts)
    order.freight_from_goods_minor, order.freight_from_minor = _goods_taken(lines), freight
    return order.freight_from_goods_minor - goods_before


def restart_freight(order: Order, lines: Sequence[OrderLine]) -> None:
    """Begin the freight's course anew where the goods are now: what has gone keeps its freight."""
    freight = _freight_taken(order, lines)
    order.freight_from_goods_minor, order.freight_from_minor = _goods_taken(lines), freight


def freight_rest(order: Order, lines: Sequence[OrderLine]) -> int:
    """The freight of what has neither left nor been cancelled."""
    return order.freight_minor - order.reduced_freight_minor - _freight_taken(order, lines)


def freight_course(order: Order, lines: Sequence[OrderLine]) -> Course:
    """How the freight goes with the goods' worth."""
    return Course(
        order.freight_from_goods_minor,
        order.freight_from_minor,
        sum(line.amount_minor - line.price_cut_minor for line in lines),
        order.freight_minor - order.reduced_freight_minor,
    )


def _after(line: OrderLine, parts: Mapping[int, Decimal]) -> Decimal:
    return line.taken_quantity + parts.get(line.pk, Decimal(0))


def _goods_taken(lines: Sequence[OrderLine]) -> int:
    return sum(line.taken_minor for line in lines)


def _freight_taken(order: Order, lines: Sequence[OrderLine]) -> int:
    complete = all(line.rest_quantity == 0 for line in lines)
    return freight_at(freight_course(order, lines), _goods_taken(lines), complete=complete)
