"""What people are told about orders and shipments. Words and recipients only; nothing is changed here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.accounts.queries import Person, members_with_roles, people_of_desk
from marketplace.core.formatting import format_day, format_money
from marketplace.core.jobs import QUEUE_DEFAULT, QUEUE_SHIPMENTS
from marketplace.core.models import OutboxEvent
from marketplace.core.money import Money
from marketplace.core.outbox import EventConsumer
from marketplace.notifications.operations import Message, notify
from orders.models import Order
from orders.policies import BUYING_ROLES, OFFICER_DESK, SELLING_ROLES

EVENTS: Final = (
    "order_placed",
    "order_amended",
    "amendment_declined",
    "order_confirmed",
    "order_declined",
    "order_lapsed",
    "order_cancelled",
    "production_started",
    "shipment_packed",
    "shipment_unpacked",
    "shipment_in_transit",
    "shipment_late",
    "shipment_delivered",
    "arrival_unknown",
    "delivery_unproven",
    "order_shipped",
    "order_delivered",
    "unshipped_cancelled",
    "order_completed",
    "document_attached",
    "addendum_proposed",
    "addendum_accepted",
    "addendum_declined",
    "addendum_withdrawn",
    "addendum_expired",
    "goods_missing",
    "surplus_asked",
    "surplus_not_paid",
    "surplus_paid",
    "surplus_waived",
    "surplus_dropped",
)
# Who pays may be told of a contract too.
_PAYING_ROLES: Final = (*BUYING_ROLES, "finance")


@dataclass(frozen=True, slots=True)
class Words:
    """What one side reads; `asks` when something waits for them."""

    title: str
    body: str = ""
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """The order behind an event, with the names its words need."""

    order: Order
    payload: Mapping[str, Any]

    @property
    def names(self) -> dict[str, str]:
        order = self.order
        return {
            "number": order.number,
            "buyer": order.buyer.legal_name,
            "supplier": order.supplier.legal_name,
            "total": format_money(order.total),
            "ship_by": format_day(order.last_ship_day),
            "reason": str(self.payload.get("reason", "")),
            "amount": format_money(Money(int(self.payload.get("amount_minor", 0)), order.currency)),
        }


Teller = Callable[[Story], Words]


def said(title: Promise, body: Promise | str = "", *, asks: bool = False) -> Teller:
    """Words that need no more than the order's names."""

    def tell(story: Story) -> Words:
        names = story.names
        return Words(str(title) % names, str(body) % names, asks=asks)

    return tell


_order_placed: Final = said(
    gettext_lazy("New order %(number)s from %(buyer)s: %(total)s"),
    gettext_lazy("Confirm, amend or decline it. If you do not answer in time, it lapses."),
    asks=True,
)
_order_amended: Final = said(
    gettext_lazy("%(supplier)s proposes other terms for order %(number)s"),
    gettext_lazy(
        "Compare old and new side by side and accept or decline. Without an answer in time the order lapses."
    ),
    asks=True,
)
_amendment_declined: Final = said(
    gettext_lazy("%(buyer)s declined your amended terms for order %(number)s"),
    gettext_lazy("You may confirm the order as placed, propose other terms, or decline it."),
    asks=True,
)
_confirmed_for_buyer: Final = said(
    gettext_lazy("Order %(number)s is confirmed: %(total)s"),
    gettext_lazy(
        "The contract is frozen. Pay in time, or the order lapses; the money is held until the goods are right."
    ),
    asks=True,
)
_confirmed_for_supplier: Final = said(
    gettext_lazy("The contract of order %(number)s with %(buyer)s is frozen"),
    gettext_lazy("Wait for the buyer's money to be held before you produce or ship."),
)
_order_declined: Final = said(gettext_lazy("%(supplier)s declined order %(number)s"), "%(reason)s")


def _order_lapsed(story: Story) -> Words:
    if story.payload.get("before") == "confirmed":
        return Words(_("Order %(number)s lapsed: it was not paid in time") % story.names)
    return Words(_("Order %(number)s lapsed: nobody answered in time") % story.names)


def _order_cancelled(story: Story) -> Words:
    if story.payload.get("withdrawn"):
        return Words(_("%(buyer)s withdrew order %(number)s") % story.names, story.names["reason"])
    return Words(_("Order %(number)s is cancelled") % story.names)


_production_started: Final = said(gettext_lazy("%(supplier)s has begun to produce order %(number)s"))
_shipment_packed: Final = said(gettext_lazy("Goods of order %(number)s are packed and will leave soon"))
_in_transit: Final = said(
    gettext_lazy("Goods of order %(number)s are on their way"),
    gettext_lazy("The order's page has the carrier, the tracking number and the documents."),
)
_late_for_buyer: Final = said(
    gettext_lazy("Order %(number)s is late: it was to be shipped by %(ship_by)s"),
    gettext_lazy(
        "You may cancel what is not shipped with full refund of it, or give the supplier more time."
    ),
    asks=True,
)
_late_for_supplier: Final = said(
    gettext_lazy("Order %(number)s is late: it was to be shipped by %(ship_by)s"),
    gettext_lazy("The buyer may cancel what is not shipped. Ship now, or ask the buyer for more time."),
    asks=True,
)
_delivered: Final = said(gettext_lazy("Goods of order %(number)s were delivered"))
_delivered_for_buyer: Final = said(
    gettext_lazy("Goods of order %(number)s were delivered"),
    gettext_lazy("Inspect them. Accept the shipment or open a claim before its inspection window ends."),
)
_addendum_proposed: Final = said(
    gettext_lazy("A change of the contract %(number)s is proposed: %(amount)s less"),
    gettext_lazy("Read it and accept or decline. Without an answer in time the contract stays as it is."),
    asks=True,
)
_addendum_accepted: Final = said(
    gettext_lazy("A change of the contract %(number)s is agreed: %(amount)s less"),
    gettext_lazy(
        "What is not paid yet falls first; what is held above the new total goes back to the buyer."
    ),
)
_addendum_declined: Final = said(
    gettext_lazy("Your change of the contract %(number)s was declined"), "%(reason)s"
)
_addendum_withdrawn: Final = said(
    gettext_lazy("The proposed change of the contract %(number)s was withdrawn")
)
_addendum_expired: Final = said(
    gettext_lazy("The proposed change of the contract %(number)s was not answered in time")
)
_goods_missing: Final = said(
    gettext_lazy("Goods of order %(number)s weighed less than ordered: %(amount)s less is due"),
    gettext_lazy("It is within the agreed tolerance and settles by itself."),
)
_surplus_for_buyer: Final = said(
    gettext_lazy("Goods of order %(number)s weighed more than ordered: pay %(amount)s more"),
    gettext_lazy(
        "It is within the agreed tolerance. The goods leave when it is held, or when the supplier gives it."
    ),
    asks=True,
)
_surplus_for_supplier: Final = said(
    gettext_lazy("The buyer is asked for %(amount)s more on order %(number)s"),
    gettext_lazy(
        "The shipment leaves when it is held. If you do not want to wait, give it at the agreed price."
    ),
)
_surplus_waived: Final = said(
    gettext_lazy("Nothing more is due for the extra goods of order %(number)s"),
    gettext_lazy("The supplier gives them at the agreed price."),
)
_surplus_not_paid: Final = said(
    gettext_lazy("Nothing more is due for the extra goods of order %(number)s: they do not travel"),
    gettext_lazy("They were neither paid nor given in time. The supplier packs what was ordered."),
)
_arrival_unknown: Final = said(
    gettext_lazy("Have the goods of order %(number)s arrived?"),
    gettext_lazy("Nobody has reported it. Say so on the order's page, whether they came or not."),
    asks=True,
)
_unproven: Final = said(
    gettext_lazy("A dispute officer looks into the delivery of order %(number)s"),
    gettext_lazy("Neither the carrier nor the buyer has reported that the goods arrived."),
)
_unproven_for_desk: Final = said(
    gettext_lazy("Delivery of order %(number)s is not proven: decide"),
    gettext_lazy("Neither the carrier nor the buyer has reported that the goods arrived."),
    asks=True,
)
_order_delivered: Final = said(
    gettext_lazy("Everything of order %(number)s has been delivered: inspect it"),
    gettext_lazy("Accept the goods or open a claim before the inspection window ends; silence accepts."),
    asks=True,
)
_unshipped_cancelled: Final = said(gettext_lazy("What was not shipped of order %(number)s is cancelled"))
_completed: Final = said(gettext_lazy("Order %(number)s is completed"))
# event → (queue, what the buyer reads, what the supplier reads, what the disputes desk reads)
TOLD: Final[Mapping[str, tuple[str, Teller | None, Teller | None, Teller | None]]] = {
    "order_placed": (QUEUE_DEFAULT, None, _order_placed, None),
    "order_amended": (QUEUE_DEFAULT, _order_amended, None, None),
    "amendment_declined": (QUEUE_DEFAULT, None, _amendment_declined, None),
    "order_confirmed": (QUEUE_DEFAULT, _confirmed_for_buyer, _confirmed_for_supplier, None),
    "order_declined": (QUEUE_DEFAULT, _order_declined, None, None),
    "order_lapsed": (QUEUE_DEFAULT, _order_lapsed, _order_lapsed, None),
    "order_cancelled": (QUEUE_DEFAULT, _order_cancelled, _order_cancelled, None),
    "production_started": (QUEUE_DEFAULT, _production_started, None, None),
    "shipment_packed": (QUEUE_SHIPMENTS, _shipment_packed, _shipment_packed, None),
    "shipment_in_transit": (QUEUE_SHIPMENTS, _in_transit, _in_transit, None),
    "shipment_late": (QUEUE_SHIPMENTS, _late_for_buyer, _late_for_supplier, None),
    "shipment_delivered": (QUEUE_SHIPMENTS, _delivered_for_buyer, _delivered, None),
    "arrival_unknown": (QUEUE_SHIPMENTS, _arrival_unknown, None, None),
    "delivery_unproven": (QUEUE_SHIPMENTS, _unproven, _unproven, _unproven_for_desk),
    "order_delivered": (QUEUE_SHIPMENTS, _order_delivered, None, None),
    "unshipped_cancelled": (QUEUE_DEFAULT, _unshipped_cancelled, _unshipped_cancelled, None),
    "order_completed": (QUEUE_DEFAULT, _completed, _completed, None),
    "addendum_proposed": (QUEUE_DEFAULT, _addendum_proposed, _addendum_proposed, None),
    "addendum_accepted": (QUEUE_DEFAULT, _addendum_accepted, _addendum_accepted, None),
    "addendum_declined": (QUEUE_DEFAULT, _addendum_declined, _addendum_declined, None),
    "addendum_withdrawn": (QUEUE_DEFAULT, _addendum_withdrawn, _addendum_withdrawn, None),
    "addendum_expired": (QUEUE_DEFAULT, _addendum_expired, _addendum_expired, None),
    "goods_missing": (QUEUE_SHIPMENTS, _goods_missing, _goods_missing, None),
    "surplus_asked": (QUEUE_SHIPMENTS, _surplus_for_buyer, _surplus_for_supplier, None),
    "surplus_not_paid": (QUEUE_SHIPMENTS, _surplus_not_paid, _surplus_not_paid, None),
    "surplus_waived": (QUEUE_SHIPMENTS, _surplus_waived, None, None),
}
# Proposals are told to who answers them, and answers to who proposed.
_NOT_TO_PROPOSER: Final = frozenset({"addendum_proposed", "addendum_withdrawn"})
_ONLY_TO_PROPOSER: Final = frozenset({"addendum_declined"})


def consumers() -> list[EventConsumer]:
    """One consumer for each event that people are told of."""
    return [
        EventConsumer(event, f"orders.tell_{event}", queue, _handler(buyer, supplier, desk))
        for event, (queue, buyer, supplier, desk) in TOLD.items()
    ]


def order_path(ref: str) -> str:
    """The order's page; it belongs to the app of the money, at the address the product fixes."""
    return f"/orders/{ref}/"


def _handler(
    buyer: Teller | None, supplier: Teller | None, desk: Teller | None
) -> Callable[[OutboxEvent, datetime], None]:
    def handle(event: OutboxEvent, at: datetime) -> None:
        order = Order.objects.select_related("buyer", "supplier").get(ref=event.root)
        story = Story(order, event.payload)
        told: dict[int | None, Teller] = {}
        people: list[Person] = []
        side = str(event.payload.get("side", ""))
        if event.kind in _NOT_TO_PROPOSER:
            side = {"buyer": "supplier", "supplier": "buyer"}[side]
        narrow = event.kind in _NOT_TO_PROPOSER | _ONLY_TO_PROPOSER
        for teller, recipients in _audiences(
            order,
            event.kind,
            None if narrow and side == "supplier" else buyer,
            None if narrow and side == "buyer" else supplier,
            desk,
        ):
            for person in recipients:
                if person.user_id not in told:
                    told[person.user_id] = teller
                    people.append(person)
        notify(event, people, lambda person: _message(told[person.user_id], story), at)

    return handle


def _audiences(
    order: Order, kind: str, buyer: Teller | None, supplier: Teller | None, desk: Teller | None
) -> list[tuple[Teller, list[Person]]]:
    result: list[tuple[Teller, list[Person]]] = []
    if buyer is not None:
        roles = _PAYING_ROLES if kind == "order_confirmed" else BUYING_ROLES
        result.append((buyer, members_with_roles(order.buyer_id, roles)))
    if supplier is not None:
        result.append((supplier, members_with_roles(order.supplier_id, SELLING_ROLES)))
    if desk is not None:
        result.append((desk, people_of_desk(OFFICER_DESK)))
    return result


def _message(teller: Teller, story: Story) -> Message:
    words = teller(story)
    return Message(title=words.title, body=words.body, url=order_path(story.order.ref), asks=words.asks)
