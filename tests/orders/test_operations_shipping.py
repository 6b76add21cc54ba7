"""Production, shipments, delivery and acceptance: never more than ordered, never before clearance."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from marketplace.core.actors import Actor
from marketplace.core.errors import DomainError, IllegalTransition, NotAllowed, NotFound
from marketplace.core.ids import new_key
from marketplace.core.models import Deadline, OutboxEvent
from orders.errors import (
    BadTrackingNumber,
    DateInFuture,
    DeliveredBeforeShipped,
    MoreThanOrdered,
    NotCleared,
    NotDelivered,
    NothingPacked,
    NothingToShip,
    NothingUnshipped,
    NotRunning,
    OfficerInvolved,
    OrderNotYours,
    ShipmentNotInTransit,
    ShipmentNotPacked,
    ShippedBeforePacked,
    UnknownDocumentType,
    UnknownLine,
)
from orders.models import OrderLine, Shipment, ShipmentLine
from orders.operations import (
    PackedLine,
    accept_shipments,
    attach_document,
    cancel_order,
    cancel_unshipped_lines,
    clear_to_produce,
    clear_to_ship,
    complete_order,
    dispatch_shipment,
    lock_order,
    prepare_shipment,
    record_delivery,
    start_production,
    unpack_shipment,
)
from orders.queries.books import line_discrepancies
from tests.factories import AT, days
from tests.factories.accounts import a_company, a_member, a_person, owner_of, staff
from tests.factories.catalog import a_live_product
from tests.factories.files import a_pdf
from tests.factories.orders import (
    HOLDS,
    Trade,
    a_cleared_order,
    a_confirmed_terms,
    a_delivered_shipment,
    a_dispatched_shipment,
    a_packed_shipment,
    a_placed_order,
)

pytestmark = pytest.mark.django_db


def _counted(trade: Trade) -> tuple[Decimal | int, ...]:
    line = trade.line
    return line.packed_quantity, line.shipped_quantity, line.delivered_quantity, line.cancelled_quantity


def _lower(trade: Trade, half: Any, at: Any, **more: Any) -> Any:
    with transaction.atomic():
        return half(order=lock_order(trade.ref, HOLDS), actor=HOLDS, at=at, **more)


def test_start_production_before_the_money_is_held_is_refused() -> None:
    trade = a_confirmed_terms()
    with pytest.raises(NotCleared):
        start_production(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=AT + days(2))
    assert trade.again().state == "confirmed"


def test_start_production_once_by_the_supplier() -> None:
    trade, key = a_cleared_order(), new_key()
    for actor in (trade.buyer, a_member(trade.order.supplier, "viewer")):
        with pytest.raises(OrderNotYours):
            start_production(order_ref=trade.ref, actor=actor, key=new_key(), at=AT + days(3))
    for _time in range(2):
        start_production(order_ref=trade.ref, actor=trade.supplier, key=key, at=AT + days(3))
    assert trade.again().state == "in_production"
    with pytest.raises(IllegalTransition):
        start_production(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=AT + days(3))


def test_clearing_needs_a_confirmed_order_and_production_first() -> None:
    placed = a_placed_order()
    with pytest.raises(NotRunning):
        _lower(placed, clear_to_produce, AT)
    confirmed = a_confirmed_terms()
    with pytest.raises(NotCleared):
        _lower(confirmed, clear_to_ship, AT + days(2))
    _lower(confirmed, clear_to_produce, AT + days(2))
    _lower(confirmed, clear_to_produce, AT + days(3))
    assert confirmed.again().cleared_to_produce_at == AT + days(2)
    assert Deadline.objects.get(kind="ship_by", subject=confirmed.ref).due_at.date() == date(2026, 4, 16)


def test_prepare_before_clearance_is_refused_and_packs_nothing() -> None:
    for trade in (a_placed_order(), a_confirmed_terms()):
        with pytest.raises((NotCleared, NotRunning)):
            a_packed_shipment(trade)
        assert not Shipment.objects.exists()
        assert _counted(trade)[0] == 0


def test_dispatch_needs_clearance_to_ship() -> None:
    trade = a_confirmed_terms()
    _lower(trade, clear_to_produce, AT + days(2))
    shipment = a_packed_shipment(trade)
    with pytest.raises(NotCleared):
        dispatch_shipment(
            shipment_ref=shipment.ref,
            shipped_on=date(2026, 3, 12),
            actor=trade.supplier,
            key=new_key(),
            at=AT + days(10),
        )
    shipment.refresh_from_db()
    assert shipment.state == "packed"
    assert _counted(trade) == (20, 0, 0, 0)


def test_partial_shipments_move_the_order_when_it_is_true_of_all_lines() -> None:
    supplier = a_company()
    rice = a_live_product(supplier)
    flour = a_live_product(supplier, title="Gram flour", sku="G-1")
    trade = a_cleared_order(a_confirmed_terms(a_placed_order(products=[(rice, "20"), (flour, "10")])))
    first = a_dispatched_shipment(trade, quantity="12", at=AT + days(10))
    assert trade.again().state == "confirmed"
    rest = a_dispatched_shipment(trade, at=AT + days(12))
    assert trade.again().state == "shipped"
    assert not Deadline.objects.filter(kind="ship_by", state="open").exists()
    for shipment, state in ((first, "shipped"), (rest, "delivered")):
        record_delivery(
            shipment_ref=shipment.ref,
            source="buyer",
            delivered_at=AT + days(30),
            actor=trade.buyer,
            key=new_key(),
            at=AT + days(30),
        )
        assert trade.again().state == state
    assert trade.again().inspection_ends_at == AT + days(75)
    assert OutboxEvent.objects.filter(root=trade.ref, kind="order_delivered").count() == 1
    assert list(line_discrepancies()) == []


@pytest.mark.parametrize("quantity", ["20.001", "21", "1e9"])
def test_prepare_more_than_ordered_is_refused(quantity: str) -> None:
    trade = a_cleared_order()
    with pytest.raises(MoreThanOrdered) as refused:
        a_packed_shipment(trade, quantity=quantity)
    assert refused.value.field == f"quantity_{trade.line.pk}"
    assert _counted(trade) == (0, 0, 0, 0)
    assert not Shipment.objects.exists()


@pytest.mark.parametrize("quantity", ["NaN", "-1", "1e30", "0.0001", "Infinity"])
def test_prepare_an_impossible_quantity_is_refused(quantity: str) -> None:
    trade = a_cleared_order()
    with pytest.raises(DomainError):
        a_packed_shipment(trade, quantity=quantity)
    assert _counted(trade) == (0, 0, 0, 0)


def test_prepare_again_only_what_is_left() -> None:
    trade = a_cleared_order()
    a_packed_shipment(trade, quantity="15")
    with pytest.raises(MoreThanOrdered):
        a_packed_shipment(trade, quantity="5.001")
    a_packed_shipment(trade, quantity="5")
    with pytest.raises(NothingToShip):
        a_packed_shipment(trade, quantity="1")
    assert _counted(trade) == (20, 0, 0, 0)


def test_prepare_a_line_of_another_order_or_nothing_is_refused() -> None:
    trade, other = a_cleared_order(), a_cleared_order()
    for lines, error in (
        ([PackedLine(other.line.pk, Decimal(1))], UnknownLine),
        ([PackedLine(trade.line.pk, Decimal(0))], NothingPacked),
        ([], NothingPacked),
    ):
        with pytest.raises(error):
            prepare_shipment(
                order_ref=trade.ref,
                lines=lines,
                transport_mode="sea",
                carrier="MSC",
                actor=trade.supplier,
                key=new_key(),
                at=AT + days(5),
            )
    assert not Shipment.objects.exists()


@pytest.mark.parametrize("tracking", ["MSKU1\nX-Evil: 1", "A\r", "A\x00", "Ａ１"])
def test_prepare_with_a_line_break_in_the_tracking_number_is_refused(tracking: str) -> None:
    trade = a_cleared_order()
    with pytest.raises(BadTrackingNumber):
        a_packed_shipment(trade, tracking_number=tracking)
    assert _counted(trade) == (0, 0, 0, 0)


def test_postgres_refuses_to_pack_more_and_a_line_of_another_order() -> None:
    trade, other = a_cleared_order(), a_cleared_order()
    shipment = a_packed_shipment(trade)
    with (
        pytest.raises(IntegrityError, match="order_line_never_more_packed_than_ordered"),
        transaction.atomic(),
    ):
        OrderLine.objects.filter(pk=trade.line.pk).update(packed_quantity=Decimal("20.001"))
    with (
        pytest.raises(IntegrityError, match="order_line_never_more_packed_than_ordered"),
        transaction.atomic(),
    ):
        OrderLine.objects.filter(pk=trade.line.pk).update(cancelled_quantity=Decimal("0.001"))
    with pytest.raises(IntegrityError, match="shipment_line_of_the_same_order"), transaction.atomic():
        ShipmentLine.objects.create(shipment=shipment, line=other.line, quantity=1)


def test_prepare_again_with_the_same_key_packs_once() -> None:
    trade, key = a_cleared_order(), new_key()
    carriage: dict[str, Any] = {"key": key, "tracking_number": "T 1", "quantity": "5"}
    assert a_packed_shipment(trade, **carriage).pk == a_packed_shipment(trade, **carriage).pk
    assert _counted(trade)[0] == 5


def test_unpacked_goods_can_be_shipped_again() -> None:
    trade = a_cleared_order()
    shipment = a_packed_shipment(trade)
    unpack_shipment(shipment_ref=shipment.ref, actor=trade.supplier, key=new_key(), at=AT + days(10))
    assert _counted(trade) == (0, 0, 0, 0)
    gone = a_dispatched_shipment(trade)
    with pytest.raises(ShipmentNotPacked):
        unpack_shipment(shipment_ref=gone.ref, actor=trade.supplier, key=new_key(), at=AT + days(11))
    assert list(line_discrepancies()) == []


def test_dispatch_after_ship_by_is_late_and_told() -> None:
    trade = a_cleared_order()
    on_time = a_dispatched_shipment(trade, quantity="5", at=AT + days(44))  # 15 April, the day itself
    assert (on_time.shipped_on, on_time.late) == (date(2026, 4, 15), False)
    late = a_dispatched_shipment(trade, at=AT + days(45))
    assert late.late
    assert trade.again().late
    assert OutboxEvent.objects.filter(kind="shipment_late", subject=late.ref).count() == 1


def test_dispatch_on_an_impossible_day_is_refused() -> None:
    trade = a_cleared_order()
    shipment = a_packed_shipment(trade, at=AT + days(10))
    for day, arrival, error in (
        (date(2026, 3, 10), None, ShippedBeforePacked),
        (date(2026, 3, 14), None, DateInFuture),
        (date(2026, 3, 12), date(2026, 3, 11), DomainError),
        (date(2026, 3, 12), date(2027, 3, 11), DomainError),
    ):
        with pytest.raises(error):
            dispatch_shipment(
                shipment_ref=shipment.ref,
                shipped_on=day,
                promised_arrival_on=arrival,
                actor=trade.supplier,
                key=new_key(),
                at=AT + days(10),
            )
    shipment.refresh_from_db()
    assert shipment.state == "packed"


def test_dispatch_promises_the_usual_way_and_opens_the_arrival_check() -> None:
    shipment = a_dispatched_shipment(a_cleared_order(), at=AT + days(11))
    assert shipment.promised_arrival_on == date(2026, 4, 22)  # 40 days by sea
    deadline = Deadline.objects.get(kind="arrival_check", subject=shipment.ref)
    assert deadline.due_at.date() == date(2026, 4, 30)  # the day is over, and 7 days more


def test_shipments_of_other_companies_are_not_found() -> None:
    trade = a_cleared_order()
    shipment = a_packed_shipment(trade)
    stranger = a_member()
    with pytest.raises(NotFound):
        unpack_shipment(shipment_ref=shipment.ref, actor=stranger, key=new_key(), at=AT)
    with pytest.raises(NotFound):
        dispatch_shipment(
            shipment_ref=shipment.ref,
            shipped_on=date(2026, 3, 12),
            actor=stranger,
            key=new_key(),
            at=AT + days(10),
        )
    with pytest.raises(OrderNotYours):
        dispatch_shipment(
            shipment_ref=shipment.ref,
            shipped_on=date(2026, 3, 12),
            actor=trade.buyer,
            key=new_key(),
            at=AT + days(10),
        )
    shipment.refresh_from_db()
    assert shipment.state == "packed"


def test_documents_are_stored_once_for_both_sides() -> None:
    trade = a_cleared_order()
    shipment = a_packed_shipment(trade)
    key = new_key()
    for _time in range(2):
        document = attach_document(
            shipment_ref=shipment.ref,
            document_type="packing_list",
            upload=a_pdf("packing list.pdf"),
            actor=trade.supplier,
            key=key,
            at=AT + days(10),
        )
    assert shipment.documents.count() == 1
    assert (document.document_type, document.file.name) == ("packing_list", "packing list.pdf")
    with pytest.raises(UnknownDocumentType):
        attach_document(
            shipment_ref=shipment.ref,
            document_type="poem",
            upload=a_pdf(),
            actor=trade.supplier,
            key=new_key(),
            at=AT,
        )
    with pytest.raises(OrderNotYours):
        attach_document(
            shipment_ref=shipment.ref,
            document_type="other",
            upload=a_pdf(),
            actor=trade.buyer,
            key=new_key(),
            at=AT,
        )
    assert shipment.documents.count() == 1


def _deliver(
    shipment: Shipment, actor: Actor, source: str = "buyer", at: Any = AT + days(40), **over: Any
) -> Shipment:
    values: dict[str, Any] = {"delivered_at": at, "key": new_key()}
    return record_delivery(shipment_ref=shipment.ref, source=source, actor=actor, at=at, **(values | over))


def test_delivery_by_the_wrong_person_is_refused() -> None:
    trade = a_cleared_order()
    shipment = a_dispatched_shipment(trade)
    involved = staff("disputes", user=a_person(desks=("disputes",)))
    member = a_member(trade.order.buyer, "viewer")
    involved = Actor.user(
        user_id=involved.user_id or 0,
        name="Sam",
        desks=frozenset({"disputes"}),
        member_of=frozenset({trade.order.buyer_id}),
    )
    for actor, source, error in (
        (trade.supplier, "buyer", OrderNotYours),
        (member, "buyer", OrderNotYours),
        (trade.supplier, "officer", NotAllowed),
        (trade.buyer, "officer", NotAllowed),
        (trade.buyer, "carrier", NotAllowed),
        (trade.supplier, "presumed", NotAllowed),
        (trade.supplier, "nonsense", NotAllowed),
        (involved, "officer", OfficerInvolved),
        (staff("finance"), "officer", NotAllowed),
        (a_member(), "buyer", NotFound),
    ):
        with pytest.raises(error):
            _deliver(shipment, actor, source)
    shipment.refresh_from_db()
    assert shipment.state == "in_transit"
    assert _deliver(shipment, staff("disputes"), "officer").delivery_source == "officer"


def test_delivery_needs_a_shipment_on_its_way_and_a_possible_moment() -> None:
    trade = a_cleared_order()
    packed = a_packed_shipment(trade, quantity="5")
    with pytest.raises(ShipmentNotInTransit):
        _deliver(packed, trade.buyer)
    gone = a_dispatched_shipment(trade, at=AT + days(11))
    with pytest.raises(DeliveredBeforeShipped):
        _deliver(gone, trade.buyer, delivered_at=AT + days(9))
    with pytest.raises(DateInFuture):
        _deliver(gone, trade.buyer, delivered_at=AT + days(42))
    assert _counted(trade) == (20, 15, 0, 0)


def test_delivery_replayed_counts_once() -> None:
    trade, key = a_cleared_order(), new_key()
    shipment = a_dispatched_shipment(trade)
    for _time in range(3):
        _deliver(shipment, trade.buyer, key=key)
    assert _counted(trade) == (20, 20, 20, 0)
    with pytest.raises(ShipmentNotInTransit):
        _deliver(shipment, trade.buyer)
    assert not Deadline.objects.filter(root=trade.ref, state="open").exists()


def test_accept_before_delivery_is_refused_then_marks_every_shipment() -> None:
    trade = a_cleared_order()
    shipment = a_dispatched_shipment(trade)
    with pytest.raises(NotDelivered):
        _lower(trade, accept_shipments, AT + days(12))
    _deliver(shipment, trade.buyer)
    _lower(trade, accept_shipments, AT + days(41))
    shipment.refresh_from_db()
    assert shipment.state == "accepted"
    _lower(trade, complete_order, AT + days(41))
    order = trade.again()
    assert (order.state, order.accepted_at, order.ended_at) == ("completed", AT + days(41), AT + days(41))
    with pytest.raises(IllegalTransition):
        _lower(trade, cancel_order, AT + days(42))


def test_cancel_unshipped_unpacks_values_and_moves_on_what_remains() -> None:
    trade = a_cleared_order()
    a_delivered_shipment(trade, quantity="5", at=AT + days(40))
    packed = a_packed_shipment(trade, quantity="10", at=AT + days(41))
    value = _lower(trade, cancel_unshipped_lines, AT + days(60), reason="Too late.")
    assert value.amount_minor == 1_770_000  # 15 of 20 t
    packed.refresh_from_db()
    order = trade.again()
    assert packed.state == "unpacked"
    assert _counted(trade) == (5, 5, 5, 15)
    assert (order.state, order.cancelled_part_minor) == ("delivered", 1_770_000)
    assert order.inspection_ends_at == AT + days(105)
    with pytest.raises(NotRunning):
        a_packed_shipment(trade, quantity="1", at=AT + days(61))
    with pytest.raises(NothingUnshipped):
        _lower(trade, cancel_unshipped_lines, AT + days(61))
    assert list(line_discrepancies()) == []


def test_cancel_unshipped_of_everything_is_the_whole_total_and_leaves_the_state_to_the_caller() -> None:
    trade = a_cleared_order()
    assert _lower(trade, cancel_unshipped_lines, AT + days(60)).amount_minor == trade.order.total_minor
    assert trade.again().state == "confirmed"
    _lower(trade, cancel_order, AT + days(60), reason="refunded_in_full")
    assert trade.again().state == "cancelled"
    assert not Deadline.objects.filter(root=trade.ref, state="open").exists()


def test_cancel_unshipped_before_confirmation_is_refused() -> None:
    trade = a_placed_order()
    with pytest.raises(NotRunning):
        _lower(trade, cancel_unshipped_lines, AT)


def test_complete_needs_a_running_order() -> None:
    trade = a_placed_order()
    with pytest.raises(IllegalTransition):
        _lower(trade, complete_order, AT)
    assert trade.again().state == "placed"


def test_lower_halves_cannot_lock_what_does_not_exist() -> None:
    with transaction.atomic(), pytest.raises(NotFound):
        lock_order("ord_unknown", owner_of(a_company()))
