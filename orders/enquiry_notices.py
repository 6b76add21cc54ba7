"""What people are told about enquiries: who sells, who buys, the moderators. Never what was written in them.

Mails stand on locked screens and in strangers' archives, so a subject has the listing and the other company, and the
body leads here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.operations import record_known_buyer
from marketplace.accounts.queries import Person, members_with_roles, people_of_desk
from marketplace.accounts.states import Desk
from marketplace.core.jobs import QUEUE_DEFAULT
from marketplace.core.models import OutboxEvent
from marketplace.core.outbox import EventConsumer
from marketplace.notifications.operations import Message, notify
from orders.models import Enquiry, Order
from orders.operations.answer_times import count_answer_time
from orders.policies import BUYING_ROLES, SELLING_ROLES
from orders.states import Audience, EnquiryReportReason, EnquiryStep

EVENTS: Final = (
    "enquiry_asked",
    "enquiry_answered",
    "enquiry_continued",
    "enquiry_closed",
    "enquiry_reported",
    "enquiry_judged",
)


@dataclass(frozen=True, slots=True)
class _Story:
    """The enquiry behind an event."""

    enquiry: Enquiry

    @property
    def names(self) -> dict[str, str]:
        return {
            "about": self.enquiry.title or _("a general question"),
            "buyer": self.enquiry.buyer.legal_name,
            "supplier": self.enquiry.supplier.legal_name,
        }

    def sellers(self) -> list[Person]:
        return members_with_roles(self.enquiry.supplier_id, SELLING_ROLES)

    def buyers(self) -> list[Person]:
        return members_with_roles(self.enquiry.buyer_id, BUYING_ROLES)

    def message(self, title: str, body: str, *, asks: bool = False) -> Message:
        url = reverse("enquiry", args=[self.enquiry.ref])
        return Message(title=title % self.names, body=body, url=url, asks=asks)


def _story(event: OutboxEvent) -> _Story:
    return _Story(Enquiry.objects.select_related("buyer", "supplier").get(ref=event.subject))


def tell_of_question(event: OutboxEvent, at: datetime) -> None:
    """A buyer asks: whoever sells for the supplier is told, and the buyer is known there from now on."""
    story = _story(event)
    one = story.enquiry
    record_known_buyer(supplier_id=one.supplier_id, buyer_id=one.buyer_id, at=one.asked_at)
    _tell(
        event,
        story.sellers(),
        lambda: story.message(
            _("%(buyer)s asks about %(about)s"),
            _("Read it and answer. How soon suppliers answer stands on their pages as a fact."),
            asks=True,
        ),
        at,
    )


def tell_of_answer(event: OutboxEvent, at: datetime) -> None:
    """The supplier has written: the buyer is told, and the usual time to answer is counted anew."""
    story = _story(event)
    count_answer_time(story.enquiry.supplier_id, at)
    _tell(
        event,
        story.buyers(),
        lambda: story.message(
            _("%(supplier)s answered: %(about)s"), _("Read the answer, and write back if something is open.")
        ),
        at,
    )


def tell_of_more(event: OutboxEvent, at: datetime) -> None:
    """The buyer has written again."""
    story = _story(event)
    _tell(
        event,
        story.sellers(),
        lambda: story.message(
            _("%(buyer)s wrote again: %(about)s"), _("The enquiry waits for your answer."), asks=True
        ),
        at,
    )


def tell_of_closing(event: OutboxEvent, at: datetime) -> None:
    """One side has closed it: the other one is told."""
    story = _story(event)
    by_buyer = event.payload["side"] == Audience.BUYER

    def message() -> Message:
        title = _("%(supplier)s closed your enquiry about %(about)s")
        if by_buyer:
            title = _("%(buyer)s closed the enquiry about %(about)s")
        return story.message(title, _("Nobody writes in it any more. A new enquiry can be sent at any time."))

    _tell(event, story.sellers() if by_buyer else story.buyers(), message, at)


def tell_of_enquiry_report(event: OutboxEvent, at: datetime) -> None:
    """A side asks the moderators to read it; of a second report nobody is told until this one is decided."""
    story = _story(event)
    reason = EnquiryReportReason(event.payload["reason"])
    _tell(
        event,
        people_of_desk(Desk.MODERATION),
        lambda: story.message(
            _("Reported enquiry: %(buyer)s to %(supplier)s"),
            _("The reason given: %(reason)s.") % {"reason": reason.label},
            asks=True,
        ),
        at,
    )


def tell_of_enquiry_judgement(event: OutboxEvent, at: datetime) -> None:
    """Whoever reported it reads the decision; when it was stopped, both sides do."""
    story = _story(event)
    stopped = event.payload["step"] == EnquiryStep.STOPPED
    told = set(event.payload["reporters"])
    people: list[Person] = []
    if stopped or story.enquiry.buyer_id in told:
        people += story.buyers()
    if stopped or story.enquiry.supplier_id in told:
        people += story.sellers()
    if stopped:
        count_answer_time(story.enquiry.supplier_id, at)
    reason = {"reason": event.payload["reason"]}

    def message() -> Message:
        if stopped:
            title = _("An enquiry was stopped: %(about)s")
            body = _(
                "A moderator has stopped it, and nobody can write in it any more. Their reason: %(reason)s"
            )
        else:
            title = _("A reported enquiry goes on: %(about)s")
            body = _("A moderator has read it and found nothing wrong. Their reason: %(reason)s")
        return story.message(title, body % reason)

    _tell(event, people, message, at)


def note_buyer_of_order(event: OutboxEvent, _at: datetime) -> None:
    """Who has ordered is known to the supplier: its price lists find the company by name."""
    order = Order.objects.get(ref=event.root)
    record_known_buyer(supplier_id=order.supplier_id, buyer_id=order.buyer_id, at=order.placed_at)


def _tell(event: OutboxEvent, people: Sequence[Person], build: Callable[[], Message], at: datetime) -> None:
    """The same words for all, built once a person because each reads them in a language of their own."""
    notify(event, people, lambda _person: build(), at)


CONSUMERS: Final = (
    EventConsumer("enquiry_asked", "orders.tell_of_question", QUEUE_DEFAULT, tell_of_question),
    EventConsumer("enquiry_answered", "orders.tell_of_enquiry_answer", QUEUE_DEFAULT, tell_of_answer),
    EventConsumer("enquiry_continued", "orders.tell_of_more", QUEUE_DEFAULT, tell_of_more),
    EventConsumer("enquiry_closed", "orders.tell_of_closing", QUEUE_DEFAULT, tell_of_closing),
    EventConsumer("enquiry_reported", "orders.tell_of_enquiry_report", QUEUE_DEFAULT, tell_of_enquiry_report),
    EventConsumer(
        "enquiry_judged", "orders.tell_of_enquiry_judgement", QUEUE_DEFAULT, tell_of_enquiry_judgement
    ),
    EventConsumer("order_placed", "orders.note_buyer_of_order", QUEUE_DEFAULT, note_buyer_of_order),
)
