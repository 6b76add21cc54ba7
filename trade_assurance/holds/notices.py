"""What people are told about held money and payouts: recipients and words only, once per event, person and channel."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.queries import Person, members_with_roles, people_of_desk
from marketplace.core.errors import Text
from marketplace.core.formatting import format_day, format_moment, format_money
from marketplace.core.jobs import QUEUE_HOLDS
from marketplace.core.models import OutboxEvent
from marketplace.core.money import Money
from marketplace.core.outbox import EventConsumer
from marketplace.notifications.operations import Message, notify
from orders.models import Order
from trade_assurance.holds.models import Payout
from trade_assurance.holds.policies import PAYING_ROLES, PAYOUT_ROLES, SELLING_ROLES

SUPPLIER_MONEY = ("owner", "sales", "finance")
FINANCE_DESK = "finance"


@dataclass(frozen=True, slots=True)
class Notice:
    """One event's words for one audience. `asks`: something waits for these people."""

    event: str
    audience: str
    roles: tuple[str, ...]
    title: Text
    body: Text = ""
    asks: bool = False


BUYER, SUPPLIER, DESK, COMPANY = "buyer", "supplier", "desk", "company"

TRADE_NOTICES: Final = (
    Notice(
        "hold_funded",
        SUPPLIER,
        SELLING_ROLES,
        _("Order %(number)s: %(amount)s is paid and held"),
        _("%(supplier_next)s The money is released as the contract says; see the order's page."),
        asks=True,
    ),
    Notice(
        "hold_funded",
        BUYER,
        PAYING_ROLES,
        _("Your payment for order %(number)s arrived: %(amount)s is held"),
        _("%(buyer_next)s"),
    ),
    Notice(
        "balance_due",
        BUYER,
        PAYING_ROLES,
        _("The goods of order %(number)s are packed: %(amount)s is to be paid by %(fund_by)s"),
        _("They leave when it is held. Until then the supplier's own time to ship stands still."),
        asks=True,
    ),
    Notice(
        "payment_reminder",
        BUYER,
        PAYING_ROLES,
        _("%(amount)s for order %(number)s is to be paid by %(fund_by)s"),
        _("It is held by Trade Assurance until the contract says that it is released."),
        asks=True,
    ),
    Notice(
        "payment_overdue",
        BUYER,
        PAYING_ROLES,
        _("%(amount)s for order %(number)s was to be paid by %(fund_by)s"),
        _(
            "The supplier may cancel now and keep of the deposit what the delay has cost. Pay, or talk to them."
        ),
        asks=True,
    ),
    Notice(
        "payment_overdue",
        SUPPLIER,
        SELLING_ROLES,
        _("The buyer of order %(number)s has not paid %(amount)s in time"),
        _("Your time to ship stands still. You may wait, or cancel and say what you keep of the deposit."),
        asks=True,
    ),
    Notice(
        "order_unpaid_cancelled",
        BUYER,
        PAYING_ROLES,
        _("Order %(number)s was cancelled because a payment did not come; %(amount)s of the deposit is kept"),
        _("Look at the reason on the order's page. You may agree, or open a claim before the time is over."),
        asks=True,
    ),
    Notice(
        "order_unpaid_cancelled",
        SUPPLIER,
        SELLING_ROLES,
        _("Order %(number)s is cancelled for want of payment"),
        _("%(amount)s of the deposit is released to you unless the buyer objects in time."),
    ),
    Notice(
        "deposit_kept",
        BUYER,
        PAYING_ROLES,
        _("%(amount)s of the deposit of order %(number)s went to the supplier"),
    ),
    Notice(
        "credit_kept",
        BUYER,
        PAYING_ROLES,
        _("%(amount)s above what was due is kept as your credit"),
        _(
            "Use it for your next payment in this currency, or have it sent back, on the page of your balance."
        ),
    ),
    Notice(
        "payment_excess_returned",
        BUYER,
        PAYING_ROLES,
        _("%(amount)s goes back to you: nothing was due for it on order %(number)s"),
        _("The order was paid already, or is over. You need not do anything."),
    ),
    Notice(
        "hold_released",
        SUPPLIER,
        SUPPLIER_MONEY,
        _("%(amount)s of order %(number)s was released to you"),
        _("Commission %(commission)s; %(to_supplier)s was added to your balance."),
    ),
    Notice(
        "hold_refunded",
        BUYER,
        PAYING_ROLES,
        _("%(amount)s of order %(number)s is refunded to you"),
        _("It goes back the way you paid."),
    ),
    Notice(
        "hold_refunded",
        SUPPLIER,
        SUPPLIER_MONEY,
        _("%(amount)s of order %(number)s is refunded to the buyer"),
        _("See the order's page for the reason."),
    ),
    Notice(
        "shipment_accepted",
        SUPPLIER,
        SELLING_ROLES,
        _("A shipment of order %(number)s is accepted"),
        _("Its share is released to you; the rest stays held."),
    ),
    Notice(
        "delivery_accepted",
        SUPPLIER,
        SELLING_ROLES,
        _("The goods of order %(number)s are accepted"),
    ),
    Notice(
        "refund_confirmed",
        BUYER,
        PAYING_ROLES,
        _("Your refund of %(amount)s for order %(number)s was sent"),
    ),
    Notice(
        "refund_failed",
        DESK,
        (),
        _("A refund of %(amount)s for order %(number)s failed"),
        _("The buyer is still owed the money. Find another way to return it."),
        asks=True,
    ),
)

PAYOUT_NOTICES: Final = (
    Notice(
        "payout_requested",
        DESK,
        (),
        _("%(company)s asks for a payout of %(amount)s"),
        _("It waits for approval."),
        asks=True,
    ),
    Notice(
        "payout_half_approved",
        DESK,
        (),
        _("The payout of %(amount)s to %(company)s needs a second approval"),
        _("By another officer than the first."),
        asks=True,
    ),
    Notice(
        "payout_rejected",
        COMPANY,
        PAYOUT_ROLES,
        _("Your payout of %(amount)s was rejected"),
        _("The officer's reason: %(reason)s. The money is back in your balance."),
        asks=True,
    ),
    Notice(
        "payout_arrived",
        COMPANY,
        PAYOUT_ROLES,
        _("Your payout of %(amount)s was sent to your bank"),
    ),
    Notice(
        "payout_returned",
        COMPANY,
        PAYOUT_ROLES,
        _("Your payout of %(amount)s failed or was sent back by the bank"),
        _("The money is back in your balance. Check where payouts go, then ask again. Reason: %(reason)s"),
        asks=True,
    ),
)

Teller = Callable[[OutboxEvent, datetime], None]


def _tell_trade(notice: Notice) -> Teller:
    def handle(event: OutboxEvent, at: datetime) -> None:
        order = Order.objects.select_related("buyer", "supplier").get(ref=event.root)
        people = _trade_people(notice, order)
        url = reverse("desk_finance") if notice.audience == DESK else reverse("order", args=[order.ref])
        notify(event, people, lambda _person: _message(notice, _trade_words(event, order), url), at)

    return handle


def _tell_payout(notice: Notice) -> Teller:
    def handle(event: OutboxEvent, at: datetime) -> None:
        payout = Payout.objects.select_related("company").get(ref=event.subject)
        desk = notice.audience == DESK
        people = people_of_desk(FINANCE_DESK) if desk else members_with_roles(payout.company_id, notice.roles)
        url = reverse("desk_payout" if desk else "payout", args=[payout.ref])
        notify(event, people, lambda _person: _message(notice, _payout_words(payout), url), at)

    return handle


def _tell_account_changed(event: OutboxEvent, at: datetime) -> None:
    company_id = int(event.payload["company_id"])
    message = Message(
        title=_("Where your payouts go was changed"),
        body=_("If nobody of your company did this, change it back now and tell the marketplace."),
        url=reverse("balance"),
    )
    notify(event, members_with_roles(company_id, PAYOUT_ROLES), lambda _person: message, at)


def _trade_people(notice: Notice, order: Order) -> list[Person]:
    if notice.audience == DESK:
        return people_of_desk(FINANCE_DESK)
    company_id = order.buyer_id if notice.audience == BUYER else order.supplier_id
    return members_with_roles(company_id, notice.roles)


def _trade_words(event: OutboxEvent, order: Order) -> dict[str, str]:
    words = {
        "number": order.number,
        "buyer": order.buyer.legal_name,
        "supplier": order.supplier.legal_name,
        "ship_by": format_day(order.last_ship_day),
    }
    if event.payload.get("fund_by"):
        words["fund_by"] = format_moment(datetime.fromisoformat(event.payload["fund_by"]))
    if event.kind == "hold_funded":
        words |= _what_next(words, may_ship=event.payload.get("may_ship", True))
    for name in ("amount", "commission", "to_supplier"):
        if f"{name}_minor" in event.payload:
            words[name] = format_money(Money(event.payload[f"{name}_minor"], event.payload["currency"]))
    return words


def _what_next(words: dict[str, str], *, may_ship: bool) -> dict[str, str]:
    """What a payment that is held lets the two sides do."""
    if may_ship:
        return {
            "supplier_next": gettext("Produce and ship by %(ship_by)s.") % words,
            "buyer_next": gettext(
                "%(supplier)s ships by %(ship_by)s; after that you may cancel what is not shipped with full refund."
            )
            % words,
        }
    return {
        "supplier_next": gettext("Produce; the goods leave when the rest is held too."),
        "buyer_next": gettext(
            "%(supplier)s may produce; the goods leave when the rest is held too. You are told when it is due."
        )
        % words,
    }


def _payout_words(payout: Payout) -> dict[str, str]:
    return {
        "company": payout.company.legal_name,
        "amount": format_money(payout.amount),
        "reason": payout.refusal,
    }


def _message(notice: Notice, words: dict[str, str], url: str) -> Message:
    return Message(
        title=str(notice.title) % words,
        body=str(notice.body) % words if notice.body else "",
        url=url,
        asks=notice.asks,
    )


def consumers() -> Iterable[EventConsumer]:
    """One consumer per notice, all on the queue of money."""
    for notice in TRADE_NOTICES:
        name = f"holds.tell_{notice.audience}_{notice.event}"
        yield EventConsumer(notice.event, name, QUEUE_HOLDS, _tell_trade(notice))
    for notice in PAYOUT_NOTICES:
        name = f"holds.tell_{notice.audience}_{notice.event}"
        yield EventConsumer(notice.event, name, QUEUE_HOLDS, _tell_payout(notice))
    yield EventConsumer(
        "payout_account_changed", "holds.tell_payout_account_changed", QUEUE_HOLDS, _tell_account_changed
    )


CONSUMERS: Final = tuple(consumers())
