"""What orders take of stock and capacity, and give back. Lower halves: the order is locked, periods by primary key after it.

An order never locks a product, and nothing that other orders lock after a period. Every step says the new level: what a
line takes as agreed, and as proposed while other terms wait for an answer. Said again it does nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q

from catalog.errors import NotEnoughLeft, NotReadyByThen
from catalog.models import CapacityPeriod, CapacityTaking
from catalog.operations.capacity.book import NOTHING, moved, write_book
from catalog.operations.capacity.news import tell_of_takings
from catalog.queries.capacity.stated import left_text, period_of, until_then_text
from catalog.rules.capacity import Period, Share, earliest, levels, most_by, proposed_shares, shares_by
from catalog.states import CapacityMovementKind
from marketplace.core.actors import Actor
from marketplace.core.errors import DomainError
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
    """A new order takes its lines' quantities, each from one period or from several; what is not limited takes nothing.

    Raises `NotEnoughLeft` when all periods together have no room, `NotReadyByThen` when only those that begin after
    `ship_by` have. Who comes second waits here and then sees what is left.
    """
    variants = {line.variant_id for line in lines}
    rows = _locked(Q(variant__in=variants, withdrawn_at__isnull=True))
    by_variant: dict[int, list[CapacityPeriod]] = {}
    for row in rows.values():
        by_variant.setdefault(row.variant_id, []).append(row)
    takings = [
        CapacityTaking(
            period=row,
            order_ref=order_ref,
            order_number=order_number,
            line_position=line.position,
            agreed=share.quantity,
        )
        for line in lines
        if line.variant_id in by_variant
        for row, share in _chosen(line, by_variant[line.variant_id], ship_by, at.date())
    ]
    _hold(takings, actor=actor, at=at)


def propose_taken(
    *, order_ref: str, lines: Sequence[Wanted], ship_by: date, moves_day: bool, actor: Actor, at: datetime
) -> None:
    """Other terms are proposed: lines take what these need, beside what the order as it stands needs.

    On the same day a line stays in its periods and takes what it needs more of the others; on another it takes from
    the periods of that day, as an order placed anew would. What an earlier proposal held goes back.
    Raises `NotEnoughLeft` and `NotReadyByThen`, each with the line's `position`.
    """
    takings = _takings_of(order_ref)
    if not takings:
        return
    own = {row.period_id for row in takings}
    variants = set(CapacityPeriod.objects.filter(pk__in=own).values_list("variant_id", flat=True))
    rows = _locked(Q(pk__in=own) | Q(variant__in=variants, withdrawn_at__isnull=True))
    held: list[CapacityTaking] = []
    for line in lines:
        mine = [row for row in takings if row.line_position == line.position]
        if mine:
            held += _proposed(line, mine, rows, ship_by, moves_day=moves_day, today=at.date())
    _hold(held, actor=actor, at=at)


def keep_taken(*, order_ref: str, quantities: Mapping[int, Decimal], actor: Actor, at: datetime) -> None:
    """Lines of an order (by position) hold exactly so much from now on, as agreed; what was proposed goes back.

    What they held above it is given back, of the latest period first: what left came from the first. What they held
    below it is taken of the same periods. Raises `NotEnoughLeft` (with `position`) where those have no room for it.
    """
    _settle(order_ref, quantities, proposed=False, actor=actor, at=at)


def keep_proposed(*, order_ref: str, quantities: Mapping[int, Decimal], actor: Actor, at: datetime) -> None:
    """The terms that waited are agreed: lines hold what was proposed, exactly so much; the rest goes back."""
    _settle(order_ref, quantities, proposed=True, actor=actor, at=at)


def _settle(
    order_ref: str, quantities: Mapping[int, Decimal], *, proposed: bool, actor: Actor, at: datetime
) -> None:
    held = _takings_of(order_ref)
    before = [(row.agreed, row.proposed) for row in held]
    for position in {row.line_position for row in held}:
        mine = [row for row in held if row.line_position == position]
        # A proposal of before there were two levels holds its larger quantity as agreed.
        taken_over = proposed and any(row.proposed for row in mine)
        parts = [row.proposed if taken_over else row.agreed for row in mine]
        for row, level in zip(
            mine, levels(parts, quantities.get(position, sum(parts, NOTHING))), strict=True
        ):
            row.agreed, row.proposed = level, NOTHING
    if before == [(row.agreed, row.proposed) for row in held]:
        return
    periods = _locked(Q(pk__in={row.period_id for row in held}))
    for row in held:
        row.period = periods[row.period_id]
    _hold(held, actor=actor, at=at)


def _proposed(
    line: Wanted,
    mine: Sequence[CapacityTaking],
    rows: Mapping[int, CapacityPeriod],
    ship_by: date,
    *,
    moves_day: bool,
    today: date,
) -> list[CapacityTaking]:
    """A line's takings with what other terms would take of each; new ones of periods it held nothing of."""
    by_period = {row.period_id: row for row in mine}
    usable = [row for row in rows.values() if row.variant_id == rows[mine[0].period_id].variant_id]
    free = {row.pk: _as_free(row, by_period.get(row.pk)) for row in usable}
    own = [Share(free[row.period_id], row.agreed) for row in mine if row.agreed]
    # On another day as an order placed anew; without room so, what is held and has begun by then is there all the same.
    begun = [one for one in own if one.period.first_day <= ship_by]
    for starting in ([], begun) if moves_day else (own,):
        shares = proposed_shares(
            starting, list(free.values()), line.quantity, line.unit_code, today=today, ship_by=ship_by
        )
        if shares is not None:
            break
    if shares is None:
        raise _refused(line, list(free.values()), ship_by, today)
    quantities = {share.period.ref: share.quantity for share in shares}
    for row in mine:
        row.proposed, row.period = quantities.get(free[row.period_id].ref, NOTHING), rows[row.period_id]
    new = [
        CapacityTaking(
            period=row,
            order_ref=mine[0].order_ref,
            order_number=mine[0].order_number,
            line_position=line.position,
            proposed=quantities[row.ref],
        )
        for row in usable
        if row.pk not in by_period and row.ref in quantities
    ]
    return [*mine, *new]


def _as_free(row: CapacityPeriod, own: CapacityTaking | None) -> Period:
    """A period as this line may take of it: what it holds already is free to it, of a withdrawn one only what is agreed."""
    period = period_of(row)
    if own is None:
        return period
    if row.withdrawn_at is not None:
        return replace(period, offered=own.agreed, taken=NOTHING)
    return replace(period, taken=period.taken - own.quantity)


def _chosen(
    line: Wanted, rows: Sequence[CapacityPeriod], ship_by: date, today: date
) -> list[tuple[CapacityPeriod, Share]]:
    by_ref = {row.ref: row for row in rows}
    periods = [period_of(row) for row in rows]
    shares = shares_by(periods, line.quantity, line.unit_code, ready_on=line.ready_on, ship_by=ship_by)
    if not shares:
        raise _refused(line, periods, ship_by, today)
    return [(by_ref[share.period.ref], share) for share in shares]


def _refused(line: Wanted, periods: Sequence[Period], ship_by: date, today: date) -> DomainError:
    """Why they have no room for a line: none by its day, or none at all."""
    unit, quantity = line.unit_code, line.quantity
    wanted = format_quantity(quantity, unit)
    later = earliest(periods, quantity, unit, line.ready_on)
    if later is None:
        left = left_text(periods, unit, today)
        return NotEnoughLeft(field="quantity", wanted=wanted, left=left, position=line.position)
    most = most_by(periods, unit, ready_on=line.ready_on, ship_by=ship_by)
    return NotReadyByThen(
        field="ship_by",
        title=line.title,
        wanted=wanted,
        day=format_day(later.there_on),
        until_then=until_then_text(most, unit),
        position=line.position,
    )


def _takings_of(order_ref: str) -> list[CapacityTaking]:
    return list(
        CapacityTaking.objects.filter(order_ref=order_ref)
        .select_related("period")
        .order_by("line_position", "period__first_day", "pk")
    )


def _locked(which: Q) -> dict[int, CapacityPeriod]:
    rows = CapacityPeriod.objects.filter(which).select_related("variant__product").lock()
    return {row.pk: row for row in rows}


def _hold(takings: Sequence[CapacityTaking], *, actor: Actor, at: datetime) -> None:
    """Each of these (with its locked period) holds the larger of what is agreed and proposed; only changes are written.

    INVARIANT: the larger of both, and once per line and period (enforced by capacity_held_for_either_answer and
    capacity_taken_once_per_line_and_period).
    """
    before = {id(row): row.quantity or NOTHING for row in takings}
    for row in takings:
        row.quantity = max(row.agreed, row.proposed)
        _demand_free(row, row.quantity - before[id(row)], at.date())
    new = [row for row in takings if not row.pk]
    CapacityTaking.objects.bulk_update([row for row in takings if row.pk], ["quantity", "agreed", "proposed"])
    CapacityTaking.objects.bulk_create(new)
    movements = []
    for row in takings:
        more = row.quantity - before[id(row)]
        if more:
            kind = CapacityMovementKind.TAKEN if more > 0 else CapacityMovementKind.GIVEN_BACK
            movements.append(moved(row.period, kind, taking=row, taken=more, actor=actor, at=at))
    tell_of_takings(movements, actor=actor, at=at)
    write_book(movements)


def _demand_free(taking: CapacityTaking, more: Decimal, today: date) -> None:
    period = taking.period
    if more > period.offered - period.taken:
        wanted = format_quantity(taking.quantity, period.unit_code)
        left = left_text([period_of(period)], period.unit_code, today)
        raise NotEnoughLeft(wanted=wanted, left=left, position=taking.line_position)
