"""What orders take of stock and capacity, and give back. Lower halves: the order is locked, periods by primary key after it.

An order never locks a product, and nothing that other orders lock after a period.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from catalog.errors import NotEnoughLeft, NotReadyByThen
from catalog.models import CapacityMovement, CapacityPeriod, CapacityTaking
from catalog.operations.capacity_book import moved, write_book
from catalog.operations.capacity_news import tell_of_takings
from catalog.queries.capacity import left_text, period_of
from catalog.rules.capacity import earliest, period_for
from catalog.states import CapacityMovementKind
from marketplace.core.actors import Actor
from marketplace.core.formatting import format_day, format_quantity


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a line of an order takes; `ready_on` is its day by the lead time, were it paid today."""

    position: int
    variant_id: int
    title: str
    quantity: Decimal
    unit_code: str
    ready_on: date


def take_capacity(
    *, order_ref: str, order_number: str, lines: Sequence[Wanted], ship_by: date, actor: Actor, at: datetime
) -> None:
    """Lower half: a new order takes its lines' quantities, each from one period; what is not limited takes nothing.

    Raises `NotEnoughLeft` when no period has room, `NotReadyByThen` when only a later one has. Who comes second
    waits here and then sees what is left.
    """
    variants = {line.variant_id for line in lines}
    rows = CapacityPeriod.objects.filter(variant__in=variants, withdrawn_at__isnull=True)
    rows = rows.select_related("variant__product").lock()
    by_variant: dict[int, list[CapacityPeriod]] = {}
    for row in rows:
        by_variant.setdefault(row.variant_id, []).append(row)
    taken = [
        (line, _chosen(line, by_variant[line.variant_id], ship_by, at.date()))
        for line in lines
        if line.variant_id in by_variant
    ]
    takings = CapacityTaking.objects.bulk_create(
        CapacityTaking(
            period=period,
            order_ref=order_ref,
            order_number=order_number,
            line_position=line.position,
            quantity=line.quantity,
        )
        for line, period in taken
    )
    kind = CapacityMovementKind.TAKEN
    movements = [
        moved(taking.period, kind, taking=taking, taken=taking.quantity, actor=actor, at=at)
        for taking in takings
    ]
    tell_of_takings(movements, actor=actor, at=at)
    write_book(movements)


def keep_taken(*, order_ref: str, quantities: Mapping[int, Decimal], actor: Actor, at: datetime) -> None:
    """Lower half: lines of an order (by position, under the order's lock) hold exactly so much from now on.

    What they held above it is given back, what they held below it is taken of the same period. Said again it does
    nothing. Raises `NotEnoughLeft` (with the line's `position`) when the period has no room for more.
    """
    takings = [
        row
        for row in CapacityTaking.objects.filter(order_ref=order_ref).order_by("pk")
        if quantities.get(row.line_position, row.quantity) != row.quantity
    ]
    if not takings:
        return
    ids = {row.period_id for row in takings}
    rows = CapacityPeriod.objects.filter(pk__in=ids).select_related("variant__product").lock()
    periods = {row.pk: row for row in rows}
    movements = [
        _changed(row, periods[row.period_id], quantities[row.line_position], actor, at) for row in takings
    ]
    CapacityTaking.objects.bulk_update(takings, ["quantity"])
    tell_of_takings(movements, actor=actor, at=at)
    write_book(movements)


def _changed(
    taking: CapacityTaking, period: CapacityPeriod, quantity: Decimal, actor: Actor, at: datetime
) -> CapacityMovement:
    more = quantity - taking.quantity
    if more > period.offered - period.taken:
        unit = period.unit_code
        raise NotEnoughLeft(
            wanted=format_quantity(quantity, unit),
            left=left_text([period_of(period)], unit, at.date()),
            position=taking.line_position,
        )
    taking.quantity, taking.period = quantity, period
    kind = CapacityMovementKind.TAKEN if more > 0 else CapacityMovementKind.GIVEN_BACK
    return moved(period, kind, taking=taking, taken=more, actor=actor, at=at)


def _chosen(line: Wanted, rows: Sequence[CapacityPeriod], ship_by: date, today: date) -> CapacityPeriod:
    by_ref = {row.ref: row for row in rows}
    periods = [period_of(row) for row in rows]
    unit, quantity = line.unit_code, line.quantity
    found = period_for(periods, quantity, unit, ready_on=line.ready_on, ship_by=ship_by)
    if found is not None:
        return by_ref[found.ref]
    wanted = format_quantity(quantity, unit)
    later = earliest(periods, quantity, unit, line.ready_on)
    if later is not None:
        day = format_day(later.ready_on(line.ready_on))
        raise NotReadyByThen(field="ship_by", title=line.title, wanted=wanted, day=day)
    raise NotEnoughLeft(field="quantity", wanted=wanted, left=left_text(periods, unit, today))
