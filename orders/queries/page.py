"""The order's page as data, for either side and for officers. The money's app adds its own part beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from catalog.queries.capacity.takings import parts_text, takings_from
from catalog.queries.listings.translations import title_for_reader, variant_name_for_reader
from marketplace.accounts.queries import CompanyCard, company_cards
from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound, Text
from marketplace.core.money import Money
from orders.models import Amendment, Order, OrderLine
from orders.policies import can_act_as_supplier, can_answer_as_buyer
from orders.queries.addenda import addenda_of
from orders.queries.lists import awaited_side
from orders.queries.parts import (
    AddendumView,
    AmendmentView,
    ChangedLine,
    LineView,
    NextLine,
    ShipmentView,
    Steps,
    TimelineLine,
    translation_of,
)
from orders.queries.schedule import ScheduleLine, schedule_lines
from orders.queries.shipping import shipment_view, shipments_of
from orders.queries.timeline import next_of, past_of
from orders.queries.titles import title_of
from orders.rules.schedule import from_data
from orders.states import (
    SHIPPABLE,
    AmendmentState,
    Audience,
    OrderState,
)


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Everything of one order but its money. `side` is buyer, supplier or staff: whose eyes these are."""

    ref: str
    number: str
    side: str
    state: str
    state_label: Text
    buyer: CompanyCard
    supplier: CompanyCard
    currency: str
    goods: Money
    freight: Money
    total: Money
    cancelled_part: Money
    reduced_part: Money
    total_now: Money
    tolerance_bps: int
    incoterms_rule: str
    named_place: str
    transport_mode: str
    mode_label: Text
    ship_by: date
    contract_ship_by: date
    schedule: tuple[ScheduleLine, ...]
    awaits_payment: bool
    misses: Money
    transit_days: int
    delivery_address: dict[str, str]
    buyer_note: str
    terms_hash: str
    placed_at: datetime
    confirmed_at: datetime | None
    cleared_to_produce_at: datetime | None
    cleared_to_ship_at: datetime | None
    delivered_at: datetime | None
    inspection_ends_at: datetime | None
    accepted_at: datetime | None
    ended_at: datetime | None
    late: bool
    lines: tuple[LineView, ...]
    amendment: AmendmentView | None
    addenda: tuple[AddendumView, ...]
    shipments: tuple[ShipmentView, ...]
    timeline: tuple[TimelineLine, ...]
    deadlines: tuple[NextLine, ...]
    steps: Steps
    awaited: str

    @property
    def other(self) -> CompanyCard:
        """The company on the other side of the reader (the supplier, for officers)."""
        return self.buyer if self.side == Audience.SUPPLIER else self.supplier

    @property
    def title(self) -> str:
        """What the trade is about, in one line."""
        return title_of([line.title for line in self.lines])

    @property
    def has_unshipped(self) -> bool:
        """Whether goods still wanted have not left the supplier."""
        return any(line.shipped < line.quantity + line.tolerated - line.cancelled for line in self.lines)

    @property
    def open_addendum(self) -> AddendumView | None:
        """The change of the contract that waits for an answer."""
        return next((one for one in self.addenda if one.is_open), None)

    @property
    def has_changed(self) -> bool:
        """Whether the contract comes to something else today than when it was agreed."""
        return self.total_now != self.total


def order_page(ref: str, actor: Actor, at: datetime) -> OrderPage:
    """The page's data. Raises `NotFound` for an order the actor may not know of."""
    order = find_order(ref, actor)
    rows = _rows(order)
    shipments = shipments_of(order)
    lines = tuple(line_view(row, order.currency, _periods(order, row)) for row in rows)
    companies = company_cards((order.buyer_id, order.supplier_id))
    open_amendment = order.amendments.filter(state=AmendmentState.PROPOSED).first()
    amended = open_amendment is not None
    addenda = addenda_of(order, rows, actor)
    changing = any(one.is_open for one in addenda)
    deadlines = next_of(order, at)
    side = side_of(order, actor)
    return OrderPage(
        ref=order.ref,
        number=order.number,
        side=side,
        state=order.state,
        state_label=order.get_state_display(),
        buyer=companies[order.buyer_id],
        supplier=companies[order.supplier_id],
        currency=order.currency,
        goods=order.goods,
        freight=order.freight,
        total=order.total,
        cancelled_part=order.cancelled_part,
        reduced_part=order.reduced_part,
        total_now=order.total_now,
        tolerance_bps=order.tolerance_bps,
        incoterms_rule=order.incoterms_rule,
        named_place=order.named_place,
        transport_mode=order.transport_mode,
        mode_label=order.get_transport_mode_display(),
        ship_by=order.last_ship_day,
        contract_ship_by=order.ship_by,
        schedule=_schedule(order, deadlines),
        awaits_payment=order.awaits_payment_since is not None,
        misses=order.misses,
        transit_days=order.transit_days,
        delivery_address=order.delivery_address,
        buyer_note=order.buyer_note,
        terms_hash=order.terms_hash,
        placed_at=order.placed_at,
        confirmed_at=order.confirmed_at,
        cleared_to_produce_at=order.cleared_to_produce_at,
        cleared_to_ship_at=order.cleared_to_ship_at,
        delivered_at=order.delivered_at,
        inspection_ends_at=order.inspection_ends_at,
        accepted_at=order.accepted_at,
        ended_at=order.ended_at,
        late=order.late,
        lines=lines,
        amendment=amendment_view(order, lines, open_amendment) if open_amendment else None,
        addenda=addenda,
        shipments=tuple(shipment_view(order, row, number, actor) for number, row in enumerate(shipments, 1)),
        timeline=past_of(order, shipments, side),
        deadlines=deadlines,
        steps=_steps(order, lines, deadlines, actor, amended=amended, changing=changing),
        awaited=awaited_side(order, amended=amended),
    )


def _rows(order: Order) -> list[OrderLine]:
    """The lines with the words of the reader's language and what they hold of stock and capacity. One statement."""
    named = order.lines.annotate(
        reader_title=title_for_reader("product"),
        reader_variant=variant_name_for_reader("variant__number"),
        takings=takings_from("order__ref", "position"),
    )
    return list(named.select_related("product", "variant").order_by("position"))


def find_order(ref: str, actor: Actor) -> Order:
    """The order, unlocked. Raises `NotFound` for one the actor may not know of."""
    order = Order.objects.visible_to(actor).filter(ref=ref).first()
    if order is None:
        raise NotFound
    return order


def side_of(order: Order, actor: Actor) -> str:
    """Whose eyes look: buyer, supplier, or staff."""
    if actor.acts_for(order.buyer_id):
        return Audience.BUYER
    return Audience.SUPPLIER if actor.acts_for(order.supplier_id) else Audience.STAFF


def _periods(order: Order, row: OrderLine) -> str:
    """How much of a line comes by when, where it comes from several periods; needs `takings`."""
    found, placed_on = row.__dict__["takings"], order.placed_at.date()
    return parts_text(found, row.unit_code, ship_by=order.last_ship_day, placed_on=placed_on)


def _schedule(order: Order, deadlines: Sequence[NextLine]) -> tuple[ScheduleLine, ...]:
    """Every payment agreed; those that are to be paid now with the moment by when."""
    due = {line.milestone: line.due_at for line in deadlines if line.milestone is not None}
    return tuple(
        replace(line, due_by=due.get(line.position))
        for line in schedule_lines(order.milestones_agreed, order.total)
    )


def line_view(row: OrderLine, currency: str, periods: str = "") -> LineView:
    """A line for pages; needs `product` loaded."""
    return LineView(
        id=row.pk,
        position=row.position,
        product_ref=row.product.ref,
        title=row.full_title,
        listing_title=row.title,
        variant_name=row.variant_name,
        sku=row.sku,
        hs_code=row.hs_code,
        origin=row.origin,
        unit_code=row.unit_code,
        quantity=row.quantity,
        unit_price=row.unit_price,
        discount_bps=row.discount_bps,
        amount=Money(row.amount_minor, currency),
        specification=row.specification,
        packed=row.packed_quantity,
        shipped=row.shipped_quantity,
        delivered=row.delivered_quantity,
        cancelled=row.cancelled_quantity,
        open=row.open_quantity,
        tolerated=row.tolerated_quantity,
        price_now=row.price_now,
        discount_now_bps=row.discount_now_bps,
        rest=row.rest_quantity,
        reader_title=translation_of(row),
        periods=periods,
    )


def amendment_view(order: Order, lines: Sequence[LineView], amendment: Amendment) -> AmendmentView:
    """Old and new side by side."""
    new = {int(line["line_id"]): line for line in amendment.lines}
    return AmendmentView(
        version=amendment.version,
        proposed_at=amendment.proposed_at,
        lines=tuple(_changed(line, new[line.id], order.currency) for line in lines),
        goods=Money(amendment.goods_minor, order.currency),
        freight=Money(amendment.freight_minor, order.currency),
        total=Money(amendment.total_minor, order.currency),
        old_goods=order.goods,
        old_freight=order.freight,
        old_total=order.total,
        ship_by=amendment.ship_by,
        old_ship_by=order.ship_by,
        incoterms_rule=amendment.incoterms_rule,
        named_place=amendment.named_place,
        old_incoterms_rule=order.incoterms_rule,
        old_named_place=order.named_place,
        schedule=schedule_lines(from_data(amendment.schedule), Money(amendment.total_minor, order.currency)),
        old_schedule=schedule_lines(order.milestones_agreed, order.total),
        schedule_changed=amendment.schedule != order.schedule,
        tolerance_bps=amendment.quantity_tolerance_bps,
        old_tolerance_bps=order.quantity_tolerance_bps,
        note=amendment.note,
    )


def _changed(line: LineView, new: dict[str, Any], currency: str) -> ChangedLine:
    return ChangedLine(
        line=line,
        quantity=Decimal(new["quantity"]),
        unit_price=Decimal(new["unit_price"]),
        discount_bps=int(new["discount_bps"]),
        amount=Money(int(new["amount_minor"]), currency),
    )


def _steps(
    order: Order,
    lines: Sequence[LineView],
    deadlines: Sequence[NextLine],
    actor: Actor,
    *,
    amended: bool,
    changing: bool,
) -> Steps:
    overdue = any(
        line.overdue and line.paused_at is None and line.kind in {"order_answer", "amendment_answer"}
        for line in deadlines
    )
    placed = order.state == OrderState.PLACED and not overdue
    sells, buys = can_act_as_supplier(actor, order), can_answer_as_buyer(actor, order)
    cleared = order.cleared_to_produce_at is not None
    return Steps(
        confirm=placed and sells and not amended,
        amend=placed and sells,
        decline=placed and sells,
        withdraw=placed and buys,
        accept_amendment=placed and buys and amended,
        decline_amendment=placed and buys and amended,
        start_production=sells and cleared and order.misses.is_zero and order.state == OrderState.CONFIRMED,
        prepare_shipment=sells
        and cleared
        and order.state in SHIPPABLE
        and any(line.open > 0 for line in lines),
        propose_change=(sells or buys)
        and cleared
        and not changing
        and order.state in SHIPPABLE
        and any(line.rest > 0 for line in lines),
        answer_overdue=overdue,
    )
