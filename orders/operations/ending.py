"""How orders end, in full or in part: lapsed, cancelled, accepted, completed. Lower halves for the money's app.

Every function here is called inside the caller's transaction, on an order the caller has locked and
after the caller has authorised; each guards the step itself.
"""

from __future__ import annotations

from datetime import datetime

from marketplace.core.actors import Actor
from marketplace.core.deadlines import close_all
from marketplace.core.errors import NotFound
from marketplace.core.money import Money
from orders.errors import NotDelivered, NothingUnshipped, NotRunning, ShipmentAccepted, ShipmentNotDelivered
from orders.models import Order, OrderLine, Shipment
from orders.operations.answering import end_answers
from orders.operations.capacity import settle_capacity
from orders.operations.events import record_event, tell
from orders.operations.progress import advance, note_acceptance
from orders.operations.samples import credit_sample
from orders.operations.shipping import unpack
from orders.operations.taking import take
from orders.states import RUNNING, AddendumState, OrderState, ShipmentState

# The deadlines of an order that belong to this app; they end with it.
ENDED_WITH_ORDER = (
    "order_answer",
    "amendment_answer",
    "ship_by",
    "arrival_check",
    "presume_delivery",
    "addendum_answer",
)


def lapse_order(*, order: Order, actor: Actor, at: datetime, key: str = "", reason: str = "") -> Order:
    """Lower half: nobody answered (placed) or nobody paid (confirmed): → lapsed.

    Consequences: the order's own deadlines end, what it held of stock and capacity goes back, `order_lapsed` is told with the state it lapsed from.
    Raises `IllegalTransition` in any other state.
    """
    before = order.state
    reason = reason or ("fund_by" if before == OrderState.CONFIRMED else "order_answer")
    end_answers(order, outcome="lapsed", actor=actor, at=at)
    close_all(root=order.ref, kinds=ENDED_WITH_ORDER, outcome="lapsed", at=at)
    order.move_to(OrderState.LAPSED, actor=actor, at=at, key=key, reason=reason, ended_at=at)
    settle_capacity(order, actor=actor, at=at)
    tell(order, "order_lapsed", actor=actor, at=at, before=before, reason=reason)
    return order


def cancel_order(*, order: Order, actor: Actor, at: datetime, key: str = "", reason: str = "") -> Order:
    """Lower half: the trade is off (before payment, or refunded in full): → cancelled.

    Consequences: packed shipments are unpacked, a proposed change lapses, the order's own deadlines end,
    what has not left goes back to stock and capacity, `order_cancelled` is told.
    Raises `IllegalTransition` when it is over already.
    """
    end_answers(order, outcome="cancelled", actor=actor, at=at)
    _lapse_addenda(order, actor=actor, at=at)
    _unpack_all(order, actor=actor, at=at)
    close_all(root=order.ref, kinds=ENDED_WITH_ORDER, outcome="cancelled", at=at)
    order.move_to(OrderState.CANCELLED, actor=actor, at=at, key=key, reason=reason, ended_at=at)
    settle_capacity(order, actor=actor, at=at)
    tell(order, "order_cancelled", actor=actor, at=at, reason=reason)
    return order


def cancel_unshipped_lines(
    *, order: Order, actor: Actor, at: datetime, key: str = "", reason: str = ""
) -> Money:
    """Lower half: everything that has not left the supplier is cancelled; the value cancelled is returned.

    The value is the lines' by quantity, and of the freight the same share as of the goods' value, both
    rounded cumulatively with what has left already: all parts add up to the total. Shipments only packed are
    unpacked. The order moves on when what remains has been shipped or delivered; when nothing remains
    its state is left to the caller (`cancel_order`, once it is refunded).
    Raises `NotRunning`, `NothingUnshipped`.
    """
    if order.state not in RUNNING:
        raise NotRunning(state=order.get_state_display())
    _unpack_all(order, actor=actor, at=at)
    lines = list(order.lines.order_by("position"))
    if all(line.open_quantity == 0 for line in lines):
        raise NothingUnshipped
    value = _cancel_open(order, lines)
    OrderLine.objects.bulk_update(lines, ["cancelled_quantity", "taken_quantity"])
    settle_capacity(order, actor=actor, at=at, lines=lines)
    order.save(update_fields=["cancelled_goods_minor", "cancelled_freight_minor", "cancelled_part_minor"])
    close_all(root=order.ref, kinds=("ship_by",), outcome="cancelled", at=at)
    record_event(
        order=order, kind="unshipped_cancelled", actor=actor, at=at, params={"value": value, "reason": reason}
    )
    tell(order, "unshipped_cancelled", actor=actor, at=at, amount_minor=value.amount_minor, reason=reason)
    advance(order, actor=actor, at=at, key=key)
    return value


def accept_shipments(*, order: Order, actor: Actor, at: datetime, key: str = "") -> Order:
    """Lower half: the goods are right, by the buyer's word or silence: delivered shipments → accepted.

    Raises `NotDelivered` until all that is not cancelled is delivered.
    """
    if order.state != OrderState.DELIVERED:
        raise NotDelivered
    for shipment in order.shipments.filter(state=ShipmentState.DELIVERED).order_by("pk"):
        shipment.move_to(ShipmentState.ACCEPTED, actor=actor, at=at, key=key, accepted_at=at)
    order.accepted_at = at
    order.save(update_fields=["accepted_at"])
    return order


def accept_shipment(
    *, order: Order, shipment_ref: str, actor: Actor, at: datetime, key: str = ""
) -> Shipment:
    """Lower half: the goods of one delivered shipment are right: delivered → accepted.

    When all that is not cancelled is delivered and this was the last shipment in inspection, the order is
    accepted with it. Raises `NotFound` for a shipment of another order, `ShipmentNotDelivered`,
    `ShipmentAccepted`.
    """
    shipment = order.shipments.filter(ref=shipment_ref).first()
    if shipment is None:
        raise NotFound
    if shipment.state == ShipmentState.ACCEPTED:
        raise ShipmentAccepted
    if shipment.state != ShipmentState.DELIVERED:
        raise ShipmentNotDelivered(state=shipment.get_state_display())
    shipment.move_to(ShipmentState.ACCEPTED, actor=actor, at=at, key=key, accepted_at=at)
    note_acceptance(order, at=at)
    return shipment


def complete_order(*, order: Order, actor: Actor, at: datetime, key: str = "", reason: str = "") -> Order:
    """Lower half: nothing is held any more and not everything was refunded: → completed.

    Consequences: a proposed change lapses, the order's own deadlines end, a sample's price is promised off a later
    order where the supplier said so, `order_completed` is told. Raises
    `IllegalTransition` for an order that never ran or is over.
    """
    _lapse_addenda(order, actor=actor, at=at)
    _unpack_all(order, actor=actor, at=at)
    close_all(root=order.ref, kinds=ENDED_WITH_ORDER, outcome="completed", at=at)
    order.move_to(OrderState.COMPLETED, actor=actor, at=at, key=key, reason=reason, ended_at=at)
    credit_sample(order, actor=actor, at=at)
    tell(order, "order_completed", actor=actor, at=at)
    return order


def _lapse_addenda(order: Order, *, actor: Actor, at: datetime) -> None:
    """A change of the contract that nobody has answered ends with the order: there is nothing left to change."""
    for addendum in order.addenda.filter(state=AddendumState.PROPOSED):
        addendum.move_to(AddendumState.LAPSED, actor=actor, at=at, reason="order_over")
        record_event(
            order=order, kind="addendum_lapsed", actor=actor, at=at, params={"number": addendum.number}
        )


def _unpack_all(order: Order, *, actor: Actor, at: datetime) -> None:
    for shipment in order.shipments.filter(state=ShipmentState.PACKED).order_by("pk"):
        unpack(order, shipment, actor=actor, at=at)


def _cancel_open(order: Order, lines: list[OrderLine]) -> Money:
    value = take(order, lines, {line.pk: line.open_quantity for line in lines})
    for line in lines:
        line.cancelled_quantity += line.open_quantity
    order.cancelled_goods_minor += value.goods_minor
    order.cancelled_freight_minor += value.freight_minor
    order.cancelled_part_minor += value.total_minor
    return Money(value.total_minor, order.currency)
