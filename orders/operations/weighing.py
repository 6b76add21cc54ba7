"""What a weight certificate settles: less or more than packed, within the tolerance that the contract agreed.

Lower halves: the app above moves the money. Outside the tolerance everything is refused and nothing changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.files.uploadedfile import UploadedFile

from marketplace.core.actors import Actor
from marketplace.core.errors import DomainError, NotFound
from marketplace.core.formatting import format_quantity
from marketplace.core.money import Money, line_amount
from marketplace.core.units import UNITS
from orders.errors import (
    LineTwice,
    NoCertificate,
    NoSurplus,
    NothingWeighed,
    NoTolerance,
    OutsideTolerance,
    ShipmentNotPacked,
    UnknownLine,
    WeighedBefore,
)
from orders.models import Order, OrderLine, Shipment, ShipmentLine
from orders.operations.events import record_event, tell
from orders.operations.locking import demand_supplier
from orders.operations.shipping import keep_document, unpack
from orders.operations.taking import lines_of, take_goods_only
from orders.rules.amounts import check_quantity
from orders.rules.worth import within_tolerance
from orders.states import DocumentType, ShipmentState, SurplusState


@dataclass(frozen=True, slots=True)
class MeasuredLine:
    """What the certificate says of an order's line in this shipment."""

    line_id: int
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the weighing came to: goods that are missing are worth `short`, goods beyond the order `surplus`."""

    shipment: Shipment
    short: Money
    surplus: Money


def weigh_shipment(
    *,
    order: Order,
    shipment_ref: str,
    measured: Sequence[MeasuredLine],
    is_last: bool,
    upload: UploadedFile[bytes] | None,
    actor: Actor,
    at: datetime,
) -> Weighed:
    """Lower half: a packed shipment was weighed; the certificate's quantities count from now on.

    More than is still wanted of a line is surplus, asked for as a top-up before the goods leave. Less stays
    open for another shipment, or, when this `is_last` of its lines, is settled as missing: its price
    without freight is no longer due. Both only within the tolerance of the contract's quantity.
    Raises `NotFound`, `OrderNotYours`, `ShipmentNotPacked`, `WeighedBefore`, `NothingWeighed`, `LineTwice`,
    `UnknownLine`, `BadQuantity`, `NoTolerance`, `OutsideTolerance`, `NoCertificate` and what papers refuse.
    """
    demand_supplier(actor, order)
    shipment = order.shipments.filter(ref=shipment_ref).first()
    if shipment is None:
        raise NotFound
    if shipment.state != ShipmentState.PACKED:
        raise ShipmentNotPacked(state=shipment.get_state_display())
    if shipment.weighed_at is not None:
        raise WeighedBefore
    _keep_certificate(order, shipment, upload, actor, at)
    lines, packed = lines_of(order), {row.line_id: row for row in shipment.lines.all()}
    weights = _checked(packed, measured)
    by_pk = {line.pk: line for line in lines}
    surplus = sum(_weigh(order, by_pk[pk], packed[pk], quantity) for pk, quantity in weights.items())
    missing = {pk: _missing(order, by_pk[pk]) for pk in weights} if is_last else {}
    short = take_goods_only(order, lines, missing)
    for pk, quantity in missing.items():
        by_pk[pk].tolerated_quantity -= quantity
    _write(order, shipment, lines, packed, short_minor=short, surplus_minor=surplus, at=at)
    weighed = Weighed(shipment, Money(short, order.currency), Money(surplus, order.currency))
    _say(order, weighed, actor, at)
    return weighed


def waive_surplus(*, order: Order, shipment_ref: str, actor: Actor, at: datetime) -> Shipment:
    """Lower half: the supplier gives what is beyond the order at the agreed price; the goods may leave.

    Raises `OrderNotYours`, `NoSurplus` unless it is asked for and not paid.
    """
    demand_supplier(actor, order)
    return _settle_surplus(order, shipment_ref, SurplusState.WAIVED, "surplus_waived", actor, at)


def surplus_not_paid(*, order: Order, shipment_ref: str, actor: Actor, at: datetime) -> None:
    """Lower half: nobody paid for what a shipment holds beyond the order, nor gave it, in time: it is unpacked.

    Its goods are to be packed again, as much as was ordered; `surplus_not_paid` is told. Raises `NoSurplus`.
    """
    shipment = order.shipments.filter(ref=shipment_ref, surplus_state=SurplusState.ASKED).first()
    if shipment is None:
        raise NoSurplus
    value = Money(shipment.surplus_minor, order.currency)
    params = {"shipment": shipment.ref, "value": value}
    record_event(order=order, kind="surplus_not_paid", actor=actor, at=at, params=params)
    unpack(order, shipment, actor=actor, at=at)
    for kind in ("surplus_not_paid", "shipment_unpacked"):
        tell(order, kind, subject=shipment.ref, actor=actor, at=at, amount_minor=value.amount_minor)


def surplus_paid(*, order: Order, shipment_ref: str, actor: Actor, at: datetime) -> Shipment:
    """Lower half: the top-up is held; the goods may leave. Raises `NoSurplus`."""
    shipment = _settle_surplus(order, shipment_ref, SurplusState.PAID, "surplus_paid", actor, at)
    order.topped_up_minor += shipment.surplus_minor
    order.save(update_fields=["topped_up_minor"])
    return shipment


def surplus_returned(*, order: Order, amount_minor: int) -> None:
    """Lower half: a top-up that had been paid went back, its goods do not travel."""
    order.topped_up_minor -= amount_minor
    order.save(update_fields=["topped_up_minor"])


def _settle_surplus(
    order: Order, shipment_ref: str, state: SurplusState, kind: str, actor: Actor, at: datetime
) -> Shipment:
    shipment = order.shipments.filter(ref=shipment_ref, surplus_state=SurplusState.ASKED).first()
    if shipment is None:
        raise NoSurplus
    shipment.surplus_state = state
    shipment.save(update_fields=["surplus_state"])
    value = Money(shipment.surplus_minor, order.currency)
    record_event(
        order=order, kind=kind, actor=actor, at=at, params={"shipment": shipment.ref, "value": value}
    )
    tell(order, kind, subject=shipment.ref, actor=actor, at=at, amount_minor=value.amount_minor)
    return shipment


def _keep_certificate(
    order: Order, shipment: Shipment, upload: UploadedFile[bytes] | None, actor: Actor, at: datetime
) -> None:
    certificate = DocumentType.WEIGHT_CERTIFICATE
    if upload is not None:
        keep_document(order, shipment, certificate, upload, actor=actor, at=at)
    elif not shipment.documents.filter(document_type=certificate).exists():
        raise NoCertificate(field="upload")


def _checked(packed: dict[int, ShipmentLine], measured: Sequence[MeasuredLine]) -> dict[int, Decimal]:
    weights = {line.line_id: line.quantity for line in measured}
    if not weights:
        raise NothingWeighed
    if len(weights) != len(measured):
        raise LineTwice
    if not weights.keys() <= packed.keys():
        raise UnknownLine
    for pk, quantity in weights.items():
        try:
            check_quantity(quantity)
        except DomainError as error:
            error.field = f"measured_{pk}"
            raise
    return weights


def _weigh(order: Order, line: OrderLine, row: ShipmentLine, quantity: Decimal) -> int:
    """Let the measured quantity count; returns the price of what is beyond the order, in minor units."""
    if quantity != row.quantity and (order.tolerance_bps == 0 or UNITS[line.unit_code].whole):
        raise NoTolerance(field=f"measured_{line.pk}", title=line.full_title)
    over = max(line.packed_quantity - row.quantity + quantity - line.wanted_quantity, Decimal(0))
    _demand_tolerated(order, line, line.tolerated_quantity + over, quantity)
    line.packed_quantity += quantity - row.quantity
    line.tolerated_quantity += over
    row.declared_quantity, row.quantity, row.over_quantity = row.quantity, quantity, over
    return line_amount(over, line.price_now, order.currency, discount_bps=line.discount_now_bps).amount_minor


def _missing(order: Order, line: OrderLine) -> Decimal:
    """What will not come any more of a line, and counts as settled."""
    missing = line.open_quantity
    if missing and (order.tolerance_bps == 0 or UNITS[line.unit_code].whole):
        raise NoTolerance(field=f"measured_{line.pk}", title=line.full_title)
    _demand_tolerated(order, line, line.tolerated_quantity - missing, line.packed_quantity)
    return missing


def _demand_tolerated(order: Order, line: OrderLine, difference: Decimal, measured: Decimal) -> None:
    agreed = line.quantity - line.cancelled_quantity
    if within_tolerance(difference, agreed, order.tolerance_bps):
        return
    room = (agreed * order.tolerance_bps).scaleb(-4)
    raise OutsideTolerance(
        field=f"measured_{line.pk}",
        title=line.full_title,
        measured=format_quantity(measured, line.unit_code),
        least=format_quantity(agreed - room, line.unit_code),
        most=format_quantity(agreed + room, line.unit_code),
    )


def _write(
    order: Order,
    shipment: Shipment,
    lines: Sequence[OrderLine],
    packed: dict[int, ShipmentLine],
    *,
    short_minor: int,
    surplus_minor: int,
    at: datetime,
) -> None:
    ShipmentLine.objects.bulk_update(packed.values(), ["quantity", "declared_quantity", "over_quantity"])
    OrderLine.objects.bulk_update(lines, ["packed_quantity", "tolerated_quantity", "taken_quantity"])
    order.reduced_goods_minor += short_minor
    order.save(update_fields=["reduced_goods_minor", "freight_from_goods_minor", "freight_from_minor"])
    shipment.weighed_at = at
    shipment.surplus_minor = surplus_minor
    shipment.surplus_state = SurplusState.ASKED if surplus_minor else SurplusState.NONE
    shipment.save(update_fields=["weighed_at", "surplus_minor", "surplus_state"])


def _say(order: Order, weighed: Weighed, actor: Actor, at: datetime) -> None:
    shipment = weighed.shipment
    for kind, value in (("goods_missing", weighed.short), ("surplus_asked", weighed.surplus)):
        if value.is_positive:
            record_event(
                order=order, kind=kind, actor=actor, at=at, params={"shipment": shipment.ref, "value": value}
            )
            tell(order, kind, subject=shipment.ref, actor=actor, at=at, amount_minor=value.amount_minor)
    if weighed.short.is_zero and weighed.surplus.is_zero:
        record_event(order=order, kind="goods_weighed", actor=actor, at=at, params={"shipment": shipment.ref})
