"""What people are told about chargebacks, debts, reserves and registrations: recipients and words only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
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
from trade_assurance.holds.policies import PAYING_ROLES, PAYOUT_ROLES

SUPPLIER_MONEY: Final = ("owner", "sales", "finance")
FINANCE_DESK: Final = "finance"

# What happened, for the buyer, the supplier and the finance desk: title and body.
_TO_BUYER: Final[Mapping[str, tuple[Text, Text]]] = {
    "chargeback_opened": (
        _("Your bank took %(amount)s of order %(number)s back"),
        _(
            "While it decides, this part of the money stands still and cannot be refunded as well. If this was "
            "not you, talk to your bank now."
        ),
    ),
    "chargeback_won": (
        _("Your bank decided about %(amount)s of order %(number)s: the payment stands"),
        _("The order goes on."),
    ),
    "chargeback_lost": (
        _("Your bank decided about order %(number)s: %(amount)s is yours again"),
        _("It counts as given back to you; nothing of it is refunded a second time."),
    ),
}
_TO_SUPPLIER: Final[Mapping[str, tuple[Text, Text]]] = {
    "chargeback_opened": (
        _("The buyer's bank took %(amount)s of order %(number)s back"),
        _(
            "The bank decides; the marketplace answers with this order's papers. Attach what is missing now, and do "
            "not ship before it is decided. What was released to you already is kept back meanwhile."
        ),
    ),
    "chargeback_won": (
        _("The bank decided for order %(number)s: %(amount)s is back"),
        _("The order goes on, and what was kept back of your balance is yours again."),
    ),
    "chargeback_lost": (
        _("The bank gave %(amount)s of order %(number)s to the buyer"),
        _("%(borne)s of it is taken from what you were paid. What your balance did not have, you owe."),
    ),
    "chargeback_overturned": (
        _("The bank changed its mind: %(amount)s of order %(number)s came back"),
        _("You get back what was taken from you, less what you owe."),
    ),
}


def _tell_trade(event: OutboxEvent, at: datetime) -> None:
    order = Order.objects.select_related("buyer", "supplier").get(ref=event.root)
    what = str(event.payload["what"])
    words = {
        "number": order.number,
        "amount": _money(event, "amount_minor"),
        "borne": _money(event, "borne_minor"),
    }
    url = reverse("order", args=[order.ref])
    sides = ((_TO_BUYER, order.buyer_id, PAYING_ROLES), (_TO_SUPPLIER, order.supplier_id, SUPPLIER_MONEY))
    for texts, company_id, roles in sides:
        if what in texts:
            title, body = texts[what]
            _notify(event, members_with_roles(company_id, roles), title, body, words, url, at)
    desk = reverse("desk_chargeback", args=[event.subject])
    title = _("Chargeback of %(amount)s on order %(number)s: %(what)s")
    said = words | {"what": str(_WHAT.get(what, what))}
    _notify(event, people_of_desk(FINANCE_DESK), title, "", said, desk, at, asks=what == "chargeback_opened")


_WHAT: Final[Mapping[str, Text]] = {
    "chargeback_opened": _("opened"),
    "chargeback_won": _("won"),
    "chargeback_lost": _("lost"),
    "chargeback_overturned": _("lost, then won after all"),
}


_AGE: Final[Mapping[str, tuple[Text, Text]]] = {
    "hold_age_warning": (
        _("%(amount)s of order %(number)s has been held for 75 days"),
        _(
            "The card or wallet processor holds money for about 90 days. Finish the order, or consent on its page that "
            "the money moves to the marketplace's bank. The page says what happens if nobody acts."
        ),
    ),
    "hold_age_decision": (
        _("%(amount)s of order %(number)s cannot be held much longer"),
        _(
            "Accept the goods, cancel, or consent today that the money moves to the marketplace's bank. The order's "
            "page says what happens tomorrow if nobody acts."
        ),
    ),
}


def _tell_of_age(event: OutboxEvent, at: datetime) -> None:
    order = Order.objects.get(ref=event.root)
    title, body = _AGE[event.kind]
    words = {"amount": _money(event, "amount_minor"), "number": order.number}
    url = reverse("order", args=[order.ref])
    everybody = [
        *members_with_roles(order.buyer_id, PAYING_ROLES),
        *members_with_roles(order.supplier_id, SUPPLIER_MONEY),
        *people_of_desk(FINANCE_DESK),
    ]
    people = list({person.email: person for person in everybody}.values())
    _notify(event, people, title, body, words, url, at, asks=True)


def _tell_of_lost_money(event: OutboxEvent, at: datetime) -> None:
    """The supplier decides whether it goes on for what is still held."""
    order = Order.objects.get(ref=event.root)
    title = _("%(amount)s that was held for goods of order %(number)s is gone")
    body = _(
        "The buyer's bank took it back for good. Do not produce or ship: say on the order's page that you go on "
        "for what is still held, or cancel what is not shipped."
    )
    words = {"amount": _money(event, "amount_minor"), "number": order.number}
    people = members_with_roles(order.supplier_id, SUPPLIER_MONEY)
    _notify(event, people, title, body, words, reverse("order", args=[order.ref]), at, asks=True)


def _tell_desk_of_evidence(event: OutboxEvent, at: datetime) -> None:
    texts = {
        "chargeback_evidence_due": _("Evidence is due against a chargeback of %(amount)s"),
        "chargeback_inquiry": _("A payer's bank asks about %(amount)s"),
        "chargeback_evidence_refused": _("Evidence against a chargeback of %(amount)s was not taken"),
    }
    body = _("Look at the case and send what shows that the payment was right.")
    ref = str(event.payload.get("chargeback", event.subject))
    words = {"amount": _money(event, "amount_minor")}
    url = reverse("desk_chargeback", args=[ref])
    _notify(event, people_of_desk(FINANCE_DESK), texts[event.kind], body, words, url, at, asks=True)


def _tell_supplier(event: OutboxEvent, at: datetime) -> None:
    title, body = _SUPPLIER_TEXTS[event.kind]
    words = {"reason": str(event.payload.get("reason", "")), "days": str(event.payload.get("days", ""))}
    if "amount_minor" in event.payload:
        words["amount"] = _money(event, "amount_minor")
    if "bps" in event.payload:
        words["share"] = f"{event.payload['bps'] / 100:g} %"
    people = members_with_roles(int(event.payload["company_id"]), PAYOUT_ROLES)
    _notify(event, people, title, body, words, reverse("balance"), at, asks=event.kind in _ASKING)


_ASKING: Final = ("supplier_owes", "payout_waits", "registration_lost")
_SUPPLIER_TEXTS: Final[Mapping[str, tuple[Text, Text]]] = {
    "supplier_owes": (
        _("You owe the marketplace %(amount)s"),
        _(
            "A payment of yours was charged back after it was paid out. It is netted against your next releases."
        ),
    ),
    "supplier_debt_netted": (
        _("%(amount)s of a release paid what you owed"),
        _("Your balance page shows what for."),
    ),
    "supplier_debt_written_off": (
        _("The marketplace wrote off %(amount)s that you owed"),
        _("You need not do anything."),
    ),
    "kept_back_returned": (
        _("%(amount)s that was kept back is in your balance"),
        _("You can have it paid out."),
    ),
    "reserve_changed": (
        _("%(share)s of your releases is kept back for %(days)s days from now on"),
        _("The officer's reason: %(reason)s"),
    ),
    "payout_waits": (
        _("Your payout of %(amount)s waits: the payment provider cannot pay you now"),
        _("Go on with your registration: %(reason)s. The payout goes by itself afterwards."),
    ),
    "registration_lost": (
        _("A payment provider can no longer pay you"),
        _("Its reason: %(reason)s. Payouts wait until your registration is complete again."),
    ),
    "registration_ready": (
        _("A payment provider can pay you now"),
        _("Payouts that waited are sent by themselves."),
    ),
}


def _tell_desk_of_write_off(event: OutboxEvent, at: datetime) -> None:
    title = _("Writing off %(amount)s needs a second approval")
    words = {"amount": _money(event, "amount_minor")}
    url = reverse("desk_suppliers")
    _notify(event, people_of_desk(FINANCE_DESK), title, "", words, url, at, asks=True)


def _money(event: OutboxEvent, name: str) -> str:
    return format_money(Money(event.payload[name], event.payload["currency"]))


def _notify(
    event: OutboxEvent,
    people: list[Person],
    title: Text,
    body: Text,
    words: Mapping[str, str],
    url: str,
    at: datetime,
    *,
    asks: bool = False,
) -> None:
    message = Message(title=str(title) % words, body=str(body) % words if body else "", url=url, asks=asks)
    notify(event, people, lambda _person: message, at)


def consumers() -> Iterable[EventConsumer]:
    """One consumer per event that somebody is told of."""
    yield EventConsumer("trade_chargeback", "holds.tell_trade_chargeback", QUEUE_HOLDS, _tell_trade)
    yield EventConsumer("held_money_lost", "holds.tell_held_money_lost", QUEUE_HOLDS, _tell_of_lost_money)
    for event in ("chargeback_evidence_due", "chargeback_inquiry", "chargeback_evidence_refused"):
        yield EventConsumer(event, f"holds.tell_desk_{event}", QUEUE_HOLDS, _tell_desk_of_evidence)
    for event in _AGE:
        yield EventConsumer(event, f"holds.tell_{event}", QUEUE_HOLDS, _tell_of_age)
    for event in _SUPPLIER_TEXTS:
        yield EventConsumer(event, f"holds.tell_supplier_{event}", QUEUE_HOLDS, _tell_supplier)
    yield EventConsumer("write_off_asked", "holds.tell_desk_write_off", QUEUE_HOLDS, _tell_desk_of_write_off)


CONSUMERS: Final = tuple(consumers())
