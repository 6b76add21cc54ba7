"""Amended terms: the supplier proposes, the buyer has the order's own days to answer.

Acceptance is a matter of the app above (money is awaited from then on); it calls `confirm_order_terms`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.deadlines import close_all, open_deadline
from marketplace.core.errors import DomainError
from marketplace.core.formatting import format_percent
from marketplace.core.idempotency import remember, replayed
from orders.clocks import TOLERANCE_LIMIT_BPS, clock_days
from orders.errors import (
    AmendmentChangesNothing,
    AmendmentOutdated,
    BadTolerance,
    LineTwice,
    NoAmendment,
    UnknownLine,
)
from orders.models import Amendment, Order, OrderLine
from orders.operations.answering import ANSWER_DEADLINES, demand_placed, end_answers
from orders.operations.capacity import keep_for_amendment, settle_capacity
from orders.operations.events import tell
from orders.operations.locking import demand_buyer, demand_supplier, lock_order
from orders.operations.placing import open_answer_deadline
from orders.rules.amounts import Totals, parts_of_discount, price_of_line, totals, unit_price_as_stored
from orders.rules.delivery import check_terms
from orders.rules.schedule import ScheduledMilestone, amounts_of, as_data, checked_schedule
from orders.rules.terms import price_text, quantity_text
from orders.rules.texts import PLACE_LIMIT, check_whole, clean_line, clean_note
from orders.states import AmendmentState

# Ship-by date, Incoterms rule, named place, payment schedule, tolerance on quantities.
Terms = tuple[date, str, str, list[dict[str, Any]], int]


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line as the supplier would deliver it; a quantity of zero drops it."""

    line_id: int
    quantity: Decimal
    unit_price: Decimal
    discount_bps: int = 0


@transaction.atomic
def amend_order(
    *,
    order_ref: str,
    lines: Sequence[LineChange],
    freight_minor: int,
    ship_by: date,
    note: str = "",
    incoterms_rule: str | None = None,
    named_place: str | None = None,
    schedule: Sequence[ScheduledMilestone] | None = None,
    quantity_tolerance_bps: int | None = None,
    actor: Actor,
    key: str,
    at: datetime,
) -> Amendment:
    """Propose other terms for a placed order; lines not named and a schedule not given stay as they are.

    Consequences: earlier proposals are off the table (`superseded`), more of limited goods is taken, the supplier's own deadline ends,
    `amendment_answer` begins for the buyer, `order_amended` is told. The order stays placed.
    Raises `NotFound`, `OrderNotYours`, `NotPlaced`, `AnswerTooLate`; `UnknownLine` for a line of
    another order; `AmendmentChangesNothing`; `NotEnoughLeft`, `NotReadyByThen`; `Rejected` for amounts, quantities or days that are not right.
    """
    order = lock_order(order_ref, actor)
    content = {
        "order": order_ref,
        "lines": [asdict(line) for line in lines],
        "terms": [freight_minor, ship_by, incoterms_rule, named_place],
        "note": note,
        "schedule": None if schedule is None else as_data(schedule),
        "tolerance": quantity_tolerance_bps,
    }
    done = replayed(key=key, operation="orders.amend_order", content=content)
    if done is not None:
        return order.amendments.get(version=int(done))
    demand_supplier(actor, order)
    demand_placed(order, at)
    rule, place = incoterms_rule or order.incoterms_rule, named_place or order.named_place
    check_terms(rule, order.transport_mode, ship_by, today=at.date())
    new_lines = _amended_lines(order, lines)
    sums = totals([int(line["amount_minor"]) for line in new_lines], freight_minor)
    place = clean_line(place, field="named_place", limit=PLACE_LIMIT)
    agreed = checked_schedule(order.milestones_agreed if schedule is None else schedule, ship_by=ship_by)
    amounts_of(sums.total_minor, [row.share_bps for row in agreed])
    tolerance = _tolerance(order, quantity_tolerance_bps)
    terms = (ship_by, rule, place, as_data(agreed), tolerance)
    _demand_change(order, new_lines, sums, terms)
    amendment = _propose(order, new_lines, sums, terms, clean_note(note), actor, key, at)
    keep_for_amendment(order, new_lines, ship_by, actor=actor, at=at)
    remember(key=key, operation="orders.amend_order", content=content, result=str(amendment.version), at=at)
    return amendment


@transaction.atomic
def decline_amendment(
    *, order_ref: str, version: int, reason: str = "", actor: Actor, key: str, at: datetime
) -> Amendment:
    """The buyer does not take the amended terms; the supplier may confirm the order as placed, amend again or decline.

    Consequences: proposed → declined, the supplier gets the order's own days anew (`order_answer`),
    `amendment_declined` is told. Raises `NotFound`, `OrderNotYours`, `NotPlaced`, `NoAmendment`,
    `AmendmentOutdated` when a newer version is on the table.
    """
    order = lock_order(order_ref, actor)
    content = {"order": order_ref, "version": version, "reason": reason}
    if replayed(key=key, operation="orders.decline_amendment", content=content) is not None:
        return order.amendments.get(version=version)
    demand_buyer(actor, order)
    demand_placed(order, at)
    amendment = open_amendment(order, version)
    why = clean_note(reason, field="reason")
    amendment.move_to(AmendmentState.DECLINED, actor=actor, at=at, key=key, reason=why)
    settle_capacity(order, actor=actor, at=at)
    close_all(root=order.ref, kinds=ANSWER_DEADLINES, outcome="declined", at=at)
    open_answer_deadline(order, at)
    tell(order, "amendment_declined", actor=actor, at=at, version=version, reason=why)
    remember(key=key, operation="orders.decline_amendment", content=content, result=str(version), at=at)
    return amendment


def open_amendment(order: Order, version: int | None = None) -> Amendment:
    """The amendment that waits for the buyer. Raises `NoAmendment`, `AmendmentOutdated` when not this version."""
    amendment = order.amendments.filter(state=AmendmentState.PROPOSED).first()
    if amendment is None:
        raise NoAmendment
    if version is not None and amendment.version != version:
        raise AmendmentOutdated
    return amendment


def _tolerance(order: Order, wanted_bps: int | None) -> int:
    if wanted_bps is None:
        return order.quantity_tolerance_bps
    if not 0 <= wanted_bps <= TOLERANCE_LIMIT_BPS:
        raise BadTolerance(field="quantity_tolerance", limit=format_percent(TOLERANCE_LIMIT_BPS))
    return wanted_bps


def _amended_lines(order: Order, changes: Sequence[LineChange]) -> list[dict[str, int | str]]:
    wanted = {change.line_id: change for change in changes}
    if len(wanted) != len(changes):
        raise LineTwice
    rows = list(order.lines.order_by("position"))
    if not wanted.keys() <= {row.pk for row in rows}:
        raise UnknownLine
    return _with_discount(order, [_amended_line(row, wanted.get(row.pk), order.currency) for row in rows])


def _amended_line(row: OrderLine, change: LineChange | None, currency: str) -> dict[str, int | str]:
    if change is None:
        change = LineChange(row.pk, row.quantity, row.unit_price, row.discount_bps)
    try:
        check_whole(change.quantity, row.unit_code)
        amount = price_of_line(change.quantity, change.unit_price, change.discount_bps, currency)
    except DomainError as error:
        error.field = f"{error.field}_{row.pk}"  # which line is at fault
        raise
    return {
        "line_id": row.pk,
        "quantity": quantity_text(change.quantity),
        "unit_price": price_text(unit_price_as_stored(change.unit_price)),
        "discount_bps": change.discount_bps,
        "amount_minor": amount,
    }


def _with_discount(order: Order, lines: list[dict[str, int | str]]) -> list[dict[str, int | str]]:
    """The lines less their parts of the promised discount that this order uses."""
    discount_minor = order.promised_discount.amount_minor if order.promised_discount else 0
    parts = parts_of_discount([int(line["amount_minor"]) for line in lines], discount_minor)
    return [
        line | {"amount_minor": int(line["amount_minor"]) - part, "promised_discount_minor": part}
        for line, part in zip(lines, parts, strict=True)
    ]


def _demand_change(
    order: Order,
    lines: Sequence[Mapping[str, int | str]],
    sums: Totals,
    terms: Terms,
) -> None:
    as_they_stand = _with_discount(
        order, [_amended_line(row, None, order.currency) for row in order.lines.order_by("position")]
    )
    same_terms = terms == (
        order.ship_by,
        order.incoterms_rule,
        order.named_place,
        order.schedule,
        order.quantity_tolerance_bps,
    )
    if same_terms and list(lines) == as_they_stand and sums.freight_minor == order.freight_minor:
        raise AmendmentChangesNothing


def _propose(
    order: Order,
    lines: Sequence[Mapping[str, int | str]],
    sums: Totals,
    terms: Terms,
    note: str,
    actor: Actor,
    key: str,
    at: datetime,
) -> Amendment:
    end_answers(order, outcome="amended", actor=actor, at=at)
    ship_by, rule, place, schedule, tolerance = terms
    amendment = Amendment.objects.create(
        order=order,
        version=order.amendments.count() + 1,
        proposed_by=actor.as_text,
        proposed_at=at,
        lines=list(lines),
        goods_minor=sums.goods_minor,
        freight_minor=sums.freight_minor,
        total_minor=sums.total_minor,
        ship_by=ship_by,
        incoterms_rule=rule,
        named_place=place,
        schedule=schedule,
        quantity_tolerance_bps=tolerance,
        note=note,
    )
    amendment.log_transition("", AmendmentState.PROPOSED, actor=actor, at=at, key=key)
    open_deadline(
        kind="amendment_answer",
        subject=order.ref,
        root=order.ref,
        started_at=at,
        due_at=at + timedelta(days=clock_days(order.clocks, "amendment_days")),
        rule="clocks.amendment_days",
    )
    tell(order, "order_amended", actor=actor, at=at, version=amendment.version)
    return amendment
