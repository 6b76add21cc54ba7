"""Who is told what about payments, when something is asked of them. Consumers of the outbox; writes notices only."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.accounts.queries import Person, members_with_roles, people_of_desk
from marketplace.core.formatting import format_moment, format_money
from marketplace.core.models import OutboxEvent
from marketplace.core.money import Money
from marketplace.notifications.operations import Message, notify
from trade_assurance.payments.models import Payment
from trade_assurance.payments.policies import FINANCE, PAYING_ROLES


def partly_funded(event: OutboxEvent, at: datetime) -> None:
    """Tell the payer what is still missing."""
    payment = Payment.objects.get(ref=event.payload["payment"])

    def build(_person: Person) -> Message:
        missing = Money(
            event.payload["asked_minor"] - event.payload["received_minor"], event.payload["currency"]
        )
        return Message(
            title=_("%(missing)s is still missing of your transfer %(reference)s")
            % {"missing": format_money(missing), "reference": payment.reference or payment.ref},
            body=_(
                "We received a part. Transfer the rest with the same reference; what arrived is kept for it."
            ),
            url=reverse("payment", args=[payment.ref]),
            asks=True,
        )

    notify(event, members_with_roles(payment.payer_id, PAYING_ROLES), build, at)


def failed(event: OutboxEvent, at: datetime) -> None:
    """Tell the payer that nothing was paid."""
    payment = Payment.objects.get(ref=event.payload["payment"])

    def build(_person: Person) -> Message:
        return Message(
            title=_("The payment of %(amount)s failed") % {"amount": format_money(payment.money)},
            body=_("%(description)s: nothing was paid. You can try again, or choose another way of paying.")
            % {"description": payment.description},
            url=payment.return_url,
            asks=True,
        )

    notify(event, members_with_roles(payment.payer_id, PAYING_ROLES), build, at)


def bank_refund(event: OutboxEvent, at: datetime) -> None:
    """Ask the finance desk to make a transfer back."""

    def build(_person: Person) -> Message:
        amount = format_money(Money(event.payload["amount_minor"], event.payload["currency"]))
        return Message(
            title=_("Refund %(amount)s by bank transfer") % {"amount": amount},
            body=_("Make the transfer and confirm it with the bank's reference."),
            url=reverse("desk_refund", args=[event.payload["refund"]]),
            asks=True,
        )

    notify(event, people_of_desk(FINANCE), build, at)


def refund_approval(event: OutboxEvent, at: datetime) -> None:
    """Ask the finance desk for the second word about a large transfer back."""

    def build(_person: Person) -> Message:
        amount = format_money(Money(event.payload["amount_minor"], event.payload["currency"]))
        return Message(
            title=_("A refund of %(amount)s made by hand needs a second officer") % {"amount": amount},
            body=_("Look at the bank's reference and the proof, then confirm it or turn it down."),
            url=reverse("desk_refund", args=[event.payload["refund"]]),
            asks=True,
        )

    notify(event, people_of_desk(FINANCE), build, at)


def batch(event: OutboxEvent, at: datetime) -> None:
    """Ask the finance desk for the second approval of a batch."""

    def build(_person: Person) -> Message:
        amount = format_money(Money(event.payload["amount_minor"], event.payload["currency"]))
        return Message(
            title=_("A batch of %(amount)s needs a second approval") % {"amount": amount},
            body=_("By another officer than the one who made it. Look at the accounts it pays to."),
            url=reverse("desk_batch", args=[event.subject]),
            asks=True,
        )

    notify(event, people_of_desk(FINANCE), build, at)


def refund_window_ending(event: OutboxEvent, at: datetime) -> None:
    """Tell the payer and the finance desk until when money can go back the way it came."""
    payment = Payment.objects.get(ref=event.payload["payment"])

    def build(_person: Person) -> Message:
        amount = format_money(Money(event.payload["amount_minor"], event.payload["currency"]))
        until = datetime.fromisoformat(event.payload["refundable_until"])
        return Message(
            title=_("Until %(moment)s a refund of %(amount)s can go back the way it was paid")
            % {"moment": format_moment(until), "amount": amount},
            body=_("%(description)s: afterwards a refund has to go by bank transfer.")
            % {"description": payment.description},
            url=payment.return_url,
        )

    payers = members_with_roles(payment.payer_id, PAYING_ROLES)
    notify(event, [*people_of_desk(FINANCE), *payers], build, at)


def review(event: OutboxEvent, at: datetime) -> None:
    """Ask the finance desk to look at something that differs."""

    def build(_person: Person) -> Message:
        return Message(
            title=_("A payment provider reports something that differs from our books"),
            body=event.payload["text"],
            url=reverse("desk_reviews"),
            asks=True,
        )

    notify(event, people_of_desk(FINANCE), build, at)
