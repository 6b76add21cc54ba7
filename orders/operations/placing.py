"""Placing an order: the catalogue's offers become a trade that waits for its supplier's answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import transaction

from catalog.models import AttributeDefinition
from catalog.queries import Offer, demand_sendable, offer_for_order
from catalog.rules.prices import with_variant
from marketplace.core.actors import Actor
from marketplace.core.deadlines import open_deadline
from marketplace.core.errors import NotAllowed
from marketplace.core.idempotency import lock_key, remember, replayed
from marketplace.core.ids import new_ref
from marketplace.core.operator_settings import integer_of, snapshot
from marketplace.core.units import UNITS
from orders.clocks import PREFIX, TOLERANCE_KEY, clock_days, sample_clocks
from orders.errors import (
    NothingOrdered,
    OwnCompanyOrder,
    ProductTwice,
    SeveralCurrencies,
    SeveralSuppliers,
)
from orders.models import Order, OrderLine, PromisedDiscount
from orders.operations.capacity import take_for_order
from orders.operations.discounts import take_discount
from orders.operations.events import record_event, tell
from orders.operations.samples import note_sample, sample_offer
from orders.policies import can_buy
from orders.queries.schedule import default_schedule
from orders.rules.amounts import (
    WantedLine,
    check_quantity,
    parts_of_discount,
    price_of_line,
    totals,
    unit_price_as_stored,
)
from orders.rules.delivery import Delivery, checked_delivery
from orders.rules.progress import TRANSIT_DAYS
from orders.rules.schedule import ScheduledMilestone, amounts_of, as_data, checked_schedule, for_total
from orders.rules.specification import AttributeWords, specification
from orders.rules.texts import check_whole, clean_note
from orders.rules.worth import common_tolerance
from orders.states import OrderState

OPERATION = "orders.place_order"


@dataclass(frozen=True, slots=True)
class AskedOrder:
    """What a buyer asks of one supplier, as it was sent."""

    supplier_id: int
    lines: tuple[WantedLine, ...]
    delivery: Delivery
    note: str = ""
    schedule: Sequence[ScheduledMilestone] | None = None
    promised_discount: str = ""

    def content(self, actor: Actor) -> dict[str, object]:
        """By which a repetition is known."""
        delivery = self.delivery
        return {
            "buyer": actor.company_id,
            "supplier": self.supplier_id,
            "lines": [asdict(line) for line in self.lines],
            "address": dict(delivery.address),
            "terms": [
                delivery.incoterms_rule,
                delivery.named_place,
                delivery.ship_by,
                delivery.transport_mode,
            ],
            "note": self.note,
            "schedule": None if self.schedule is None else as_data(self.schedule),
            "promised_discount": self.promised_discount,
        }


@dataclass(frozen=True, slots=True)
class _Bargain:
    """What a buyer orders of a supplier: each wanted line with the offer that it takes, and how it is delivered."""

    buyer_id: int
    supplier_id: int
    lines: tuple[tuple[WantedLine, Offer], ...]
    delivery: Delivery
    discount: PromisedDiscount | None

    @property
    def offers(self) -> list[Offer]:
        """The offers alone, in the order of the lines."""
        return [offer for _wanted, offer in self.lines]

    @property
    def currency(self) -> str:
        """The one that all offers are in."""
        return self.lines[0][1].currency

    @property
    def is_sample(self) -> bool:
        """A sample is ordered by itself."""
        return self.lines[0][0].is_sample


@transaction.atomic
def place_order(
    *,
    supplier_id: int,
    lines: Sequence[WantedLine],
    delivery: Delivery,
    note: str = "",
    schedule: Sequence[ScheduledMilestone] | None = None,
    promised_discount: str = "",
    actor: Actor,
    key: str,
    at: datetime,
) -> Order:
    """Place an order of the company acted for with one supplier, at the catalogue's prices of this moment.

    Consequences: the operator's clocks are frozen on it, the supplier is told (`order_placed`) and the
    deadline `order_answer` begins. A `promised_discount` of this supplier (its reference) comes off the goods,
    once. Freight is zero until the supplier's amendment names it. It is to be paid by `schedule`, by default
    the supplier's own (all at once when the total is too small for it).
    Raises `NotAllowed` without a buying role; `Rejected` at the field at fault for a paused product,
    a quantity below MOQ or off its multiple, a country that is not served or that a rule keeps such goods from, a sample out of turn, more than the supplier has left by the ship-by day, a mixed supplier or currency, the own company, a day that
    is over, or an address that is not complete; `DiscountGone`, `DiscountAboveGoods`; `KeyReused` for the same key with other content.
    """
    asked = AskedOrder(supplier_id, tuple(lines), delivery, note, schedule, promised_discount)
    lock_key(key)
    done = replayed(key=key, operation=OPERATION, content=asked.content(actor))
    if done is not None:
        return Order.objects.get(ref=done)
    return new_order(asked, actor=actor, key=key, at=at)


def new_order(asked: AskedOrder, *, actor: Actor, key: str, at: datetime) -> Order:
    """What `place_order` does in a transaction that has locked the key, which is new."""
    buyer_id = demand_buying(actor)
    if asked.supplier_id == buyer_id:
        raise OwnCompanyOrder
    agreed = checked_delivery(asked.delivery, today=at.date())
    paid = None if asked.schedule is None else checked_schedule(asked.schedule, ship_by=agreed.ship_by)
    offers = _offers(asked.lines, asked.supplier_id, buyer_id, country=agreed.address["country"], at=at)
    discount = (
        take_discount(
            asked.promised_discount,
            buyer_id=buyer_id,
            supplier_id=asked.supplier_id,
            currency=offers[0].currency,
            at=at,
        )
        if asked.promised_discount
        else None
    )
    priced = tuple(zip(asked.lines, offers, strict=True))
    bargain = _Bargain(buyer_id, asked.supplier_id, priced, agreed, discount)
    order = _create(bargain, schedule=paid, note=clean_note(asked.note), actor=actor, at=at)
    _begin(order, discount, actor=actor, key=key, at=at)
    remember(key=key, operation=OPERATION, content=asked.content(actor), result=order.ref, at=at)
    return order


def demand_buying(actor: Actor) -> int:
    """The company that the actor buys for. Raises `NotAllowed` without a buying role."""
    if not can_buy(actor) or actor.company_id is None:
        raise NotAllowed
    return actor.company_id


def _begin(order: Order, discount: PromisedDiscount | None, *, actor: Actor, key: str, at: datetime) -> None:
    """What follows from an order that was just written: its state, its clock, its first lines and who is told."""
    order.log_transition("", OrderState.PLACED, actor=actor, at=at, key=key)
    open_answer_deadline(order, at)
    if discount is not None:
        params = {"discount": discount.money}
        record_event(order=order, kind="promised_discount_used", params=params, actor=actor, at=at)
    tell(order, "order_placed", actor=actor, at=at)


def open_answer_deadline(order: Order, at: datetime) -> None:
    """From `at` the supplier has the order's own days to answer; then it lapses."""
    open_deadline(
        kind="order_answer",
        subject=order.ref,
        root=order.ref,
        started_at=at,
        due_at=at + timedelta(days=clock_days(order.clocks, "answer_days")),
        rule="clocks.answer_days",
    )


def _offers(
    lines: Sequence[WantedLine], supplier_id: int, buyer_id: int, *, country: str, at: datetime
) -> list[Offer]:
    if not lines:
        raise NothingOrdered(field="quantity")
    offers: list[Offer] = []
    for line in lines:
        check_quantity(line.quantity)
        if line.is_sample:
            offer = sample_offer(line, lines, buyer_id=buyer_id, country=country, at=at)
        else:
            offer = offer_for_order(
                product_ref=line.product_ref,
                quantity=line.quantity,
                variant=line.variant,
                buyer_company_id=buyer_id,
                country=country,
                today=at.date(),
            )
        check_whole(line.quantity, offer.unit_code)
        if offer.supplier_id != supplier_id:
            raise SeveralSuppliers(title=offer.title)
        if offers and offer.currency != offers[0].currency:
            raise SeveralCurrencies(title=offer.title, currency=offer.currency)
        if any(offer.variant_id == other.variant_id for other in offers):
            raise ProductTwice(title=with_variant(offer.title, offer.variant_name))
        offers.append(offer)
    demand_sendable(offers, country=country, day=at.date())
    return offers


def _create(
    bargain: _Bargain,
    *,
    schedule: Sequence[ScheduledMilestone] | None,
    note: str,
    actor: Actor,
    at: datetime,
) -> Order:
    """The order with its lines and what they take of limited goods; to be paid as agreed, else as its supplier asks."""
    rows = _priced_lines(bargain)
    delivery = bargain.delivery
    sums = totals([row.amount_minor for row in rows], 0)
    if schedule is None:
        suppliers = default_schedule(bargain.supplier_id, placed_on=at.date(), ship_by=delivery.ship_by)
        schedule = for_total(suppliers, sums.total_minor)
    amounts_of(sums.total_minor, [row.share_bps for row in schedule])
    ref = new_ref("ord")
    order = Order.objects.create(
        ref=ref,
        number=readable_number(ref),
        buyer_id=bargain.buyer_id,
        supplier_id=bargain.supplier_id,
        placed_by=actor.as_text,
        placed_at=at,
        delivery_address=delivery.address,
        incoterms_rule=delivery.incoterms_rule,
        named_place=delivery.named_place,
        ship_by=delivery.ship_by,
        transport_mode=delivery.transport_mode,
        transit_days=TRANSIT_DAYS[delivery.transport_mode],
        buyer_note=note,
        currency=bargain.currency,
        goods_minor=sums.goods_minor,
        total_minor=sums.total_minor,
        schedule=as_data(schedule),
        clocks=sample_clocks(snapshot(PREFIX)) if bargain.is_sample else snapshot(PREFIX),
        promised_discount=bargain.discount,
        quantity_tolerance_bps=_tolerance_bps(bargain.offers),
    )
    for row in rows:
        row.order = order
    OrderLine.objects.bulk_create(rows)
    if bargain.is_sample:
        note_sample(order, bargain.offers[0], at=at)
    else:
        take_for_order(order, rows, bargain.offers, actor=actor, at=at)
    return order


def _priced_lines(bargain: _Bargain) -> list[OrderLine]:
    """The lines at the offers' prices, each less its part of a promised discount; not stored yet."""
    words = _attribute_words(bargain.offers)
    rows = [
        _line(position, offer, wanted, words) for position, (wanted, offer) in enumerate(bargain.lines, 1)
    ]
    discount_minor = bargain.discount.amount_minor if bargain.discount else 0
    parts = parts_of_discount([row.amount_minor for row in rows], discount_minor)
    for row, part in zip(rows, parts, strict=True):
        row.promised_discount_minor = part
        row.amount_minor -= part
    return rows


def _tolerance_bps(offers: Sequence[Offer]) -> int:
    """As the listings state it, else the operator's, for what is sold by weight or measure; counted goods have none."""
    measured = [one for one in offers if one.unit_code in UNITS and not UNITS[one.unit_code].whole]
    stated = [offer.quantity_tolerance_bps for offer in measured]
    return common_tolerance(stated, integer_of(TOLERANCE_KEY)) if measured else 0


def _line(position: int, offer: Offer, wanted: WantedLine, words: Mapping[str, AttributeWords]) -> OrderLine:
    unit_price = unit_price_as_stored(offer.unit_price)
    return OrderLine(
        position=position,
        product_id=offer.product_id,
        variant_id=offer.variant_id,
        title=offer.title,
        variant_name=offer.variant_name,
        sku=offer.sku,
        hs_code=offer.hs_code,
        origin=offer.origin,
        unit_code=offer.unit_code,
        quantity=wanted.quantity,
        unit_price=unit_price,
        amount_minor=price_of_line(wanted.quantity, unit_price, 0, offer.currency),
        specification=specification(
            offer.attributes, words, offer.packaging, clean_note(wanted.specification, field="specification")
        ),
    )


def _attribute_words(offers: Sequence[Offer]) -> dict[str, AttributeWords]:
    codes = {code for offer in offers for code in offer.attributes}
    if not codes:
        return {}
    return {
        row.code: AttributeWords(row.kind, row.symbol, row.names, row.choices)
        for row in AttributeDefinition.objects.filter(code__in=codes)
    }


def readable_number(ref: str) -> str:
    """`ord_7k3m9q2x4t8v` → `7K3M-9Q2X-4T8V`, for papers and the telephone."""
    tail = ref.partition("_")[2].upper()
    return "-".join(tail[start : start + 4] for start in range(0, len(tail), 4))
