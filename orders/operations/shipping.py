"""Shipments by the supplier: packed, papers attached, dispatched; or unpacked again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.deadlines import open_deadline
from marketplace.core.errors import DomainError
from marketplace.core.formatting import format_number
from marketplace.core.idempotency import remember, replayed
from marketplace.core.ids import new_ref
from marketplace.files.operations import store_upload, upload_hashes
from orders.clocks import clock_days
from orders.errors import (
    ArrivesBeforeItLeaves,
    DateInFuture,
    DateTooFar,
    LineTwice,
    MoreThanOrdered,
    NotCleared,
    NothingPacked,
    NothingToShip,
    NotRunning,
    ShipmentNotPacked,
    ShippedBeforePacked,
    SurplusNotSettled,
    TooManyDocuments,
    UnknownDocumentType,
    UnknownLine,
)
from orders.models import Order, OrderLine, Shipment, ShipmentDocument, ShipmentLine
from orders.operations.events import record_event, tell
from orders.operations.locking import demand_supplier, lock_order, lock_shipment
from orders.operations.producing import demand_all_held
from orders.operations.progress import advance
from orders.operations.taking import lines_of, take
from orders.rules.amounts import check_quantity
from orders.rules.progress import TRANSIT_DAYS, end_of_day
from orders.rules.texts import carrier_code, check_transport, check_whole, clean_line, clean_tracking_number
from orders.states import RUNNING, SHIPPABLE, DocumentType, ShipmentState, SurplusState

FILE_KIND = "shipment_document"
DOCUMENT_LIMIT = 30
# Nobody promises a longer journey; it keeps the arrival check from being put off for ever.
LONGEST_TRANSIT_DAYS = 120
# A day begins up to 14 hours earlier somewhere than in UTC.
_EARLIEST_ZONE = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class PackedLine:
    """How much of an order's line is in the shipment."""

    line_id: int
    quantity: Decimal


@transaction.atomic
def prepare_shipment(
    *,
    order_ref: str,
    lines: Sequence[PackedLine],
    transport_mode: str,
    carrier: str,
    tracking_number: str = "",
    promised_arrival_on: date | None = None,
    actor: Actor,
    key: str,
    at: datetime,
) -> Shipment:
    """Pack goods of some lines that will leave together; `shipment_packed` is told.

    Never more than ordered less cancelled less already packed. Raises `NotFound`, `OrderNotYours`,
    `NotCleared` while production is not cleared, `NotRunning`, `NothingToShip`, `NothingPacked`,
    `UnknownLine` for a line of another order, `MoreThanOrdered`, `Rejected` for bad input.
    """
    order = lock_order(order_ref, actor)
    content = {
        "order": order_ref,
        "lines": [asdict(line) for line in lines],
        "carriage": [transport_mode, carrier, tracking_number, promised_arrival_on],
    }
    done = replayed(key=key, operation="orders.prepare_shipment", content=content)
    if done is not None:
        return order.shipments.get(ref=done)
    demand_supplier(actor, order)
    _demand_packing(order)
    check_transport(transport_mode)
    name = clean_line(carrier, field="carrier", limit=80)
    if promised_arrival_on is not None and promised_arrival_on < at.date() - timedelta(days=1):
        raise ArrivesBeforeItLeaves(field="promised_arrival_on")
    packed = _pack(order, lines)
    shipment = Shipment.objects.create(
        ref=new_ref("shp"),
        order=order,
        transport_mode=transport_mode,
        carrier=name,
        carrier_code=carrier_code(name),
        tracking_number=clean_tracking_number(tracking_number),
        promised_arrival_on=promised_arrival_on,
        packed_at=at,
    )
    ShipmentLine.objects.bulk_create(
        ShipmentLine(shipment=shipment, line=line, quantity=quantity) for line, quantity in packed
    )
    shipment.log_transition("", ShipmentState.PACKED, actor=actor, at=at, key=key)
    tell(order, "shipment_packed", subject=shipment.ref, actor=actor, at=at)
    remember(key=key, operation="orders.prepare_shipment", content=content, result=shipment.ref, at=at)
    return shipment


@transaction.atomic
def unpack_shipment(*, shipment_ref: str, actor: Actor, key: str, at: datetime) -> Shipment:
    """Undo a packing mistake: packed → unpacked; its goods are to be shipped again. `shipment_unpacked` is told.

    Raises `NotFound`, `OrderNotYours`, `ShipmentNotPacked` once it has left.
    """
    order, shipment = lock_shipment(shipment_ref, actor)
    content = {"shipment": shipment_ref}
    if replayed(key=key, operation="orders.unpack_shipment", content=content) is not None:
        return shipment
    demand_supplier(actor, order)
    if shipment.state != ShipmentState.PACKED:
        raise ShipmentNotPacked(state=shipment.get_state_display())
    unpack(order, shipment, actor=actor, at=at, key=key)
    tell(order, "shipment_unpacked", subject=shipment.ref, actor=actor, at=at)
    remember(key=key, operation="orders.unpack_shipment", content=content, result=shipment.ref, at=at)
    return shipment


@transaction.atomic
def attach_document(
    *,
    shipment_ref: str,
    document_type: str,
    upload: UploadedFile[bytes],
    actor: Actor,
    key: str,
    at: datetime,
) -> ShipmentDocument:
    """Store a paper of the shipment (PDF or image, checked by content), for both sides to read.

    The supplier may add papers until the order is over. Raises `NotFound`, `OrderNotYours`, `NotRunning`,
    `UnknownDocumentType`, `TooManyDocuments`, and what the file store refuses.
    """
    order, shipment = lock_shipment(shipment_ref, actor)
    content = {"shipment": shipment_ref, "type": document_type, "file": upload_hashes([upload])}
    done = replayed(key=key, operation="orders.attach_document", content=content)
    if done is not None:
        return shipment.documents.get(pk=int(done))
    demand_supplier(actor, order)
    document = keep_document(order, shipment, document_type, upload, actor=actor, at=at)
    remember(key=key, operation="orders.attach_document", content=content, result=str(document.pk), at=at)
    return document


def keep_document(
    order: Order,
    shipment: Shipment,
    document_type: str,
    upload: UploadedFile[bytes],
    *,
    actor: Actor,
    at: datetime,
) -> ShipmentDocument:
    """The common part of every paper; the order is locked, the actor authorised. Tells `document_attached`."""
    if order.state not in RUNNING:
        raise NotRunning(state=order.get_state_display())
    if document_type not in DocumentType.values:
        raise UnknownDocumentType(field="document_type")
    if shipment.documents.count() >= DOCUMENT_LIMIT:
        raise TooManyDocuments(field="upload", limit=DOCUMENT_LIMIT)
    stored = store_upload(
        kind=FILE_KIND, subject=shipment.ref, upload=upload, actor=actor, at=at, field="upload"
    )
    document = ShipmentDocument.objects.create(
        shipment=shipment, document_type=document_type, file=stored, attached_by=actor.as_text, attached_at=at
    )
    record_event(
        order=order,
        kind="document_attached",
        actor=actor,
        at=at,
        params={"type": DocumentType(document_type), "name": stored.name},
    )
    tell(order, "document_attached", subject=shipment.ref, actor=actor, at=at, document_type=document_type)
    return document


@transaction.atomic
def dispatch_shipment(
    *,
    shipment_ref: str,
    shipped_on: date,
    promised_arrival_on: date | None = None,
    actor: Actor,
    key: str,
    at: datetime,
) -> Shipment:
    """The goods leave: packed → in transit.

    Consequences: the shipment is marked late when it left after the contract's ship-by; the deadline
    `arrival_check` begins; the order becomes shipped when that is true of all its lines;
    `shipment_in_transit` (and `shipment_late`) are told.
    Raises `NotFound`, `OrderNotYours`, `NotCleared` before clearance to ship, `ShipmentNotPacked`,
    `Rejected` for a day before packing, in the future, or an arrival before departure.
    """
    order, shipment = lock_shipment(shipment_ref, actor)
    content = {"shipment": shipment_ref, "days": [shipped_on, promised_arrival_on]}
    if replayed(key=key, operation="orders.dispatch_shipment", content=content) is not None:
        return shipment
    demand_supplier(actor, order)
    if shipped_on < shipment.packed_at.date() - timedelta(days=1):
        raise ShippedBeforePacked(field="shipped_on", day=shipment.packed_at.date())
    if shipped_on > (at + _EARLIEST_ZONE).date():
        raise DateInFuture(field="shipped_on")
    depart(order, shipment, shipped_on, promised_arrival_on, actor=actor, key=key, at=at)
    remember(key=key, operation="orders.dispatch_shipment", content=content, result=shipment.ref, at=at)
    return shipment


def depart(
    order: Order,
    shipment: Shipment,
    shipped_on: date,
    promised_arrival_on: date | None,
    *,
    actor: Actor,
    key: str,
    at: datetime,
) -> None:
    """The common part of the supplier's dispatch and the carrier's first report; the order is locked."""
    if shipment.state != ShipmentState.PACKED:
        raise ShipmentNotPacked(state=shipment.get_state_display())
    if order.cleared_to_ship_at is None:
        raise NotCleared
    # INVARIANT: nothing leaves while what was held for it is gone (enforced by shipment_leaves_only_when_cleared)
    demand_all_held(order)
    if order.state not in SHIPPABLE:
        raise NotRunning(state=order.get_state_display())
    # INVARIANT: goods beyond the order leave paid or given (enforced by
    # shipment_leaves_not_before_its_surplus_is_settled)
    if shipment.surplus_state == SurplusState.ASKED:
        raise SurplusNotSettled
    promised = promised_arrival_on or shipment.promised_arrival_on
    if promised is None or (promised < shipped_on and promised_arrival_on is None):
        promised = shipped_on + timedelta(days=_usual_transit(order, shipment))
    if promised < shipped_on:
        raise ArrivesBeforeItLeaves(field="promised_arrival_on")
    if promised > shipped_on + timedelta(days=LONGEST_TRANSIT_DAYS):
        raise DateTooFar(field="promised_arrival_on", days=LONGEST_TRANSIT_DAYS)
    late = shipped_on > order.last_ship_day
    shipment.move_to(
        ShipmentState.IN_TRANSIT,
        actor=actor,
        at=at,
        key=key,
        shipped_on=shipped_on,
        promised_arrival_on=promised,
        late=late,
    )
    _count_shipped(order, shipment)
    open_deadline(
        kind="arrival_check",
        subject=shipment.ref,
        root=order.ref,
        started_at=at,
        due_at=end_of_day(promised) + timedelta(days=clock_days(order.clocks, "arrival_ask_days")),
        rule="clocks.arrival_ask_days",
    )
    tell(order, "shipment_in_transit", subject=shipment.ref, actor=actor, at=at)
    if late:
        _mark_late(order, shipment, actor=actor, at=at)
    advance(order, actor=actor, at=at, key=key)


def unpack(order: Order, shipment: Shipment, *, actor: Actor, at: datetime, key: str = "") -> None:
    """Take a packed shipment apart; its quantities are open again. The order is locked.

    What it held beyond the order is not wanted any more: `surplus_dropped` tells the app of the money.
    """
    before = shipment.surplus_state
    shipment.move_to(
        ShipmentState.UNPACKED, actor=actor, at=at, key=key, surplus_state=SurplusState.NONE, surplus_minor=0
    )
    for row in shipment.lines.select_related("line"):
        row.line.packed_quantity -= row.quantity
        row.line.tolerated_quantity -= row.over_quantity
        row.line.save(update_fields=["packed_quantity", "tolerated_quantity"])
    if before in {SurplusState.ASKED, SurplusState.PAID}:
        tell(order, "surplus_dropped", subject=shipment.ref, actor=actor, at=at)


def _demand_packing(order: Order) -> None:
    if order.state not in SHIPPABLE:
        raise NotRunning(state=order.get_state_display())
    if order.cleared_to_produce_at is None:
        raise NotCleared


def _pack(order: Order, wanted: Sequence[PackedLine]) -> list[tuple[OrderLine, Decimal]]:
    rows = {row.pk: row for row in order.lines.order_by("position")}
    if not any(row.open_quantity > 0 for row in rows.values()):
        raise NothingToShip
    if len({line.line_id for line in wanted}) != len(wanted):
        raise LineTwice
    packed: list[tuple[OrderLine, Decimal]] = []
    for line in wanted:
        if line.line_id not in rows:
            raise UnknownLine
        if _is_some(line):
            packed.append((_take(rows[line.line_id], line.quantity), line.quantity))
    if not packed:
        raise NothingPacked(field="quantity")
    # INVARIANT: never more packed than ordered (enforced by order_line_never_more_packed_than_ordered)
    OrderLine.objects.bulk_update([row for row, _quantity in packed], ["packed_quantity"])
    return packed


def _is_some(line: PackedLine) -> bool:
    try:
        check_quantity(line.quantity, allow_zero=True)
    except DomainError as error:
        error.field = f"quantity_{line.line_id}"  # which line is at fault
        raise
    return line.quantity > 0


def _take(row: OrderLine, quantity: Decimal) -> OrderLine:
    try:
        check_whole(quantity, row.unit_code)
    except DomainError as error:
        error.field = f"quantity_{row.pk}"
        raise
    if quantity > row.open_quantity:
        raise MoreThanOrdered(
            field=f"quantity_{row.pk}", open=format_number(row.open_quantity), title=row.full_title
        )
    row.packed_quantity += quantity
    return row


def _count_shipped(order: Order, shipment: Shipment) -> None:
    """Count what left and fix what it is worth: from now on no correction and no cancellation reaches it."""
    lines, packed = lines_of(order), {row.line_id: row for row in shipment.lines.all()}
    value = take(order, lines, {pk: row.quantity - row.over_quantity for pk, row in packed.items()})
    for line in lines:
        if line.pk in packed:
            line.shipped_quantity += packed[line.pk].quantity
    OrderLine.objects.bulk_update(lines, ["shipped_quantity", "taken_quantity"])
    shipment.goods_minor, shipment.freight_minor = value.goods_minor, value.freight_minor
    shipment.save(update_fields=["goods_minor", "freight_minor"])


def _mark_late(order: Order, shipment: Shipment, *, actor: Actor, at: datetime) -> None:
    if not order.late:
        order.late = True
        order.save(update_fields=["late"])
    tell(order, "shipment_late", subject=shipment.ref, actor=actor, at=at)


def _usual_transit(order: Order, shipment: Shipment) -> int:
    if shipment.transport_mode == order.transport_mode:
        return order.transit_days
    return TRANSIT_DAYS[shipment.transport_mode]
