"""What the buyer of an order is told when its supplier has reviewed them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.accounts.queries import Person, members_with_roles
from marketplace.core.jobs import QUEUE_DEFAULT
from marketplace.core.models import OutboxEvent
from marketplace.core.outbox import EventConsumer
from marketplace.notifications.operations import Message, notify
from orders.policies import BUYING_ROLES

EVENTS: Final = ("buyer_reviewed",)


def tell_of_buyer_review(event: OutboxEvent, at: datetime) -> None:
    """Only the two sides of the order read it."""

    def build(_person: Person) -> Message:
        return Message(
            title=_("The supplier reviewed the trade: order %(number)s")
            % {"number": event.payload["number"]},
            body=_("Only your company and the supplier read it; it is not public and counts nowhere."),
            url=reverse("order_review", args=[event.subject]),
        )

    notify(event, members_with_roles(event.payload["buyer_id"], BUYING_ROLES), build, at)


CONSUMERS: Final = (
    EventConsumer("buyer_reviewed", "orders.tell_of_buyer_review", QUEUE_DEFAULT, tell_of_buyer_review),
)
