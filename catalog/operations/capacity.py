"""Writes stock and capacity: what a supplier states, and the lower halves by which orders take and give back.

Lock order: Order → … → ledger accounts → capacity periods by primary key, last of all. A person who states capacity
locks the product and then its periods; an order never locks a product.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from catalog import policies
from catalog.errors import (
    CapacityBelowTaken,
    CapacityDaysTaken,
    CapacityNotFound,
    CapacityOverlaps,
    CapacityWithoutUnit,
    FieldErrors,
    NotEnoughLeft,
    NotReadyByThen,
    TooManyCapacityPeriods,
    VariantNotFound,
)
from catalog.models import CapacityMovement, CapacityPeriod, CapacityTaking, Product, Variant
from catalog.operations.products import locked_product
from catalog.queries.capacity import left_text, period_of, period_text
from catalog.rules.capacity import (
    MAXIMUM_PERIODS,
    Period,
    amount_problem,
    checked_period,
    earliest,
    met_by,
    period_for,
)
from catalog.states import CapacityMovementKind
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed
from marketplace.core.formatting import format_day, format_quantity
from marketplace.core.idempotency import remember, replayed

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a line of an order takes; `ready_on` is its day by the lead time, were it paid today."""

    position: int
    variant_id: int
    title: str
    quantity: Decimal
    unit_code: str
    ready_on: date


@transaction.atomic
def add_capacity(
    *,
    product_ref: str,
    variant: int,
    first_day: date,
    last_day: date | None,
    offered: Decimal,
    actor: Actor,
    key: str,
    at: datetime,
) -> CapacityPeriod:
    """Offer so much of a variant (its number in the listing) in a period, or without a last day as stock.

    From its first period on, a variant can be ordered only as far as its periods go. Placed orders count in none.
    Raises `ProductNotFound`, `VariantNotFound`, `NotAllowed`, `CapacityWithoutUnit`, `FieldErrors`, `CapacityOverlaps`,
    `TooManyCapacityPeriods`.
    """
    product = locked_product(product_ref, actor)
    content = {"product": product_ref, "variant": variant, "facts": [first_day, last_day, offered]}
    if (ref := replayed(key=key, operation="add_capacity", content=content)) is not None:
        return CapacityPeriod.objects.get(ref=ref)
    _demand_seller(product, actor)
    if not product.unit_code:
        raise CapacityWithoutUnit
    stated = checked_period(
        first_day=first_day,
        last_day=last_day,
        offered=offered,
        unit_code=product.unit_code,
        today=at.date(),
    )
    row = _variant_of(product, variant)
    others = list(row.capacity.filter(withdrawn_at__isnull=True))
    if len(others) >= MAXIMUM_PERIODS:
        raise TooManyCapacityPeriods(limit=MAXIMUM_PERIODS)
    _demand_free(stated, others)
    period = CapacityPeriod.objects.create(
        variant=row,
        unit_code=product.unit_code,
        first_day=first_day,
        last_day=last_day,
        offered=_NOTHING,
        created_at=at,
    )
    _write([_moved(period, CapacityMovementKind.OFFERED, offered=offered, actor=actor, at=at)])
    remember(key=key, operation="add_capacity", content=content, result=period.ref, at=at)
    return period


@transaction.atomic
def change_capacity(
    *,
    capacity_ref: str,
    first_day: date,
    last_day: date | None,
    offered: Decimal,
    actor: Actor,
    key: str,
    at: datetime,
) -> CapacityPeriod:
    """Offer another amount in a period, or, while no order has taken of it, on other days.

    Raises `CapacityNotFound`, `NotAllowed`, `CapacityBelowTaken` when orders hold more than that, `CapacityDaysTaken`,
    `FieldErrors`, `CapacityOverlaps`.
    """
    period = _locked_period(capacity_ref, actor)
    content = {"capacity": capacity_ref, "facts": [first_day, last_day, offered]}
    if replayed(key=key, operation="change_capacity", content=content) is not None:
        return period
    if problem := amount_problem(offered, period.unit_code):
        raise FieldErrors({"offered": problem})
    if offered < period.taken:
        taken = format_quantity(period.taken, period.unit_code)
        raise CapacityBelowTaken(field="offered", taken=taken)
    moves_days = (first_day, last_day) != (period.first_day, period.last_day)
    if moves_days:
        _move_days(period, first_day, last_day, at)
    if moves_days or offered != period.offered:
        more = offered - period.offered
        _write([_moved(period, CapacityMovementKind.OFFERED, offered=more, actor=actor, at=at)])
    remember(key=key, operation="change_capacity", content=content, result=period.ref, at=at)
    return period


@transaction.atomic
def withdraw_capacity(*, capacity_ref: str, actor: Actor, at: datetime) -> CapacityPeriod:
    """Offer a period no more; what orders hold of it they keep. Withdrawing is the same however often.

    Without any period left the variant is not limited any more. Raises `CapacityNotFound`, `NotAllowed`.
    """
    period = _locked_period(capacity_ref, actor)
    if period.withdrawn_at is None:
        period.withdrawn_at = at
        _write([_moved(period, CapacityMovementKind.WITHDRAWN, actor=actor, at=at)])
    return period


def take_capacity(
    *, order_ref: str, order_number: str, lines: Sequence[Wanted], ship_by: date, actor: Actor, at: datetime
) -> None:
    """Lower half: a new order takes its lines' quantities, each from one period; what is not limited takes nothing.

    Raises `NotEnoughLeft` when no period has room, `NotReadyByThen` when only a later one has. Who comes second
    waits here and then sees what is left.
    """
    variants = {line.variant_id for line in lines}
    rows = CapacityPeriod.objects.filter(variant__in=variants, withdrawn_at__isnull=True).lock()
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
    _write(
        [
            _moved(taking.period, kind, taking=taking, taken=taking.quantity, actor=actor, at=at)
            for taking in takings
        ]
    )


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
    periods = {row.pk: row for row in CapacityPeriod.objects.filter(pk__in=ids).lock()}
    movements = [
        _changed(row, periods[row.period_id], quantities[row.line_position], actor, at) for row in takings
    ]
    CapacityTaking.objects.bulk_update(takings, ["quantity"])
    _write(movements)


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
    return _moved(period, kind, taking=taking, taken=more, actor=actor, at=at)


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


def _moved(
    period: CapacityPeriod,
    kind: CapacityMovementKind,
    *,
    taking: CapacityTaking | None = None,
    offered: Decimal = _NOTHING,
    taken: Decimal = _NOTHING,
    actor: Actor,
    at: datetime,
) -> CapacityMovement:
    """Move a locked period (in memory) and say so in its book; `_write` writes both."""
    period.offered += offered
    period.taken += taken
    period.moves += 1
    return CapacityMovement(
        period=period,
        taking=taking,
        number=period.moves,
        kind=kind,
        offered_change=offered,
        taken_change=taken,
        offered_after=period.offered,
        taken_after=period.taken,
        actor=actor.as_text,
        actor_label=actor.label,
        at=at,
    )


def _write(movements: Sequence[CapacityMovement]) -> None:
    """Both or neither.

    INVARIANT: a period is what its book says (enforced by capacity_is_what_its_book_says), and never more of it is
    taken than offered (enforced by capacity_never_more_taken_than_offered).
    """
    if not movements:
        return
    periods = {movement.period.pk: movement.period for movement in movements}
    CapacityPeriod.objects.bulk_update(
        periods.values(), ["first_day", "last_day", "offered", "taken", "moves", "withdrawn_at"]
    )
    CapacityMovement.objects.bulk_create(movements)


def _locked_period(capacity_ref: str, actor: Actor) -> CapacityPeriod:
    """The company's own period under its listing's lock. Raises `CapacityNotFound`, `NotAllowed`."""
    own = CapacityPeriod.objects.filter(ref=capacity_ref, variant__product__supplier_id=actor.company_id or 0)
    product_ref = own.values_list("variant__product__ref", flat=True).first()
    if product_ref is None:
        raise CapacityNotFound
    _demand_seller(locked_product(product_ref, actor), actor)
    return own.lock().get()


def _demand_seller(product: Product, actor: Actor) -> None:
    if not policies.can_list_for(actor, product.supplier_id):
        raise NotAllowed


def _variant_of(product: Product, number: int) -> Variant:
    variant = product.variants.filter(number=number, position__isnull=False).first()
    if variant is None:
        raise VariantNotFound
    return variant


def _move_days(period: CapacityPeriod, first_day: date, last_day: date | None, at: datetime) -> None:
    if period.takings.filter(quantity__gt=0).exists():
        raise CapacityDaysTaken(field="first_day")
    stated = checked_period(
        first_day=first_day,
        last_day=last_day,
        offered=period.offered,
        unit_code=period.unit_code,
        today=at.date(),
    )
    others = CapacityPeriod.objects.filter(variant_id=period.variant_id, withdrawn_at__isnull=True)
    _demand_free(stated, others.exclude(pk=period.pk))
    period.first_day, period.last_day = first_day, last_day


def _demand_free(stated: Period, others: Iterable[CapacityPeriod]) -> None:
    other = met_by(stated, [period_of(row) for row in others])
    if other is not None:
        raise CapacityOverlaps(field="first_day", other=period_text(other))
