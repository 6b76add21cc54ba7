"""What events of the lower floors mean for held money: each leads to one operation. Parses, decides nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from marketplace.core.deadlines import close_deadline
from marketplace.core.jobs import QUEUE_HOLDS
from marketplace.core.models import OutboxEvent
from marketplace.core.money import Money
from marketplace.core.outbox import EventConsumer
from trade_assurance.holds import operations


def take_payment(event: OutboxEvent, at: datetime) -> None:
    """Money came in for a hold."""
    operations.fund_hold(
        hold_ref=event.subject,
        payment_ref=event.payload["payment"],
        provider=event.payload["provider"],
        money=Money(event.payload["amount_minor"], event.payload["currency"]),
        receipt=event.payload["receipt"],
        at=at,
    )


def refund_arrived(event: OutboxEvent, at: datetime) -> None:
    """A refund is with the buyer."""
    operations.refund_arrived(
        refund_ref=event.payload["refund"],
        provider=event.payload["provider"],
        order_ref=event.root,
        money=Money(event.payload["amount_minor"], event.payload["currency"]),
        at=at,
    )


def begin_inspection(event: OutboxEvent, at: datetime) -> None:
    """Everything arrived."""
    operations.begin_inspection(order_ref=event.root, at=at)


def shipment_moved(event: OutboxEvent, at: datetime) -> None:
    """A shipment left, arrived or got a paper."""
    operations.shipment_moved(shipment_ref=event.subject, at=at)


def drop_surplus(event: OutboxEvent, at: datetime) -> None:
    """A shipment with more than was ordered was unpacked."""
    operations.drop_surplus(shipment_ref=event.subject, at=at)


def nothing_left_to_cancel(event: OutboxEvent, at: datetime) -> None:
    """Everything has left the supplier."""
    close_deadline(kind="cancel_unshipped", subject=event.root, outcome="shipped", at=at)


def send_payout(event: OutboxEvent, at: datetime) -> None:
    """A payout has all its approvals."""
    operations.send_payout(payout_ref=event.subject, at=at)


def payout_arrived(event: OutboxEvent, at: datetime) -> None:
    """The rail has paid."""
    operations.payout_arrived(
        payout_ref=event.subject, bank_reference=str(event.payload.get("reference", "")), at=at
    )


def payout_came_back(event: OutboxEvent, at: datetime) -> None:
    """The rail could not pay."""
    operations.payout_came_back(payout_ref=event.subject, reason=str(event.payload.get("reason", "")), at=at)


def payout_sent_back(event: OutboxEvent, at: datetime) -> None:
    """The bank has sent back what it had taken."""
    operations.payout_sent_back(
        payout_ref=event.subject,
        money=Money(event.payload["amount_minor"], event.payload["currency"]),
        reason=event.payload["reason"],
        at=at,
    )


def refund_sent_back(event: OutboxEvent, at: datetime) -> None:
    """A refund that had arrived came back."""
    operations.refund_came_back(
        refund_ref=event.payload["refund"],
        provider=event.payload["provider"],
        order_ref=event.root,
        money=Money(event.payload["amount_minor"], event.payload["currency"]),
        at=at,
    )


def move_suspense(event: OutboxEvent, at: datetime) -> None:
    """A bank line could not be explained, or now can: perhaps it is held money that was moved to the bank."""
    operations.move_suspense(
        line_ref=event.subject,
        step=event.payload["step"],
        provider=event.payload["provider"],
        money=Money(event.payload["amount_minor"], event.payload["currency"]),
        at=at,
    )
    if event.payload["step"] == "unmatched":
        operations.bank_line_came(line_ref=event.subject, at=at)


def look_at_goods(event: OutboxEvent, at: datetime) -> None:
    """Goods were packed, unpacked or cancelled: the balance may fall due."""
    operations.look_at_goods(order_ref=event.root, at=at)


CONSUMERS: Final = (
    EventConsumer("payment_received", "holds.take_payment", QUEUE_HOLDS, take_payment),
    EventConsumer("refund_confirmed", "holds.refund_arrived", QUEUE_HOLDS, refund_arrived),
    EventConsumer("shipment_packed", "holds.goods_packed", QUEUE_HOLDS, look_at_goods),
    EventConsumer("shipment_unpacked", "holds.goods_unpacked", QUEUE_HOLDS, look_at_goods),
    EventConsumer("unshipped_cancelled", "holds.goods_cancelled", QUEUE_HOLDS, look_at_goods),
    EventConsumer("addendum_accepted", "holds.goods_agreed", QUEUE_HOLDS, look_at_goods),
    EventConsumer("goods_missing", "holds.goods_weighed", QUEUE_HOLDS, look_at_goods),
    EventConsumer("order_shipped", "holds.nothing_left_to_cancel", QUEUE_HOLDS, nothing_left_to_cancel),
    EventConsumer("shipment_in_transit", "holds.shipment_left", QUEUE_HOLDS, shipment_moved),
    EventConsumer("shipment_delivered", "holds.shipment_arrived", QUEUE_HOLDS, shipment_moved),
    EventConsumer("document_attached", "holds.paper_attached", QUEUE_HOLDS, shipment_moved),
    EventConsumer("surplus_dropped", "holds.drop_surplus", QUEUE_HOLDS, drop_surplus),
    EventConsumer("order_delivered", "holds.begin_inspection", QUEUE_HOLDS, begin_inspection),
    EventConsumer("payout_approved", "holds.send_payout", QUEUE_HOLDS, send_payout),
    EventConsumer("payout_confirmed", "holds.payout_arrived", QUEUE_HOLDS, payout_arrived),
    EventConsumer("payout_failed", "holds.payout_came_back", QUEUE_HOLDS, payout_came_back),
    EventConsumer("payout_sent_back", "holds.payout_sent_back", QUEUE_HOLDS, payout_sent_back),
    EventConsumer("refund_sent_back", "holds.refund_sent_back", QUEUE_HOLDS, refund_sent_back),
    EventConsumer("bank_suspense_moved", "holds.move_suspense", QUEUE_HOLDS, move_suspense),
)
