"""The steps of one trade, each one ordinary operation under a key made from the data.

A step that was done before (its key is remembered) is not taken again, so a replay that was stopped
continues where it was. Reads nothing but the trade it is about.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from marketplace.core.money import Money, share_half_up
from marketplace.demo.northwind.agenda import Step
from marketplace.demo.northwind.cast import Cast
from marketplace.demo.northwind.data import Line, MarketplaceOrder
from orders.errors import AmendmentChangesNothing
from orders.models import Order
from orders.operations import (
    Delivery,
    LineChange,
    PackedLine,
    WantedLine,
    amend_order,
    dispatch_shipment,
    place_order,
    prepare_shipment,
    record_delivery,
)
from orders.states import DeliverySource, TransportMode
from trade_assurance.disputes.operations import Claimed, accept_claim, open_claim
from trade_assurance.disputes.states import Clause, Reason
from trade_assurance.holds.operations import (
    accept_amendment,
    accept_delivery,
    begin_payment,
    confirm_order,
    postpone_cancellation,
)
from trade_assurance.payments.models import Payment
from trade_assurance.payments.operations import continue_payment, record_bank_receipt

LATE_CLAIM_BPS = 1_000
BANK_TRANSFER = "bank_transfer"


@dataclass
class Trades:
    """Takes the steps; `done` maps the keys of steps already taken to what they answered."""

    cast: Cast
    done: dict[str, str] = field(default_factory=dict)

    def take(self, order: MarketplaceOrder, step: Step, at: datetime) -> bool:
        """Take one step of one trade; False when it had been taken before."""
        key = f"{order.key}:{step}"
        if key in self.done:
            return False
        self.done[key] = _STEPS[step](self, order, key, at)
        return True

    def answer_of(self, order: MarketplaceOrder, step: Step) -> str:
        """What an earlier step answered: a reference, mostly."""
        return self.done[f"{order.key}:{step}"]


def _place(trades: Trades, order: MarketplaceOrder, key: str, at: datetime) -> str:
    address = dict(order.address)
    return place_order(
        supplier_id=trades.cast.supplier_companies[order.supplier_id].pk,
        lines=[
            WantedLine(trades.cast.products[line.product_id], Decimal(line.quantity)) for line in order.lines
        ],
        delivery=Delivery(
            address=address,
            incoterms_rule="DAP",
            named_place=address["city"],
            ship_by=order.required_on,
            transport_mode=TransportMode.AIR,
        ),
        note=f"Northwind order {order.order_id}",
        actor=trades.cast.buyers[order.customer],
        key=key,
        at=at,
    ).ref


def _answer(trades: Trades, order: MarketplaceOrder, key: str, at: datetime) -> str:
    """The data's prices, discounts and freight are the supplier's amendment; "0" when they change nothing."""
    ref = trades.answer_of(order, Step.PLACE)
    rows = Order.objects.get(ref=ref).lines.order_by("position")
    changes = [_change(row.pk, line) for row, line in zip(rows, order.lines, strict=True)]
    try:
        amendment = amend_order(
            order_ref=ref,
            lines=changes,
            freight_minor=order.freight_minor,
            ship_by=order.required_on,
            actor=trades.cast.suppliers[order.supplier_id],
            key=key,
            at=at,
        )
    except AmendmentChangesNothing:
        return "0"
    return str(amendment.version)


def _change(line_id: int, line: Line) -> LineChange:
    return LineChange(line_id, Decimal(line.quantity), line.unit_price, line.discount_bps)


def _terms(trades: Trades, order: MarketplaceOrder, key: str, at: datetime) -> str:
    """The buyer accepts the amendment; where there was none the supplier confirms the order as placed."""
    ref = trades.answer_of(order, Step.PLACE)
    version = int(trades.answer_of(order, Step.ANSWER))
    if version == 0:
        return confirm_order(order_ref=ref, actor=trades.cast.suppliers[order.supplier_id], key=key, at=at)
    buyer = trades.cast.buyers[order.customer]
    return accept_amendment(order_ref=ref, version=version, actor=buyer, key=key, at=at)


def _pay(trades: Trades, order: MarketplaceOrder, key: str, at: datetime) -> str:
    payment_ref = begin_payment(
        order_ref=trades.answer_of(order, Step.PLACE),
        provider=BANK_TRANSFER,
        return_url="/",
        actor=trades.cast.buyers[order.customer],
        key=key,
        at=at,
    )
    continue_payment(payment_ref=payment_ref, at=at)
    return payment_ref


def _receive(trades: Trades, order: MarketplaceOrder, key: str, at: datetime) -> str:
    payment = Payment.objects.get(ref=trades.answer_of(order, Step.PAY))
    receipt = record_bank_receipt(
        payment_ref=payment.ref,
        money=Money(payment.amount_minor, payment.currency),
        received_on=at.date(),
        bank_reference=f"NW {order.order_id}-{order.supplier_id}",
        proof=None,
        actor=trades.cast.officers[order.order_id % 2],
        key=key,
        at=at,
    )
    return str(receipt.pk)


def _postpone(trades: Trades, order: MarketplaceOrder, key: str, at: datetime) -> str:
    if order.shipped_on is None:
        msg = f"{order.key} never shipped"
        raise ValueError(msg)
    return postpone_cancellation(
        order_ref=trades.answer_of(order, Step.PLACE),
        to_date=order.shipped_on,
        actor=trades.cast.buyers[order.customer],
        key=key,
        at=at,
    )


def _pack(trades: Trades, order: MarketplaceOrder, key: str, at: datetime) -> str:
    ref = trades.answer_of(order, Step.PLACE)
    lines = Order.objects.get(ref=ref).lines.order_by("position").values_list("pk", "quantity")
    return prepare_shipment(
        order_ref=ref,
        lines=[PackedLine(pk, quantity) for pk, quantity in lines],
        transport_mode=TransportMode.AIR,
        carrier=order.carrier,
        tracking_number=f"NW{order.order_id}-{order.supplier_id}",
        actor=trades.cast.suppliers[order.supplier_id],
        key=key,
        at=at,
    ).ref


def _dispatch(trades: Trades, order: MarketplaceOrder, key: str, at: datetime) -> str:
    return dispatch_shipment(
        shipment_ref=trades.answer_of(order, Step.PACK),
        shipped_on=at.date(),
        actor=trades.cast.suppliers[order.supplier_id],
        key=key,
        at=at,
    ).ref


def _deliver(trades: Trades, order: MarketplaceOrder, key: str, at: datetime) -> str:
    return record_delivery(
        shipment_ref=trades.answer_of(order, Step.PACK),
        source=DeliverySource.BUYER,
        delivered_at=at,
        actor=trades.cast.buyers[order.customer],
        key=key,
        at=at,
    ).ref


def _claim(trades: Trades, order: MarketplaceOrder, key: str, at: datetime) -> str:
    ref = trades.answer_of(order, Step.PLACE)
    goods_minor, currency = Order.objects.values_list("goods_minor", "currency").get(ref=ref)
    return open_claim(
        order_ref=ref,
        claim=Claimed(
            reason=Reason.LATENESS,
            clause=Clause.SHIP_BY,
            amount=Money(share_half_up(goods_minor, LATE_CLAIM_BPS), currency),
            statement="The goods left after the ship-by date; ten percent of their value is claimed.",
        ),
        actor=trades.cast.buyers[order.customer],
        key=key,
        at=at,
    )


def _concede(trades: Trades, order: MarketplaceOrder, key: str, at: datetime) -> str:
    supplier = trades.cast.suppliers[order.supplier_id]
    return accept_claim(dispute_ref=trades.answer_of(order, Step.CLAIM), actor=supplier, key=key, at=at)


def _accept(trades: Trades, order: MarketplaceOrder, key: str, at: datetime) -> str:
    ref = trades.answer_of(order, Step.PLACE)
    return accept_delivery(order_ref=ref, actor=trades.cast.buyers[order.customer], key=key, at=at)


_STEPS: dict[Step, Callable[[Trades, MarketplaceOrder, str, datetime], str]] = {
    Step.PLACE: _place,
    Step.ANSWER: _answer,
    Step.ACCEPT_TERMS: _terms,
    Step.PAY: _pay,
    Step.RECEIVE: _receive,
    Step.POSTPONE: _postpone,
    Step.PACK: _pack,
    Step.DISPATCH: _dispatch,
    Step.DELIVER: _deliver,
    Step.CLAIM: _claim,
    Step.CONCEDE: _concede,
    Step.ACCEPT: _accept,
}
