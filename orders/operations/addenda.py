"""A change of a running contract by agreement: fewer goods or a lower price for what has not left yet.

The frozen contract is never touched: an accepted addendum stands beside it with its own hash. Acceptance
moves money, so it begins in the app above, which calls `accept_addendum_terms`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.deadlines import close_deadline, open_deadline
from marketplace.core.errors import NotFound
from marketplace.core.idempotency import remember, replayed
from marketplace.core.ids import new_ref
from marketplace.core.money import Money
from orders.clocks import clock_days
from orders.errors import AddendumOpen, AddendumOutdated, NoAddendum, OrderNotYours, OwnProposal
from orders.models import Addendum, Order, OrderLine
from orders.operations.capacity import settle_capacity
from orders.operations.cutting import Cut, cut_lines, demand_changeable
from orders.operations.events import record_event, tell
from orders.operations.locking import lock_order
from orders.operations.progress import advance
from orders.operations.taking import lines_of
from orders.policies import can_act_as_supplier, can_answer_as_buyer
from orders.rules.addenda import LineCut, addendum_terms
from orders.rules.terms import moment_text, price_text, quantity_text, terms_hash
from orders.rules.texts import clean_note
from orders.states import AddendumState, Audience

ADDENDUM_ANSWER = "addendum_answer"


@transaction.atomic
def propose_addendum(
    *,
    order_ref: str,
    lines: Sequence[LineCut],
    freight_off: Money | None = None,
    note: str = "",
    actor: Actor,
    key: str,
    at: datetime,
) -> Addendum:
    """Either side proposes fewer goods or a lower price for what has not left; the other side answers.

    Nothing changes before it is accepted. The deadline `addendum_answer` begins (as long as for amended
    terms); unanswered it expires and the contract stays as it is. `addendum_proposed` is told.
    Raises `NotFound`, `OrderNotYours`, `NotRunning`, `NothingUnshipped`, `AddendumOpen`,
    `AddendumChangesNothing`, and `Rejected` at the field at fault.
    """
    order = lock_order(order_ref, actor)
    off = Money.zero(order.currency) if freight_off is None else freight_off
    content = {"order": order_ref, "lines": [asdict(line) for line in lines], "freight": off, "note": note}
    done = replayed(key=key, operation="orders.propose_addendum", content=content)
    if done is not None:
        return order.addenda.get(ref=done)
    side = _side(order, actor)
    demand_changeable(order)
    if order.addenda.filter(state=AddendumState.PROPOSED).exists():
        raise AddendumOpen
    cut = cut_lines(order, lines_of(order), lines, (off - Money.zero(order.currency)).amount_minor)
    addendum = _propose(order, side, lines, off, cut, clean_note(note), actor=actor, key=key, at=at)
    remember(key=key, operation="orders.propose_addendum", content=content, result=addendum.ref, at=at)
    return addendum


@transaction.atomic
def decline_addendum(
    *, addendum_ref: str, reason: str = "", actor: Actor, key: str, at: datetime
) -> Addendum:
    """The other side says no: the contract stays as it is. Raises `NotFound`, `OrderNotYours`, `NoAddendum`, `OwnProposal`."""
    order, addendum = lock_addendum(addendum_ref, actor)
    content = {"addendum": addendum_ref, "reason": reason}
    if replayed(key=key, operation="orders.decline_addendum", content=content) is not None:
        return addendum
    demand_answer(order, addendum, actor)
    _end(order, addendum, AddendumState.DECLINED, "addendum_declined", clean_note(reason), actor, key, at)
    remember(key=key, operation="orders.decline_addendum", content=content, result=addendum.ref, at=at)
    return addendum


@transaction.atomic
def withdraw_addendum(*, addendum_ref: str, actor: Actor, key: str, at: datetime) -> Addendum:
    """Who proposed it takes it back. Raises `NotFound`, `OrderNotYours`, `NoAddendum`."""
    order, addendum = lock_addendum(addendum_ref, actor)
    content = {"addendum": addendum_ref}
    if replayed(key=key, operation="orders.withdraw_addendum", content=content) is not None:
        return addendum
    if _side(order, actor) != addendum.side:
        raise OrderNotYours(side=addendum.get_side_display(), roles="")
    if addendum.state != AddendumState.PROPOSED:
        raise NoAddendum
    _end(order, addendum, AddendumState.WITHDRAWN, "addendum_withdrawn", "", actor, key, at)
    remember(key=key, operation="orders.withdraw_addendum", content=content, result=addendum.ref, at=at)
    return addendum


def expire_addendum(addendum_ref: str, at: datetime) -> None:
    """By the clock: nobody answered, the contract stays as it is."""
    actor = Actor.system("auto_expire")
    order, addendum = lock_addendum(addendum_ref, actor)
    if addendum.state == AddendumState.PROPOSED:
        _end(order, addendum, AddendumState.EXPIRED, "addendum_expired", "", actor, "", at)


def accept_addendum_terms(
    *, order: Order, addendum: Addendum, actor: Actor, at: datetime, key: str = ""
) -> Money:
    """Lower half (the caller holds the order's lock): both sides have agreed; returns by how much the whole is cheaper.

    The lines' cancelled quantities and the rest's lower prices are written, the addendum gets its terms with
    their hash (chained to the contract's), and the order moves on when what remains has been delivered.
    Raises `OrderNotYours`, `OwnProposal`, `NoAddendum`, `NotRunning`, `NothingUnshipped`, and
    `AddendumOutdated` when it is no longer worth what both sides saw.
    """
    demand_answer(order, addendum, actor)
    demand_changeable(order)
    before = order.total_now
    rows = lines_of(order)
    cut = cut_lines(order, rows, _cuts(addendum), addendum.freight_off_minor)
    if cut.value_minor != addendum.value_minor:
        raise AddendumOutdated
    _write(order, rows)
    settle_capacity(order, actor=actor, at=at, lines=rows)
    terms = _terms(order, addendum, cut, before, actor, at)
    addendum.move_to(
        AddendumState.ACCEPTED,
        actor=actor,
        at=at,
        key=key,
        answered_by=actor.as_text,
        answered_label=actor.label,
        answered_at=at,
        terms=terms,
        terms_hash=terms_hash(terms),
    )
    close_deadline(kind=ADDENDUM_ANSWER, subject=addendum.ref, outcome="accepted", at=at)
    value = Money(cut.value_minor, order.currency)
    record_event(
        order=order,
        kind="addendum_accepted",
        actor=actor,
        at=at,
        params={"number": addendum.number, "value": value},
    )
    tell(order, "addendum_accepted", subject=addendum.ref, actor=actor, at=at, amount_minor=cut.value_minor)
    advance(order, actor=actor, at=at, key=key)
    return value


def lock_addendum(addendum_ref: str, actor: Actor) -> tuple[Order, Addendum]:
    """A proposal under its order's lock. Raises `NotFound`."""
    order = Order.objects.visible_to(actor).filter(addenda__ref=addendum_ref).lock().first()
    if order is None:
        raise NotFound
    return order, order.addenda.get(ref=addendum_ref)


def demand_answer(order: Order, addendum: Addendum, actor: Actor) -> None:
    """Raises `OrderNotYours`, `OwnProposal`, `NoAddendum` unless the actor may answer this proposal now."""
    if _side(order, actor) == addendum.side:
        raise OwnProposal
    if addendum.state != AddendumState.PROPOSED:
        raise NoAddendum


def _side(order: Order, actor: Actor) -> Audience:
    if can_answer_as_buyer(actor, order):
        return Audience.BUYER
    if can_act_as_supplier(actor, order):
        return Audience.SUPPLIER
    raise OrderNotYours(side="", roles="")


def _propose(
    order: Order,
    side: Audience,
    lines: Sequence[LineCut],
    off: Money,
    cut: Cut,
    note: str,
    *,
    actor: Actor,
    key: str,
    at: datetime,
) -> Addendum:
    due = at + timedelta(days=clock_days(order.clocks, "amendment_days"))
    addendum = Addendum.objects.create(
        ref=new_ref("add"),
        order=order,
        number=order.addenda.count() + 1,
        side=side,
        proposed_by=actor.as_text,
        proposed_label=actor.label,
        proposed_at=at,
        expires_at=due,
        lines=[_as_data(line) for line in lines if line.cancel or line.reprices],
        freight_off_minor=off.amount_minor,
        value_minor=cut.value_minor,
        note=note,
    )
    addendum.log_transition("", AddendumState.PROPOSED, actor=actor, at=at, key=key)
    open_deadline(
        kind=ADDENDUM_ANSWER,
        subject=addendum.ref,
        root=order.ref,
        started_at=at,
        due_at=due,
        rule="clocks.amendment_days",
    )
    value = Money(cut.value_minor, order.currency)
    record_event(
        order=order,
        kind="addendum_proposed",
        actor=actor,
        at=at,
        params={"number": addendum.number, "value": value},
    )
    tell(
        order,
        "addendum_proposed",
        subject=addendum.ref,
        actor=actor,
        at=at,
        side=side.value,
        amount_minor=cut.value_minor,
    )
    return addendum


def _end(
    order: Order,
    addendum: Addendum,
    state: AddendumState,
    kind: str,
    reason: str,
    actor: Actor,
    key: str,
    at: datetime,
) -> None:
    addendum.move_to(state, actor=actor, at=at, key=key, reason=reason)
    close_deadline(kind=ADDENDUM_ANSWER, subject=addendum.ref, outcome=state.value, at=at)
    record_event(order=order, kind=kind, actor=actor, at=at, params={"number": addendum.number})
    tell(order, kind, subject=addendum.ref, actor=actor, at=at, side=addendum.side, reason=reason)


def _write(order: Order, rows: Sequence[OrderLine]) -> None:
    OrderLine.objects.bulk_update(
        rows,
        [
            "cancelled_quantity",
            "taken_quantity",
            "priced_from_quantity",
            "priced_from_minor",
            "price_cut_minor",
            "lower_unit_price",
            "lower_discount_bps",
        ],
    )
    order.save(
        update_fields=[
            "cancelled_goods_minor",
            "cancelled_freight_minor",
            "cancelled_part_minor",
            "reduced_goods_minor",
            "reduced_freight_minor",
            "freight_from_goods_minor",
            "freight_from_minor",
        ]
    )


def _as_data(line: LineCut) -> dict[str, Any]:
    return {
        "line_id": line.line_id,
        "cancel": quantity_text(line.cancel),
        "unit_price": None if line.unit_price is None else price_text(line.unit_price),
        "discount_bps": line.discount_bps,
    }


def _cuts(addendum: Addendum) -> list[LineCut]:
    return [
        LineCut(
            int(line["line_id"]),
            Decimal(line["cancel"]),
            None if line["unit_price"] is None else Decimal(line["unit_price"]),
            line["discount_bps"],
        )
        for line in addendum.lines
    ]


def _terms(
    order: Order, addendum: Addendum, cut: Cut, before: Money, actor: Actor, at: datetime
) -> dict[str, Any]:
    last = order.addenda.filter(state=AddendumState.ACCEPTED).order_by("-answered_at", "-pk").first()
    return addendum_terms(
        order={"ref": order.ref, "number": order.number, "currency": order.currency},
        number=addendum.number,
        lines=cut.lines,
        freight={"cancelled_minor": cut.freight_cancelled_minor, "taken_off_minor": cut.freight_off_minor},
        totals={
            "before_minor": before.amount_minor,
            "less_minor": cut.value_minor,
            "after_minor": order.total_now.amount_minor,
        },
        signed={
            "proposed": {
                "side": addendum.side,
                "by": addendum.proposed_label or addendum.proposed_by,
                "at": moment_text(addendum.proposed_at),
            },
            "accepted": {"by": actor.label or actor.as_text, "at": moment_text(at)},
        },
        previous_hash=order.terms_hash if last is None else last.terms_hash,
        note=addendum.note,
    )
