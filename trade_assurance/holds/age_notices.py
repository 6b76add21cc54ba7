"""What people are told about money that a processor holds no longer, and about what came back of a chargeback."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.queries import Person, members_with_roles, people_of_desk
from marketplace.core.errors import Text
from marketplace.core.formatting import format_money
from marketplace.core.jobs import QUEUE_HOLDS
from marketplace.core.models import OutboxEvent
from marketplace.core.money import Money
from marketplace.core.outbox import EventConsumer
from marketplace.notifications.operations import Message, notify
from orders.models import Order
from trade_assurance.holds.policies import PAYING_ROLES
from trade_assurance.holds.supplier_notices import SUPPLIER_MONEY
from trade_assurance.payments.queries import rail_label

BUYER: Final = "buyer"
SUPPLIER: Final = "supplier"
FINANCE: Final = "finance"
DISPUTES: Final = "disputes"


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told what; `asks` when they have to do something. `view` is the desk's page, of the event's subject."""

    people: tuple[str, ...]
    title: Text
    body: Text = ""
    asks: bool = False
    view: str = ""


_SIDES: Final = (BUYER, SUPPLIER)
_TOLD: Final[Mapping[str, tuple[Told, ...]]] = {
    "hold_age_cap": (
        Told(
            (FINANCE, DISPUTES),
            _("Decide now about %(amount)s of order %(number)s: the processor holds it no longer"),
            _("No rule decides about it: goods travel, a claim is open, or a side has consented to move it."),
            asks=True,
            view="desk_held_long",
        ),
        Told(
            _SIDES,
            _("%(amount)s of order %(number)s is decided by an officer now"),
            _("The processor holds it no longer. Write to the marketplace today what speaks for you."),
        ),
    ),
    "move_consented": (
        Told(
            _SIDES,
            _("Written consent to move %(amount)s of order %(number)s to the marketplace's bank"),
            _("Given by %(side)s. The money moves when the other side consents too; it stays held."),
        ),
    ),
    "move_consent_withdrawn": (
        Told(
            (*_SIDES, FINANCE),
            _("A consent to move %(amount)s of order %(number)s was taken back"),
            _("It was that of %(side)s. Do not withdraw the money from the processor."),
        ),
    ),
    "bank_move_agreed": (
        Told(
            (FINANCE,),
            _("Withdraw %(amount)s of order %(number)s from %(rail)s"),
            _("Both sides consent that it is held at our bank. Record the withdrawal when it has arrived."),
            asks=True,
            view="desk_move",
        ),
    ),
    "hold_moved_to_bank": (
        Told(
            _SIDES,
            _("%(amount)s of order %(number)s is held at the marketplace's bank now"),
            _("The processor's time limit is over for it. A refund of it would go by bank transfer."),
        ),
    ),
    "age_decision_asked": (
        Told(
            (FINANCE, DISPUTES),
            _("A decision about %(amount)s of order %(number)s needs a second officer"),
            asks=True,
            view="desk_held_long",
        ),
    ),
    "suspense_assignment_asked": (
        Told(
            (FINANCE,),
            _("Assigning %(amount)s of order %(number)s needs a second officer"),
            asks=True,
            view="desk_chargeback",
        ),
    ),
    "suspense_assigned": (
        Told(
            _SIDES,
            _("What came back of the chargeback on order %(number)s is assigned"),
            _("The order's page says how much of it is yours, and why."),
        ),
    ),
}


def _tell(event: OutboxEvent, at: datetime) -> None:
    order = Order.objects.select_related("buyer", "supplier").get(ref=event.root)
    side = str(event.payload.get("side", ""))
    words = {
        "number": order.number,
        "amount": format_money(Money(event.payload["amount_minor"], event.payload["currency"])),
        "rail": str(rail_label(str(event.payload.get("provider", "")))),
        "side": {BUYER: order.buyer.legal_name, SUPPLIER: order.supplier.legal_name}.get(side, ""),
    }
    for told in _TOLD[event.kind]:
        message = Message(
            title=str(told.title) % words,
            body=str(told.body) % words if told.body else "",
            url=_url(told, event),
            asks=told.asks,
        )
        people = {person.email: person for who in told.people for person in _people(who, order)}
        notify(event, list(people.values()), partial(_same, message), at)


def _same(message: Message, _person: Person) -> Message:
    return message


def _url(told: Told, event: OutboxEvent) -> str:
    if told.view == "desk_held_long":
        return reverse(told.view)
    return reverse(told.view, args=[event.subject]) if told.view else reverse("order", args=[event.root])


def _people(who: str, order: Order) -> list[Person]:
    if who == BUYER:
        return members_with_roles(order.buyer_id, PAYING_ROLES)
    if who == SUPPLIER:
        return members_with_roles(order.supplier_id, SUPPLIER_MONEY)
    return people_of_desk(who)


def consumers() -> Iterable[EventConsumer]:
    """One consumer per event that somebody is told of."""
    for event in _TOLD:
        yield EventConsumer(event, f"holds.tell_{event}", QUEUE_HOLDS, _tell)


CONSUMERS: Final = tuple(consumers())
