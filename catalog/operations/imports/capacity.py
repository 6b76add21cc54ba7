"""What a row of an import makes of a variant's stock and capacity: judged against what there is, then written.

What a cell does not name stays; nothing is offered less than orders hold. The listings are locked before the periods.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from catalog.errors import (
    CapacityBelowTaken,
    CapacityOverlaps,
    CapacityWithoutUnit,
    FieldErrors,
    TooManyCapacityPeriods,
)
from catalog.imports import fields
from catalog.imports.cells import CellWrong, text_of
from catalog.imports.stocked import StatedPeriod, periods_of_text
from catalog.models import CapacityMovement, CapacityPeriod, Variant
from catalog.operations.capacity.book import NOTHING, moved, write_book
from catalog.operations.capacity.news import forget_low
from catalog.operations.imports.judged import Bench, CapacityStep, Judged
from catalog.queries.capacity.cells import stated_text
from catalog.queries.capacity.stated import period_of, period_text
from catalog.rules.capacity import MAXIMUM_PERIODS, Period, amount_problem, checked_period, met_by
from catalog.states import CapacityMovementKind, RowOutcome
from marketplace.core.actors import Actor
from marketplace.core.errors import Text
from marketplace.core.formatting import format_quantity


def judge_capacity(bench: Bench, one: Judged) -> None:
    """Read the row's cell, if it says anything new; what cannot be done becomes a problem of that cell."""
    text = text_of(bench.reader.raw(one.row.cells, fields.CAPACITY)).strip()
    rows = bench.found.capacity.get(one.before.id, ()) if one.before else ()
    unit = one.facts.unit_code
    if not text or (unit and text == stated_text(rows, unit)):
        return
    try:
        if not unit:
            raise CellWrong(CapacityWithoutUnit().text)
        one.capacity = _steps(periods_of_text(text, unit), rows, unit, bench.found.day)
    except CellWrong as wrong:
        one.problems = (*one.problems, bench.reader.problem(fields.CAPACITY, wrong.text, one.row.cells))


def write_capacity(judged: Sequence[Judged], *, actor: Actor, at: datetime) -> None:
    """Write what these rows make of periods, in statements by kind. Their listings are written already, and locked."""
    done = [one for one in judged if one.capacity and one.outcome != RowOutcome.ERROR]
    if not done:
        return
    fresh = {one.product.pk for one in done if one.before is None and one.product}
    named = Variant.objects.filter(product__in=fresh, position__isnull=False)
    new = {(pk, name): row for row, pk, name in named.values_list("pk", "product_id", "name")}
    steps = [
        (step, one.before.id if one.before else new[one.product.pk if one.product else 0, one.variant.name])
        for one in done
        for step in one.capacity
    ]
    made = {id(step): _row(step.period, variant_id, at) for step, variant_id in steps if step.row is None}
    CapacityPeriod.objects.bulk_create(made.values())
    write_book(_movements([(step, step.row or made[id(step)]) for step, _variant in steps], actor, at))


def _movements(
    steps: Iterable[tuple[CapacityStep, CapacityPeriod]], actor: Actor, at: datetime
) -> list[CapacityMovement]:
    found = []
    for step, row in steps:
        more = step.period.offered - row.offered
        found.append(moved(row, CapacityMovementKind.OFFERED, offered=more, actor=actor, at=at))
        forget_low(row)
    return found


def _row(period: Period, variant_id: int, at: datetime) -> CapacityPeriod:
    return CapacityPeriod(
        variant_id=variant_id,
        unit_code=period.unit_code,
        first_day=period.first_day,
        last_day=period.last_day,
        offered=NOTHING,
        created_at=at,
    )


def _steps(
    stated: Sequence[StatedPeriod], rows: Sequence[CapacityPeriod], unit: str, today: date
) -> tuple[CapacityStep, ...]:
    """What becomes another, or new. Raises `CellWrong` with the first that cannot be."""
    steps: list[CapacityStep] = []
    others = [period_of(row) for row in rows]
    meant: set[int] = set()
    for one in stated:
        row = _meant(one, rows)
        if row is not None and row.pk in meant:  # “stock”, and the same one by its day
            raise CellWrong(_("The same period stands there twice."))
        meant |= {row.pk} if row is not None else set()
        if row is None:
            fresh = _fresh(one, unit, today)
            if other := met_by(fresh, others):
                raise CellWrong(CapacityOverlaps(other=period_text(other)).text)
            others.append(fresh)
            steps.append(CapacityStep(fresh, None))
        elif one.offered != row.offered or row.unit_code != unit:
            steps.append(CapacityStep(_changed(row, one.offered, unit), row))
    if len(others) > MAXIMUM_PERIODS:
        raise CellWrong(TooManyCapacityPeriods(limit=MAXIMUM_PERIODS).text)
    return tuple(steps)


def _meant(one: StatedPeriod, rows: Sequence[CapacityPeriod]) -> CapacityPeriod | None:
    """The period of these days; stock without a day is the only stock there is."""
    if one.first_day is None:
        stocks = [row for row in rows if row.last_day is None]
        if len(stocks) > 1:
            raise CellWrong(
                _("There are several stocks: write the day of the one you mean, as stock 2026-11-20.")
            )
        return stocks[0] if stocks else None
    days = (one.first_day, one.last_day)
    return next((row for row in rows if (row.first_day, row.last_day) == days), None)


def _fresh(one: StatedPeriod, unit: str, today: date) -> Period:
    try:
        return checked_period(
            first_day=one.first_day or today,
            last_day=one.last_day,
            offered=one.offered,
            unit_code=unit,
            today=today,
        )
    except FieldErrors as error:
        raise CellWrong(" ".join(str(text) for text in error.errors.values())) from error


def _changed(row: CapacityPeriod, offered: Decimal, unit: str) -> Period:
    problem: Text | None = amount_problem(offered, row.unit_code)
    if row.unit_code != unit:
        problem = _(
            "This period counts in another unit: offer it no more on the listing's page, then state it anew."
        )
    elif problem is None and offered < row.taken:
        problem = CapacityBelowTaken(taken=format_quantity(row.taken, row.unit_code)).text
    if problem is not None:
        raise CellWrong(problem)
    return Period(row.first_day, row.last_day, offered, row.taken, row.unit_code)
