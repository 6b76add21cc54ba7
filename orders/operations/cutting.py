"""Carrying out a cut on an order's lines in memory: the same for a proposal's estimate and for its acceptance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from marketplace.core.errors import DomainError
from marketplace.core.formatting import format_money, format_number
from marketplace.core.money import Money
from orders.errors import (
    AddendumChangesNothing,
    FreightNotThere,
    LineTwice,
    MoreThanOpen,
    NothingUnshipped,
    NotRunning,
    PriceNotLower,
    UnknownLine,
)
from orders.models import Order, OrderLine
from orders.operations.taking import freight_rest, restart_freight, take
from orders.rules.addenda import CutLine, LineCut
from orders.rules.amounts import check_quantity, price_of_line, unit_price_as_stored
from orders.rules.terms import price_text, quantity_text
from orders.rules.texts import check_whole
from orders.states import SHIPPABLE


@dataclass(frozen=True, slots=True)
class Cut:
    """What a cut comes to: its lines before and after, and by how much the whole becomes cheaper."""

    lines: tuple[CutLine, ...]
    goods_cancelled_minor: int
    freight_cancelled_minor: int
    goods_off_minor: int
    freight_off_minor: int

    @property
    def value_minor(self) -> int:
        return (
            self.goods_cancelled_minor
            + self.freight_cancelled_minor
            + self.goods_off_minor
            + self.freight_off_minor
        )


def demand_changeable(order: Order) -> None:
    """Raises `NotRunning` unless goods may still be packed, `NothingUnshipped` when all of them have left."""
    if order.state not in SHIPPABLE:
        raise NotRunning(state=order.get_state_display())
    if all(line.rest_quantity == 0 for line in order.lines.all()):
        raise NothingUnshipped


def cut_lines(
    order: Order, rows: Sequence[OrderLine], cuts: Sequence[LineCut], freight_off_minor: int
) -> Cut:
    """Cancel, then reprice what remains, then take freight off, on these rows and the order (not saved).

    Raises `Rejected` at the field at fault, `AddendumChangesNothing` when nothing becomes cheaper.
    """
    wanted = {cut.line_id: cut for cut in cuts}
    if len(wanted) != len(cuts):
        raise LineTwice
    if not wanted.keys() <= {row.pk for row in rows}:
        raise UnknownLine
    before = {row.pk: (row.rest_minor, row.price_now, row.discount_now_bps) for row in rows}
    cancelled = {row.pk: _cancelled(row, wanted.get(row.pk)) for row in rows}
    goods_before = {row.pk: row.taken_minor for row in rows}
    value = take(order, rows, cancelled)
    gone = {row.pk: row.taken_minor - goods_before[row.pk] for row in rows}
    for row in rows:
        row.cancelled_quantity += cancelled[row.pk]
    order.cancelled_goods_minor += value.goods_minor
    order.cancelled_freight_minor += value.freight_minor
    order.cancelled_part_minor += value.total_minor
    restart_freight(order, rows)
    goods_off = sum(_reprice(row, wanted.get(row.pk), order.currency) for row in rows)
    order.reduced_goods_minor += goods_off
    _take_freight_off(order, rows, freight_off_minor)
    cut = Cut(
        tuple(_cut_line(row, before[row.pk], cancelled, gone) for row in rows if row.pk in wanted),
        value.goods_minor,
        value.freight_minor,
        goods_off,
        freight_off_minor,
    )
    if cut.value_minor <= 0:
        raise AddendumChangesNothing
    return cut


def _cancelled(row: OrderLine, cut: LineCut | None) -> Decimal:
    if cut is None or cut.cancel == 0:
        return Decimal(0)
    try:
        check_quantity(cut.cancel)
        check_whole(cut.cancel, row.unit_code)
    except DomainError as error:
        error.field = f"cancel_{row.pk}"
        raise
    if cut.cancel > row.open_quantity:
        raise MoreThanOpen(
            field=f"cancel_{row.pk}", open=format_number(row.open_quantity), title=row.full_title
        )
    return cut.cancel


def _reprice(row: OrderLine, cut: LineCut | None, currency: str) -> int:
    """Give what remains of the line its lower price; returns by how much it became cheaper."""
    if cut is None or not cut.reprices or row.rest_quantity == 0:
        return 0
    price = row.price_now if cut.unit_price is None else unit_price_as_stored(cut.unit_price)
    discount = row.discount_now_bps if cut.discount_bps is None else cut.discount_bps
    try:
        worth = price_of_line(row.rest_quantity, price, discount, currency)
    except DomainError as error:
        error.field = f"{error.field}_{row.pk}"
        raise
    rest = row.rest_minor
    if worth > rest:
        raise PriceNotLower(field=f"unit_price_{row.pk}", title=row.full_title)
    taken = row.taken_minor
    row.priced_from_quantity, row.priced_from_minor = row.taken_quantity, taken
    row.price_cut_minor += rest - worth
    row.lower_unit_price, row.lower_discount_bps = price, discount
    return rest - worth


def _take_freight_off(order: Order, rows: Sequence[OrderLine], off_minor: int) -> None:
    rest = freight_rest(order, rows)
    if not 0 <= off_minor <= rest:
        raise FreightNotThere(field="freight_off", rest=format_money(Money(rest, order.currency)))
    order.reduced_freight_minor += off_minor


def _cut_line(
    row: OrderLine,
    before: tuple[int, Decimal, int],
    cancelled: Mapping[int, Decimal],
    gone: Mapping[int, int],
) -> CutLine:
    rest_before, price_before, discount_before = before
    return CutLine(
        position=row.position,
        title=row.full_title,
        unit=row.unit_code,
        cancelled=quantity_text(cancelled[row.pk]),
        rest=quantity_text(row.rest_quantity),
        unit_price_before=price_text(price_before),
        unit_price_after=price_text(row.price_now),
        discount_before_bps=discount_before,
        discount_after_bps=row.discount_now_bps,
        cancelled_minor=gone[row.pk],
        rest_before_minor=rest_before - gone[row.pk],
        rest_after_minor=row.rest_minor,
    )
